"""The emulated identity services: consent, rotation, what is dead afterwards."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

from .emulator_cases import QuickBooksCase, XeroCase, ask, form

BACK = "http://127.0.0.1/back"


def arrived(reply):
    """Return what a redirection carries."""
    return {
        name: each[0] for name, each in parse_qs(urlsplit(reply.headers["Location"]).query).items()
    }


class XeroTokenCase(XeroCase):
    def setUp(self):
        super().setUp()
        self.xero.add_app("spa", redirects=[BACK])

    def consent(self, **more):
        asked = {"response_type": "code", "client_id": "spa", "redirect_uri": BACK, "state": "s1"}
        scope = {"scope": "accounting.invoices offline_access"}
        return ask(self.xero.url, "GET", "/identity/connect/authorize", query=asked | scope | more)

    def token(self, **fields):
        return form(self.xero.url, "/connect/token", {"client_id": "spa"} | fields)

    def connected(self):
        digest = hashlib.sha256(b"proof" * 10).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        back = arrived(self.consent(code_challenge=challenge, code_challenge_method="S256"))
        self.assertEqual(back["state"], "s1")
        fields = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": BACK}
        return fields

    def test_a_code_needs_its_proof_and_works_once(self):
        fields = self.connected()
        wrong = self.token(**fields, code_verifier="guess" * 10)
        self.assertEqual((wrong.status, wrong.json()["error"]), (400, "invalid_grant"))
        good = self.token(**fields, code_verifier="proof" * 10)
        names = {"id_token", "access_token", "expires_in", "token_type", "refresh_token", "scope"}
        self.assertEqual((good.status, set(good.json())), (200, names))
        self.assertEqual(self.token(**fields, code_verifier="proof" * 10).status, 400)

    def test_a_refresh_token_changes_and_the_old_one_has_a_grace_period(self):
        first = self.token(**self.connected(), code_verifier="proof" * 10).json()
        old = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = self.token(**old).json()
        self.assertNotEqual(second["refresh_token"], first["refresh_token"])
        self.clock.advance(minutes=20)
        self.assertEqual(self.token(**old).status, 200)
        self.clock.advance(minutes=20)
        dead = self.token(**old)
        self.assertEqual((dead.status, dead.json()), (400, {"error": "invalid_grant"}))
        self.assertEqual(self.token(**old | {"refresh_token": second["refresh_token"]}).status, 200)

    def test_a_refresh_token_dies_after_sixty_days(self):
        first = self.token(**self.connected(), code_verifier="proof" * 10).json()
        self.clock.advance(days=61)
        fields = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        self.assertEqual(self.token(**fields).status, 400)

    def test_consent_is_refused(self):
        self.xero.identity.consent = False
        self.assertEqual(arrived(self.consent()), {"error": "access_denied", "state": "s1"})
        self.assertEqual(self.consent(redirect_uri="http://evil.example").status, 400)
        self.xero.identity.consent = True
        asked = arrived(self.consent(scope="accounting.transactions"))
        self.assertEqual(asked["error"], "invalid_scope")

    def test_a_person_can_be_asked(self):
        self.xero.identity.consent = None
        page = self.consent()
        self.assertIn(b"Allow access", page.body)
        self.assertIn("code", arrived(self.consent(decision="allow")))

    def test_a_custom_connection_has_its_own_organisation_and_no_refresh_token(self):
        self.xero.add_app("custom", "secret", tenant=self.xero.ledger.tenant)
        pair = base64.b64encode(b"custom:secret").decode()
        fields = {"grant_type": "client_credentials", "scope": "accounting.settings.read"}
        reply = form(self.xero.url, "/connect/token", fields, Authorization=f"Basic {pair}")
        self.assertNotIn("refresh_token", reply.json())
        headers = {"Authorization": "Bearer " + reply.json()["access_token"]}
        found = ask(self.xero.url, "GET", "/api.xro/2.0/Organisation", headers=headers)
        self.assertEqual(found.status, 200)
        other = form(self.xero.url, "/connect/token", fields | {"client_id": "spa"})
        self.assertEqual(other.status, 400)

    def test_connections_are_listed_and_ended(self):
        headers = {"Authorization": "Bearer " + self.tokens["access_token"]}
        [link] = ask(self.xero.url, "GET", "/connections", headers=headers).json()
        self.assertEqual(link["tenantId"], self.xero.ledger.tenant)
        ended = ask(self.xero.url, "DELETE", f"/Connections/{link['id']}", headers=headers)
        self.assertEqual((ended.status, self.call("GET", "Organisation").status), (204, 403))

    def test_two_organisations_do_not_mix(self):
        other = self.xero.add_organisation("Other", "EUR")
        self.tokens = self.xero.connect()
        self.xero.add_contact("Only there", tenant=other.tenant)
        names = [
            self.call("GET", "Contacts", headers={"xero-tenant-id": key}).json()["Contacts"][0][
                "Name"
            ]
            for key in self.xero.tenants
        ]
        self.assertEqual(names, ["Cedar Bakery", "Only there"])


class QuickBooksTokenCase(QuickBooksCase):
    def token(self, secret="demo-secret", headers=None, **fields):
        pair = base64.b64encode(f"demo-client:{secret}".encode()).decode()
        every = {"Authorization": f"Basic {pair}"} | (headers or {})
        return form(self.service.url, "/oauth2/v1/tokens/bearer", fields, **every)

    def refresh(self, token, **more):
        return self.token(grant_type="refresh_token", refresh_token=token, **more)

    def test_discovery_names_the_addresses(self):
        for path in ("/openid", "/.well-known/openid_configuration"):
            found = ask(self.service.url, "GET", path).json()
            self.assertEqual(found["token_endpoint"], self.service.url + "/oauth2/v1/tokens/bearer")

    def test_consent_gives_a_code_and_the_company(self):
        self.service.add_app("demo-client", "demo-secret", [BACK])
        asked = {"client_id": "demo-client", "redirect_uri": BACK, "state": "s1", "scope": "x"}
        back = arrived(ask(self.service.url, "GET", "/connect/oauth2", query=asked))
        self.assertEqual((back["state"], back["realmId"]), ("s1", self.service.books.realm))
        fields = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": BACK}
        found = self.token(**fields).json()
        self.assertEqual((found["token_type"], found["expires_in"]), ("bearer", 3600))
        self.assertEqual(found["x_refresh_token_expires_in"], 8640000)
        self.assertEqual(self.token(**fields).status, 400)

    def test_a_person_can_be_asked_and_say_no(self):
        self.service.add_app("demo-client", "demo-secret", [BACK])
        asked = {"client_id": "demo-client", "redirect_uri": BACK, "state": "s1"}
        self.service.identity.consent = None
        url = self.service.url
        self.assertIn(b"Cancel", ask(url, "GET", "/connect/oauth2", query=asked).body)
        back = ask(url, "GET", "/connect/oauth2", query=asked | {"decision": "deny"})
        self.assertEqual(arrived(back), {"state": "s1", "error": "access_denied"})

    def test_the_refresh_token_changes_after_a_day_and_the_old_one_is_dead(self):
        first = self.tokens["refresh_token"]
        self.assertEqual(self.refresh(first).json()["refresh_token"], first)
        self.clock.advance(hours=25)
        second = self.refresh(first).json()["refresh_token"]
        self.assertNotEqual(second, first)
        dead = self.refresh(first)
        self.assertEqual((dead.status, dead.json()["error"]), (400, "invalid_grant"))
        self.assertEqual(self.refresh(second).status, 200)

    def test_tokens_die_after_a_hundred_days_and_after_five_years(self):
        self.clock.advance(days=101)
        self.assertEqual(self.refresh(self.tokens["refresh_token"]).status, 400)
        token = self.service.connect()["refresh_token"]
        hard = self.refresh(token, headers={"x-include-refresh-token-hard-expires-in": "true"})
        self.assertEqual(hard.json()["x_refresh_token_hard_expires_in"], 5 * 365 * 86400)
        for _month in range(5 * 365 // 90):
            self.clock.advance(days=90)
            token = self.refresh(token).json()["refresh_token"]
        self.clock.advance(days=90)
        self.assertEqual(self.refresh(token).status, 400)

    def test_wrong_client_and_expired_access(self):
        self.assertEqual(self.token(secret="no", grant_type="refresh_token").status, 401)
        self.clock.advance(minutes=61)
        reply = self.call("GET", "companyinfo/1")
        self.assertEqual((reply.status, self.code(reply)), (401, "3200"))

    def test_a_token_is_good_for_its_company_only(self):
        other = self.service.add_company("Other")
        self.tokens["realm_id"] = other.realm
        reply = self.call("GET", "companyinfo/1")
        self.assertEqual((reply.status, self.code(reply)), (403, "3100"))

    def test_a_revoked_token_is_dead(self):
        token = self.tokens["refresh_token"]
        form(self.service.url, "/v2/oauth2/tokens/revoke", {"token": token})
        self.assertEqual(self.refresh(token).status, 400)
        self.assertEqual(self.call("GET", "companyinfo/1").status, 401)
