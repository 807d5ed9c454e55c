"""What every channel promises the dispatch, whatever it does behind."""

from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..collections_addon.channels.base import ConfigurationError, Receipt, RetryableError
from ..collections_addon.models.dunning_action import CONTACTED
from ..collections_addon.models.dunning_reason import REASONS
from .common import CollectionsCommon
from .provider_common import ProviderMixin

DAY = "2026-03-20"
RECEIPT_STATES = {"sent", "delivered", "failed", "sending"}
#: What a preview must leave alone.
WATCHED = ("mail.message", "mail.mail", "mail.activity", "ir.attachment", "dunning.action")
BASE = "odoo.addons.collections_addon.collections_addon.channels.base"

#: Channels over an address that a customer may have closed to us.
OPT_OUTS = ("email", "sms", "whatsapp", "voice")


@tagged("post_install", "-at_install")
class TestChannelContract(ProviderMixin, CollectionsCommon):
    """Each test goes through all channels installed; a new one is tested by existing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.codes = cls.env["collections.channel"]._codes()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Contract",
                "model_id": cls.env["ir.model"]._get_id("dunning.action"),
                "subject": "Hello {{ object.customer_name }}",
                "body_html": '<p>Please pay <t t-out="object.total_text"/>.</p>',
            }
        )
        french = cls.template.with_context(lang="fr_FR")
        french.subject = "Bonjour {{ object.customer_name }}"
        french.body_html = '<p>Merci de payer <t t-out="object.total_text"/>.</p>'
        country = cls.env.ref("base.fr")
        cls.address = {
            "street": "1 rue de la Paix",
            "zip": "75002",
            "city": "Paris",
            "country_id": country.id,
            "phone": "+33 1 23 45 67 89",
        }
        cls.company.write({"street": "1 Sender Road", "zip": "1000", "city": "Home"})
        cls.customer.write({**cls.address, "lang": "fr_FR"})
        cls.service, provider = cls._twilio()
        cls._whatsapp_text(cls.service, provider, cls.template, "fr_FR", "Merci de payer {{1}}.")

    def setUp(self):
        super().setUp()
        self.assertGreater(len(self.codes), 1)

    def _channel(self, code):
        return self.env["collections.channel"]._by_code(code)

    def _queued(self, code, partner=None):
        """A contact on this channel, planned and not sent."""
        policy = self._policy(
            f"Over {code}",
            Only={
                "days": 5,
                "step_ids": [Command.create({"channel_code": code, "template": self.template.id})],
            },
        )
        partner = partner or self._reachable(f"By {code}", lang="fr_FR")
        partner.dunning_policy_id = policy
        consents = self.env["collections.consent"]
        consents._give(partner, self.company, "whatsapp", DAY, "collector")
        invoice = self._invoice(partner, 1250, due="2026-03-10")
        with self.day(DAY):
            self._run(DAY)
        action = self._actions([("item_ids.move_id", "=", invoice.id)])
        self.assertEqual((action.channel_code, action.state), (code, "queued"))
        return action

    def _reachable(self, name, **values):
        """A customer whom every channel reaches: it has addresses, and a login."""
        partner = self._customer(name, **self.address, **values)
        login = name.lower().replace(" ", "_")
        new_test_user(
            self.env, login=login, groups="base.group_portal"
        ).partner_id.parent_id = partner
        return partner

    def _each(self):
        """Every channel, with a contact of its own to make."""
        for code in self.codes:
            with self.subTest(code), self.env.cr.savepoint():
                yield self._channel(code), self._queued(code)

    def _send_now(self, hour=12):
        with self.day(DAY, hour) as now:
            return self._dispatch(now)

    def test_has_a_name_and_is_offered(self):
        for code in self.codes:
            with self.subTest(code):
                self.assertTrue(self._channel(code)._label())
                self.assertIn(code, dict(self.env["collections.channel"]._selection()))

    def test_reaches_a_customer_who_has_every_address(self):
        for channel, action in self._each():
            self.assertFalse(channel._unavailable_reason(action))

    def test_says_why_it_cannot_reach_a_customer_without_addresses(self):
        for code in self.codes:
            with self.subTest(code):
                partner = self.env["res.partner"].create({"name": f"Unknown {code}", "tz": "UTC"})
                action = self._queued(code, partner)
                reason = self._channel(code)._unavailable_reason(action)
                self.assertIn(reason, {False, *dict(REASONS)})
                self._send_now()
                self.assertEqual(action.state, "skipped" if reason else "sent")
                self.assertEqual(action.reason_code, reason)

    def test_preview_is_in_the_debtors_language_and_writes_nothing(self):
        for channel, action in self._each():
            before = {model: self.env[model].search_count([]) for model in WATCHED}
            message = channel.with_context(lang="en_US")._render(action)
            self.assertEqual(before, {model: self.env[model].search_count([]) for model in WATCHED})
            self.assertEqual(message["subject"], f"Bonjour {action.partner_id.name}")
            self.assertIn("Merci de payer", message["body"])
            self.assertRegex(message["body"], r"1\W250,00")
            self.assertEqual(action.state, "queued")
            for name, content, mimetype in message["attachments"]:
                self.assertTrue(name and isinstance(content, bytes) and "/" in mimetype)

    def test_gives_a_receipt_for_every_contact(self):
        for code in self.codes:
            with self.subTest(code):
                actions = self._queued(code) | self._queued(code, self._other(code))
                actions.attempt_count = 1
                actions._transition("sending")
                receipts = self._channel(code)._send(actions)
                self.assertEqual(set(receipts), set(actions.ids))
                for receipt in receipts.values():
                    self.assertIsInstance(receipt, Receipt)
                    self.assertIn(receipt.state, RECEIPT_STATES)

    def _other(self, code):
        return self._reachable(f"Also by {code}")

    def test_dispatch_makes_the_contact_once(self):
        for channel, action in self._each():
            self._send_now()
            later = channel._is_manual or channel._is_answered_later
            expected = ("sending",) if later else CONTACTED
            self.assertIn(action.state, expected, action.failure_text)
            self._send_now(hour=13)
            self.assertIn(action.state, expected)
            self.assertEqual(action.attempt_count, 1)
            self.assertEqual(action.is_manual, channel._is_manual)

    def test_allowed_and_blocked_on_each_channel(self):
        """Hours, number of contacts, and consent: each by itself keeps a contact back that
        is made without it."""
        for _channel, action in self._each():
            code = action.channel_code
            blocks = {
                "at night": (self._nothing, 23, "outside_window"),
                "often enough": (self._cap, 12, "contact_cap"),
            }
            if code in OPT_OUTS:
                blocks["opted out"] = (self._opt_out, 12, "opted_out")
            if code == "whatsapp":
                blocks["consent withdrawn"] = (self._withdraw, 12, "no_consent")
            for name, (block, hour, reason) in blocks.items():
                with self.subTest(name, channel=code), self.env.cr.savepoint() as undone:
                    block(action)
                    self._send_now(hour)
                    self.assertEqual(action.reason_code, reason)
                    self.assertIn(action.state, ("queued", "skipped"))
                    undone.rollback()
                self.env.invalidate_all()
            self._send_now()
            self.assertNotIn(action.state, ("queued", "skipped", "failed"), action.reason_code)

    def _nothing(self, action):
        """The hour alone keeps it back."""

    def _cap(self, action):
        action.policy_id.write({"contact_cap": 1, "contact_cap_days": 30})
        made = {"state": "sent", "run_id": False, "contact_date": "2026-03-19"}
        action.sudo().copy({**made, "sent_at": "2026-03-19 12:00:00"})

    def _opt_out(self, action):
        recipient = action.recipient_id
        if action.channel_code == "email":
            self.env["mail.blacklist"]._add(recipient.email)
        else:
            self.env["phone.blacklist"].sudo()._add([recipient._dunning_number()])

    def _withdraw(self, action):
        consents = self.env["collections.consent"].sudo()
        consents._take_back(action.partner_id, self.company, "whatsapp", date(2026, 3, 20))

    def test_passing_failure_waits_and_then_gives_up(self):
        for channel, action in self._each():
            error = RetryableError("Busy", delay=60)
            with patch.object(self.env.registry[channel._name], "_send", side_effect=error):
                self._send_now()
                self.assertEqual((action.state, action.attempt_count), ("queued", 1))
                self.assertEqual(action.failure_text, "Busy")
                self._send_now(hour=13)
                self._send_now(hour=14)
            self.assertEqual((action.state, action.attempt_count), ("failed", 3))

    def test_passing_failure_that_passes_is_made_up_for(self):
        for channel, action in self._each():
            error = RetryableError("Busy", delay=60)
            with patch.object(self.env.registry[channel._name], "_send", side_effect=error):
                self._send_now()
            self._send_now(hour=13)
            self.assertIn(action.state, ("sending", *CONTACTED))

    @mute_logger(BASE)
    def test_channel_not_set_up_fails_with_the_reason(self):
        for channel, action in self._each():
            error = ConfigurationError("No account")
            with patch.object(self.env.registry[channel._name], "_send", side_effect=error):
                self._send_now()
            self.assertEqual(action.state, "failed")
            self.assertEqual(action.reason_code, "channel_not_configured")
            self.assertEqual(action.failure_text, "No account")

    def test_foreign_events_are_ignored(self):
        for code in self.codes:
            with self.subTest(code):
                self.assertEqual(list(self._channel(code)._parse_event({})), [])

    def test_nothing_to_recover_is_nothing_done(self):
        for channel, action in self._each():
            channel._recover(self._at(DAY))
            self.assertEqual(action.state, "queued")
