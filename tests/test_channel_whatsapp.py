"""Contacts on WhatsApp: consent, approved texts, the 24 hours, receipts; Meta and Twilio."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .test_channel_sms import DAY, MessageCase


class WhatsappCase(MessageCase):
    CHANNEL = "whatsapp"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls._provide()
        cls._whatsapp_text(
            cls.service,
            cls.provider,
            cls.text,
            "en_US",
            "Hello {{1}}, {{2}} is overdue: {{3}}",
            "recipient_name, overdue_text, link",
        )

    @classmethod
    def _provide(cls):
        """Choose the provider."""

    def _agreed(self, number=1, **values):
        partner = self._debtor(number, **values)
        self.env["collections.consent"]._give(partner, self.company, "whatsapp", DAY, "collector")
        return partner

    def _to(self, number=1):
        return f"+1202555{number:04}"

    def _received(self, number=1):
        return self.service.to(self._to(number))


class WhatsappStories:
    """What holds for both providers."""

    allow_inherited_tests_method = True

    def test_only_who_has_agreed_is_written_to(self):
        first, second = self._planned(self._debtor(1)), self._planned(self._agreed(2))
        self._send_at()
        self.assertEqual((first.state, first.reason_code), ("skipped", "no_consent"))
        self.assertEqual((second.state, second.failure_text), ("sent", False))
        self.env["collections.consent"]._take_back(
            second.partner_id, self.company, "whatsapp", second.contact_date
        )
        third = self._planned(second.partner_id.copy({"phone": self._to(2)}))
        self._send_at(13)
        self.assertEqual(third.reason_code, "no_consent")

    def test_out_of_the_blue_the_approved_text_is_sent(self):
        action = self._planned(self._agreed(1))
        self._send_at()
        [message] = self._received(1)
        self.assertEqual(action.state, "sent")
        self.assertEqual(self._values_of(message)[:2], ["Debtor 1", "$ 1,250.00"])
        self.assertIn(f"/collections/{action.case_id.id}/", self._values_of(message)[2])
        self.assertIn("Hello Debtor 1, $ 1,250.00 is overdue", action.body)
        self.assertIn("Hello Debtor 1", action.mail_message_id.body)

    def test_within_24_hours_of_its_message_it_is_written_to_freely(self):
        action, late = self._planned(self._agreed(1)), self._planned(self._agreed(2))
        self._hear(1, self._at(DAY, 1))
        self._hear(2, self._at("2026-03-19", 11))
        self._send_at()
        [free], [approved] = self._received(1), self._received(2)
        self.assertIn("past its due date", self._text_of(free))
        self.assertEqual(self._text_of(approved), None)
        self.assertEqual({action.state, late.state}, {"sent"})

    def _hear(self, number, when):
        sessions = self.env["collections.whatsapp.session"].sudo()
        sessions._heard(self.company, self._to(number), when)
        self.service.heard_at[self._address(number)] = self.service.clock.now()

    def test_a_text_by_hand_is_never_replaced_by_an_approved_one(self):
        first, second = self._planned(self._agreed(1)), self._planned(self._agreed(2))
        (first | second).sudo().message_text = "Call me, Ann."
        self._hear(2, self._at(DAY, 11))
        self._send_at()
        self.assertEqual((first.state, first.reason_code), ("skipped", "no_session"))
        [message] = self._received(2)
        self.assertIn("Call me, Ann.", self._text_of(message))
        self.assertEqual(second.state, "sent")

    def test_receipts_go_forward_only(self):
        action = self._planned(self._agreed(1))
        self._send_at()
        notes = self.service.take_notes()
        self.assertEqual(len(notes), 3)
        for order in ((2,), (0, 1), (1, 0), (2, 2)):
            self.service.notes = [notes[number] for number in order]
            self._news()
            self.assertEqual(action.state, "opened")

    def test_a_language_without_approved_text_waits_for_nobody(self):
        action = self._planned(self._agreed(1, lang="fr_FR"))
        self._send_at()
        self.assertEqual((action.state, action.reason_code), ("skipped", "channel_not_configured"))

    def test_without_provider_it_says_so(self):
        self.provider.active = False
        action = self._planned(self._agreed(1))
        self._send_at()
        self.assertEqual(action.reason_code, "channel_not_configured")
        self.provider.active = True

    def test_one_whose_answer_was_lost_is_found_by_what_we_called_it(self):
        action = self._planned(self._agreed(1))
        self.service.fault("lose", method="POST")
        self._send_at()
        self.assertEqual((action.state, action.failure_type), ("failed", "unknown"))
        self._news()
        self.assertEqual((action.state, len(self.service.messages)), ("opened", 1))

    def test_busy_is_waited_for(self):
        action = self._planned(self._agreed(1))
        self.service.fault("busy", method="POST")
        self._send_at()
        self.assertEqual((action.state, action.failure_type), ("queued", "rate_limit"))
        self._send_at(13)
        self.assertEqual(action.state, "sent")

    def test_a_customer_who_is_not_there_gets_the_next_channel(self):
        policy = self._policy(
            "WhatsApp, then mail",
            Only={"days": 5, "step_ids": self._steps("whatsapp", fallback=["email"])},
        )
        action = self._planned(self._agreed(1), policy)
        self.service.unreachable.add(self._address(1))
        self._send_at()
        self.service.unreachable.clear()
        self._news()
        self.assertEqual(action.state, "failed")
        other = self._actions([("partner_id", "=", action.partner_id.id)]) - action
        self.assertEqual((other.channel_code, other.state), ("email", "queued"))


@tagged("post_install", "-at_install")
class TestWhatsappTwilio(WhatsappStories, WhatsappCase):
    def _address(self, number):
        return f"whatsapp:{self._to(number)}"

    def _received(self, number=1):
        return self.service.to(self._address(number))

    def _values_of(self, message):
        import json

        return list(json.loads(message["content_variables"]).values())

    def _text_of(self, message):
        return message["body"]

    def test_an_approved_text_fits_its_places(self):
        approved = self.env["collections.whatsapp.template"].search([], limit=1)
        for values in (
            {"placeholders": "recipient_name"},
            {"placeholders": "recipient_name, overdue_text, secret"},
            {"content_sid": False},
        ):
            with self.subTest(values), self.assertRaises(ValidationError), self.env.cr.savepoint():
                approved.write(values)

    def test_a_consent_stays_as_evidence(self):
        consents = self.env["collections.consent"]
        partner = self._agreed(1)
        consent = consents._running(partner, self.company, "whatsapp")
        self.assertEqual(
            consents._give(partner, self.company, "whatsapp", DAY, "whatsapp"), consent
        )
        with self.assertRaises(UserError):
            consent.unlink()


@tagged("post_install", "-at_install")
class TestWhatsappMeta(WhatsappStories, WhatsappCase):
    @classmethod
    def _provide(cls):
        cls.provider.active = False
        cls.service, cls.provider = cls._meta()

    def _address(self, number):
        return self._to(number)

    def _values_of(self, message):
        [component] = message["content"]["components"]
        return [parameter["text"] for parameter in component["parameters"]]

    def _text_of(self, message):
        return message["content"].get("body")

    def test_meta_keeps_no_list_but_a_day_of_silence_tells(self):
        """Only when others were told of meanwhile: otherwise its webhooks may not work."""
        silent = self._planned(self._agreed(1))
        self.service.fault("drop", method="POST")
        self._send_at()
        with self.day("2026-03-21", 13) as later:
            self._dispatch(later)
        self.assertEqual((silent.state, silent.failure_type), ("failed", "unknown"))
        other = self._planned(self._agreed(2))
        self._send_at(14)
        self._news(14)
        self.assertEqual(other.state, "opened")
        with self.day("2026-03-21", 11) as within_a_day:
            self._dispatch(within_a_day)
        self.assertEqual(silent.state, "failed")
        with self.day("2026-03-21", 14) as later:
            self._dispatch(later)
        self.assertEqual((silent.state, len(self.service.messages)), ("sent", 2))
