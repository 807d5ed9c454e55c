from odoo import api, models
from odoo.tools import SQL


class DunningFacts(models.AbstractModel):
    """What a payment plan pays off is not asked for as a whole."""

    _inherit = "dunning.facts"

    @api.model
    def _move_pauses(self, company, date):
        """Override: invoices in an active plan, or in a proposal that still waits."""
        pauses = super()._move_pauses(company, date)
        if self.env.context.get("collections_without_plans"):
            return pauses
        self.env["collections.plan"].flush_model(["state", "valid_until", "company_id"])
        self.env["collections.plan.item"].flush_model(["plan_id", "move_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.move_id
                  FROM collections_plan plan
                  JOIN collections_plan_item item ON item.plan_id = plan.id
                 WHERE plan.company_id = %s
                   AND (plan.state = 'active'
                        OR (plan.state = 'proposed' AND plan.valid_until >= %s))
                """,
                company.id,
                date,
            )
        )
        for [move_id] in rows:
            pauses.setdefault(move_id, "in_plan")
        return pauses
