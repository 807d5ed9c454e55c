from odoo import models

from ..domain.trials import TREATED


class CollectionsCase(models.Model):
    """A customer drawn for a challenger is under its policy everywhere, not in runs alone."""

    _inherit = "collections.case"

    def _customer_policy(self):
        """Override: the challenger, for those who were drawn for it."""
        policy = super()._customer_policy()
        experiments = (
            self.env["collections.experiment"]
            ._running(self.company_id)
            .filtered(lambda one: one.kind == "challenger" and one.policy_id == policy)
        )
        partner = self.partner_id.with_company(self.company_id)
        if not experiments or partner.dunning_policy_id:
            return policy
        member = (
            self.env["collections.experiment.member"]
            .sudo()
            .search(
                [
                    ("experiment_id", "in", experiments.ids),
                    ("partner_id", "=", self.partner_id.id),
                    ("arm", "=", TREATED),
                ],
                limit=1,
            )
        )
        challenger = member.experiment_id.challenger_id.with_env(self.env)
        return challenger if challenger.active else policy
