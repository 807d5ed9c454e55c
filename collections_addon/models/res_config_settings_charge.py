from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of charges."""

    _inherit = "res.config.settings"

    collections_charge_journal_id = fields.Many2one(
        related="company_id.collections_charge_journal_id", readonly=False
    )
    collections_fee_product_id = fields.Many2one(
        related="company_id.collections_fee_product_id", readonly=False
    )
    collections_compensation_product_id = fields.Many2one(
        related="company_id.collections_compensation_product_id", readonly=False
    )
    collections_interest_product_id = fields.Many2one(
        related="company_id.collections_interest_product_id", readonly=False
    )
    collections_charge_tax_ids = fields.Many2many(
        related="company_id.collections_charge_tax_ids", readonly=False
    )
    collections_day_count = fields.Selection(
        related="company_id.collections_day_count", readonly=False
    )
    collections_business_law_id = fields.Many2one(
        related="company_id.collections_business_law_id", readonly=False
    )
    collections_consumer_law_id = fields.Many2one(
        related="company_id.collections_consumer_law_id", readonly=False
    )
    collections_allocation_order = fields.Selection(
        related="company_id.collections_allocation_order", readonly=False
    )
    collections_write_off_account_id = fields.Many2one(
        related="company_id.collections_write_off_account_id", readonly=False
    )
    collections_write_off_limit = fields.Monetary(
        related="company_id.collections_write_off_limit",
        readonly=False,
        currency_field="currency_id",
    )
