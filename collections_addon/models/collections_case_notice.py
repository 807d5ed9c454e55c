from odoo import models

#: Notices older than the latest so many are in the history only.
MOST_NOTICES = 3


class CollectionsCase(models.Model):
    """Notices on the customer's page."""

    _inherit = "collections.case"

    def _portal_users(self):
        """Who of the customer can log in to the portal.

        :rtype: `res.users`, with superuser rights
        """
        self.ensure_one()
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("partner_id", "child_of", self.partner_id.id),
                    ("share", "=", True),
                    ("company_ids", "in", self.company_id.ids),
                ]
            )
        )

    def _notices(self):
        """Notices that the customer has not read yet, the latest first.

        :rtype: `dunning.action`
        """
        self.ensure_one()
        return self.env["dunning.action"].search(
            [
                ("case_id", "=", self.id),
                ("channel_code", "=", "portal"),
                ("state", "in", ("sent", "delivered")),
                ("test_mode", "!=", True),
            ],
            order="sent_at desc, id desc",
            limit=MOST_NOTICES,
        )

    def _customer_read(self, notice):
        """The customer has read a notice on its page."""
        if notice.state != "opened":
            notice._transition("opened")
