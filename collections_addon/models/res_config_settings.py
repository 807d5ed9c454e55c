from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_policy_id = fields.Many2one(related="company_id.dunning_policy_id", readonly=False)
    collections_stopped = fields.Boolean(related="company_id.collections_stopped", readonly=False)
    collections_test_phone = fields.Char(
        related="company_id.collections_test_phone", readonly=False
    )
    collections_test_email = fields.Char(
        related="company_id.collections_test_email", readonly=False
    )
    collections_attachment_limit = fields.Integer(
        related="company_id.collections_attachment_limit", readonly=False
    )
    collections_promise_grace_days = fields.Integer(
        related="company_id.collections_promise_grace_days", readonly=False
    )
    collections_thank_you = fields.Boolean(
        related="company_id.collections_thank_you", readonly=False
    )
    collections_confirmed_at = fields.Datetime(related="company_id.collections_confirmed_at")

    def action_collections_confirm_ledger(self):
        """Confirm that payments of the company are booked up to now."""
        self.company_id.action_collections_confirm_ledger()
        return True
