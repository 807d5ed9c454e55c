"""Writing to Xero: payments of invoices, notes in their history, invoices for fees."""

from decimal import Decimal

from odoo import api, models

from ..base import Misconfigured
from ..reading import as_date
from . import mapper
from .client import check_number

KINDS = ("payment", "note", "fee")
#: What is not owed any more.
ENDED = ("VOIDED", "DELETED")


class CollectionsConnectorXero(models.AbstractModel):
    _inherit = "collections.connector.xero"

    @api.model
    def _can_push(self):
        return KINDS

    def _push_payment(self, client, values, key):
        if not values["account"]:
            raise Misconfigured(
                self.env._("Enter the code of the bank account that payments are written to.")
            )
        body = mapper.payment_body(
            invoice_id=values["invoice"],
            account={"Code": values["account"]},
            amount=Decimal(values["amount"]),
            date=as_date(values["date"]),
            reference=values["reference"],
        )
        return client.pay(body, key)["PaymentID"]

    def _find_payment(self, client, values, key):  # pylint: disable=unused-argument
        """The payment of the invoice that bears our reference."""
        for payment in client.one("invoices", values["invoice"]).get("Payments") or ():
            if payment.get("Reference") == values["reference"]:
                return payment["PaymentID"]
        return None

    def _push_note(self, client, values, key):
        client.note("invoices", values["invoice"], mapper.history_body(values["text"]), key)
        return ""

    def _find_note(self, client, values, key):  # pylint: disable=unused-argument
        notes = client.history("invoices", values["invoice"])
        text = mapper.history_body(values["text"])["HistoryRecords"][0]["Details"]
        return "" if any(note.get("Details") == text for note in notes) else None

    def _push_fee(self, client, values, key):
        self._check_fee(values)
        check_number(values["number"])
        return client.invoice(mapper.invoice_body(values), key)["InvoiceID"]

    def _find_fee(self, client, values, key):  # pylint: disable=unused-argument
        """The invoice that bears our number and reference."""
        for invoice in client.numbered(values["number"]):
            ended = invoice.get("Status") in ENDED
            if invoice.get("Reference") == values["reference"] and not ended:
                return invoice["InvoiceID"]
        return None

    def _push_fee_end(self, client, values, key):
        """Void the invoice, unless somebody did so already."""
        found = self._find_fee_end(client, values, key)
        if found is None:
            client.void(values["invoice"], key)
        return ""

    def _find_fee_end(self, client, values, key):  # pylint: disable=unused-argument
        status = client.one("invoices", values["invoice"]).get("Status")
        return "" if status in ENDED else None
