"""The way in: credentials that nobody reads, consents, tokens that are refreshed once."""

import json
import logging
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config, mute_logger

from .access_common import SECRET, AccessMixin, naive
from .connector_loader import connector_module

base, sealing = connector_module("base"), connector_module("sealing")
GROUPS = ("viewer", "collector", "manager", "admin")


class AccessCase(AccessMixin, TransactionCase):
    PROVIDER = "xero"

    def setUp(self):
        super().setUp()
        self.service = self._start(self.PROVIDER)
        self.enterContext(self.enter_registry_test_mode())
        self.connection = self._connection(self.service)

    @property
    def row(self):
        return self.env["collections.connection.token"]._of(self.connection)


@tagged("post_install", "-at_install")
class TestSecrets(AccessCase):
    def test_secrets_are_sealed_in_the_database(self):
        self._connect(self.connection, self.service)
        self.env.cr.execute("SELECT * FROM collections_connection_token")
        stored = json.dumps(self.env.cr.dictfetchall(), default=str)
        tokens = self.row._tokens()
        for secret in (SECRET, tokens.access, tokens.refresh):
            self.assertTrue(secret)
            self.assertNotIn(secret, stored)
        self.assertEqual(self.row._secret("client_secret"), SECRET)

    def test_nobody_reads_a_secret(self):
        for group in GROUPS:
            user = new_test_user(
                self.env, f"reader_{group}", f"collections_addon.group_collections_{group}"
            )
            connection = self.connection.with_user(user)
            with self.subTest(group):
                names = [name for name in ("client_secret", "webhook_secret") if group == "admin"]
                for values in connection.read(names or ["name"]):
                    self.assertNotIn(SECRET, json.dumps(values, default=str))
                with self.assertRaises(AccessError):
                    self.row.with_user(user).read(["client_secret"])
                with self.assertRaises(AccessError):
                    self.env["collections.connection.token"].with_user(user).search([])
        system = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            self.row.with_user(system).read(["access"])

    def test_only_administrators_see_the_application(self):
        for group in GROUPS[:-1]:
            user = new_test_user(
                self.env, f"seer_{group}", f"collections_addon.group_collections_{group}"
            )
            with self.subTest(group), self.assertRaises(AccessError):
                self.connection.with_user(user).read(["client_id"])

    def test_only_system_administrators_see_the_addresses(self):
        user = new_test_user(self.env, "rules", "collections_addon.group_collections_admin")
        with self.assertRaises(AccessError):
            self.connection.with_user(user).api_url = "https://elsewhere.example"

    def test_a_secret_is_not_exported_nor_logged_nor_in_the_chatter(self):
        exported = self.connection.export_data(["client_secret", "client_id"])
        self.assertNotIn(SECRET, str(exported))
        self.connection.client_secret = "another-secret-of-it"
        bodies = " ".join(self.connection.message_ids.mapped("body"))
        self.assertIn("replaced", bodies)
        self.assertNotIn("another-secret", bodies)
        with self.assertLogs("odoo.addons.collections_addon", logging.DEBUG) as logs:
            self.connection.client_secret = SECRET
            self._connect(self.connection, self.service)
        text = "\n".join(logs.output)
        self.assertNotIn(SECRET, text)
        self.assertNotIn(self.row._secret("access"), text)

    def test_a_copy_has_no_secret(self):
        twin = self.connection.copy()
        self.assertFalse(twin.client_id)
        self.assertFalse(twin.has_client_secret)

    def test_an_empty_field_keeps_the_stored_secret(self):
        self.connection.write({"client_secret": "", "name": "Other"})
        self.assertEqual(self.row._secret("client_secret"), SECRET)

    def test_another_key_opens_nothing(self):
        self._connect(self.connection, self.service)
        self.patch(
            config, "options", config.options.new_child({"collections_secret_key": "k" * 32})
        )
        self.service.advance(hours=2)
        with self._raises(sealing.SealBroken):
            self.connection._access_token(naive(self.service))
        self.assertEqual(self.connection.state, "reconnect")
        self.assertIn("enter them again", self.connection.problem)

    def test_a_sealed_text_is_bound_to_its_place(self):
        other = self._connection(self.service, name="Other")
        self.row.client_secret, mine = False, self.row.client_secret
        self.env["collections.connection.token"]._of(other).client_secret = mine
        with self._raises(sealing.SealBroken):
            self.env["collections.connection.token"]._of(other)._secret("client_secret")

    def test_addresses_are_https_or_of_this_machine(self):
        for address in ("http://api.example", "ftp://x", "https://user:pw@x", "nonsense"):
            for name in ("api_url", "identity_url", "discovery_url"):
                with self.subTest(address=address, name=name), self.assertRaises(ValidationError):
                    self.connection[name] = address
        self.connection.api_url = "https://api.example"


@tagged("post_install", "-at_install")
class TestConsentXero(AccessCase):
    def test_a_consent_with_one_organisation(self):
        self._connect(self.connection, self.service)
        self.assertEqual(self.connection.state, "connected")
        self.assertEqual(self.connection.tenant_id, self.service.ledger.tenant)
        self.assertEqual(self.connection.tenant_name, "Demo Company")
        self.assertEqual(self.connection.currency_id.name, "USD")
        self.assertGreater(self.connection.connected_until, naive(self.service))

    def test_several_organisations_are_chosen_from(self):
        second = self.service.add_organisation("Second Ltd", "EUR")
        self._connect(self.connection, self.service)
        self.assertEqual((self.connection.state, self.connection.must_choose), ("draft", True))
        action = self.connection.action_choose_organisation()
        wizard = self.env["collections.connection.choice"].browse(action["res_id"])
        line = wizard.line_ids.filtered(lambda each: each.name == "Second Ltd")
        line.action_choose()
        self.assertEqual(self.connection.tenant_id, second.tenant)
        self.assertEqual(self.connection.state, "connected")

    def test_an_organisation_that_was_not_consented_to_cannot_be_chosen(self):
        self.service.add_organisation("Second Ltd")
        self._connect(self.connection, self.service)
        with self._raises(base.Misconfigured):
            self.connection._choose("somebody-else's", naive(self.service))

    def test_a_code_is_good_once_and_only_with_its_verifier(self):
        now = naive(self.service)
        begun = self.connection._begin_consent(now)
        back = self._consent(self.service, begun.url)
        with self._raises(base.AuthExpired):
            self.connection._finish_consent(back["code"], "stolen", "", now)
        self.connection._finish_consent(back["code"], begun.verifier, "", now)
        with self._raises(base.AuthExpired):
            self.connection._finish_consent(back["code"], begun.verifier, "", now)
        self.assertEqual(self.connection.state, "connected")

    def test_write_scopes_are_asked_for_when_something_is_written(self):
        now = naive(self.service)
        self.assertNotIn("accounting.payments", self._scopes(now))
        self.connection.push_payments = True
        self.assertIn("accounting.payments", self._scopes(now))

    def test_a_right_chosen_after_the_consent_is_missed_until_somebody_connects_again(self):
        self._connect(self.connection, self.service)
        self.assertFalse(self.connection.lacks_rights)
        self.connection.push_payments = True
        self.assertTrue(self.connection.lacks_rights)
        self.assertIn("accounting.payments", self.connection._lacking_rights())
        self._connect(self.connection, self.service)
        self.connection.invalidate_recordset()
        self.assertFalse(self.connection.lacks_rights)
        self.connection.push_payments = False
        self.assertFalse(self.connection._lacking_rights(), "to write is to read, too")

    def _scopes(self, now):
        url = urlsplit(self.connection._begin_consent(now).url)
        return parse_qs(url.query)["scope"][0].split()

    def test_a_custom_connection_asks_nobody(self):
        self.service.add_app("custom", SECRET, tenant=self.service.ledger.tenant)
        self.connection.write({"client_id": "custom", "custom_connection": True})
        self.env.flush_all()
        self.connection._connect_custom(naive(self.service))
        self.assertEqual(self.connection.state, "connected")
        self.assertFalse(self.connection.connected_until)
        self.service.advance(hours=1)
        self.connection._access_token(naive(self.service))
        grants = [call.form()["grant_type"] for call in self._tokens_asked(self.service)]
        self.assertEqual(grants, ["client_credentials"] * 2)

    def test_the_same_organisation_is_connected_once_in_a_company(self):
        self._connect(self.connection, self.service)
        twin = self._connection(self.service, name="Twin")
        with self._raises(base.Misconfigured, "connected already"):
            self._connect(twin, self.service)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            twin.tenant_id = self.connection.tenant_id
            twin.flush_recordset()

    def test_a_connection_stays_with_its_organisation(self):
        self._connect(self.connection, self.service)
        other = self._start("xero", seed=8)
        self.connection.write({"api_url": other.url, "identity_url": other.url})
        other.add_app("our-app", SECRET, [self.connection.redirect_uri])
        with self._raises(base.Misconfigured, "belongs to Demo Company"):
            self._connect(self.connection, other)
        self.assertEqual(self.connection.tenant_id, self.service.ledger.tenant)

    def test_disconnecting_gives_the_consent_back(self):
        self._connect(self.connection, self.service)
        tokens = self.row._tokens()
        self.connection.action_disconnect()
        self.assertEqual((self.connection.state, self.connection.problem), ("disconnected", False))
        self.assertTrue(self.service.identity.refreshes[tokens.refresh].grant.revoked)
        self.assertIsNone(self.row._tokens())
        with self._raises(base.AuthExpired):
            self.connection._access_token(naive(self.service))
        self.assertEqual(self.connection.state, "disconnected")
        self._connect(self.connection, self.service)
        self.assertEqual(self.connection.state, "connected")

    def test_disconnecting_while_the_service_is_away_says_so(self):
        self._connect(self.connection, self.service)
        self.service.fault("unavailable", path="revocation")
        self.connection.action_disconnect()
        self.assertEqual(self.connection.state, "disconnected")
        self.assertIn("take the consent back there", self.connection.problem)
        self.assertIsNone(self.row._tokens())

    def test_credentials_that_are_missing_or_wrong_are_a_sentence(self):
        empty = self.env["collections.connection"].create({"name": "New", "provider": "xero"})
        with self.assertRaisesRegex(UserError, "client id"):
            empty.action_connect()
        empty.client_id = "x"
        with self.assertRaisesRegex(UserError, "client secret"):
            empty.action_connect()
        self._connect(self.connection, self.service)
        self.connection.client_secret = "wrong-secret"
        self.env.flush_all()
        self.service.advance(hours=1)
        with self._raises(base.Misconfigured, "does not know this application"):
            self.connection._access_token(naive(self.service))
        self.assertEqual(self.connection.state, "connected")

    def test_the_screen_says_what_comes_next(self):
        fresh = self.env["collections.connection"].create({"name": "New", "provider": "xero"})
        self.assertEqual(fresh.step, "credentials")
        self.assertEqual(self.connection.step, "consent")
        self.service.add_organisation("Second Ltd")
        self._connect(self.connection, self.service)
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.step, "organisation")
        self.connection._choose(self.service.ledger.tenant, naive(self.service))
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.step, "import")
        self.connection.is_import_started = True
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.step, "use")


@tagged("post_install", "-at_install")
class TestConsentQuickBooks(AccessCase):
    PROVIDER = "quickbooks"

    def test_a_consent_brings_the_company(self):
        self._connect(self.connection, self.service)
        self.assertEqual(self.connection.state, "connected")
        self.assertEqual(self.connection.tenant_id, self.service.books.realm)
        self.assertEqual(self.connection.tenant_name, "Demo Company")
        self.assertEqual(self.connection.currency_id.name, "USD")

    def test_addresses_by_discovery(self):
        self.connection.write(
            {"identity_url": False, "discovery_url": f"{self.service.url}/openid"}
        )
        self._connect(self.connection, self.service)
        self.assertEqual(self.connection.state, "connected")

    def test_the_sandbox_has_an_address_of_its_own(self):
        self.connection.write({"api_url": False, "sandbox": True})
        self.assertIn("sandbox", self.connection._address("api_url", "https://usual"))
        self.connection.sandbox = False
        self.assertEqual(self.connection._address("api_url", "https://usual"), "https://usual")

    def test_consenting_for_another_company_is_refused_before_anything_is_kept(self):
        self._connect(self.connection, self.service)
        access = self.row._tokens().access
        begun = self.connection._begin_consent(naive(self.service))
        back = self._consent(self.service, begun.url)
        with self._raises(base.Misconfigured, "belongs to Demo Company"):
            self.connection._finish_consent(
                back["code"], "", "9130350000000999", naive(self.service)
            )
        self.assertEqual(self.row._tokens().access, access)

    def test_revoked_there_means_connect_again(self):
        self._connect(self.connection, self.service)
        self.service.disconnect()
        self.service.advance(hours=2)
        with self._raises(base.AuthExpired):
            self.connection._client(naive(self.service))
        self.assertEqual(self.connection.state, "reconnect")


@tagged("post_install", "-at_install")
class TestTokens(AccessCase):
    def setUp(self):
        super().setUp()
        self._connect(self.connection, self.service)
        self.service.requests.clear()

    def test_a_fresh_token_is_used_again(self):
        now = naive(self.service)
        self.assertEqual(self.connection._access_token(now), self.connection._access_token(now))
        self.assertFalse(self._tokens_asked(self.service))

    def test_a_stale_token_is_refreshed_and_kept(self):
        old = self.row._tokens()
        self.service.advance(minutes=29, seconds=30)  # within the margin of a minute
        token = self.connection._access_token(naive(self.service))
        self.assertNotEqual(token, old.access)
        self.assertNotEqual(self.row._tokens().refresh, old.refresh)
        self.assertEqual(self.connection._access_token(naive(self.service)), token)
        self.assertEqual(len(self._tokens_asked(self.service)), 1)

    def test_pitfall_4_an_ended_consent_asks_for_a_person(self):
        self.service.advance(days=61)
        now = naive(self.service)
        for _time in range(2):
            with self._raises(base.AuthExpired) as caught:
                self.connection._access_token(now)
            self.assertTrue(caught.exception.reconnect)
        self.assertEqual(len(self._tokens_asked(self.service)), 1, "asked again in vain")
        self.assertEqual(self.connection.state, "reconnect")
        activity = self.connection.activity_ids
        self.assertEqual((len(activity), activity.user_id), (1, self.connection.user_id))
        self._connect(self.connection, self.service)
        self.assertEqual(self.connection.state, "connected")
        self.assertFalse(self.connection.activity_ids)
        self.connection._access_token(now)

    def test_a_service_that_is_away_ends_nothing(self):
        self.service.advance(hours=1)
        self.service.fault("unavailable", path="token")
        with self._raises(base.Transient):
            self.connection._access_token(naive(self.service))
        self.assertEqual(self.connection.state, "connected")
        self.connection._access_token(naive(self.service))

    def test_a_lost_answer_is_asked_for_again_within_the_grace(self):
        self.service.advance(hours=1)
        self.service.fault("lose", path="token")
        with self._raises(base.Transient) as caught:
            self.connection._access_token(naive(self.service))
        self.assertTrue(caught.exception.maybe_done)
        self.service.advance(minutes=5)
        self.assertTrue(self.connection._access_token(naive(self.service)))

    def test_a_token_refused_before_its_end_is_refreshed_next_time(self):
        client = self.connection._client(naive(self.service))
        self.service.fault("unauthorized", path="Organisation")
        with self._raises(base.AuthExpired) as caught:
            client.organisation()
        self.connection._auth_failed(caught.exception, naive(self.service))
        self.assertEqual(self.connection.state, "connected")
        self.connection._client(naive(self.service)).organisation()
        self.assertEqual(len(self._tokens_asked(self.service)), 1)

    def test_an_organisation_that_was_disconnected_asks_for_a_person(self):
        self.service.disconnect()
        now = naive(self.service)
        with self._raises(base.AuthExpired):
            self.connection._calling(now, lambda client: client.organisation())
        self.assertEqual(self.connection.state, "reconnect")

    def test_pitfall_1_two_connections_use_their_own_application_and_token(self):
        other_company = self.env["res.company"].create({"name": "Other"})
        other_service = self._start("xero", seed=9)
        other = self._connection(
            other_service, name="Other", company_id=other_company.id, client_id="their-app"
        )
        self._connect(other, other_service)
        for service in (self.service, other_service):
            service.advance(hours=1)
            service.requests.clear()
        now = naive(self.service)
        mine, theirs = self.connection._client(now), other._client(now)
        mine.organisation(), theirs.organisation(), mine.organisation()
        used = {
            service: {
                call.headers["authorization"] for call in service.calls("GET", "Organisation")
            }
            for service in (self.service, other_service)
        }
        for connection, service in ((self.connection, self.service), (other, other_service)):
            row = self.env["collections.connection.token"]._of(connection)
            self.assertEqual(used[service], {f"Bearer {row._secret('access')}"})
        self.assertEqual(len(service.calls("GET", "Organisation")), 1)

    def test_the_budget_is_kept_and_shown(self):
        now = naive(self.service)
        budget = self.connection.sudo().budget_ids
        budget.invalidate_recordset()
        before = budget.calls_today
        for _time in range(3):
            self.connection._client(now).organisation()
        budget.invalidate_recordset()
        self.assertEqual(budget.calls_today - before, 3)
        self.assertEqual(budget.day, now.date())
        self.assertGreater(budget.day_remaining, 0)

    def test_a_limit_met_by_one_worker_holds_for_the_next(self):
        now = naive(self.service)
        self.service.fault("day", retry_after=7200)
        with self._raises(base.RateLimited):
            self.connection._client(now).organisation()
        asked = len(self.service.requests)
        with self._raises(base.RateLimited) as caught:
            self.connection._client(now).organisation()
        self.assertEqual(caught.exception.kind, "day")
        self.assertEqual(len(self.service.requests), asked, "the service was asked again")
        budget = self.connection.sudo().budget_ids
        budget.invalidate_recordset()
        self.assertGreater(budget.paused_until, now)


@tagged("post_install", "-at_install")
class TestExpiry(AccessCase):
    def setUp(self):
        super().setUp()
        self._connect(self.connection, self.service)

    def test_far_from_its_end_nothing_happens(self):
        self.service.requests.clear()
        self.connection._watch_expiry(naive(self.service))
        self.assertFalse(self.service.requests)

    def test_an_unused_consent_is_prolonged_by_using_it(self):
        self.service.advance(days=50)
        self.connection._watch_expiry(naive(self.service))
        self.assertGreater(
            self.connection.connected_until, naive(self.service) + timedelta(days=50)
        )
        self.assertFalse(self.connection.activity_ids)

    def test_an_end_that_cannot_be_put_off_is_told(self):
        soon = naive(self.service).replace(day=12)
        self.row.hard_expires_at = soon
        for _day in range(2):
            self.connection._watch_expiry(naive(self.service))
        self.assertEqual(len(self.connection.activity_ids), 1)
        self.assertEqual(self.connection.activity_ids.date_deadline, soon.date())

    def test_what_ended_in_a_transaction_that_was_rolled_back_is_noticed(self):
        self.row.ended = "The consent has ended or was withdrawn: connect again."
        self.connection._watch_expiry(naive(self.service))
        self.assertEqual(self.connection.state, "reconnect")


@tagged("post_install", "-at_install")
class TestAccessOfCompanies(AccessCase):
    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "stranger",
            "collections_addon.group_collections_admin",
            company_id=other.id,
            company_ids=other.ids,
        )
        self._connect(self.connection, self.service)
        for model in ("collections.connection", "collections.connection.budget"):
            self.assertFalse(self.env[model].with_user(user).search([]))
        mine = self.connection.with_user(user)
        for act in (mine.action_connect, mine.action_disconnect, mine.action_sync):
            with self.assertRaises(AccessError):
                act()

    def test_only_administrators_act(self):
        for group in GROUPS[:-1]:
            user = new_test_user(
                self.env, f"actor_{group}", f"collections_addon.group_collections_{group}"
            )
            mine = self.connection.with_user(user)
            for act in (
                mine.action_connect,
                mine.action_disconnect,
                mine.action_choose_organisation,
            ):
                with self.subTest(group=group, act=act.__name__), self.assertRaises(AccessError):
                    act()
