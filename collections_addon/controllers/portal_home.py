from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.http import request


class PortalHome(CustomerPortal):
    """The account among what a signed-in customer finds on its home page."""

    def _prepare_home_portal_values(self, counters):
        """Override of `portal`: how many accounts of the customer there are."""
        values = super()._prepare_home_portal_values(counters)
        if "collections_account_count" in counters:
            values["collections_account_count"] = self._count_collections_accounts()
        return values

    def _count_collections_accounts(self):
        user = request.env.user
        return (
            request.env["collections.case"]
            .sudo()
            .search_count(
                [
                    ("partner_id", "=", user.partner_id.commercial_partner_id.id),
                    ("company_id", "in", user.company_ids.ids),
                ]
            )
        )
