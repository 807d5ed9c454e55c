"""What every connector keeps, whatever ledger it speaks to."""

import json

from odoo.tests import TransactionCase, tagged

from ..connectors.base import AuthExpired, RateLimited, Rejected, Transient
from ..connectors.models.collections_connector import Listed, Pulled
from .connection_common import ConnectionCommon

ODD = (None, 7, "text", [], {}, {"Id": None}, {"Id": ["x"]}, {"InvoiceID": {}}, {"id": "\0"})


@tagged("post_install", "-at_install")
class TestConnectorContract(TransactionCase):
    """What asks nothing of a ledger: every installed connector, files too."""

    def connectors(self):
        registry = self.env["collections.connector"]
        self.assertLessEqual({"xero", "quickbooks", "file"}, set(registry._codes()))
        for code in registry._codes():
            with self.subTest(code):
                yield code, registry._by_code(code)

    def connection(self, code):
        return self.env["collections.connection"].create({"name": code, "provider": code})

    def test_it_has_a_name_of_its_own(self):
        labels = [connector._label for _code, connector in self.connectors()]
        self.assertTrue(all(labels))
        self.assertEqual(len(set(labels)), len(labels))

    def test_customers_come_before_what_they_owe(self):
        for _code, connector in self.connectors():
            streams = connector._streams()
            self.assertEqual(streams[:2], ("customers", "invoices")[: len(streams)])
            self.assertEqual(len(set(streams)), len(streams))

    def test_odd_records_have_no_key_and_break_nothing(self):
        for code, connector in self.connectors():
            connection = self.connection(code)
            for stream in connector._streams():
                for item in ODD:
                    self.assertEqual(connector._key(stream, item)[0], "", item)
                page = connector._read(connection, stream, list(ODD))
                self.assertFalse(page.records)
                self.assertEqual(len(page.problems) + page.ignored, len(ODD))

    def test_what_vanished_counts_for_nothing(self):
        for code, connector in self.connectors():
            connection = self.connection(code)
            for stream in connector._streams():
                raw = dict(KNOWN[code].get(stream, {}))
                gone = connector._gone(stream, "k-1", raw)
                [record] = connector._read(connection, stream, [gone]).records
                if stream == "customers":
                    self.assertFalse(record.active)
                else:
                    self.assertFalse(record.state.counts)

    def test_odd_records_name_nothing_that_changed_with_them(self):
        links = {"TxnType": [], "TxnId": 7}
        odd = [{"Payments": [None, {"PaymentID": 7}], "Line": "x", "LinkedTxn": [links]}, *ODD]
        for _code, connector in self.connectors():
            for stream in connector._streams():
                for item in odd:
                    self.assertEqual(connector._related(stream, item), [])

    def test_a_webhook_without_a_good_signature_is_refused(self):
        headers = {"x-xero-signature": "AAAA", "intuit-signature": "AAAA"}
        for _code, connector in self.connectors():
            for secret in (None, "", "key"):
                for given in ({}, headers):
                    self.assertFalse(connector._verify_webhook(b"{}", given, secret))

    def test_a_webhook_that_is_none_rings_nothing(self):
        for _code, connector in self.connectors():
            for raw in (b"", b"x", b"[1", b"7", b"\xff"):
                try:
                    self.assertEqual(connector._parse_webhook(raw), [])
                except Rejected:
                    continue

    def test_a_new_connection_is_read_by_nobody(self):
        for code, _connector in self.connectors():
            connection = self.connection(code)
            self.assertFalse(connection._due(connection.create_date) & connection)


KEY = "00000000-0000-0000-0000-000000000001"
KNOWN = {
    "xero": {
        "customers": {"ContactID": KEY, "Name": "Cedar"},
        "invoices": {"InvoiceID": KEY, "Type": "ACCREC", "Status": "AUTHORISED"},
        "credit_notes": {"CreditNoteID": KEY, "Type": "ACCRECCREDIT"},
        "prepayments": {"PrepaymentID": KEY, "Type": "RECEIVE-PREPAYMENT"},
        "overpayments": {"OverpaymentID": KEY, "Type": "RECEIVE-OVERPAYMENT"},
        "payments": {"PaymentID": KEY, "PaymentType": "ACCRECPAYMENT"},
    },
    "quickbooks": {},
    "file": {},
}


class LedgerContract:
    """What is asked of a ledger: the errors have one meaning, whoever it is."""

    allow_inherited_tests_method = True

    def setUp(self):
        super().setUp()
        self.service.fill(3, 12)
        self.adapter = self.connection._adapter()

    def client(self):
        client = self.connection._client(self.now)
        self.addCleanup(client.close)
        return client

    def pull(self, stream="invoices", cursor=None):
        return self.adapter._pull(self.client(), stream, cursor or {}, self.now)

    def test_a_page_says_how_to_go_on_in_plain_json(self):
        for stream in self.adapter._streams():
            pulled = self.pull(stream)
            self.assertIsInstance(pulled, Pulled)
            self.assertEqual(json.loads(json.dumps(pulled.cursor)), pulled.cursor)
            self.assertTrue(pulled.is_last)
            self.later(minutes=1)
            again = self.pull(stream, pulled.cursor)
            self.assertTrue(again.is_last)

    def test_every_record_has_a_key_and_can_be_had_again_by_it(self):
        for stream in self.adapter._streams():
            items = self.pull(stream).items
            keys = [self.adapter._key(stream, item)[0] for item in items]
            self.assertTrue(all(keys))
            found = self.adapter._pull_some(self.client(), stream, keys[:3])
            self.assertEqual(
                {self.adapter._key(stream, item)[0] for item in found}, set(keys[:3]), stream
            )

    def test_the_list_of_keys_is_that_of_the_pages(self):
        for stream in self.adapter._streams():
            listed = self.adapter._list(self.client(), stream, None)
            self.assertIsInstance(listed, Listed)
            self.assertIsNone(listed.following)
            keys = {self.adapter._key(stream, item)[0] for item in self.pull(stream).items}
            self.assertEqual(set(listed.keys), keys, stream)

    def test_what_is_not_there_is_left_out(self):
        for stream in self.adapter._streams():
            self.assertEqual(self.adapter._pull_some(self.client(), stream, [self.UNKNOWN]), [])

    def test_failures_have_one_meaning(self):
        for fault, kind in (
            ("unavailable", Transient),
            ("drop", Transient),
            ("cut", Transient),
            ("expired", AuthExpired),
            ("forbidden", AuthExpired),
            (self.LIMIT, RateLimited),
        ):
            with self.subTest(fault):
                client = self.client()
                self.service.fault(fault)
                with self.assertRaises(kind) as caught:
                    self.adapter._pull(client, "invoices", {}, self.now)
                self.assertNotIn(self.token(), str(caught.exception))
                self.service.clear_faults()
                self.later(minutes=5)

    def token(self):
        return self.connection._access_token(self.now)


@tagged("post_install", "-at_install")
class TestContractXero(LedgerContract, ConnectionCommon):
    PROVIDER, LIMIT, UNKNOWN = "xero", "minute", KEY


@tagged("post_install", "-at_install")
class TestContractQuickBooks(LedgerContract, ConnectionCommon):
    PROVIDER, LIMIT, UNKNOWN = "quickbooks", "throttled", "999999"
