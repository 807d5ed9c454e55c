"""Reading QuickBooks: the stories of every ledger, and its own."""

from unittest.mock import patch

from odoo.tests import tagged

from .connection_common import ConnectionCommon
from .sync_stories import LedgerStories


@tagged("post_install", "-at_install")
class TestSyncQuickBooks(LedgerStories, ConnectionCommon):
    PROVIDER = "quickbooks"
    PAGE_OF_INVOICES = {"path": "/query", "skip": 2}  # customers, and how many there are
    LIST = {"path": "/query", "skip": 2}
    MINUTE_LIMIT = "throttled"
    INVOICE_STATE = {"DueDate": "soon"}

    def overlay_an_invoice(self, values):
        key = self.add_invoice(44)
        self.service.overlay("Invoice", key, **values)
        return key

    def add_invoice(self, amount):
        customer = next(iter(self.service.books.entities["Customer"]))
        return self.service.add_invoice(customer, amount)

    def count(self, _stream):
        return len(self.service.books.entities["Invoice"])

    def forget(self, _stream, key):
        del self.service.books.entities["Invoice"][key]

    def test_pitfall_8_deleted_is_told_by_the_changes(self):
        key = self.add_invoice(70)
        self.sync()
        self.later(hours=1)
        self.service.delete(key)
        self.later(hours=1)
        self.sync()
        [record] = [each for each in self.records("invoices") if each.external_id == key]
        self.assertEqual(record.state.value, "deleted")
        self.assertEqual(self.owed(), self.truth())
        self.assertEqual(self.ref("invoices", key).move_id.state, "cancel")

    def test_pitfall_6_after_thirty_days_changes_are_queried_and_deletions_looked_for(self):
        key = self.add_invoice(70)
        self.sync()
        self.service.delete(key)
        self.later(days=40)
        self.add_invoice(30)
        before = len(self.service.calls())
        log = self.sync()
        self.assertEqual(log.state, "done")
        self.assertFalse([call for call in self.asked(before) if "/cdc" in call.path])
        self.assertEqual(log.gone, 1)
        self.assertEqual(self.owed(), self.truth())

    def test_pitfall_6_a_thousand_changes_may_be_cut_off(self):
        with patch.object(type(self.connection), "_mirror", lambda *_a, **_o: 0):
            self.sync()
            self.later(hours=1)
            for _each in range(1000):
                self.add_invoice(10)
            self.later(hours=1)
            self.sync()
        self.assertEqual(len(self.refs("invoices")), self.count("invoices"))
        self.assertEqual(self.owed(), self.truth())

    def test_pitfall_6_the_changes_are_asked_for_with_their_zone(self):
        self.sync()
        self.later(hours=1)
        self.sync()
        calls = self.service.calls(containing="/cdc")
        self.assertTrue(calls)
        for call in calls:
            self.assertTrue(call.query["changedSince"].endswith("+00:00"))

    def test_pitfall_9_a_credit_applied_by_a_payment_of_nothing(self):
        customer = next(iter(self.service.books.entities["Customer"]))
        invoice = self.service.add_invoice(customer, 100)
        credit = self.service.add_credit(customer, 30)
        self.sync()
        self.later(hours=1)
        self.service.apply_credit(credit, invoice, 30)
        self.later(hours=1)
        self.sync()
        self.assertEqual(self.ref("invoices", invoice).move_id.amount_residual, 70)
        self.assertEqual(self.connection.drift_open_count, 0)
