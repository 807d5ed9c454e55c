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
    collections_announcement_max_days = fields.Integer(
        string="Announced Payments Within (days)",
        default=14,
        help="A customer can announce a payment on the portal for so many days ahead.",
    )
