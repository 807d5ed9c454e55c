from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount

from .collections_dispute import ACTIVE


class CollectionsDisputeLine(models.Model):
    """The contested part of one invoice."""

    _name = "collections.dispute.line"
    _description = "Disputed Invoice"
    _order = "dispute_id, id"

    dispute_id = fields.Many2one(
        "collections.dispute", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="dispute_id.company_id")
    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    amount_open = fields.Monetary(
        string="Open at Dispute",
        compute="_compute_amount_open",
        store=True,
        precompute=True,
        help="What was open on the invoice when it was disputed.",
    )
    amount_disputed = fields.Monetary(
        string="Disputed",
        compute="_compute_amount_disputed",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )

    _one_per_invoice = models.UniqueIndex(
        "(dispute_id, move_id)", "This invoice is in the dispute already."
    )
    _positive = models.Constraint(
        "CHECK(amount_disputed > 0)", "The disputed amount must be more than zero."
    )

    @api.depends("move_id")
    def _compute_amount_open(self):
        for line in self:
            line.amount_open = line.move_id.amount_residual

    @api.depends("move_id")
    def _compute_amount_disputed(self):
        for line in self.filtered(lambda line: not line.amount_disputed):
            line.amount_disputed = line.move_id.amount_residual

    @api.constrains("move_id", "amount_disputed")
    def _check_within_open(self):
        for line in self:
            others = line.move_id.sudo().dispute_line_ids.filtered(
                lambda other: other.dispute_id.state in ACTIVE
            )
            claimed = sum(others.mapped("amount_disputed"))
            if line.move_id.currency_id.compare_amounts(claimed, line.move_id.amount_residual) > 0:
                raise ValidationError(
                    self.env._(
                        "No more than the open %(open)s of %(invoice)s can be disputed; "
                        "%(claimed)s would be.",
                        open=format_amount(
                            self.env, line.move_id.amount_residual, line.move_id.currency_id
                        ),
                        invoice=line.move_id.name,
                        claimed=format_amount(self.env, claimed, line.move_id.currency_id),
                    )
                )
