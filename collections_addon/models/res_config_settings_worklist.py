from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collections_work_rest_days = fields.Integer(
        related="company_id.collections_work_rest_days", readonly=False
    )
