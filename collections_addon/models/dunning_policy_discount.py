from odoo import fields, models


class DunningPolicy(models.Model):
    """A discount offered to customers who pay well, for paying before the due date."""

    _inherit = "dunning.policy"

    early_discount_percent = fields.Float(
        string="Discount for Early Payment (%)",
        help="Deducted on the payment page when an invoice is paid in good time; a credit "
        "note is issued for it when the payment arrives. 0: none. A discount of the "
        "payment terms goes first.",
    )
    early_discount_days = fields.Integer(
        string="Days Before the Due Date",
        default=10,
        help="The discount is offered until so many days before the due date.",
    )
    early_discount_share = fields.Integer(
        string="Paid on Time (%)",
        default=90,
        help="Offered to customers who paid at least this share of their invoices of the "
        "last year on time.",
    )
    early_discount_invoices = fields.Integer(
        string="Invoices Paid",
        default=3,
        help="… and have paid at least so many invoices in that time.",
    )

    _early_discount_in_bounds = models.Constraint(
        "CHECK(early_discount_percent >= 0 AND early_discount_percent < 100"
        " AND early_discount_days >= 0 AND early_discount_share BETWEEN 0 AND 100"
        " AND early_discount_invoices >= 0)",
        "The discount, its days and the shares of a policy must lie between 0 and 100 percent.",
    )
