"""What others' code makes of what we read and write: the vendors' own models, as a check."""

import unittest
import warnings
from datetime import date
from decimal import Decimal

from .connector_loader import connector_module
from .ledger_files import quickbooks_records
from .test_domain_quickbooks_mapper import INVOICE, MEMO, PAYMENT
from .test_domain_xero_mapper import INVOICE as XERO_INVOICE

xero, quickbooks = connector_module("xero.mapper"), connector_module("quickbooks.mapper")


class QuickBooksOpinionCase(unittest.TestCase):
    def test_the_library_reads_the_same_figures(self):
        from quickbooks.objects import CreditMemo, Invoice, Payment

        recorded = quickbooks_records("change_data_capture_response.xml", "Invoice")[:1]
        for kind, stream, items in (
            (Invoice, "invoices", [INVOICE, *recorded]),
            (CreditMemo, "credit_notes", [MEMO]),
            (Payment, "payments", [PAYMENT]),
        ):
            page = quickbooks.read(stream, items, "USD")
            for item, ours in zip(items, page.records, strict=True):
                theirs = kind.from_json(item)
                total = ours.amount if stream == "payments" else ours.total
                self.assertEqual((theirs.Id, theirs.TotalAmt), (ours.external_id, total))
                self.assertEqual(theirs.CustomerRef.value, ours.customer_id)
                self.assertEqual(theirs.TxnDate, ours.date.isoformat())

    def test_the_library_reads_the_payment_we_write(self):
        from quickbooks.objects import Payment

        body = quickbooks.payment_body(
            invoice_id="7", customer_id="10", amount=Decimal("5.00"),
            date=date(2026, 1, 2), reference="r",
        )  # fmt: skip
        theirs = Payment.from_json(body)
        [line] = theirs.Line
        [link] = line.LinkedTxn
        self.assertEqual((theirs.TotalAmt, line.Amount), (Decimal("5.00"), Decimal("5.00")))
        self.assertEqual((link.TxnId, link.TxnType), ("7", "Invoice"))


class XeroOpinionCase(unittest.TestCase):
    def test_the_library_reads_the_same_figures_of_a_good_record(self):
        from xero_python.accounting import models
        from xero_python.api_client import ModelFinder
        from xero_python.api_client.deserializer import deserialize

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = deserialize("Invoice", XERO_INVOICE, ModelFinder(models))
        [ours] = xero.read("invoices", [XERO_INVOICE]).records
        self.assertEqual((theirs.date, theirs.due_date), (ours.date, ours.due_date))
        self.assertEqual((theirs.total, theirs.amount_due), (ours.total, ours.balance))
        self.assertEqual(theirs.contact.contact_id, ours.customer_id)
