"""Writing to QuickBooks Online: payments of invoices, notes on them, invoices for fees."""

from decimal import Decimal

from odoo import api, models

from ..base import Absent
from ..reading import as_date
from . import mapper

KINDS = ("payment", "note", "fee")
#: What a private note holds at most.
LONGEST_NOTE = 4000


class CollectionsConnectorQuickbooks(models.AbstractModel):
    _inherit = "collections.connector.quickbooks"

    @api.model
    def _can_push(self):
        return KINDS

    def _push_payment(self, client, values, key):
        body = mapper.payment_body(
            invoice_id=values["invoice"],
            customer_id=values["customer"],
            amount=Decimal(values["amount"]),
            date=as_date(values["date"]),
            reference=values["reference"],
            account_id=values["account"],
            currency=values["currency"],
        )
        return client.pay(body, key)["Id"]

    def _find_payment(self, client, values, key):  # pylint: disable=unused-argument
        """The payment of the invoice that bears our reference."""
        invoice = client.one("invoices", values["invoice"])
        for link in invoice.get("LinkedTxn") or ():
            if link.get("TxnType") == "Payment":
                payment = self._payment_or_none(client, link["TxnId"])
                if payment and payment.get("PaymentRefNum") == values["reference"][:21]:
                    return payment["Id"]
        return None

    def _payment_or_none(self, client, external_id):
        try:
            return client.one("payments", external_id)
        except Absent:
            return None

    def _push_note(self, client, values, key):
        """Add to the invoice's private note, as it stands at this moment.

        :raises Stale: when somebody changes the invoice between reading and writing
        """
        invoice = client.one("invoices", values["invoice"])
        notes = "\n".join(filter(None, (invoice.get("PrivateNote"), values["text"])))
        changes = {"PrivateNote": notes[-LONGEST_NOTE:]}
        # the text depends on what was read: each version is a request of its own
        version = str(invoice["SyncToken"])
        body = mapper.sparse_body(invoice["Id"], version, changes)
        client.update("invoices", body, f"{key[:24]}-{version}")
        return ""

    def _find_note(self, client, values, key):  # pylint: disable=unused-argument
        notes = client.one("invoices", values["invoice"]).get("PrivateNote") or ""
        return "" if values["text"] in notes else None

    def _push_fee(self, client, values, key):
        self._check_fee(values)
        return client.add("invoices", mapper.invoice_body(values), key)["Id"]

    def _find_fee(self, client, values, key):  # pylint: disable=unused-argument
        """The customer's invoice of that day that bears our reference."""
        for invoice in client.of_day("invoices", values["customer"], values["date"]):
            if values["reference"] in (invoice.get("PrivateNote") or "").split("\n"):
                return invoice["Id"]
        return None

    def _push_fee_end(self, client, values, key):
        """Void the invoice, unless somebody did so already.

        :raises Stale: when somebody changes the invoice between reading and writing
        """
        invoice = self._fee_there(client, values)
        if invoice:
            client.void("invoices", invoice["Id"], str(invoice["SyncToken"]), key)
        return ""

    def _find_fee_end(self, client, values, key):  # pylint: disable=unused-argument
        return None if self._fee_there(client, values) else ""

    def _fee_there(self, client, values):
        """The invoice, None where nothing is owed of it any more."""
        try:
            invoice = client.one("invoices", values["invoice"])
        except Absent:
            return None
        note = (invoice.get("PrivateNote") or "").lower()
        return None if not invoice.get("TotalAmt") and note.startswith("voided") else invoice

    @api.model
    def _fee_reference(self, record):
        """QuickBooks' invoices have no reference: it is the first line of the private note."""
        return (record.raw.get("PrivateNote") or "").partition("\n")[0]
