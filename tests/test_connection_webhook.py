"""Pitfall 12: bells are verified over raw bytes, kept once, answered at once and empty."""

import json
import time
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .access_common import AccessMixin
from .emulators.postman import signature

KEY = "the-signing-key-of-webhooks"
NAMES = {"xero": "x-xero-signature", "quickbooks": "intuit-signature"}


class WebhookCase(AccessMixin, HttpCase):
    PROVIDER = "xero"

    def setUp(self):
        super().setUp()
        self.service = self._start(self.PROVIDER, start=None)
        self.connection = self._connection(self.service, webhook_secret=KEY)
        self._connect(self.connection, self.service)
        self.connection.is_import_started = True
        self.opener.cookies.clear()

    @property
    def path(self):
        return f"/collections/webhook/{self.PROVIDER}"

    @property
    def events(self):
        return self.env["collections.webhook.event"].search([], order="id")

    def _post(self, body, key=KEY, sign=True):
        """Post bytes, or what is written as JSON, signed."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if sign:
            headers[NAMES[self.PROVIDER]] = signature(key, raw)
        return self.url_open(self.path, data=raw, headers=headers, method="POST")

    def _deliver(self, copies=1):
        self.service.subscribe(self.base_url() + self.path, KEY)
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            return self.service.deliver(copies)

    def _process(self, now=None):
        return self.env["collections.webhook.event"]._process(now or fields.Datetime.now())


class WebhookStories:
    """What holds for both services."""

    allow_inherited_tests_method = True

    def test_a_wrong_or_missing_signature_is_refused_and_nothing_kept(self):
        body = self._body("k1")
        for options in ({"key": "another"}, {"sign": False}, {"key": KEY + " "}):
            with self.subTest(options):
                self.assertEqual(self._post(body, **options).status_code, 401)
        self.assertFalse(self.events)

    def test_without_a_key_nothing_is_signed(self):
        self.env["collections.connection.token"]._of(self.connection).webhook_secret = False
        for key in ("", KEY, "False", "None"):
            self.assertEqual(self._post(self._body("k1"), key=key).status_code, 401)

    def test_pitfall_12_the_signature_is_over_the_bytes_as_they_came(self):
        spaced = json.dumps(self._body("k1"), indent=3).encode() + b"\n"
        self.assertEqual(self._post(spaced).status_code, 200)
        self.assertEqual(len(self.events), 1)
        changed = json.dumps(self._body("k2")).encode()
        signed = {NAMES[self.PROVIDER]: signature(KEY, changed + b" ")}
        reply = self.url_open(self.path, data=changed, headers=signed)
        self.assertEqual(reply.status_code, 401)

    def test_pitfall_12_the_answer_is_empty_without_a_cookie_and_quick(self):
        begun = time.monotonic()
        reply = self._post(self._body("k1"))
        self.assertLess(time.monotonic() - begun, 3)
        self.assertEqual((reply.status_code, reply.content), (200, b""))
        self.assertNotIn("set-cookie", {name.lower() for name in reply.headers})

    def test_pitfall_12_a_delivery_that_comes_twice_is_kept_once(self):
        for _time in range(3):
            self.assertEqual(self._post(self._body("k1")).status_code, 200)
        self.assertEqual(len(self.events), 1)
        self._process()
        self._post(self._body("k1"))
        self.assertEqual(self.events.mapped("state"), ["done"], "a replay begins nothing anew")

    def test_what_is_signed_and_unreadable_is_taken_and_dropped(self):
        for raw in (b"", b"[", b"{}", b"null", b'"x"', b"\xff\xfe", b"[[1]]"):
            with self.subTest(raw):
                reply = self._post(raw)
                self.assertIn(reply.status_code, (200, 401))
        self.assertFalse(self.events)

    def test_an_organisation_that_is_not_connected_is_nobodys(self):
        self.assertEqual(self._post(self._body("k1", tenant="1234567890")).status_code, 200)
        self.assertFalse(self.events)

    def test_one_delivery_reaches_each_organisation_with_this_key_and_no_other(self):
        company = self.env["res.company"].create({"name": "Other"})
        made = []
        for number, key in enumerate((KEY, "a-key-of-others")):
            other = self._connection(
                self.service, name=key, company_id=company.id, webhook_secret=key
            )
            other.tenant_id = f"99{number}"
            made.append(other)
        self.assertEqual(self._post(self._mixed("990", "991")).status_code, 200)
        got = {event.connection_id: event.company_id for event in self.events}
        self.assertEqual(got, {self.connection: self.connection.company_id, made[0]: company})

    def test_a_bell_that_cannot_be_followed_has_the_ledger_read(self):
        now = fields.Datetime.now()
        self.connection.next_sync_at = now + timedelta(hours=1)
        self.service.fault("unavailable", times=None)
        self._post(self._body("k1"))
        self.assertEqual(self.events.state, "pending")
        self.assertEqual(self._process(now), 1)
        self.assertEqual(self.connection.next_sync_at, now)
        self.assertEqual(self.events.state, "done")
        self.assertEqual(self._process(now), 0)

    def test_many_bells_read_once_in_ten_minutes(self):
        now = fields.Datetime.now()
        self.env["collections.sync.log"].create(
            {
                "connection_id": self.connection.id,
                "kind": "incremental",
                "state": "done",
                "started_at": now - timedelta(minutes=4),
            }
        )
        self.connection.invalidate_recordset()
        self.service.fault("unavailable", times=None)
        for key in ("k1", "k2", "k3"):
            self._post(self._body(key))
        self._process(now)
        self.assertEqual(self.connection.next_sync_at, now + timedelta(minutes=6))

    def test_a_bell_of_a_connection_that_is_down_starts_nothing(self):
        self.connection._transition("reconnect", "x")
        self.connection.next_sync_at = False
        self._post(self._body("k1"))
        self._process()
        self.assertFalse(self.connection.next_sync_at)

    def test_what_is_not_mirrored_is_not_needed(self):
        self.assertEqual(self._post(self._unknown()).status_code, 200)
        self.assertEqual(self.events.mapped("state"), ["ignored"])

    def test_the_emulated_service_is_content(self):
        self.service.subscribe(self.base_url() + self.path, KEY)
        self._ring()
        self.assertEqual(set(self._deliver(copies=2)), {200})
        self.assertTrue(self.service.webhooks.postman.delivered)
        self.assertIn("invoices", self.events.mapped("stream"))
        keys = [event.event_id for event in self.events]
        self.assertEqual(len(keys), len(set(keys)))

    def test_pitfall_12_bells_out_of_order_and_twice_bring_what_is_there_now(self):
        """The last change is told first, everything twice: the ledger's word counts."""
        self.service.subscribe(self.base_url() + self.path, KEY)
        self._ring()
        self.service.webhooks.pending.reverse()
        self._deliver(copies=2)
        self._process()
        log = self.connection._sync(now=fields.Datetime.now())
        self.assertEqual(log.state, "done", log.message)
        moves = self.env["account.move"].search(
            [("collections_connection_id", "=", self.connection.id)]
        )
        [invoice] = moves.filtered(lambda move: move.move_type == "out_invoice")
        self.assertEqual((invoice.amount_residual, len(moves)), (70, 2))

    def test_a_body_beyond_reason_is_refused(self):
        self.assertEqual(self._post(b"x" * (2 * 1024 * 1024 + 1)).status_code, 413)


@tagged("post_install", "-at_install")
class TestWebhookXero(WebhookStories, WebhookCase):
    def _body(self, key, tenant=None, category="INVOICE"):
        return self._bodies((key, tenant or self.connection.tenant_id, category))

    def _mixed(self, *tenants):
        every = (self.connection.tenant_id, *tenants)
        return self._bodies(*((f"k-{tenant}", tenant, "INVOICE") for tenant in every))

    def _unknown(self):
        return self._body("k1", category="SUBSCRIPTION")

    def _bodies(self, *events):
        return {
            "events": [
                {
                    "resourceId": key,
                    "tenantId": tenant,
                    "eventCategory": category,
                    "eventType": "UPDATE",
                    "eventDateUtc": "2026-03-05T09:00:00.000",
                }
                for key, tenant, category in events
            ],
            "firstEventSequence": 1,
            "lastEventSequence": len(events),
        }

    def _ring(self):
        contact = self.service.add_contact("Cedar Bakery")
        self.service.pay(self.service.add_invoice(contact, 100), 30)

    def test_the_intent_to_receive_is_passed_even_before_the_consent(self):
        self.connection.state = "draft"
        self.service.subscribe(self.base_url() + self.path, KEY)
        with self.allow_requests(all_requests=True):
            self.assertTrue(self.service.intent_to_receive())
        self.assertFalse(self.events)


class QuickBooksBodies(WebhookCase):
    PROVIDER = "quickbooks"

    def _ring(self):
        customer = self.service.add_customer("Cedar Bakery")
        self.service.pay(self.service.add_invoice(customer, 100), 30)


@tagged("post_install", "-at_install")
class TestWebhookQuickBooksCloud(WebhookStories, QuickBooksBodies):
    def _body(self, key, tenant=None, kind="invoice"):
        return [self._event(key, tenant or self.connection.tenant_id, kind)]

    def _mixed(self, *tenants):
        every = (self.connection.tenant_id, *tenants)
        return [self._event(f"k-{tenant}", tenant, "invoice") for tenant in every]

    def _unknown(self):
        return self._body("k1", kind="vendor")

    def _event(self, key, tenant, kind):
        return {
            "specversion": "1.0",
            "id": key,
            "source": "intuit.x",
            "type": f"qbo.{kind}.updated.v1",
            "time": "2026-03-05T09:00:00Z",
            "intuitentityid": "129",
            "intuitaccountid": tenant,
            "data": {},
        }


@tagged("post_install", "-at_install")
class TestWebhookQuickBooksOlder(WebhookStories, QuickBooksBodies):
    def _body(self, key, tenant=None, kind="Invoice"):
        return self._bodies((key, tenant or self.connection.tenant_id, kind))

    def _mixed(self, *tenants):
        every = (self.connection.tenant_id, *tenants)
        return self._bodies(*((f"k-{tenant}", tenant, "Invoice") for tenant in every))

    def _unknown(self):
        return self._body("k1", kind="Vendor")

    def _bodies(self, *events):
        return {
            "eventNotifications": [
                {
                    "realmId": tenant,
                    "dataChangeEvent": {
                        "entities": [
                            {
                                "name": kind,
                                "id": key,
                                "operation": "Update",
                                "lastUpdated": "2026-03-05T09:00:00.000Z",
                            }
                        ]
                    },
                }
                for key, tenant, kind in events
            ]
        }
