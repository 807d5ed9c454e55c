from datetime import timedelta

from odoo import models

#: A payment taken here is in the ledger's books within so many days.
MEETS_WITHIN = timedelta(days=30)


class CollectionsMirror(models.AbstractModel):
    """Money taken on our portal that the ledger tells of, too: it is booked once.

    The ledger's payment then has our payment for its document, and no entry of its own.
    """

    _inherit = "collections.mirror"

    def _meet(self, connection, entries):
        """Give payments of the ledger our own payments of the same money."""
        payments = [entry for entry in entries if entry.ref.stream == "payments"]
        if not payments or not self._takes_payments(connection):
            return
        for entry in payments:
            if not entry.ref.move_id and entry.amount < 0:
                if payment := self._our_payment(connection, entry):
                    entry.ref.write({"move_id": payment.move_id.id, "is_met": True})
                    entry.move = payment.move_id

    def _takes_payments(self, connection):
        """Whether money of mirrored documents was taken here at all."""
        return bool(
            self.env["account.payment"].search_count(
                [
                    ("company_id", "=", connection.company_id.id),
                    ("payment_type", "=", "inbound"),
                    ("state", "in", ("in_process", "paid")),
                ],
                limit=1,
            )
        )

    def _our_payment(self, connection, entry):
        """The payment of ours that is the same money: the reference, else the day, decides."""
        payments = self.env["account.payment"].search(
            [
                ("company_id", "=", connection.company_id.id),
                ("partner_id", "child_of", entry.partner.commercial_partner_id.id),
                ("payment_type", "=", "inbound"),
                ("state", "in", ("in_process", "paid")),
                ("currency_id", "=", entry.currency.id),
                ("amount", "=", abs(entry.amount)),
                ("date", ">=", entry.date - MEETS_WITHIN),
                ("date", "<=", entry.date + MEETS_WITHIN),
                ("move_id", "!=", False),
            ]
        )
        free = payments - self._met(payments)
        if not free:
            return free
        return min(free, key=lambda payment: self._distance(entry, payment))

    def _met(self, payments):
        """Payments of ours that another record of a ledger has met."""
        refs = self.env["collections.external.ref"].search(
            [("move_id", "in", payments.move_id.ids), ("is_met", "=", True)]
        )
        return payments.filtered(lambda payment: payment.move_id in refs.move_id)

    def _distance(self, entry, payment):
        texts = filter(None, (payment.memo, payment.payment_reference, payment.name))
        named = any(text in entry.reference or entry.reference in text for text in texts)
        return not (entry.reference and named), abs(payment.date - entry.date), payment.id

    def _still_met(self, entry):
        """Whether our payment still is the money that the ledger tells of."""
        item = self._items(entry.ref.move_id)
        same = len(item) == 1 and item.currency_id == entry.currency
        posted = entry.ref.move_id.state == "posted"
        return posted and same and not entry.currency.compare_amounts(
            item.amount_currency, entry.amount
        )  # fmt: skip

    def _part(self, ref):
        """Our payment is not what the ledger tells of any more: each has its own entry."""
        self._undo(self._partials_of(ref), ref)
        ref.write({"move_id": False, "is_met": False})
