from odoo import api, models

#: What QuickBooks keeps of a payment's reference.
LONGEST_REFERENCE = 21
LONGEST_NOTE = 400


class CollectionsOutbox(models.Model):
    """What has to be written: payments taken on our portal, contacts that were made."""

    _inherit = "collections.outbox"

    @api.model
    def _queue_payments(self, partials):
        """Have payments of customers on our portal written to the invoices' ledgers.

        :param partials: matches just made, `account.partial.reconcile`
        """
        rows = []
        for partial in partials:
            invoice, payment = partial.debit_move_id.move_id, partial.credit_move_id.payment_id
            transaction = payment.payment_transaction_id
            on_portal = transaction and transaction.payment_id == payment  # copies have it, too
            if on_portal and self._is_open_to("payment", invoice):
                rows.append(self._payment_row(partial, invoice, payment))
        return self._queue(rows)

    @api.model
    def _queue_notes(self, actions):
        """Have contacts noted on their invoices.

        :param actions: contacts that were made, `dunning.action`
        """
        rows = [
            self._note_row(action, invoice)
            for action in actions
            for invoice in action.item_ids.move_id
            if self._is_open_to("note", invoice)
        ]
        return self._queue(rows)

    def _is_open_to(self, kind, invoice):
        """Whether the ledger of an invoice takes such records, and is to be given them."""
        connection = invoice.collections_connection_id
        chosen = {"payment": "push_payments", "note": "push_notes"}[kind]
        return connection and connection[chosen] and kind in connection._adapter()._can_push()

    def _queue(self, rows):
        """Keep records to be written; those that are kept already are not kept again."""
        kept = self.search([("source", "in", [row["source"] for row in rows])])
        kept.filtered(lambda row: row.state == "cancelled").write({"state": "waiting"})
        known = set(kept.mapped("source"))
        fresh = {row["source"]: row for row in rows if row["source"] not in known}
        made = self.create(list(fresh.values()))
        for row in made:
            row.values = row._final_values()
        if made:
            self._wake()
        return made

    def _final_values(self):
        """The values with what only the row's own key gives: how it is found again."""
        mark = self.key[:8]
        if self.kind == "note":
            return {**self.values, "text": f"{self.values['text'][:LONGEST_NOTE]} [{mark}]"}
        name = self.values["reference"][: LONGEST_REFERENCE - len(mark) - 1]
        return {**self.values, "reference": f"{name} {mark}"}

    def _shared(self, kind, invoice, source):
        ref = self.env["collections.external.ref"].search(
            [("move_id", "=", invoice.id), ("stream", "=", "invoices")], limit=1
        )
        return {
            "connection_id": invoice.collections_connection_id.id,
            "kind": kind,
            "move_id": invoice.id,
            "source": source,
            "values": {"invoice": ref.external_id, "customer": ref.customer_key or ""},
        }

    def _payment_row(self, partial, invoice, payment):
        row = self._shared("payment", invoice, f"payment {payment.id} invoice {invoice.id}")
        currency = partial.debit_currency_id
        amount = currency.round(partial.debit_amount_currency)
        row["values"] |= {
            "amount": f"{amount:.{currency.decimal_places}f}",
            "currency": currency.name,
            "date": payment.date.isoformat(),
            "reference": payment.name or "",
            "account": invoice.collections_connection_id.push_account or "",
        }
        label = self.env._(
            "%(payment)s for %(invoice)s", payment=payment.name, invoice=invoice.name
        )
        return row | {"payment_id": payment.id, "label": label}

    def _note_row(self, action, invoice):
        row = self._shared("note", invoice, f"contact {action.id} invoice {invoice.id}")
        channels = dict(self.env["collections.channel"]._selection())
        text = self.env._(
            "%(level)s: contacted by %(channel)s on %(day)s.",
            level=action.level_id.name or self.env._("Collections"),
            channel=channels.get(action.channel_code, action.channel_code),
            day=action.contact_date,
        )
        row["values"] |= {"text": text}
        return row | {"action_id": action.id, "label": text}

    @api.model
    def _forget(self, partials):
        """Matches are undone: what was not written yet will not be."""
        pairs = {
            (partial.credit_move_id.payment_id.id, partial.debit_move_id.move_id.id)
            for partial in partials
            if partial.credit_move_id.payment_id
        }
        rows = self.search([("payment_id", "in", [payment for payment, _invoice in pairs])])
        self._give_up(rows.filtered(lambda row: (row.payment_id.id, row.move_id.id) in pairs))

    @api.model
    def _give_up(self, rows):
        """What was undone here is not written; what was, or may have been, says so."""
        waiting = rows.filtered(lambda row: row.state in ("waiting", "failed"))
        waiting.filtered(lambda row: not row.is_doubtful).write({"state": "cancelled"})
        text = self.env._("It was undone here after it was, or may have been, written there.")
        rows.filtered(lambda row: row.state != "cancelled").write({"problem": text})
