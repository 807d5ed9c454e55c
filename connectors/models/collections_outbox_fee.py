from odoo import api, models
from odoo.tools import SQL

from ..base import Misconfigured, Transient

#: Xero keeps 255 characters of a reference, with our key behind it.
LONGEST_REFERENCE = 200


class CollectionsOutbox(models.Model):
    """Debit notes for late payment: written to the ledger of the invoices they are for."""

    _inherit = "collections.outbox"

    @api.model
    def _queue_fees(self, notes):
        """Have debit notes written to the ledger of what they were charged for.

        :param notes: `account.move`, booked charges
        """
        charges = self.env["collections.charge"].search([("invoice_id", "in", notes.ids)])
        rows = []
        for note, own in charges.grouped("invoice_id").items():
            if connection := own._fee_connection():
                rows.append(self._fee_row(connection, note, own))
        return self._queue(rows)

    def _fee_row(self, connection, note, charges):
        late = charges.move_id.sorted("id")[:1]
        customer = self.env["collections.external.ref"].search(
            [("move_id", "=", late.id), ("stream", "=", "invoices")], limit=1
        )
        return {
            "connection_id": connection.id,
            "kind": "fee",
            "move_id": note.id,
            "source": f"fee {note.id}",
            "label": self.env._(
                "%(note)s for %(invoices)s",
                note=note.name,
                invoices=", ".join(charges.move_id.mapped("name")),
            ),
            "values": {
                "invoice": "",
                "customer": customer.customer_key or "",
                "number": note.name,
                "reference": note.name[:LONGEST_REFERENCE],
                "currency": note.currency_id.name,
                "date": note.invoice_date.isoformat(),
                "account": connection.push_fee_account or "",
                "tax": connection.push_fee_tax or "",
                "lines": [_line_values(line) for line in _lines(note)],
            },
        }

    def _final_values(self):
        """Override: a fee is found again by number and key."""
        if self.kind == "fee":
            return {**self.values, "reference": f"{self.values['reference']} {self.key[:8]}"}
        return self.values if self.kind == "fee_end" else super()._final_values()

    @api.model
    def _queue_fee_ends(self, notes):
        """Take back what was written of debit notes whose charges were reversed.

        One that was not sent yet is not sent; one that was, or may have been, is void there.
        """
        fees = self.search([("move_id", "in", notes.ids), ("kind", "=", "fee")])
        fees = fees.filtered(lambda row: row.state != "cancelled")
        unsent = fees.filtered(
            lambda row: (
                row.state in ("waiting", "failed") and not row.is_doubtful and row._is_taken_back()
            )
        )
        unsent.state = "cancelled"
        rows = [self._fee_end_row(fee) for fee in fees - unsent]
        return self._queue(rows)

    def _fee_end_row(self, fee):
        return {
            "connection_id": fee.connection_id.id,
            "kind": "fee_end",
            "move_id": fee.move_id.id,
            "source": f"fee {fee.move_id.id} taken back",
            "label": self.env._("%(note)s was taken back", note=fee.move_id.name),
            "values": {"fee": fee.id, "invoice": "", "customer": fee.values["customer"]},
        }

    def _is_taken_back(self):
        """Whether all that the debit note was for was reversed."""
        charges = self.env["collections.charge"].search([("invoice_id", "=", self.move_id.id)])
        return set(charges.mapped("state")) == {"reversed"}

    def _present_values(self):
        """Override: where fees go, and which invoice there is to be void, is known when it is
        written."""
        if self.kind == "fee":
            connection = self.connection_id
            account, tax = connection.push_fee_account, connection.push_fee_tax
            return {**self.values, "account": account or "", "tax": tax or ""}
        if self.kind == "fee_end":
            return {**self.values, "invoice": self._ended_invoice()}
        return super()._present_values()

    def _ended_invoice(self):
        fee = self.browse(self.values["fee"])
        if not self._is_taken_back():
            raise Misconfigured(
                self.env._(
                    "Only a part of %(note)s was taken back, and only the whole can be void there:"
                    " credit that part in the ledger.",
                    note=fee.move_id.name,
                )
            )
        if fee.state != "done":
            raise Transient(self.env._("The fee itself is not written yet."))
        return fee.external_id

    # === COMING BACK === #

    @api.model
    def _fees_of(self, connection, records):
        """Rows whose fees came back as these invoices of the ledger.

        A row counts as soon as it may have been written: the invoice can be read before the
        answer to its writing was noted.

        :param records: `connectors.base.Invoice`
        :return: key of the invoice there -> the row
        :rtype: dict[str, collections.outbox]
        """
        adapter = connection._adapter()
        references = {adapter._fee_reference(record): record.external_id for record in records}
        references.pop("", None)
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, external_id, values->>'reference' FROM collections_outbox"
                " WHERE connection_id = %s AND kind = 'fee' AND state <> 'cancelled'"
                " AND (external_id = ANY(%s) OR values->>'reference' = ANY(%s))",
                connection.id,
                [record.external_id for record in records],
                list(references),
            )
        )
        return {key or references[said]: self.browse(row_id) for row_id, key, said in rows}


def _lines(note):
    return note.invoice_line_ids.filtered(lambda line: line.display_type == "product")


def _line_values(line):
    digits = line.currency_id.decimal_places
    tax = line.price_total - line.price_subtotal
    return {
        "text": line.name or line.move_id.name,
        "amount": f"{line.price_subtotal:.{digits}f}",
        "tax": f"{line.currency_id.round(tax):.{digits}f}",
    }
