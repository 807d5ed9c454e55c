from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..domain.autopay import retry_days


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
    collections_autopay_notice_days = fields.Integer(
        string="Notice of Automatic Payments (days)",
        default=3,
        help="Customers are told so many days before something is collected from their saved "
        "method. Direct debit schemes may ask for more.",
    )
    collections_autopay_retry_days = fields.Char(
        string="Automatic Payments Tried Again After (days)",
        default="2, 5",
        help="Days after the first attempt, for refusals that may pass, such as “2, 5”.",
    )

    _pay_days_in_bounds = models.Constraint(
        "CHECK(collections_announcement_grace_days >= 0"
        " AND collections_announcement_max_days >= 0 AND collections_autopay_notice_days >= 1)",
        "Days cannot be negative, and the notice of automatic payments is at least one day.",
    )

    @api.constrains("collections_autopay_retry_days")
    def _check_retry_days(self):
        for company in self:
            try:
                retry_days(company.collections_autopay_retry_days)
            except ValueError as error:
                raise ValidationError(self.env._("Days of further attempts: %s", error)) from error


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collections_announcement_grace_days = fields.Integer(
        related="company_id.collections_announcement_grace_days", readonly=False
    )
    collections_announcement_max_days = fields.Integer(
        related="company_id.collections_announcement_max_days", readonly=False
    )
    collections_autopay_notice_days = fields.Integer(
        related="company_id.collections_autopay_notice_days", readonly=False
    )
    collections_autopay_retry_days = fields.Char(
        related="company_id.collections_autopay_retry_days", readonly=False
    )
