"""The one session to a service: what failures mean, what waits, what is seen."""

import contextlib
import json
import logging
import os
import tempfile
import unittest
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from .connector_cases import Clock, ProbeCase
from .connector_loader import connector_module
from .http_probe import DROP, HANG, Reply
from .ledger_files import recorded_json

base, http = connector_module("base"), connector_module("http")
CLOSED = "http://127.0.0.1:1"


class FailuresCase(ProbeCase):
    def fails(self, error, method="GET", **options):
        with self.assertRaises(error) as caught:
            self.session.request(method, self.probe.url + "/x", **options)
        return caught.exception

    def test_pitfall_2_a_refusal_for_haste_is_one_request_and_no_wait(self):
        for method in ("GET", "PUT"):
            with self.subTest(method):
                self.setUp()
                self.probe.say(Reply(status=429, headers={"Retry-After": "66975"}))
                error = self.fails(base.RateLimited, method)
                self.assertEqual((error.retry_after, error.kind), (66975, "minute"))
                self.assertEqual(len(self.probe.asked), 1)

    def test_pitfall_2_a_write_that_is_dropped_is_not_repeated(self):
        self.probe.say(Reply(fate=DROP))
        error = self.fails(base.Transient, "PUT", data="{}")
        self.assertTrue(error.maybe_done)
        self.assertEqual(len(self.probe.asked), 1)

    def test_a_read_that_is_dropped_changed_nothing(self):
        self.probe.say(Reply(fate=DROP))
        self.assertFalse(self.fails(base.Transient).maybe_done)

    def test_a_service_that_hangs_is_given_up(self):
        self.session = self.make_session(read=0.2)
        self.probe.say(Reply(fate=HANG))
        error = self.fails(base.Transient, "POST", data="{}")
        self.assertTrue(error.maybe_done)
        self.assertIn("ReadTimeout", str(error))

    def test_what_never_arrived_was_not_done(self):
        with self.assertRaises(base.Transient) as caught:
            self.session.request("POST", CLOSED, data="{}")
        self.assertFalse(caught.exception.maybe_done)

    def test_an_answer_that_drips_is_given_up(self):
        self.session = self.make_session(clock=Clock(step=61), whole=120)
        self.probe.say(Reply(b" " * 500_000))
        self.assertIn("too long", str(self.fails(base.Transient)))

    def test_an_answer_without_end_is_given_up(self):
        self.session = self.make_session(largest=1000)
        self.probe.say(Reply(b" " * 500_000))
        self.assertIn("too large", str(self.fails(base.Transient)))

    def test_a_page_cut_short_is_no_page(self):
        self.probe.say(Reply(b'{"Invoices": [', cut=True))
        self.fails(base.Transient)

    def test_each_status_has_its_meaning(self):
        meant = {
            400: base.Rejected,
            401: base.AuthExpired,
            403: base.Rejected,
            404: base.Absent,
            408: base.Transient,
            302: base.Rejected,
            500: base.Transient,
            503: base.Transient,
        }
        for status, error in meant.items():
            with self.subTest(status):
                self.probe.say(Reply({"Detail": "Because."}, status))
                self.assertIs(type(self.fails(error)), error)

    def test_a_redirect_is_not_followed_with_our_token(self):
        self.probe.say(Reply(status=307, headers={"Location": self.probe.url + "/else"}))
        self.fails(base.Rejected, headers={"Authorization": "Bearer x"})
        self.assertEqual(len(self.probe.asked), 1)

    def test_the_service_says_when_it_is_back(self):
        self.probe.say(Reply(status=503, headers={"Retry-After": "120"}))
        error = self.fails(base.Transient, "POST")
        self.assertEqual((error.retry_after, error.maybe_done), (120, True))

    def test_recorded_a_disconnected_organisation_needs_a_person(self):
        self.probe.say(Reply(recorded_json("xero/invalid_tenant_header.json"), 403))
        self.assertTrue(self.fails(base.AuthExpired).reconnect)

    def test_recorded_an_expired_token_needs_a_refresh(self):
        self.probe.say(Reply(recorded_json("xero/expired_oauth2_token.json"), 401))
        self.assertFalse(self.fails(base.AuthExpired).reconnect)

    def test_the_service_s_own_reasons_reach_the_reader(self):
        errors = [{"Message": "Users Organisation is not subscribed to currency NZD"}]
        body = {"Message": "A validation exception occurred.", "Elements": []}
        body["Elements"].append({"ValidationErrors": errors, "Amount": 1})
        self.probe.say(Reply(body, 400))
        error = self.fails(base.Rejected)
        self.assertIn("not subscribed to currency NZD", str(error))
        self.assertEqual(error.code, "400")
        self.assertEqual(len(error.messages), 2)

    def test_a_refusal_without_sense_is_a_sentence_too(self):
        for body in (b"<html>", b"[]", b'{"detail": " "}', b"[" * 50, b"[[[[[[[[[1]]]]]]]]]"):
            with self.subTest(body):
                self.probe.say(Reply(body, 400))
                self.assertIn("no reason given", str(self.fails(base.Rejected)))

    def test_a_service_may_explain_its_refusals_itself(self):
        self.probe.say(Reply({"Fault": 1}, 400))
        self.fails(base.Absent, explain=lambda answer: base.Absent(answer.text))
        self.fails(base.Rejected, explain=lambda answer: None)

    def test_old_throttling_comes_with_403(self):
        body = {"Fault": {"Error": [{"code": "3001", "Message": "ThrottleExceeded"}]}}
        self.probe.say(Reply(body, 403))
        self.assertEqual(self.fails(base.RateLimited).retry_after, 60)


class SessionCase(ProbeCase):
    def test_what_was_used_is_counted(self):
        self.probe.say({"a": 1}, Reply({}, 404))
        self.session.request("POST", self.probe.url, data="12345")
        with self.assertRaises(base.Absent):
            self.session.request("GET", self.probe.url)
        usage = self.session.usage
        self.assertEqual((usage.calls, usage.sent, usage.received), (2, 5, 10))
        self.assertEqual(usage.by_status, {200: 1, 404: 1})

    def test_cookies_are_not_kept(self):
        self.probe.say(Reply(headers={"Set-Cookie": "a=b"}))
        self.session.request("GET", self.probe.url)
        self.session.request("GET", self.probe.url)
        self.assertNotIn("cookie", self.probe.asked[1].headers)

    def test_a_netrc_of_the_machine_does_not_replace_our_token(self):
        self.probe.say({})
        with tempfile.TemporaryDirectory() as folder:
            netrc = Path(folder) / "netrc"
            netrc.write_text("machine 127.0.0.1 login a password b\n")
            netrc.chmod(0o600)
            with mock.patch.dict(os.environ, {"NETRC": str(netrc)}):
                headers = {"Authorization": "Bearer mine"}
                self.session.request("GET", self.probe.url, headers=headers)
        self.assertEqual(self.probe.asked[0].headers["authorization"], "Bearer mine")

    def test_secrets_are_in_no_error_and_no_log(self):
        self.session.redactor.add("verysecret", "", None)
        self.probe.say(Reply({"Detail": "token verysecret, Bearer abc.def, code=zz9"}, 400))
        with self.assertLogs(http.__name__, logging.DEBUG) as logs:
            with self.assertRaises(base.Rejected) as caught:
                self.session.request("GET", self.probe.url + "/verysecret?access_token=other")
        seen = str(caught.exception) + "".join(logs.output) + repr(caught.exception.messages)
        for secret in ("verysecret", "abc.def", "zz9", "other"):
            self.assertNotIn(secret, seen)

    def test_an_unreachable_service_tells_no_address(self):
        with self.assertRaises(base.Transient) as caught:
            self.session.request("GET", CLOSED + "/?access_token=verysecret")
        self.assertNotIn("verysecret", str(caught.exception))
        self.assertIsNone(caught.exception.__cause__)

    def test_json_like_secrets_are_hidden(self):
        for text in ('{"access_token":"abc123"}', "refresh_token=abc123&x=1", "Basic abc123"):
            self.assertNotIn("abc123", self.session.redactor.clean(text))
        self.assertEqual(self.session.redactor.clean("Account code: 200"), "Account code: 200")

    def test_the_only_clock_of_changes_is_the_service_s(self):
        self.probe.say(Reply(headers={"X-Nothing": "1"}))
        answer = self.session.request("GET", self.probe.url)
        self.assertIsNotNone(answer.server_time.tzinfo)
        moments = {
            "Wed, 18 Mar 2020 10:16:17 GMT": datetime(2020, 3, 18, 10, 16, 17, tzinfo=timezone.utc),
            "Wed, 18 Mar 2020 10:16:17": datetime(2020, 3, 18, 10, 16, 17, tzinfo=timezone.utc),
            "soon": None,
            "": None,
        }
        for text, moment in moments.items():
            self.assertEqual(http.Answer(200, {"date": text}, b"").server_time, moment)

    def test_old_urllib3_reads_in_small_pieces(self):
        response = mock.Mock(raw=object(), iter_content=lambda size: iter([b"a", b"b"]))
        self.assertEqual(list(http._pieces(response)), [b"a", b"b"])


class AddressCase(unittest.TestCase):
    def test_https_or_this_machine(self):
        for url in ("https://api.xero.com/", "http://127.0.0.1:5001/v3", "http://localhost:1",
                    "http://[::1]:80/x"):  # fmt: skip
            self.assertEqual(http.check_address(url), url.rstrip("/"))

    def test_anything_else_is_refused(self):
        for url in ("http://api.xero.com", "ftp://127.0.0.1", "", None, "https://", "//x", "http://",
                    "https://a:b@api.xero.com", "http://127.0.0.1.evil.example", "http://[::1",
                    "http://127.0.0.1@evil.example", "https://x:99999999"):  # fmt: skip
            with self.subTest(url), self.assertRaises(base.Misconfigured):
                http.check_address(url)


class NumbersCase(unittest.TestCase):
    def test_numbers_are_exact_both_ways(self):
        value = {"a": [Decimal("0.10"), Decimal("1234567890123.45"), 1, None, True], "b": 'ü"'}
        text = http.write_json(value)
        self.assertIn("0.10", text)
        self.assertEqual(http.parse_json(text.encode()), value)

    def test_what_is_no_number_is_not_written(self):
        for value in (Decimal("NaN"), float("inf")):
            with self.assertRaises(ValueError):
                http.write_json({"a": value})

    def test_what_is_no_json_is_not_read(self):
        deep = b"[" * 100_000
        for body in (b"", b"{", b"NaN", b'{"a": Infinity}', b"\xff", deep, b"9" * 5000):
            with self.subTest(body[:9]), self.assertRaises(base.Transient):
                http.parse_json(body)

    @given(st.binary(max_size=60))
    def test_no_bytes_break_the_reader(self, body):
        with contextlib.suppress(base.Transient):
            http.parse_json(body)

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.text()
                        | st.decimals(allow_nan=False, allow_infinity=False, places=2),
                        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                        max_leaves=6))  # fmt: skip
    def test_what_is_written_is_read_again(self, value):
        self.assertEqual(http.parse_json(http.write_json(value).encode()), value)
        json.loads(http.write_json(value))
