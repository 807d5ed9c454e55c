"""The way to a token: nobody guesses it, nothing of it is lost, and only a person's no is final."""

import base64
import unittest
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from .connector_cases import ProbeCase
from .connector_loader import connector_module
from .http_probe import DROP, Reply
from .mapper_cases import ANYTHING

base, oauth = connector_module("base"), connector_module("oauth")
xero, quickbooks = connector_module("xero.client"), connector_module("quickbooks.client")
NOW = datetime(2026, 3, 5, 12, tzinfo=timezone.utc)
APP = oauth.App(client_id="id", client_secret="s3cr3t", redirect_uri="https://x/back")
OLD = oauth.Tokens(access="old", refresh="r-old", expires_at=NOW, scopes=("a",),
                   hard_expires_at=NOW + timedelta(days=900))  # fmt: skip
GOOD = {
    "id_token": "i", "access_token": "a-new", "expires_in": 1800, "token_type": "Bearer",
    "refresh_token": "r-new", "scope": "b offline_access", "unheard_of": {"x": 1},
}  # fmt: skip


class BeginCase(unittest.TestCase):
    def test_the_page_has_a_state_and_a_challenge(self):
        begun = oauth.begin(xero.IDENTITY, APP)
        query = {name: v[0] for name, v in parse_qs(urlsplit(begun.url).query).items()}
        self.assertEqual(query["state"], begun.state)
        self.assertEqual(query["code_challenge"], oauth.challenge(begun.verifier))
        self.assertEqual(query["code_challenge_method"], "S256")
        self.assertEqual(query["redirect_uri"], "https://x/back")
        self.assertIn("offline_access", query["scope"].split())
        self.assertNotIn(begun.verifier, begun.url)

    def test_no_two_are_the_same(self):
        first, second = (oauth.begin(xero.IDENTITY, APP) for _time in range(2))
        self.assertNotEqual(first.state, second.state)
        self.assertNotEqual(first.verifier, second.verifier)

    def test_a_service_without_challenges(self):
        begun = oauth.begin(quickbooks.IDENTITY, APP, ["other"])
        self.assertEqual(begun.verifier, "")
        self.assertNotIn("code_challenge", begun.url)
        self.assertIn("scope=other", begun.url)

    def test_the_challenge_of_rfc_7636(self):
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        self.assertEqual(oauth.challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")

    def test_states_are_compared(self):
        self.assertTrue(oauth.same_state("a", "a"))
        for expected, given_one in (("a", "b"), ("", ""), (None, None), ("a", ""), ("a", "ü")):
            self.assertFalse(oauth.same_state(expected, given_one))

    def test_pitfall_15_apps_of_today_ask_for_the_granular_scopes(self):
        self.assertNotIn("accounting.transactions", " ".join(xero.IDENTITY.scopes))
        self.assertIn("accounting.invoices.read", xero.IDENTITY.scopes)

    def test_secrets_are_not_shown(self):
        begun = oauth.begin(xero.IDENTITY, APP)
        self.assertNotIn("s3cr3t", repr(APP))
        self.assertNotIn("r-old", repr(OLD))
        self.assertNotIn(f"verifier='{begun.verifier}", repr(begun))


class TokensCase(ProbeCase):
    def setUp(self):
        super().setUp()
        self.identity = oauth.Identity(
            authorize_url=self.probe.url, token_url=self.probe.url + "/token",
            revoke_url=self.probe.url + "/revoke", scopes=("a", "offline_access"), pkce=True,
            refresh_days=60,
        )  # fmt: skip
        self.probe.say(GOOD)

    def refresh(self, old=OLD, app=APP):
        return oauth.refresh(self.session, self.identity, app, old, NOW)

    def test_a_code_becomes_tokens(self):
        tokens = oauth.exchange(self.session, self.identity, APP, "c0de", "v3rifier", NOW)
        self.assertEqual((tokens.access, tokens.refresh), ("a-new", "r-new"))
        self.assertEqual(tokens.expires_at, NOW + timedelta(minutes=30))
        self.assertEqual(tokens.refresh_expires_at, NOW + timedelta(days=60))
        [asked] = self.probe.asked
        self.assertEqual(asked.form, {
            "grant_type": "authorization_code", "code": "c0de", "code_verifier": "v3rifier",
            "redirect_uri": "https://x/back",
        })  # fmt: skip
        pair = base64.b64encode(b"id:s3cr3t").decode()
        self.assertEqual(asked.headers["authorization"], f"Basic {pair}")

    def test_an_application_without_a_secret_names_itself(self):
        oauth.exchange(self.session, self.identity, oauth.App(client_id="id"), "c", "", NOW)
        [asked] = self.probe.asked
        self.assertNotIn("authorization", asked.headers)
        self.assertEqual(asked.form["client_id"], "id")
        self.assertNotIn("code_verifier", asked.form)

    def test_a_refresh_is_one_request_and_gives_the_next_token(self):
        tokens = self.refresh()
        self.assertEqual((tokens.refresh, tokens.scopes), ("r-new", ("b", "offline_access")))
        self.assertEqual(len(self.probe.asked), 1)
        self.assertEqual(self.probe.asked[0].form["refresh_token"], "r-old")

    def test_what_the_answer_does_not_repeat_stays(self):
        self.probe.say({"access_token": "a-new", "expires_in": "3600"})
        tokens = self.refresh()
        self.assertEqual((tokens.refresh, tokens.scopes), ("r-old", ("a",)))
        self.assertEqual(tokens.expires_at, NOW + timedelta(hours=1))
        self.assertEqual(tokens.hard_expires_at, OLD.hard_expires_at)

    def test_how_long_quickbooks_says_it_lives(self):
        self.probe.say({**GOOD, "x_refresh_token_expires_in": 8726400,
                        "x_refresh_token_hard_expires_in": 157680000})  # fmt: skip
        tokens = self.refresh()
        self.assertEqual(tokens.refresh_expires_at, NOW + timedelta(days=101))
        self.assertEqual(tokens.hard_expires_at, NOW + timedelta(days=1825))

    def test_pitfall_4_a_withdrawn_consent_needs_a_person(self):
        self.probe.say(Reply({"error": "invalid_grant"}, 400))
        with self.assertRaises(base.AuthExpired) as caught:
            self.refresh()
        self.assertTrue(caught.exception.reconnect)

    def test_a_wrong_secret_is_a_setting(self):
        for status in (400, 401):
            self.probe.say(Reply({"error": "invalid_client"}, status))
            with self.assertRaises(base.Misconfigured):
                self.refresh()

    def test_another_refusal_stays_one(self):
        self.probe.say(Reply({"error": "new_kind"}, 400))
        with self.assertRaises(base.Rejected):
            self.refresh()

    def test_pitfall_3_a_lost_answer_may_have_used_up_the_token(self):
        for reply in (Reply(fate=DROP), Reply(b'{"access_token": "a', cut=True), Reply(b"{}"),
                      Reply(status=503), Reply({"access_token": 5})):  # fmt: skip
            self.probe.say(reply)
            with self.assertRaises(base.Transient) as caught:
                self.refresh()
            self.assertTrue(caught.exception.maybe_done)

    def test_without_a_refresh_token_a_person_is_needed_and_nothing_asked(self):
        with self.assertRaises(base.AuthExpired) as caught:
            self.refresh(oauth.Tokens(access="a", expires_at=NOW))
        self.assertTrue(caught.exception.reconnect)
        self.assertFalse(self.probe.asked)

    def test_an_application_of_one_organisation(self):
        self.probe.say({"access_token": "a", "expires_in": 1800})
        tokens = oauth.client_credentials(self.session, self.identity, APP, NOW)
        self.assertEqual((tokens.refresh, tokens.refresh_expires_at), ("", None))
        self.assertEqual(self.probe.asked[0].form["scope"], "a")

    def test_tokens_are_given_back(self):
        oauth.revoke(self.session, self.identity, APP, OLD)
        self.assertEqual(self.probe.asked[0].form, {"token": "r-old"})
        self.probe.say(Reply({"error": "invalid_token"}, 400))
        oauth.revoke(self.session, self.identity, APP, OLD)

    def test_no_secret_is_in_an_error(self):
        self.probe.say(Reply({"error": "odd", "error_description": "r-old of s3cr3t"}, 400))
        with self.assertRaises(base.Rejected) as caught:
            self.refresh()
        for secret in ("r-old", "s3cr3t"):
            self.assertNotIn(secret, str(caught.exception))

    def test_stale_is_a_minute_early(self):
        tokens = self.refresh()
        end = tokens.expires_at
        self.assertFalse(tokens.is_stale(end - timedelta(seconds=61)))
        self.assertTrue(tokens.is_stale(end - timedelta(seconds=60)))

    def test_a_discovery_document(self):
        body = b'{"token_endpoint": "https://other.example/token", "revocation_endpoint": 5}'
        found = oauth.discovered(body, self.identity)
        self.assertEqual(found.token_url, "https://other.example/token")
        self.assertEqual(found.revoke_url, self.identity.revoke_url)
        self.assertEqual(oauth.discovered(b"[]", self.identity), self.identity)
        with self.assertRaises(base.Misconfigured):
            oauth.discovered(b'{"token_endpoint": "http://evil.example"}', self.identity)

    @given(st.dictionaries(st.sampled_from(sorted(GOOD) + ["x_refresh_token_expires_in"]),
                           ANYTHING) | ANYTHING)  # fmt: skip
    def test_no_answer_breaks_the_reader(self, body):
        try:
            tokens = oauth.read_tokens(body, xero.IDENTITY, NOW, OLD)
        except base.Transient:
            return
        self.assertTrue(tokens.access and tokens.refresh)
        self.assertGreater(tokens.expires_at, NOW)
