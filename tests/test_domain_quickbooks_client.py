"""Calls to QuickBooks: what the library writes, sent our way."""

import sys
import warnings
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from unittest import mock

from .connector_cases import ProbeCase
from .connector_loader import connector_module
from .http_probe import DROP, Reply

base, client, mapper = map(connector_module, ("base", "quickbooks.client", "quickbooks.mapper"))
SINCE = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=5)))
NOW = SINCE + timedelta(days=10)


def fault(code, detail="Because.", status=400):
    error = {"code": code, "Message": "m", "Detail": detail}
    return Reply({"Fault": {"Error": [error], "type": "x"}, "time": "t"}, status)


def rows(**entities):
    return {"QueryResponse": entities, "time": "t"}


class QuickBooksCase(ProbeCase):
    def make(self, token="t1", realm="4620816365", session=None):
        session = session or self.session
        return client.QuickBooksClient(session, token, realm, api=self.probe.url)

    def setUp(self):
        super().setUp()
        self.books = self.make()

    @property
    def asked(self):
        return self.probe.asked[-1]

    def fails(self, error, call, *arguments):
        with self.assertRaises(error) as caught:
            call(*arguments)
        return caught.exception


class ReadingCase(QuickBooksCase):
    def test_pitfall_7_a_page_says_how_many_and_from_where(self):
        self.probe.say(Reply(b'{"QueryResponse": {"Invoice": [{"Balance": 0.10}]}}'))
        page = self.books.page("invoices", 1001)
        self.assertEqual(page.items, [{"Balance": Decimal("0.10")}])
        self.assertIsNotNone(page.server_time)
        self.assertEqual(self.asked.path, "/v3/company/4620816365/query")
        self.assertEqual(
            self.asked.body.decode(),
            "SELECT * FROM Invoice ORDERBY Id STARTPOSITION 1001 MAXRESULTS 1000",
        )
        self.assertEqual(self.asked.query["minorversion"], "75")
        self.assertEqual(self.asked.headers["authorization"], "Bearer t1")
        self.assertEqual(self.asked.headers["content-type"], "application/text")

    def test_changes_by_query_take_the_same_second_again_and_tell_the_zone(self):
        self.probe.say(rows())
        self.assertEqual(self.books.page("customers", 1, SINCE).items, [])
        self.assertIn(
            "WHERE Active IN (true, false) AND MetaData.LastUpdatedTime >= "
            "'2025-12-31T19:00:00+00:00' ORDERBY Id STARTPOSITION 1 ",
            self.asked.body.decode(),
        )

    def test_pitfall_7_what_should_have_come_is_counted(self):
        self.probe.say(rows(totalCount=2501))
        self.assertEqual(self.books.count("customers"), 2501)
        self.assertEqual(self.asked.body.decode(),
                         "SELECT COUNT(*) FROM Customer WHERE Active IN (true, false)")  # fmt: skip
        self.probe.say(rows())
        self.fails(base.Transient, self.books.count, "invoices")

    def test_one_invoice_with_its_link(self):
        self.probe.say({"Invoice": {"Id": "7"}})
        self.assertEqual(self.books.one("invoices", "7"), {"Id": "7"})
        self.assertEqual(self.asked.path, "/v3/company/4620816365/invoice/7")
        self.assertEqual(self.asked.query["include"], "invoiceLink")
        self.probe.say({"CreditMemo": {"Id": "8"}})
        self.assertEqual(self.books.one("credit_notes", "8"), {"Id": "8"})

    def test_an_id_that_is_none_asks_nothing(self):
        self.fails(base.Absent, self.books.one, "invoices", "7/../../other")
        self.assertFalse(self.probe.asked)

    def test_the_company_and_its_currency(self):
        self.probe.say({"CompanyInfo": {"CompanyName": "Larry's"}})
        self.assertEqual(self.books.company()["CompanyName"], "Larry's")
        preferences = {"CurrencyPrefs": {"HomeCurrency": {"value": "USD"}}}
        for known, currency in (([preferences], "USD"), ([{}], ""), ([], ""), (["odd"], "")):
            self.probe.say(rows(Preferences=known))
            self.assertEqual(self.books.home_currency(), currency)

    def test_answers_that_are_none(self):
        for body in ([], {"QueryResponse": None}, {"QueryResponse": {"Invoice": {"a": 1}}}):
            self.probe.say(body)
            self.fails(base.Transient, self.books.page, "invoices", 1)
        self.probe.say({})
        self.fails(base.Transient, self.books.one, "invoices", "7")
        self.fails(base.Transient, self.books.changes, ["invoices"], SINCE, NOW)


class ChangesCase(QuickBooksCase):
    def answer(self, **entities):
        groups = [{name: found} for name, found in entities.items()]
        return {"CDCResponse": [{"QueryResponse": groups + [{}, "odd"]}]}

    def test_pitfall_6_the_moment_keeps_its_zone(self):
        self.probe.say(self.answer(Invoice=[{"Id": "7", "status": "Deleted"}], Payment=[{}]))
        found = self.books.changes(["invoices", "payments", "customers"], SINCE, NOW)
        self.assertEqual(self.asked.query["changedSince"], "2025-12-31T19:00:00+00:00")
        self.assertEqual(self.asked.query["entities"], "Invoice,Payment,Customer")
        self.assertEqual([len(found.items[s]) for s in ("invoices", "payments", "customers")],
                         [1, 1, 0])  # fmt: skip
        self.assertFalse(found.truncated)
        with self.assertRaises(ValueError):
            self.books.changes(["invoices"], SINCE.replace(tzinfo=None), NOW.replace(tzinfo=None))

    def test_pitfall_6_a_thousand_may_have_been_cut_off(self):
        self.probe.say(self.answer(Invoice=[{}] * 600, Payment=[{}] * 400))
        self.assertTrue(self.books.changes(["invoices", "payments"], SINCE, NOW).truncated)

    def test_pitfall_6_the_service_remembers_thirty_days(self):
        with self.assertRaises(ValueError):
            self.books.changes(["invoices"], SINCE, SINCE + timedelta(days=31))
        self.assertFalse(self.probe.asked)

    def test_a_fault_in_a_part(self):
        error = {"Error": [{"code": "610", "Message": "Object Not Found"}]}
        self.probe.say({"CDCResponse": [{"Fault": error}]})
        self.fails(base.Absent, self.books.changes, ["invoices"], SINCE, NOW)


class WritingCase(QuickBooksCase):
    def test_a_payment_has_its_key(self):
        self.probe.say({"Payment": {"Id": "9"}})
        self.assertEqual(self.books.pay({"TotalAmt": Decimal("1.10")}, "key-1"), {"Id": "9"})
        self.assertEqual((self.asked.method, self.asked.path),
                         ("POST", "/v3/company/4620816365/payment"))  # fmt: skip
        self.assertEqual(self.asked.query["requestid"], "key-1")
        self.assertEqual(self.asked.body, b'{"TotalAmt": 1.10}')

    def test_a_payment_that_is_dropped_is_sent_once_and_may_be_done(self):
        self.probe.say(Reply(fate=DROP))
        self.assertTrue(self.fails(base.Transient, self.books.pay, {}, "key-1").maybe_done)
        self.assertEqual(len(self.probe.asked), 1)

    def test_a_query_that_is_dropped_changed_nothing(self):
        self.probe.say(Reply(fate=DROP))
        self.assertFalse(self.fails(base.Transient, self.books.page, "invoices", 1).maybe_done)

    def test_pitfall_14_only_sparse_changes_leave(self):
        self.probe.say({"Invoice": {"Id": "7", "SyncToken": "3"}})
        body = mapper.sparse_body("7", "2", {"PrivateNote": "Reminded."})
        self.assertEqual(self.books.update("invoices", body, "k")["SyncToken"], "3")
        self.assertEqual(self.asked.json, body)
        with self.assertRaises(ValueError):
            self.books.update("invoices", {**body, "sparse": False}, "k")

    def test_an_invoice_is_made_found_and_void(self):
        self.probe.say({"Invoice": {"Id": "7", "SyncToken": "3"}})
        self.assertEqual(self.books.add("invoices", {"DocNumber": "1"}, "k")["Id"], "7")
        self.assertEqual((self.asked.query["requestid"], self.asked.json),
                         ("k", {"DocNumber": "1"}))  # fmt: skip
        self.books.void("invoices", "7", "3", "key")
        self.assertEqual((self.asked.query["operation"], self.asked.query["requestid"]),
                         ("void", "key-3"))  # fmt: skip
        self.assertEqual(self.asked.json, {"Id": "7", "SyncToken": "3"})
        self.probe.say(rows(Invoice=[{"Id": "7"}, None]))
        self.assertEqual(self.books.of_day("invoices", "12", "2026-03-05"), [{"Id": "7"}])
        text = self.asked.body.decode()
        self.assertIn("CustomerRef = '12' AND TxnDate = '2026-03-05'", text)
        self.fails(base.Absent, self.books.of_day, "invoices", "1' OR '1'='1", "2026-03-05")

    def test_pitfall_14_somebody_else_was_faster(self):
        self.probe.say(fault("5010", "Stale Object Error"))
        body = mapper.sparse_body("7", "1", {})
        error = self.fails(base.Stale, self.books.update, "invoices", body, "k")
        self.assertEqual((error.code, error.messages), ("5010", ("Stale Object Error",)))


class FaultsCase(QuickBooksCase):
    def test_each_code_has_its_meaning(self):
        for reply, error in (
            (fault("610"), base.Absent),
            (fault("6240", "Duplicate Name Exists Error"), base.Rejected),
            (fault("6140"), base.Rejected),
            (fault("3200", status=401), base.AuthExpired),
            (fault("3001", "ThrottleExceeded", status=429), base.RateLimited),
            (fault("3001", "ThrottleExceeded", status=403), base.RateLimited),
            (fault("3001", status=200), base.RateLimited),
            (fault("610", status=200), base.Absent),
            (Reply(b"<html>slow down", 429), base.RateLimited),
            (Reply(b"", 503), base.Transient),
            (Reply(b"<html>", 200), base.Transient),
            (Reply(b"<html>", 400), base.Rejected),
            (Reply({"fault": {"error": [{"code": "3200", "detail": "x"}]}}, 401), base.AuthExpired),
            (Reply({"Fault": {"Error": "odd"}}, 400), base.Rejected),
            (Reply({"Fault": "odd"}, 400), base.Rejected),
            (Reply({"Fault": {"Error": [{"code": ""}]}}, 200), base.Rejected),
        ):
            self.session = self.make_session()
            self.books = self.make()
            with self.subTest(reply):
                self.probe.say(reply)
                self.assertIs(type(self.fails(error, self.books.page, "invoices", 1)), error)

    def test_a_company_that_forbids_us_needs_a_person(self):
        self.probe.say(fault("3100", status=403))
        error = self.fails(base.AuthExpired, self.books.page, "invoices", 1)
        self.assertTrue(error.reconnect)

    def test_the_reason_reaches_the_reader(self):
        self.probe.say(fault("2500", "Invalid Reference Id : Names element id 99 not found"))
        error = self.fails(base.Rejected, self.books.page, "invoices", 1)
        self.assertIn("Invalid Reference Id", str(error))


class PitfallsCase(QuickBooksCase):
    def test_pitfall_1_two_connections_in_one_process(self):
        from quickbooks import QuickBooks

        self.probe.say(rows())
        with mock.patch.object(QuickBooks, "_QuickBooks__use_global", True):
            other = self.make("t2", "2", self.make_session())
            third = self.make("t3", "3", self.make_session())
        for books, token, realm in ((other, "t2", "2"), (third, "t3", "3"),
                                    (self.books, "t1", "4620816365")):  # fmt: skip
            books.page("invoices", 1)
            self.assertEqual(self.asked.headers["authorization"], f"Bearer {token}")
            self.assertEqual(self.asked.path, f"/v3/company/{realm}/query")

    def test_pitfall_15_making_a_client_needs_no_network_and_warns_of_nothing(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.make()
        self.assertFalse(self.probe.asked)

    def test_pitfall_15_without_the_library_it_says_what_to_install(self):
        with mock.patch.dict(sys.modules, {"quickbooks": None}):
            with self.assertRaisesRegex(base.Misconfigured, "python-quickbooks"):
                self.make()

    def test_without_a_company_nothing_is_asked(self):
        for realm in ("", "4/../5", "abc"):
            with self.assertRaises(base.Misconfigured):
                self.make(realm=realm)
