from odoo import fields, models


class ResCompany(models.Model):
    """Settings of announced payments and automatic collection."""

    _inherit = "res.company"

    collections_announcement_grace_days = fields.Integer(
        string="Grace for Announced Payments (days)",
        default=3,
        help="An announced payment counts as not arrived when it has not come within so "
        "many days after its date.",
    )
