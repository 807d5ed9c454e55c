from odoo import fields, models


class ResCompany(models.Model):
    """What customers may do on their own page."""

    _inherit = "res.company"

    collections_portal_days = fields.Integer(
        string="Validity of Portal Links (days)",
        default=90,
        help="A link to a customer's own page works so many days after it was sent.",
    )

    _portal_days_positive = models.Constraint(
        "CHECK(collections_portal_days > 0)", "A portal link must be valid for at least one day."
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collections_portal_days = fields.Integer(
        related="company_id.collections_portal_days", readonly=False
    )
