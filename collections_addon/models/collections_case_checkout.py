from collections import defaultdict
from decimal import Decimal

from odoo import Command, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, float_repr

from ..domain import checkout
from ..domain.installments import allocate

#: Payments on their way count as paid; those that a person has to confirm do not.
BY_HAND = ("none", "custom")


class CollectionsCase(models.Model):
    """What the customer may pay now, computed from the ledger each time it is asked."""

    _inherit = "collections.case"

    # === FACTS === #

    def _checkout_lines(self, currency=None):
        """The debts of the customer in the order in which a payment goes to them."""
        self.ensure_one()
        owed = self.move_line_ids.filtered(
            lambda line: (
                line.amount_residual_currency > 0
                and (currency is None or line.currency_id == currency)
            )
        )
        return owed._allocation_order()

    def _checkout_credit_lines(self, currency):
        """Payments and credit notes not allocated, the oldest first."""
        self.ensure_one()
        self.invalidate_recordset(["move_line_ids"])
        return self.move_line_ids.filtered(
            lambda line: line.amount_residual_currency < 0 and line.currency_id == currency
        ).sorted(lambda line: (line.date, line.id))

    def _checkout_credit(self, currency):
        """Unallocated credits in a currency, positive.

        :rtype: Decimal
        """
        credits = self._checkout_credit_lines(currency)
        return -self._decimal(sum(credits.mapped("amount_residual_currency")), currency)

    def _checkout_currencies(self):
        """The currencies in which something is owed; each is paid by itself (P10)."""
        return self._checkout_lines().currency_id

    def _checkout_items(self, currency, today):
        """What can be paid, with what is contested, on its way or discounted of it.

        :param datetime.date today: the business date of the company
        :rtype: list[checkout.Payable]
        """
        self.invalidate_recordset(["move_line_ids"])  # computed once and kept otherwise
        lines = self._checkout_lines(currency)
        disputed = self._spread_over(lines, self._disputed_by_move(lines))
        under_way = self._under_way(lines, currency, today)
        discounts = self._checkout_discounts(lines, today)
        return [
            checkout.Payable(
                line.id,
                line.date_maturity or line.date,
                self._decimal(line.amount_residual_currency, currency),
                disputed.get(line.id, checkout.ZERO),
                under_way.get(line.id, checkout.ZERO),
                self._decimal(discounts.get(line.id, (0.0, False))[0], currency),
            )
            for line in lines
        ]

    def _disputed_by_move(self, lines):
        return {
            move.id: self._decimal(move.amount_disputed, move.currency_id)
            for move in lines.move_id
            if move.amount_disputed
        }

    def _spread_over(self, lines, by_move):
        """Line id -> its part of an amount of its invoice, the oldest installment first."""
        spread = {}
        for move, own in lines.grouped("move_id").items():
            open_amounts = [
                (line.id, self._decimal(line.amount_residual_currency, line.currency_id))
                for line in own
            ]
            parts, _left = allocate(by_move.get(move.id, checkout.ZERO), open_amounts)
            spread.update(parts)
        return spread

    def _under_way(self, lines, currency, today):
        """Line id -> what payments cover that are not confirmed, or not booked yet."""
        if not lines:
            return {}
        self.env["payment.transaction"].flush_model()
        self.env["collections.payment.share"].flush_model()
        chosen = self.env.execute_query(
            SQL(
                """
                SELECT share.move_line_id, sum(share.amount)
                  FROM collections_payment_share share
                  JOIN payment_transaction tx ON tx.id = share.transaction_id
                 WHERE share.move_line_id IN %s AND %s
              GROUP BY share.move_line_id
                """,
                tuple(lines.ids),
                self.env["payment.transaction"]._under_way_sql(today),
            )
        )
        others = self.env.execute_query(
            SQL(
                """
                SELECT rel.invoice_id, sum(tx.amount)
                  FROM account_invoice_transaction_rel rel
                  JOIN payment_transaction tx ON tx.id = rel.transaction_id
                 WHERE rel.invoice_id IN %s AND tx.currency_id = %s AND %s
                   AND NOT EXISTS (SELECT 1 FROM collections_payment_share share
                                    WHERE share.transaction_id = tx.id)
              GROUP BY rel.invoice_id
                """,
                tuple(lines.move_id.ids),
                currency.id,
                self.env["payment.transaction"]._under_way_sql(today),
            )
        )
        by_line = {line_id: self._decimal(amount, currency) for line_id, amount in chosen}
        by_move = defaultdict(Decimal)
        for move_id, amount in (*others, *self._registered(lines, currency, today)):
            by_move[move_id] += self._decimal(amount, currency)
        for line_id, amount in self._spread_over(lines, by_move).items():
            by_line[line_id] = by_line.get(line_id, checkout.ZERO) + amount
        return by_line

    def _registered(self, lines, currency, today):
        """(Invoice id, amount) of payments that wait for the bank's statement."""
        payments = self.env["account.payment"]
        payments.flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT rel.invoice_id, sum(payment.amount)
                  FROM account_move__account_payment rel
                  JOIN account_payment payment ON payment.id = rel.payment_id
                 WHERE rel.invoice_id IN %s AND payment.currency_id = %s AND %s
              GROUP BY rel.invoice_id
                """,
                tuple(lines.move_id.ids),
                currency.id,
                payments._registered_sql(today),
            )
        )

    def _decimal(self, amount, currency):
        return Decimal(float_repr(currency.round(float(amount)), currency.decimal_places))

    # === QUOTE === #

    def _checkout_quote(self, currency, today, keys=None, amount=None):
        """What paying now would come to.

        :param currency: `res.currency`, one record
        :param datetime.date today: the business date of the company
        :param keys: ids of the chosen items; None for all
        :param Decimal|None amount: an amount of the customer's own instead of whole items
        :rtype: checkout.Quote
        :raises UserError: with a sentence for the customer
        """
        self.ensure_one()
        items = self._checkout_items(currency, today)
        own = {item.key for item in items}
        if keys is not None and not set(keys) <= own:
            raise ValidationError(
                self.env._("Something you chose is settled already, or is not yours to pay.")
            )
        chosen = [item for item in items if keys is None or item.key in set(keys)]
        if amount is None:
            quote = checkout.choose(chosen, own, self._checkout_credit(currency))
        else:
            quote = self._checkout_own_amount(chosen, amount, currency)
        if quote.amount <= 0:
            raise UserError(self.env._("There is nothing to pay of what you chose."))
        return quote

    def _checkout_own_amount(self, items, amount, currency):
        """A typed amount; more than is owed is refused, for it is a slip of the pen."""
        if amount <= 0 or amount != self._decimal(amount, currency):
            raise UserError(
                self.env._("Please enter an amount in %(currency)s.", currency=currency.name)
            )
        most = checkout.total(items)
        if amount > most:
            raise UserError(
                self.env._(
                    "You can pay %(amount)s at most: more is not open.",
                    amount=currency.format(float(most)),
                )
            )
        return checkout.spread(items, amount)

    def _checkout_transaction_values(self, quote, currency, today):
        """What a transaction for this quote carries beside its amount.

        :rtype: dict
        """
        lines = self.env["account.move.line"].browse(share.key for share in quote.shares)
        discounts = self._checkout_discounts(lines, today)
        return {
            "collections_case_id": self.id,
            "invoice_ids": [Command.set(lines.move_id.ids)],
            "collections_share_ids": [
                Command.create(
                    {
                        "sequence": number,
                        "move_line_id": share.key,
                        "amount": float(share.amount),
                        "credit_amount": float(share.credit),
                        "discount_amount": float(share.discount),
                        "discount_kind": discounts[share.key][1] if share.discount else False,
                    }
                )
                for number, share in enumerate(quote.shares)
            ],
        }

    def _checkout_reference(self, quote):
        """What the payment is called: the invoice, or a number for several."""
        moves = self.env["account.move.line"].browse(share.key for share in quote.shares).move_id
        if len(moves) == 1:
            return moves.name
        return self.company_id.sudo().get_next_batch_payment_communication()

    def _pay_button(self, url, number, count, day):
        """Where a message leads who wants to pay, and what is written there.

        One invoice has a page of its own; several are paid at once on the customer's.

        :param str|None url: the page of the first invoice that can be paid
        :param int count: how many can
        :param datetime.date day: when the message goes out
        :rtype: dict
        """
        if self and count > 1:
            return {
                "pay_url": self._portal_url(day, "/pay"),
                "pay_label": self.env._("View and pay"),
            }
        return {
            "pay_url": url,
            "pay_label": url and self.env._("View and pay %s", number),
        }

    # === INSTALLMENTS === #

    def _checkout_installments(self, currency, today):
        """What active plans ask for, to be paid one by one (P11).

        :return: (installment, amount asked, ids of the plan's open items)
        :rtype: list[tuple]
        """
        self.ensure_one()
        plans = self.plan_ids.filtered(
            lambda plan: plan.state == "active" and plan.currency_id == currency
        )
        asked = plans._asked(today)
        open_ids = set(self._checkout_lines(currency).ids)
        rows = []
        for line in plans.line_ids.sorted(lambda line: (line.date, line.number)):
            amount = asked[line.plan_id.id].get(line.id, checkout.ZERO)
            items = line.plan_id.item_ids.move_id._dunning_lines()
            keys = [item_id for item_id in items.ids if item_id in open_ids]
            if amount > 0 and keys:
                rows.append((line, amount, keys))
        return rows
