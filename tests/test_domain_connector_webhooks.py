"""Webhooks of both services: who signed them, and what they say."""

import base64
import contextlib
import hashlib
import hmac
import json
import unittest

from hypothesis import given
from hypothesis import strategies as st

from .connector_loader import connector_module
from .ledger_files import recorded_json
from .mapper_cases import ANYTHING

base = connector_module("base")
xero, quickbooks = connector_module("xero.webhooks"), connector_module("quickbooks.webhooks")
KEY = "s3cr3t"


def signature(raw, key=KEY):
    return base64.b64encode(hmac.new(key.encode(), raw, hashlib.sha256).digest()).decode()


class SignatureCase(unittest.TestCase):
    services = ((xero, "X-Xero-Signature"), (quickbooks, "Intuit-Signature"))

    def test_intuit_s_own_vector(self):
        vector = recorded_json("quickbooks/intuit_webhook_hmac.json")
        raw, key = vector["payload"].encode(), vector["verifier_token"]
        headers = {"intuit-signature": vector["intuit_signature"]}
        self.assertTrue(quickbooks.verify(raw, headers, key))
        self.assertFalse(quickbooks.verify(raw + b" ", headers, key))
        self.assertFalse(quickbooks.verify(raw, headers, key + "x"))

    def test_pitfall_12_the_bytes_count_and_not_what_they_mean(self):
        raw = b'{"events" :  []}'
        for service, name in self.services:
            headers = {name: signature(raw)}
            self.assertTrue(service.verify(raw, headers, KEY))
            again = json.dumps(json.loads(raw)).encode()
            self.assertFalse(service.verify(again, headers, KEY))

    def test_without_a_key_nothing_is_signed(self):
        raw = b"{}"
        for service, name in self.services:
            for key in ("", None):
                self.assertFalse(service.verify(raw, {name: signature(raw, key or "")}, key))

    def test_missing_and_senseless_signatures(self):
        raw = b"{}"
        for service, name in self.services:
            for given_one in ("", None, "ü", "=", "a" * 5000, signature(raw)[:-1], "\ud800"):
                with self.subTest(ascii(given_one)):
                    self.assertFalse(service.verify(raw, {name: given_one}, KEY))
            self.assertFalse(service.verify(raw, {}, KEY))
            self.assertFalse(service.verify("{}", {name: signature(raw)}, KEY))

    @given(st.binary(), st.text())
    def test_no_guess_is_taken(self, raw, guess):
        for service, name in self.services:
            expected = guess.strip() == signature(raw)
            self.assertEqual(service.verify(raw, {name: guess}, KEY), expected)


class XeroEventsCase(unittest.TestCase):
    def test_the_documented_bodies(self):
        samples = recorded_json("xero/xero_webhook_samples.json")
        self.assertEqual(xero.parse(json.dumps(samples["intent_to_receive"]).encode()), [])
        [event] = xero.parse(json.dumps(samples["credit_note_create"]).encode())
        self.assertEqual(
            (event.stream, event.external_id, event.tenant_id, event.operation, event.at.year),
            ("credit_notes", "55d84274-a3da-4829-a7c0-0cab601b95cc",
             "aef86862-2015-4b6b-88bc-d89032cecc50", "create", 2025),
        )  # fmt: skip

    def test_the_same_event_twice_has_the_same_id(self):
        sample = recorded_json("xero/xero_webhook_samples.json")["credit_note_create"]
        sample["events"] *= 2
        first, second = xero.parse(json.dumps(sample).encode())
        self.assertEqual(first.event_id, second.event_id)

    def test_several_organisations_and_odd_entries(self):
        entries = [
            {"tenantId": "a", "resourceId": "1", "eventCategory": "INVOICE"},
            {"tenantId": "b", "resourceId": "1", "eventCategory": "SUBSCRIPTION"},
            {"tenantId": "b", "resourceId": 5},
            "odd",
        ]
        found = xero.parse(json.dumps({"events": entries}).encode())
        self.assertEqual([(e.tenant_id, e.stream) for e in found], [("a", "invoices"), ("b", "")])

    def test_what_is_no_delivery(self):
        for raw in (b"", b"[]", b"{}", b'{"events": {}}', b"\xff"):
            with self.assertRaises(base.Rejected):
                xero.parse(raw)


class QuickBooksEventsCase(unittest.TestCase):
    def test_the_announced_sample(self):
        sample = recorded_json("quickbooks/intuit_webhook_cloudevents_sample.json")
        [event] = quickbooks.parse(json.dumps(sample).encode())
        self.assertEqual(
            (event.event_id, event.tenant_id, event.external_id, event.stream, event.operation),
            ("88cd52aa-33b6-4351-9aa4-47572edbd068", "310687", "1234", "", "create"),
        )
        self.assertEqual((event.at.year, event.at.microsecond), (2025, 179851))

    def test_pitfall_12_one_delivery_of_several_companies(self):
        def entry(number, realm, kind):
            return {"id": str(number), "intuitaccountid": realm, "intuitentityid": "7",
                    "type": kind}  # fmt: skip

        entries = [
            entry(1, "100", "qbo.invoice.updated.v1"),
            entry(2, "200", "qbo.creditmemo.voided.v1"),
            entry(3, "200", "qbo.payment.deleted.v1"),
            entry(4, "200", "odd"),
            entry(5, "", "qbo.customer.merged.v1"),
            "odd",
        ]
        found = quickbooks.parse(json.dumps(entries).encode())
        self.assertEqual(
            [(e.tenant_id, e.stream, e.operation) for e in found],
            [("100", "invoices", "update"), ("200", "credit_notes", "void"),
             ("200", "payments", "delete"), ("200", "", "")],
        )  # fmt: skip

    def test_the_older_shape(self):
        vector = recorded_json("quickbooks/intuit_webhook_hmac.json")
        [event] = quickbooks.parse(vector["payload"].encode())
        self.assertEqual((event.tenant_id, event.stream, event.external_id, event.operation),
                         ("1185883450", "customers", "1", "create"))  # fmt: skip
        self.assertEqual(event.at.hour, 21, "the offset counts")
        again = quickbooks.parse(vector["payload"].encode())[0]
        self.assertEqual(again.event_id, event.event_id)

    def test_odd_entries_of_the_older_shape(self):
        good = {"name": "Invoice", "id": "1", "operation": "Void"}
        body = {"eventNotifications": [
            "odd", {}, {"realmId": "1", "dataChangeEvent": []},
            {"realmId": "1", "dataChangeEvent": {"entities": ["odd", good, {"id": 5}]}},
        ]}  # fmt: skip
        [event] = quickbooks.parse(json.dumps(body).encode())
        self.assertEqual((event.external_id, event.operation), ("1", "void"))

    def test_what_is_no_delivery(self):
        for raw in (b"", b"5", b"{}", b'{"eventNotifications": {}}', b"\xff"):
            with self.assertRaises(base.Rejected):
                quickbooks.parse(raw)


class FuzzCase(unittest.TestCase):
    @given(st.binary())
    def test_bytes(self, raw):
        for service in (xero, quickbooks):
            with contextlib.suppress(base.Rejected):
                service.parse(raw)

    names = ["tenantId", "resourceId", "eventCategory", "eventDateUtc", "id", "type", "time",
             "intuitaccountid", "intuitentityid", "realmId", "dataChangeEvent", "entities",
             "name", "operation"]  # fmt: skip
    entries = st.dictionaries(st.sampled_from(names), ANYTHING) | ANYTHING

    @given(st.lists(entries, max_size=3))
    def test_events(self, entries):
        older = {"realmId": "1", "dataChangeEvent": {"entities": entries}}
        for body in (
            {"events": entries},
            entries,
            {"eventNotifications": entries},
            {"eventNotifications": [older]},
        ):
            raw = json.dumps(body, default=str).replace("NaN", "0").replace("Infinity", "1")
            for service in (xero, quickbooks):
                try:
                    events = service.parse(raw.encode())
                except base.Rejected:
                    continue
                for event in events:
                    self.assertTrue(event.event_id and event.tenant_id and event.external_id)
