from odoo import models

from .mirror_guard import MIRRORING


class CollectionsMirror(models.AbstractModel):
    """Debit notes of ours that were written to the ledger, and come back from there.

    The ledger's invoice then has our debit note for its document: one debt, one document. From
    then on the ledger's word counts for it. When it says something else, what was charged is
    reversed here, and the ledger's invoice is mirrored as any other.
    """

    _inherit = "collections.mirror"

    def _meet(self, connection, entries):
        """Override: invoices meet the debit notes they were written for."""
        super()._meet(connection, entries)
        fresh = [e for e in entries if e.ref.stream == "invoices" and not e.ref.move_id]
        if not fresh or not connection._adapter()._can_push():
            return
        fees = self.env["collections.outbox"]._fees_of(connection, [e.record for e in fresh])
        for entry in fresh:
            note = entry.record.external_id in fees and fees[entry.record.external_id].move_id
            if note and note.state == "posted":
                self._meet_fee(connection, entry, note)

    def _meet_fee(self, connection, entry, note):
        if not self._is_same_fee(entry, note):
            self._end_fee(entry.ref, note, self._fee_differs(entry))
            return
        key = entry.record.customer_id
        entry.ref.write({"move_id": note.id, "is_met": True, "customer_key": key})
        entry.move = note
        note.collections_connection_id = connection
        self.env.flush_all()
        # paid here before it came back: the ledger is told now
        partials = self._items(note).matched_credit_ids
        self.env["collections.outbox"]._queue_payments(partials)

    def _is_same_fee(self, entry, note):
        item = self._items(note)
        return (
            len(item) == 1
            and item.currency_id == entry.currency
            and note.commercial_partner_id == entry.partner.commercial_partner_id
            and not entry.currency.compare_amounts(item.amount_currency, entry.amount)
        )

    def _fee_differs(self, entry):
        return self.env._(
            "The ledger has it at %(amount)s %(currency)s",
            amount=f"{entry.amount:.2f}",
            currency=entry.currency.name,
        )

    # === CHANGED THERE === #

    def _follow_met(self, connection, entry):
        """Override: a debit note follows the ledger's date; another sum is another debt."""
        if entry.ref.stream == "invoices":
            note = entry.ref.move_id
            if not self._is_same_fee(entry, note):
                self._end_fee(entry.ref, note, self._fee_differs(entry))
            elif note.state == "posted" and note.invoice_date_due != entry.due:
                self._items(note).date_maturity = entry.due
                note.invoice_date_due = entry.due
        super()._follow_met(connection, entry)

    def _cancel_documents(self, refs):
        """Override: a fee that is void there is none here."""
        for ref in refs.filtered(lambda ref: ref.is_met and ref.stream == "invoices"):
            self._end_fee(ref, ref.move_id, self.env._("Void or deleted in the ledger"))
        super()._cancel_documents(refs)

    def _end_fee(self, ref, note, reason):
        """Reverse what a debit note was for; the ledger is not told, it said so itself."""
        told = self._partials_on(self._items(note)).filtered("collections_ref_id")
        self._undo(told, ref)
        note.collections_connection_id = False
        charges = self.env["collections.charge"].search(
            [("invoice_id", "=", note.id), ("state", "=", "booked")]
        )
        if charges:
            day = note.company_id._collections_today(ref.pulled_at)
            plain = {
                "allowed_company_ids": note.company_id.ids,
                "collections_mirroring": MIRRORING,
            }
            charges.with_env(self.env(context=plain))._reverse(day, reason)
