from odoo import fields, models
from odoo.exceptions import UserError


class CollectionsCase(models.Model):
    """The call of a case that waits for an outcome."""

    _inherit = "collections.case"

    call_id = fields.Many2one("dunning.action", compute="_compute_call_id", string="Call to Make")

    def _compute_call_id(self):
        calls = self.env["dunning.action"].search(
            [
                ("case_id", "in", self.ids),
                ("channel_code", "=", "call"),
                ("state", "=", "sending"),
            ],
            order="amount_overdue, id desc",
        )
        by_case = {call.case_id: call for call in calls}
        for case in self:
            case.call_id = by_case.get(case, calls.browse())

    def action_record_call(self):
        """Ask what came of the customer's call."""
        self.ensure_one()
        if not self.call_id:
            raise UserError(self.env._("No call is to be made to this customer."))
        return self.call_id.action_record_call()
