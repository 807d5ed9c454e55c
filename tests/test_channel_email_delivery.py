from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .email_common import CORE_COMPLAINS, DAY, EmailCommon


@tagged("post_install", "-at_install")
class TestEmailDelivery(EmailCommon):
    """What the mail server answers, and what becomes of the contact."""

    def setUp(self):
        super().setUp()
        self._invoice(self.customer, 100, due="2026-03-10")

    def test_refused_recipient_fails_with_the_answer_of_the_server(self):
        self.catcher.answers[self.customer.email] = "550 no such user"
        action = self._remind()
        self.assertEqual((action.state, action.failure_type), ("failed", "refused"))
        self.assertIn("550", action.failure_text)
        self.assertFalse(self.catcher.messages)

    def test_temporary_refusal_is_tried_again_as_a_new_attempt(self):
        self.catcher.answers["*"] = "451 try later"
        action = self._remind()
        self.assertEqual((action.state, action.attempt_count), ("queued", 1))
        self.assertGreater(action.scheduled_at, self._at(DAY))
        self.catcher.answers.clear()
        self._again(hour=13)
        self.assertEqual((action.state, action.attempt_count), ("sent", 2))
        self._only_message()
        sent = self._case().message_ids.filtered("notification_ids")
        self.assertEqual(sent, action.mail_message_id, "the attempt that failed left nothing")

    def test_temporary_refusal_gives_up_after_three_attempts(self):
        self.catcher.answers["*"] = "451 try later"
        action = self._remind()
        for hour in (13, 14, 15):
            self._again(hour=hour)
        self.assertEqual((action.state, action.attempt_count), ("failed", 3))

    def test_refusal_at_the_end_of_the_message_is_definite(self):
        self.catcher.answers["*"] = "data:554 looks like spam"
        action = self._remind()
        self.assertEqual((action.state, action.failure_type), ("failed", "refused"))

    def test_connection_lost_under_way_is_for_a_person(self):
        self.catcher.answers[self.customer.email] = "drop"
        action = self._remind()
        self.assertEqual((action.state, action.failure_type), ("failed", "unknown"))
        self.catcher.answers.clear()
        self._again()
        with self.day("2026-03-21") as now:
            self.assertFalse(self._run("2026-03-21").action_ids)
            self._dispatch(now)
        self._only_message()
        action.action_retry()
        self._again("2026-03-21")
        self.assertEqual(action.state, "sent")
        first, second = self.catcher.to(self.customer.email)
        self.assertEqual(first["Message-Id"], second["Message-Id"])

    def test_person_who_finds_out_that_it_left_says_so(self):
        self.catcher.answers[self.customer.email] = "drop"
        action = self._remind()
        line = action.item_ids.move_line_id
        self.assertFalse(line.dunning_level_id)
        action.with_user(self.users["collector"]).action_confirm_sent()
        self.assertEqual((action.state, action.failure_type), ("sent", False))
        self.assertEqual(str(action.contact_date), DAY)
        self.assertEqual(line.dunning_level_id, action.level_id)
        with self.assertRaises(UserError):
            action.action_confirm_sent()

    def test_contact_that_cannot_be_settled_does_not_keep_the_others_back(self):
        other = self._customer("Other Ltd")
        self._invoice(other, 50, due="2026-03-10")
        results = "_apply_email_results"
        actions_class = self.env.registry["dunning.action"]
        with patch.object(actions_class, results, lambda self, results, now: None):
            actions = self._remind()
        self.assertEqual(set(actions.mapped("state")), {"sending"})
        accept = actions_class._email_accepted

        def fail_for_other(self, mails, now):
            if self.partner_id == other:
                raise ValueError("broken")
            return accept(self, mails, now)

        with (
            patch.object(actions_class, "_email_accepted", fail_for_other),
            mute_logger(
                "odoo.addons.collections_addon.collections_addon.models.dunning_action_email"
            ),
        ):
            self._again()
        states = {action.partner_id: action.state for action in actions}
        self.assertEqual(states, {self.customer: "sent", other: "sending"})
        self._again()
        self.assertEqual(set(actions.mapped("state")), {"sent"})
        self._only_message()

    def test_lost_connection_does_not_hold_up_the_rest(self):
        others = [self._customer(f"Other {n}") for n in range(3)]
        for partner in others:
            self._invoice(partner, 50, due="2026-03-10")
        self.catcher.answers[self.customer.email] = "drop"
        actions = self._remind()
        self.assertEqual(sorted(actions.mapped("state")), ["failed", "sent", "sent", "sent"])
        for partner in others:
            self._only_message(partner.email)

    def test_no_mail_server_nothing_is_lost_and_nobody_gives_up(self):
        self.server.smtp_port = 1
        action = self._remind()
        for hour in (13, 14, 15, 16):
            self._again(hour=hour)
        self.assertEqual((action.state, action.failure_type), ("queued", "connection"))
        self.server.smtp_port = self.catcher.port
        self._again(hour=17)
        self.assertEqual(action.state, "sent")
        self._only_message()

    def test_core_mail_queue_sends_a_reminder_once_only(self):
        channel = self.env.registry["collections.channel.email"]
        with self.day(DAY) as now, patch.object(channel, "_deliver", lambda self, *a, **k: None):
            action = self._run(DAY).action_ids
            self._dispatch(now)
        self.assertEqual(action.state, "sending")
        with self.day(DAY):
            self.env["mail.mail"].process_email_queue()
            self.env["mail.mail"].process_email_queue()
        self._again()
        self.assertEqual(action.state, "sent")
        self._only_message()

    def test_message_that_lay_in_the_outbox_is_written_again(self):
        channel = self.env.registry["collections.channel.email"]
        with self.day(DAY) as now, patch.object(channel, "_deliver", lambda self, *a, **k: None):
            action = self._run(DAY).action_ids
            self._dispatch(now)
        self._pay(action.move_ids, 40, day=DAY)
        self._again(hour=14)
        self.assertEqual((action.state, action.attempt_count), ("sent", 2))
        self.assertIn("60.00", self._only_message()["Subject"])

    def test_mail_cancelled_by_hand_is_a_contact_cancelled(self):
        channel = self.env.registry["collections.channel.email"]
        with self.day(DAY) as now, patch.object(channel, "_deliver", lambda self, *a, **k: None):
            action = self._run(DAY).action_ids
            self._dispatch(now)
        self.env["mail.mail"].search([("dunning_action_id", "=", action.id)]).cancel()
        self._again()
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(self.catcher.messages)

    @mute_logger(*CORE_COMPLAINS)
    def test_other_mails_are_not_touched(self):
        mail = self.env["mail.mail"].create(
            {
                "subject": "Hello",
                "body_html": "<p>Hi</p>",
                "email_to": "friend@example.com",
                "email_from": "a@lighthouse.example",
            }
        )
        mail.send()
        self._only_message("friend@example.com")


@tagged("post_install", "-at_install")
class TestEmailComesBack(EmailCommon):
    """Bounces and answers, through core's mail gateway."""

    def setUp(self):
        super().setUp()
        domain = self.env["mail.alias.domain"].create(
            {"name": "lighthouse.example", "catchall_alias": "catchall", "bounce_alias": "bounce"}
        )
        self.company.alias_domain_id = domain
        self._invoice(self.customer, 100, due="2026-03-10")
        self.action = self._remind()
        self.message_id = self.action.mail_message_id.message_id

    def _receive(self, text):
        with self.day("2026-03-21"):
            self.env["mail.thread"].with_context(mail_channel_nosubscribe=True).message_process(
                None, text
            )

    def _report(self, action="failed", status="5.1.1"):
        return f"""\
Return-Path: <>
From: MAILER-DAEMON@example.com
To: bounce@lighthouse.example
Subject: Delivery report
Message-Id: <report-{action}@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

About your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {self.customer.email}
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-Id: {self.message_id}
To: {self.customer.email}

--b--
"""

    def _reply(self, headers=""):
        return f"""\
From: {self.customer.email}
To: catchall@lighthouse.example
Subject: Re: reminder
Message-Id: <answer@example.com>
In-Reply-To: {self.message_id}
{headers}Content-Type: text/plain

I will pay on Friday.
"""

    def test_bounce_undoes_the_contact(self):
        line = self.action.item_ids.move_line_id
        self.assertTrue(line.dunning_level_id)
        self._receive(self._report())
        self.assertEqual((self.action.state, self.action.reason_code), ("failed", "bounced"))
        self.assertEqual(self.action.outcome_id.code, "bounced")
        self.assertEqual(self.customer.collections_bounced_email, self.customer.email)
        self.assertFalse(line.dunning_level_id)
        self.assertIn("undeliverable", " ".join(self._case().message_ids.mapped("body")))

    def test_bounce_arrives_while_the_case_is_looked_at(self):
        self.assertEqual(self._case().email, self.customer.email)
        self._receive(self._report())
        self.assertEqual(self._case().bounced_email, self.customer.email)

    def test_bounce_is_followed_by_the_next_channel(self):
        level = self.policy.level_ids[0]
        codes = set(self.env["collections.channel"]._codes()) - {"email"}
        level.write({"step_ids": self._steps(fallback=sorted(codes)[:1])})
        self._receive(self._report())
        self.assertEqual(len(self._actions()), 2)

    def test_same_bounce_twice_counts_once(self):
        self._receive(self._report())
        self._receive(self._report(status="5.7.1").replace("report-failed", "again"))
        self.assertEqual(self.action.state, "failed")

    def test_delay_is_no_bounce(self):
        self._receive(self._report("delayed", "4.4.7"))
        self.assertEqual(self.action.state, "sent")
        self.assertFalse(self.customer.collections_bounced_email)

    def test_answer_lands_on_the_case_and_is_the_outcome(self):
        self._receive(self._reply())
        self.assertIn("pay on Friday", self._case().message_ids[0].body)
        self.assertEqual(self.action.outcome_id.code, "reply")

    def test_answer_of_a_program_is_no_outcome(self):
        self._receive(self._reply("Auto-Submitted: auto-replied\n"))
        self.assertIn("pay on Friday", self._case().message_ids[0].body)
        self.assertFalse(self.action.outcome_id)

    def test_collector_hears_of_the_answer(self):
        collector = self.users["collector"]
        self._case().collector_id = collector
        self._receive(self._reply())
        self.assertIn(collector.partner_id, self._case().message_partner_ids)
