from odoo import fields, models


class CollectionsHandoverReport(models.TransientModel):
    """Takes down what the lawyer or the agency reports."""

    _name = "collections.handover.report"
    _description = "Report of a Hand-over"

    handover_id = fields.Many2one("collections.handover", required=True)
    text = fields.Char(string="What They Report", required=True)
    agency_reference = fields.Char(string="Their Reference")

    def action_confirm(self):
        """Keep it with the hand-over and in the customer's file."""
        self.ensure_one()
        if self.agency_reference:
            self.handover_id.agency_reference = self.agency_reference
        self.handover_id._report(self.text, fields.Date.context_today(self))
        return {"type": "ir.actions.act_window_close"}
