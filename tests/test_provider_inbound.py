"""What customers write: talked about, obeyed, answered once."""

from odoo.tests import tagged

from .test_channel_sms import DAY, MessageCase


class InboundCase(MessageCase):
    """A debtor who was written to on the channel."""

    def setUp(self):
        super().setUp()
        self.partner = self._debtor(1, ref="CUSTOMER-4711")
        self.env["collections.consent"]._give(
            self.partner, self.company, "whatsapp", DAY, "collector"
        )
        self.action = self._planned(self.partner)
        self.case = self.action.case_id

    def _write_in(self, text, number="+12025550001", hour=13, **options):
        self.service.write_in(number, text)
        self._news(hour, **options)

    def _said(self, direction="in"):
        interactions = self.env["collections.interaction"].search([], order="id")
        return interactions.filtered(lambda said: said.direction == direction)

    def _answers(self, to="+12025550001"):
        """Messages to a number after the reminder."""
        return [m for m in self.service.to(to) if m.get("sid") != self.action.external_id]

    @property
    def _replies(self):
        return self.env["collections.provider.reply"].sudo().search([], order="id")


@tagged("post_install", "-at_install")
class TestInboundSms(InboundCase):
    def test_an_answer_is_heard_by_the_dialog_and_answered_once(self):
        self._send_at()
        self._write_in("Hello", copies=3)
        [said] = self._said()
        self.assertEqual((said.case_id, said.text, said.channel_code), (self.case, "Hello", "sms"))
        [answer] = self._answers()
        self.assertEqual(answer["body"], self._said("out").text)
        self._news(14)
        self.assertEqual(self._replies.state, "delivered")
        talk = said.conversation_id
        self._write_in("1", hour=14)
        self.assertEqual(
            self._said()[-1:].conversation_id, talk, (talk.state, talk.outcome, answer["body"])
        )
        self.assertEqual(len(self._answers()), 2)

    def test_who_was_handed_to_a_person_hears_no_machine_again(self):
        self._write_in("Hello", "+12025559999")
        self._write_in("Are you there?", "+12025559999", hour=14)
        first, second = self._said()
        self.assertEqual(first.conversation_id.state, "human")
        self.assertEqual(second.conversation_id, first.conversation_id)
        self.assertEqual(len(self._answers("+12025559999")), 1)

    def test_stop_is_obeyed_on_the_number_and_on_the_case(self):
        self._send_at()
        for word, number in (("İPTAL", 1), ("Stop.", 2)):
            with self.subTest(word):
                self._write_in(word, f"+1202555{number:04}")
        self.assertTrue(self.partner.phone_sanitized_blacklisted)
        self.assertEqual(self.case.opt_out_ids.mapped("channel_code"), ["sms"])
        self.assertEqual(self.case.opt_out_ids.source, "sms")
        self.assertFalse(self._replies, "who wants no message gets none")
        blacklisted = self.env["phone.blacklist"].sudo().search([]).mapped("number")
        self.assertIn("+12025550002", blacklisted, "whoever it is")
        self.assertEqual(self._said()[0].intent, "stop")

    def test_start_takes_it_back(self):
        self._send_at()
        self._write_in("STOP")
        self._write_in("Başla", hour=14)
        self.partner.invalidate_recordset()
        self.assertFalse(self.partner.phone_sanitized_blacklisted)
        self.assertTrue(all(row.date_end for row in self.case.opt_out_ids))

    def test_who_nobody_knows_is_told_nothing_of_anybody(self):
        self._write_in("Hello", "+12025559999")
        [said] = self._said()
        self.assertFalse(said.case_id)
        [answer] = self._answers("+12025559999")
        self.assertNotIn("1,250", answer["body"])
        self.assertNotIn(self.partner.name, answer["body"])

    def test_a_number_of_two_customers_is_nobody_s(self):
        self._debtor(7)
        other = self._customer("Another", phone="+12025550007")
        for partner in (self.env["res.partner"].search([("name", "=", "Debtor 7")]), other):
            self._planned(partner)
        cases = self.env["collections.case"]
        self.assertFalse(cases._of_number(self.company, "+12025550007"))
        self.assertEqual(cases._of_number(self.company, "+12025550001"), self.case)

    def test_an_answer_waits_for_a_busy_provider_and_leaves_once(self):
        self._send_at()
        self.service.fault("busy", path="Messages")
        self._write_in("Hello")
        self.assertEqual((self._replies.state, self._answers()), ("queued", []))
        self._news(14)
        self.assertEqual(len(self._answers()), 1)

    def test_an_answer_of_which_nobody_knows_is_not_sent_again(self):
        self._send_at()
        self.service.fault("lose", path="Messages")
        self._write_in("Hello")
        self.assertEqual(self._replies.state, "unknown")
        self._news(14)
        self.assertEqual((self._replies.state, len(self._answers())), ("delivered", 1))

    def test_an_answer_in_the_hands_of_a_dead_worker_stays_there(self):
        replies = self.env["collections.provider.reply"].sudo()
        with self.day(DAY) as now:
            reply = replies._queue(self.provider, "sms", "+12025550001", "Hi", now)
            reply.state = "sending"
            self.env.flush_all()
        with self.day(DAY, 13) as now:
            replies._deliver(now)
        self.assertEqual(reply.state, "unknown")
        self.assertFalse(self.service.messages)


@tagged("post_install", "-at_install")
class TestInboundWhatsapp(InboundCase):
    CHANNEL = "whatsapp"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider.active = False
        cls.service, cls.provider = cls._meta()
        cls._whatsapp_text(cls.service, cls.provider, cls.text, "en_US", "Pay {{1}}.")

    def test_an_answer_opens_the_24_hours_and_is_answered_freely(self):
        self._send_at()
        self._write_in("Hello")
        answer = self.service.to("+12025550001")[-1]
        self.assertTrue(answer["free"])
        self.assertEqual(answer["content"]["body"], self._said("out").text)
        self._news(14)
        self.assertEqual(self._replies.state, "opened")
        self.assertEqual(self.action.state, "opened")

    def test_stop_ends_the_consent_and_start_gives_it(self):
        self._send_at()
        consents = self.env["collections.consent"]
        self._write_in("Sustabdyti")
        self.assertFalse(consents._running(self.partner, self.company, "whatsapp"))
        self.assertFalse(self.partner.phone_sanitized_blacklisted, "SMS was not meant")
        self._write_in("Pradėti", hour=14)
        consent = consents._running(self.partner, self.company, "whatsapp")
        self.assertEqual(consent.source, "whatsapp")
