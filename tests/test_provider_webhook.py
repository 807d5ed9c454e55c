"""Messaging providers' webhooks: signed, kept once, answered at once, worked later."""

import json
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .emulators.meta import signature as meta_signature
from .emulators.twilio import signature as twilio_signature
from .provider_common import ProviderMixin

EVENTS = "odoo.addons.collections_addon.connectors.models.collections_provider_event"


@tagged("post_install", "-at_install")
class TestProviderWebhook(ProviderMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.twilio, self.account = self._twilio()
        self.meta, self.number = self._meta()
        self.opener.cookies.clear()

    @property
    def events(self):
        return self.env["collections.provider.event"].search([], order="id")

    def _twilio_post(self, form, kind="status", query="", token=None, sign_url=None):
        url = self.account._webhook_url(kind) + query
        signed = twilio_signature(token or self.twilio.token, sign_url or url, form)
        headers = {
            "X-Twilio-Signature": signed,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        path = url.removeprefix(self.account.get_base_url())
        return self.url_open(path, data=urlencode(form), headers=headers, method="POST")

    def _meta_post(self, raw, secret=None):
        headers = {
            "X-Hub-Signature-256": meta_signature(secret or self.meta.secret, raw),
            "Content-Type": "application/json",
        }
        path = self.number._webhook_url("incoming").removeprefix(self.number.get_base_url())
        return self.url_open(path, data=raw, headers=headers, method="POST")

    # === TWILIO === #

    def test_what_is_signed_is_kept_once_and_answered_empty(self):
        form = {"MessageSid": "SM1", "MessageStatus": "sent", "To": "+15550100999"}
        for _time in range(3):
            reply = self._twilio_post(form, query="?ref=12.1")
            self.assertEqual(reply.status_code, 200)
            self.assertTrue(reply.text.endswith("<Response/>"))
            self.assertNotIn("set-cookie", {name.lower() for name in reply.headers})
        [event] = self.events
        self.assertEqual(event.mapped("kind"), ["message_status"])
        self.assertEqual((event.external_id, event.subject, event.ref), ("SM1:sent", "SM1", "12.1"))
        self.assertEqual(json.loads(event.raw), form)
        self.assertEqual(event.company_id, self.account.company_id)

    def test_a_wrong_signature_is_refused_and_nothing_kept(self):
        form = {"MessageSid": "SM1", "MessageStatus": "sent"}
        for options in (
            {"token": "another"},
            {"sign_url": "https://elsewhere.example/"},
            {"query": "?ref=1", "sign_url": self.account._webhook_url("status")},
        ):
            with self.subTest(options):
                self.assertEqual(self._twilio_post(form, **options).status_code, 401)
        self.assertFalse(self.events)

    def test_without_a_secret_nothing_is_signed(self):
        self.account.auth_token = self.number.webhook_secret = False
        for key in ("", "False", "None", self.twilio.token):
            self.assertEqual(self._twilio_post({"MessageSid": "1"}, token=key).status_code, 401)
            self.assertEqual(self._meta_post(b"{}", secret=key).status_code, 401)
        self.assertFalse(self.events)

    def test_an_unknown_address_is_not_found(self):
        for code, kind in (("twilio", "status"), ("meta_whatsapp", "incoming"), ("x", "status")):
            for token in ("unknown", "False"):
                path = f"/collections/provider/{code}/{kind}/{token}"
                self.assertEqual(self.url_open(path, data=b"x").status_code, 404)

    def test_one_company_s_secret_forges_nothing_for_another(self):
        company = self.env["res.company"].create({"name": "Other"})
        _service, other = self._twilio(company, auth_token="a-token-of-others")
        form = {"MessageSid": "SM1", "MessageStatus": "sent"}
        url = other._webhook_url("status")
        headers = {"X-Twilio-Signature": twilio_signature(self.twilio.token, url, form)}
        reply = self.url_open(url.removeprefix(other.get_base_url()), data=form, headers=headers)
        self.assertEqual(reply.status_code, 401)

    # === META === #

    def test_the_address_is_proven_with_the_verify_token_only(self):
        path = self.number._webhook_url("incoming").removeprefix(self.number.get_base_url())
        right = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
        good = self.url_open(
            f"{path}?{urlencode(right | {'hub.verify_token': self.number.verify_token})}"
        )
        self.assertEqual((good.status_code, good.text), (200, "1158201444"))
        for token in ("", "x", "False"):
            query = urlencode(right | {"hub.verify_token": token})
            self.assertEqual(self.url_open(f"{path}?{query}").status_code, 403)

    def test_a_delivery_of_meta_reaches_its_number_only(self):
        self.meta.write_in("+15550100777", "Hello")
        [note] = self.meta.take_notes()
        self.assertEqual(self._meta_post(note.body).status_code, 200)
        self.assertEqual(self._meta_post(note.body).status_code, 200)
        other = note.body.replace(self.meta.number_id.encode(), b"999")
        self.assertEqual(self._meta_post(other).status_code, 200)
        [event] = self.events
        self.assertEqual((event.kind, event.provider_id), ("message_in", self.number))
        self.assertEqual(self._meta_post(note.body, secret="x").status_code, 401)

    # === WHATEVER COMES === #

    def test_whatever_is_signed_is_taken_without_an_error(self):
        """Fuzz: no signed body makes the inbox or its work fail."""
        now = fields.Datetime.now()
        words = st.sampled_from(
            ["MessageSid", "SmsSid", "MessageStatus", "From", "To", "Body", "ErrorCode", "x"]
        )
        texts = st.one_of(
            st.text(max_size=30), st.sampled_from(["delivered", "failed", "whatsapp:+1", "\0"])
        )
        plain = st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), texts),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(
                    st.sampled_from(
                        ["entry", "changes", "value", "field", "statuses", "messages", "id", "from"]
                        + ["status", "type", "text", "body", "metadata", "phone_number_id"]
                    ),
                    inner,
                    max_size=4,
                ),
            ),
            max_leaves=12,
        )
        events = self.env["collections.provider.event"]
        quiet = settings(
            max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )

        @quiet
        @given(st.dictionaries(words, texts, max_size=6), plain, st.sampled_from(["", "1.1", "x"]))
        def take(form, value, ref):
            change = {"field": "messages", "value": value}
            body = {"entry": [{"changes": [change]}]}
            if isinstance(value, dict):
                value["metadata"] = {"phone_number_id": self.meta.number_id}
            for provider, delivery in (
                (self.account, self._delivery(self.account, form, ref)),
                (self.number, self._raw(json.dumps(body).encode())),
                (self.number, self._raw(json.dumps(value).encode())),
            ):
                self.assertTrue(events._receive(provider, delivery, now))

        take()
        with mute_logger(EVENTS):
            events._process(now)
        self.assertFalse(events.search([("failure", "!=", False)]).mapped("failure"))

    def _delivery(self, provider, form, ref):
        from werkzeug.datastructures import MultiDict

        from ..connectors.models.collections_provider_adapter import Delivery

        url = provider._webhook_url("status", ref)
        return Delivery(
            kind="status",
            url=url,
            headers={"signature": twilio_signature(self.twilio.token, url, form)},
            form=MultiDict(form),
            ref=ref,
        )

    def _raw(self, raw):
        from ..connectors.models.collections_provider_adapter import Delivery

        return Delivery(
            kind="incoming",
            url="",
            headers={"signature": meta_signature(self.meta.secret, raw)},
            raw=raw,
        )

    # === WORKING THEM OFF === #

    def test_what_nobody_knows_waits_and_is_then_put_aside(self):
        now = fields.Datetime.now()
        self._twilio_post({"MessageSid": "SM404", "MessageStatus": "delivered"})
        events = self.env["collections.provider.event"]
        events._process(now)
        self.assertEqual(self.events.state, "new")
        events._process(fields.Datetime.add(now, hours=2))
        self.assertEqual(self.events.state, "ignored")

    @mute_logger(EVENTS)
    def test_an_event_that_breaks_is_tried_again_and_then_left_to_a_person(self):
        self._twilio_post({"MessageSid": "SM1", "MessageStatus": "sent"})
        event, now = self.events, fields.Datetime.now()
        event.raw = "{"
        for _time in range(6):
            event._process(now)
            now = fields.Datetime.add(now, hours=2)
        self.assertEqual((event.state, event.attempts), ("failed", 5))
        self.assertTrue(event.failure)
        event.action_retry()
        self.assertEqual((event.state, event.attempts), ("new", 0))
