from odoo import Command, models


class AccountMove(models.Model):
    """Credit notes for a part of an invoice, with its own taxes in proportion."""

    _inherit = "account.move"

    def _credit_partly(self, amount, date, reason):
        """Issue, post and reconcile a credit note over part of an invoice.

        Core's reversal makes it, so that accounts, taxes and journal are right;
        for less than the whole, every line is taken in proportion and a line
        without tax takes up what rounding leaves.

        :param float amount: total to credit, taxes included, in the invoice's currency
        :param datetime.date date: date of the credit note
        :param str reason: printed on it
        :return: the posted credit note
        """
        self.ensure_one()
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.ids
        )
        reversal = wizard.create({"date": date, "reason": reason, "journal_id": self.journal_id.id})
        reversal.refund_moves()
        credit = reversal.new_move_ids
        if self.currency_id.compare_amounts(amount, credit.amount_total) < 0:
            credit._scale_to(amount)
        credit.action_post()
        receivable = (self | credit).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        receivable.reconcile()
        return credit

    def _scale_to(self, amount):
        """Take every line in proportion, so that the total is exactly the amount."""
        ratio = amount / self.amount_total
        products = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        self.write(
            {
                "invoice_line_ids": [
                    Command.update(line.id, {"price_unit": line.price_unit * ratio})
                    for line in products
                ]
            }
        )
        rest = self.currency_id.round(amount - self.amount_total)
        if not self.currency_id.is_zero(rest):
            self.write({"invoice_line_ids": [Command.create(self._rounding_line(rest, products))]})

    def _rounding_line(self, rest, products):
        return {
            "name": self.env._("Rounding"),
            "quantity": 1,
            "price_unit": rest,
            "tax_ids": [Command.clear()],
            "account_id": products[:1].account_id.id,
        }
