from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import convert_file

READY = ("plan_offer_standard", "plan_offer_long", "plan_offer_hardship")


class DunningPolicy(models.Model):
    """The terms of payment plans that come with the module, for policies that have none.

    A policy from before there were plans is left as it is by an upgrade: what customers may
    have is the decision of who made the policy, and takes one button.
    """

    _inherit = "dunning.policy"

    def action_offer_ready_plans(self):
        """Let customers under these policies pay by the ready terms."""
        if not self.env.su and not self.env.user.has_group(
            "collections_addon.group_collections_admin"
        ):
            raise AccessError(self.env._("Only an administrator of collections changes policies."))
        self.check_access("write")
        offers = self._ready_offers()
        for policy in self.filtered(lambda policy: not policy.is_for_plans):
            company = policy.company_id
            policy.plan_offer_ids |= offers.filtered(
                lambda offer, company=company: (
                    not offer.company_id or offer.company_id in company.parent_ids
                )
            )
        return True

    @api.model
    def _ready_offers(self):
        """The ready terms; made anew in a database that never had any.

        :raises UserError: when somebody has deleted or archived them
        """
        offers = self._ready_records()
        if not offers and not self.env.ref("collections_addon.policy_plan", False):
            self._make_ready_offers()
            offers = self._ready_records()
        if not offers.filtered("active"):
            raise UserError(
                self.env._(
                    "The ready terms are no longer there. Make terms of your own in "
                    "Configuration › Rules › Payment Plan Terms."
                )
            )
        return offers.filtered("active")

    @api.model
    def _ready_records(self):
        offers = self.env["collections.plan.offer"].with_context(active_test=False)
        for name in READY:
            offers |= self.env.ref(f"collections_addon.{name}", False) or offers
        return offers.exists()

    @api.model
    def _make_ready_offers(self):
        """Load them from the file they come in; other policies stay as they were."""
        policies = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        before = {policy: policy.plan_offer_ids for policy in policies}
        # In mode `init`: the records are not made by an update, for who deleted them meant it.
        convert_file(
            self.sudo().env, "collections_addon", "data/collections_plan.xml", {}, "init", True
        )
        for policy, offers in before.items():
            policy.plan_offer_ids = offers
