from odoo import fields, models


class ResPartner(models.Model):
    """What the Collections tab of a contact shows."""

    _inherit = "res.partner"

    collections_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_collections_currency_id",
        help="Currency of the current company; what is overdue is told in it.",
    )

    def _compute_collections_currency_id(self):
        self.collections_currency_id = self.env.company.currency_id

    def action_open_collections_case(self):
        """Open the customer's file in the current company."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.case",
            "res_id": self.collections_case_id.id,
            "view_mode": "form",
        }
