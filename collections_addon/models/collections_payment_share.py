from odoo import api, fields, models


class CollectionsPaymentShare(models.Model):
    """What of an online payment goes to an open item, as the customer chose it.

    Written when the payment begins, used when it is confirmed: what was paid by
    other means meanwhile is not paid twice, it stays as the customer's credit.
    """

    _name = "collections.payment.share"
    _description = "Share of a Payment"
    _order = "transaction_id, sequence, id"
    _check_company_auto = True

    transaction_id = fields.Many2one(
        "payment.transaction", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="transaction_id.company_id", store=True)
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    sequence = fields.Integer()
    move_line_id = fields.Many2one(
        "account.move.line", string="Open Item", ondelete="set null", index="btree_not_null"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    amount = fields.Monetary(required=True)
    credit_amount = fields.Monetary(string="Credits Used")
    discount_amount = fields.Monetary(string="Discount")
    discount_kind = fields.Selection([("term", "Payment Terms"), ("offer", "Offer of the Policy")])

    _item = models.UniqueIndex(
        "(transaction_id, move_line_id)", "An item has one share of a payment."
    )

    # === BUSINESS METHODS === #

    def _residual(self):
        """What is open of the item now, in its currency; 0 when it is settled or gone."""
        line = self.move_line_id
        if not line or line.parent_state != "posted" or line.reconciled:
            return 0.0
        return max(line.amount_residual_currency, 0.0)

    def _prepare_items(self, date):
        """Use credits and grant offers, so that what remains open is what was quoted."""
        for share in self:
            if share.credit_amount:
                share._use_credits()
            if share.discount_kind == "offer" and share._is_whole():
                reason = self.env._("Discount for early payment")
                share.move_id._credit_partly(share.discount_amount, date, reason)

    def _is_whole(self):
        """Whether amount and discount are all that is open, as when it was quoted."""
        quoted = self.amount + self.discount_amount
        return self.discount_amount and not self.currency_id.compare_amounts(
            quoted, self._residual()
        )

    def _use_credits(self):
        line = self.move_line_id
        case = self.transaction_id.collections_case_id
        if not self._residual():
            return
        credits = case._checkout_credit_lines(self.currency_id).filtered(
            lambda credit: credit.account_id == line.account_id
        )
        (credits | line).reconcile()

    def _portions(self, paid_on):
        """What each item takes of the payment now.

        :param datetime.date paid_on: when the customer paid
        :return: (share, amount taken, discount by the terms, whether that settles it)
        :rtype: list[tuple]
        """
        portions = []
        for share in self:
            residual = share._residual()
            discount = share.discount_amount if share._has_terms_discount(paid_on) else 0.0
            amount = min(share.amount + discount, residual)
            if self.currency_id.compare_amounts(amount, 0.0) > 0:
                settles = not self.currency_id.compare_amounts(amount, residual)
                portions.append((share, amount, discount, settles))
        return portions

    def _has_terms_discount(self, paid_on):
        return (
            self.discount_kind == "term"
            and self._is_whole()
            and self.move_id._is_eligible_for_early_payment_discount(self.currency_id, paid_on)
        )

    @api.model
    def _terms_write_off(self, line, discount):
        """Values of the journal items that take up a discount of the payment terms."""
        values = self.env["account.move"]._get_invoice_counterpart_amls_for_early_payment_discount(
            [
                {
                    "aml": line,
                    "amount_currency": -line.amount_residual_currency,
                    "balance": -line.amount_residual,
                }
            ],
            line.balance - line.discount_balance if discount else 0.0,
        )
        return [
            {**row, "partner_id": line.partner_id.id} for rows in values.values() for row in rows
        ]
