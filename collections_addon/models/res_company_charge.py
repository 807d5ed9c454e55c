from odoo import fields, models
from odoo.exceptions import UserError

DAY_COUNTS = [
    ("actual/365", "Actual days / 365"),
    ("actual/360", "Actual days / 360"),
    ("actual/actual", "Actual days / days of the year"),
    ("30/360", "Months of 30 days / 360"),
]
#: Kind of charge -> setting that holds its product.
PRODUCTS = {
    "fee": "collections_fee_product_id",
    "plan_fee": "collections_fee_product_id",
    "compensation": "collections_compensation_product_id",
    "interest": "collections_interest_product_id",
    "plan_interest": "collections_interest_product_id",
}


class ResCompany(models.Model):
    """How a company books what it charges for late payment."""

    _inherit = "res.company"

    collections_charge_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Charges",
        domain="[('type', '=', 'sale'), ('company_id', 'parent_of', id)]",
        help="Empty: the first sales journal.",
    )
    collections_fee_product_id = fields.Many2one("product.product", string="Product of Fees")
    collections_compensation_product_id = fields.Many2one(
        "product.product", string="Product of Compensations"
    )
    collections_interest_product_id = fields.Many2one(
        "product.product", string="Product of Interest"
    )
    collections_charge_tax_ids = fields.Many2many(
        "account.tax",
        "res_company_collections_charge_tax_rel",
        string="Taxes on Charges",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', 'parent_of', id)]",
        help="Empty: none. Damages for late payment bear no tax in many countries.",
    )
    collections_day_count = fields.Selection(
        DAY_COUNTS, string="Day Count", required=True, default="actual/365"
    )

    def _collections_charge_journal(self):
        """The journal that charges are booked in.

        :raises UserError: when the company has none
        """
        self.ensure_one()
        sales = self.env["account.journal"].sudo()
        journal = self.sudo().collections_charge_journal_id or sales.search(
            [*sales._check_company_domain(self), ("type", "=", "sale")], limit=1
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%s has no sales journal, so that charges cannot be booked. Create one in "
                    "Invoicing › Configuration › Journals.",
                    self.name,
                )
            )
        return journal

    def _collections_charge_product(self, kind):
        """The product of charges of a kind; empty: the journal's own account is used.

        :rtype: `product.product`
        """
        return self.sudo()[PRODUCTS[kind]]
