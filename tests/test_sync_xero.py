"""Reading Xero: the stories of every ledger, and its own."""

from datetime import timedelta

from odoo.tests import tagged

from .connection_common import ConnectionCommon
from .sync_stories import LedgerStories


@tagged("post_install", "-at_install")
class TestSyncXero(LedgerStories, ConnectionCommon):
    PROVIDER = "xero"
    PAGE_OF_INVOICES = {"path": r"/Invoices\?.*page=1"}
    LIST = {"path": r"/Invoices\?.*summaryOnly", "times": None}
    MINUTE_LIMIT = "minute"
    INVOICE_STATE = {"DueDate": "soon", "DueDateString": None}

    def overlay_an_invoice(self, values):
        key = self.add_invoice(44)
        self.service.overlay(key, **values)
        return key

    def add_invoice(self, amount):
        contact = next(iter(self.service.ledger.contacts))
        return self.service.add_invoice(contact, amount)

    def count(self, _stream):
        invoices = self.service.ledger.documents["Invoices"].values()
        return sum(document.type == "ACCREC" for document in invoices)

    def forget(self, _stream, key):
        del self.service.ledger.documents["Invoices"][key]

    def test_the_limit_of_a_day_pauses_until_it_is_over_and_says_so(self):
        self.service.fault("day", path="/Invoices", retry_after=7200)
        log = self.sync()
        self.assertEqual((log.state, log.resume_at), ("paused", self.now + timedelta(hours=2)))
        self.assertIn("today", self.connection.sync_message)
        self.assertFalse(self.env["collections.connection"]._due(self.now) & self.connection)
        self.later(hours=3)
        self.assertIn(self.connection, self.env["collections.connection"]._due(self.now))
        self.assertEqual((self.sync(), log.state), (log, "done"))
        self.assertEqual(self.owed(), self.truth())

    def test_bills_are_not_even_asked_for(self):
        contact = next(iter(self.service.ledger.contacts))
        bill = self.service.add_invoice(contact, 900, type="ACCPAY")
        self.sync()
        self.assertFalse(self.refs("invoices", external_id=bill))

    def test_archived_and_merged_customers_are_followed(self):
        gone, stays = list(self.service.ledger.contacts)[:2]
        self.sync()
        self.service.merge(gone, stays)
        self.later(hours=1)
        self.sync()
        [merged] = [record for record in self.records("customers") if record.external_id == gone]
        self.assertEqual(merged.merged_into, stays)
