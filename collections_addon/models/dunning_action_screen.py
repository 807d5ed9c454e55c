from odoo import fields, models


class DunningAction(models.Model):
    """Where the buttons of a contact lead."""

    _inherit = "dunning.action"

    attempt_ids = fields.Many2many(
        "dunning.attempt",
        compute="_compute_attempt_ids",
        string="Delivery Journal",
        groups="collections_addon.group_collections_admin",
    )

    def _compute_attempt_ids(self):
        attempts = self.env["dunning.attempt"].search([("action_ref", "in", self.ids)])
        by_action = attempts.grouped("action_ref")
        for action in self:
            action.attempt_ids = by_action.get(action.id, attempts.browse())

    def action_preview(self):
        """Show what the recipients would read, one contact after the other."""
        preview = self.env["dunning.preview"]._open_for(self)
        return preview._reopen()

    def action_open_case(self):
        """Open the customer's file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.case",
            "res_id": self.case_id.id,
            "view_mode": "form",
        }
