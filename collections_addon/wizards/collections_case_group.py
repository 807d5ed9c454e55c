from odoo import api, fields, models


class CollectionsCaseGroupChange(models.TransientModel):
    """Put customers into another group, with a reason and perhaps an end."""

    _name = "collections.case.group.change"
    _inherit = ["collections.case.choice"]
    _description = "Change Group"

    segment_id = fields.Many2one(
        "collections.segment",
        string="Group",
        help="Empty: as the rules say, from now on.",
    )
    treatment_text = fields.Char(related="segment_id.treatment_text")
    until = fields.Date(help="Last day; afterwards the rules decide again. Empty: no end.")
    reason = fields.Char(required=True)

    @api.model
    def default_get(self, fields_list):
        """Override: of one customer, the group that is proposed."""
        values = super().default_get(fields_list)
        cases = self._chosen()
        if "segment_id" in fields_list and len(cases) == 1:
            values["segment_id"] = (cases.proposed_segment_id or cases.segment_id).id
        return values

    def action_apply(self):
        """Change the group of the chosen customers."""
        self.ensure_one()
        for company, cases in self.case_ids.grouped("company_id").items():
            today = company._collections_today(fields.Datetime.now())
            cases._override_group(self.segment_id, self.reason, self.until or None, today)
        return {"type": "ir.actions.act_window_close"}
