from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_policy_id = fields.Many2one(related="company_id.dunning_policy_id", readonly=False)
    collections_stopped = fields.Boolean(
        related="company_id.collections_stopped", readonly=False
    )
    collections_test_email = fields.Char(
        related="company_id.collections_test_email", readonly=False
    )
    collections_attachment_limit = fields.Integer(
        related="company_id.collections_attachment_limit", readonly=False
    )
