from odoo import fields, models


class CollectionsCustomerChoice(models.TransientModel):
    """A person says which customer of ours a record is about."""

    _name = "collections.customer.choice"
    _description = "Choice of a Customer"

    ref_id = fields.Many2one(
        "collections.external.ref", required=True, readonly=True, ondelete="cascade"
    )
    label = fields.Char(related="ref_id.label")
    candidate_ids = fields.Many2many(related="ref_id.candidate_ids")
    is_new = fields.Boolean(string="None of Them: a New Customer")
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")

    def action_choose(self):
        """Keep the answer; the record and its documents are mirrored with the next run."""
        self.ensure_one()
        self.ref_id.check_access("write")
        ref = self.ref_id.sudo()
        chosen = self.env["res.partner"] if self.is_new else self.partner_id
        ref.write(
            {
                "partner_id": chosen.id,
                "is_new": not chosen,
                "is_own": False,
                "candidate_ids": [(5,)],
            }
        )
        ref._again()
        return {"type": "ir.actions.act_window_close"}
