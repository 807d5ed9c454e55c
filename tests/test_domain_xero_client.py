"""Calls to Xero: what the SDK writes, sent our way."""

import os
import sys
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from unittest import mock

from .connector_cases import ProbeCase
from .connector_loader import connector_module
from .http_probe import DROP, Reply
from .ledger_files import recorded_json

base, client, mapper = map(connector_module, ("base", "xero.client", "xero.mapper"))
SINCE = datetime(2026, 1, 1, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=13)))


class XeroCase(ProbeCase):
    def make(self, token="t1", tenant="org-1", session=None):
        return client.XeroClient(
            session or self.session, token, tenant, api=self.probe.url + "/api.xro/2.0",
            connections=self.probe.url,
        )  # fmt: skip

    def setUp(self):
        super().setUp()
        self.xero = self.make()

    @property
    def asked(self):
        return self.probe.asked[-1]


class ReadingCase(XeroCase):
    def test_a_page(self):
        pagination = {"page": 1, "pageSize": 1000, "pageCount": 3, "itemCount": 2501}
        body = b'{"Invoices": [{"Total": 0.10, "Big": 1234567890123.45}], "pagination": %s}'
        text = body % str(pagination).replace("'", '"').encode()
        self.probe.say(Reply(text, headers={"X-DayLimit-Remaining": "4321"}))
        page = self.xero.page("invoices", 1)
        self.assertEqual((page.pages, page.total, page.is_last), (3, 2501, False))
        self.assertEqual(page.items[0]["Big"], Decimal("1234567890123.45"))
        self.assertEqual(self.session.limiter.day_remaining, 4321)
        self.assertEqual(self.asked.path, "/api.xro/2.0/Invoices")
        self.assertEqual((self.asked.query["page"], self.asked.query["pageSize"]), ("1", "1000"))
        self.assertEqual(self.asked.headers["xero-tenant-id"], "org-1")
        self.assertEqual(self.asked.headers["authorization"], "Bearer t1")

    def test_pitfall_11_the_first_sync_filters_nothing(self):
        self.probe.say({"Invoices": []})
        self.xero.page("invoices", 1)
        self.assertNotIn("if-modified-since", self.asked.headers)

    def test_later_ones_tell_the_moment_in_utc_wherever_we_are(self):
        self.probe.say({"Invoices": []})
        with mock.patch.dict(os.environ, {"TZ": "America/Los_Angeles"}):
            time.tzset()
            self.xero.page("invoices", 1, SINCE)
        time.tzset()
        self.assertEqual(self.asked.headers["if-modified-since"], "2026-01-01T00:00:00")

    def test_archived_customers_come_too(self):
        self.probe.say({"Contacts": []})
        self.xero.page("customers", 2)
        self.assertEqual(self.asked.query["includeArchived"], "true")

    def test_every_stream_has_its_calls(self):
        for stream, (name, *_more) in mapper.STREAMS.items():
            with self.subTest(stream):
                self.probe.say({name: [{"x": 1}]})
                self.assertEqual(self.xero.page(stream, 1).items, [{"x": 1}])
                self.assertEqual(self.xero.one(stream, "k-1"), {"x": 1})
                self.assertTrue(self.asked.path.endswith(f"/{name}/k-1"))

    def test_a_page_is_the_last_by_count_or_when_it_is_empty(self):
        for items, pages, last in (([], None, True), ([1], None, False), ([1], 1, True)):
            self.assertEqual(client.PageAnswer(items, 1, pages, None, None).is_last, last)

    def test_pitfall_5_pagination_that_is_none_does_no_harm(self):
        for known in (None, [], {"pageCount": None, "itemCount": True}):
            self.probe.say({"Invoices": [{}], "pagination": known})
            page = self.xero.page("invoices", 1)
            self.assertEqual((page.pages, page.total), (None, None))

    def test_an_answer_that_is_none(self):
        for body in ({}, [], {"Invoices": None}):
            self.probe.say(body)
            with self.assertRaises(base.Transient):
                self.xero.page("invoices", 1)
            with self.assertRaises(base.Absent):
                self.xero.one("invoices", "k")

    def test_the_organisations_consented_to(self):
        connections = recorded_json("xero/connections.json")
        self.probe.say(connections + ["odd", {}])
        found = self.make(tenant="").organisations()
        self.assertEqual([entry["id"] for entry in found], [c["tenantId"] for c in connections])
        self.assertEqual(self.asked.path, "/connections")
        self.probe.say({})
        self.assertEqual(self.xero.organisations(), [])

    def test_the_organisation(self):
        self.probe.say({"Organisations": [{"BaseCurrency": "EUR"}]})
        self.assertEqual(self.xero.organisation()["BaseCurrency"], "EUR")

    def test_without_an_organisation_nothing_is_asked(self):
        with self.assertRaises(base.Misconfigured):
            self.make(tenant="").page("invoices", 1)
        self.assertFalse(self.probe.asked)

    def test_a_payment_link(self):
        for body, link in (
            ({"OnlineInvoices": [{"OnlineInvoiceUrl": "https://in.xero.com/x"}]},
             "https://in.xero.com/x"),
            ({"OnlineInvoices": [{"OnlineInvoiceUrl": "javascript:x"}]}, ""),
            ({"OnlineInvoices": []}, ""),
        ):  # fmt: skip
            self.probe.say(body)
            self.assertEqual(self.xero.payment_link("i-1"), link)


class WritingCase(XeroCase):
    body = {"Payments": [{"Amount": Decimal("1.10"), "Reference": "ü"}]}

    def test_a_payment_has_its_key_and_exact_amount(self):
        self.probe.say({"Payments": [{"PaymentID": "p"}]})
        self.assertEqual(self.xero.pay(self.body, "key-1"), {"PaymentID": "p"})
        self.assertEqual((self.asked.method, self.asked.path), ("PUT", "/api.xro/2.0/Payments"))
        self.assertEqual(self.asked.headers["idempotency-key"], "key-1")
        self.assertIn(b"1.10", self.asked.body)
        self.assertEqual(self.asked.json["Payments"][0]["Reference"], "ü")

    def test_pitfall_2_a_payment_that_is_dropped_is_sent_once(self):
        self.probe.say(Reply(fate=DROP))
        with self.assertRaises(base.Transient) as caught:
            self.xero.pay(self.body, "key-1")
        self.assertTrue(caught.exception.maybe_done)
        self.assertEqual(len(self.probe.asked), 1)

    def test_refused_with_a_good_status(self):
        errors = [{"Message": "Payment amount exceeds the amount outstanding on this document"}]
        for record, text in (
            ({"ValidationErrors": errors}, "exceeds the amount outstanding"),
            ({"HasValidationErrors": True}, "no reason given"),
        ):
            self.probe.say({"Payments": [record]})
            with self.assertRaisesRegex(base.Rejected, text):
                self.xero.pay(self.body, "key-1")

    def test_a_key_xero_cannot_keep(self):
        for key in ("", "k" * 129):
            with self.assertRaises(ValueError):
                self.xero.pay(self.body, key)

    def test_a_note_on_an_invoice_and_on_a_customer(self):
        self.probe.say({"HistoryRecords": [{}]})
        for kind, path in (("invoices", "Invoices"), ("customers", "Contacts")):
            self.xero.note(kind, "k-1", mapper.history_body("Reminded."), "key")
            self.assertEqual(self.asked.path, f"/api.xro/2.0/{path}/k-1/History")
            self.assertEqual(self.asked.json, {"HistoryRecords": [{"Details": "Reminded."}]})

    def test_an_invoice_has_its_key_and_is_void_by_its_id(self):
        self.probe.say({"Invoices": [{"InvoiceID": "i-1"}]})
        body = {"Invoices": [{"Type": "ACCREC"}]}
        self.assertEqual(self.xero.invoice(body, "key-1"), {"InvoiceID": "i-1"})
        self.assertEqual((self.asked.method, self.asked.path), ("PUT", "/api.xro/2.0/Invoices"))
        self.assertEqual((self.asked.headers["idempotency-key"], self.asked.json), ("key-1", body))
        self.xero.void("i-1", "key-2")
        self.assertEqual((self.asked.method, self.asked.path),
                         ("POST", "/api.xro/2.0/Invoices/i-1"))  # fmt: skip
        wanted = {"Invoices": [{"InvoiceID": "i-1", "Status": "VOIDED"}]}
        self.assertEqual(self.asked.json, wanted)

    def test_an_invoice_is_looked_up_by_its_number(self):
        self.probe.say({"Invoices": [{"InvoiceID": "i-1"}, None]})
        self.assertEqual(self.xero.numbered("INV/2026/1"), [{"InvoiceID": "i-1"}])
        self.assertEqual(self.asked.query["where"], 'InvoiceNumber=="INV/2026/1"')
        for number in ('INV"1', "INV\\1"):
            with self.assertRaises(base.Misconfigured):
                self.xero.numbered(number)

    def test_a_payment_is_undone(self):
        self.probe.say({"Payments": [{}]})
        self.xero.delete_payment("p-1", "key")
        self.assertEqual((self.asked.method, self.asked.json), ("POST", {"Status": "DELETED"}))


class PitfallsCase(XeroCase):
    def test_pitfall_1_two_connections_in_one_process(self):
        self.probe.say({"Invoices": []})
        other = self.make("t2", "org-2", self.make_session())
        for xero, token, tenant in ((other, "t2", "org-2"), (self.xero, "t1", "org-1")):
            xero.page("invoices", 1)
            self.assertEqual(self.asked.headers["authorization"], f"Bearer {token}")
            self.assertEqual(self.asked.headers["xero-tenant-id"], tenant)

    def test_pitfall_2_nobody_sleeps_in_a_worker(self):
        self.probe.say(Reply(status=429, headers={"Retry-After": "30",
                                                  "X-Rate-Limit-Problem": "day"}))  # fmt: skip
        with mock.patch("time.sleep") as slept, self.assertRaises(base.RateLimited) as caught:
            self.xero.page("invoices", 1)
        self.assertEqual((caught.exception.kind, caught.exception.retry_after), ("day", 30))
        self.assertFalse(slept.called)
        with self.assertRaises(base.RateLimited):
            self.xero.page("invoices", 1)
        self.assertEqual(len(self.probe.asked), 1, "the second was not even asked")

    def test_pitfall_4_the_sdk_never_refreshes(self):
        self.probe.say(Reply(recorded_json("xero/expired_oauth2_token.json"), 401))
        with self.assertRaises(base.AuthExpired):
            self.xero.page("invoices", 1)
        self.assertEqual(len(self.probe.asked), 1)

    def test_pitfall_15_without_the_library_it_says_what_to_install(self):
        with mock.patch.dict(sys.modules, {"xero_python.accounting": None}):
            with self.assertRaisesRegex(base.Misconfigured, "xero-python"):
                self.make()
