from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionsDisputeResolution(models.TransientModel):
    """Ends a dispute: accept it with a credit note, reject it, or note its withdrawal."""

    _name = "collections.dispute.resolution"
    _description = "Dispute Resolution"

    dispute_id = fields.Many2one("collections.dispute", required=True)
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    amount_disputed = fields.Monetary(related="dispute_id.amount_disputed")
    decision = fields.Selection(
        [
            ("accepted", "Accept: issue a credit note"),
            ("rejected", "Reject: the amount is owed"),
            ("withdrawn", "The customer withdraws it"),
        ],
        required=True,
        default="accepted",
    )
    explanation = fields.Text(
        required=True, help="Kept on the dispute and told to whoever asks later."
    )
    date = fields.Date(string="Credit Note Date", required=True, default=fields.Date.context_today)
    amount = fields.Monetary(
        string="Amount to Credit",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Taxes included. Less than the disputed amount: the rest is owed again.",
    )

    @api.depends("dispute_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.dispute_id.amount_disputed

    def action_confirm(self):
        """Carry out the decision."""
        self.ensure_one()
        dispute = self.dispute_id
        if self.decision == "accepted":
            dispute.credit_move_ids = self._credit()
        dispute._transition(self.decision, self.explanation)
        return {"type": "ir.actions.act_window_close"}

    def _credit(self):
        """Credit the accepted amount, invoice by invoice, oldest first."""
        self._check_amount()
        left = self.amount
        credits = self.env["account.move"]
        for line in self.dispute_id.line_ids.sorted(
            lambda li: (li.move_id.invoice_date_due, li.id)
        ):
            part = min(left, line.amount_disputed, line.move_id.amount_residual)
            if self.currency_id.compare_amounts(part, 0) > 0:
                credits |= line.move_id._credit_partly(part, self.date, self.explanation)
                left -= part
        return credits

    def _check_amount(self):
        disputed = self.dispute_id.amount_disputed
        owed = sum(
            min(line.amount_disputed, line.move_id.amount_residual)
            for line in self.dispute_id.line_ids
        )
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(
                self.env._("Give an amount to credit, or choose to reject the dispute.")
            )
        if self.currency_id.compare_amounts(self.amount, min(disputed, owed)) > 0:
            raise UserError(
                self.env._(
                    "No more than what is disputed and still open can be credited. Has the "
                    "customer paid meanwhile?"
                )
            )
