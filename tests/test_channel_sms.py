"""Contacts by SMS: what is said, how it leaves at most once, what comes of it."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CollectionsCommon
from .provider_common import ProviderMixin

DAY = "2026-03-20"
JOURNALED = "odoo.addons.collections_addon.collections_addon.channels.journaled"
DOUBT = "odoo.addons.collections_addon.connectors.models.collections_provider_doubt"
SEND = "odoo.addons.collections_addon.connectors.models.collections_provider_send"


class MessageCase(ProviderMixin, CollectionsCommon):
    """A policy of one level on one channel, and customers with numbers."""

    CHANNEL = "sms"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service, cls.provider = cls._twilio()
        cls.text = cls.env.ref("collections_addon.mail_template_short_friendly")
        cls.messages = cls._policy("Short", Only={"days": 5, "step_ids": cls._steps(cls.CHANNEL)})

    def setUp(self):
        super().setUp()
        self.service.clear_faults()
        self.service.messages.clear()
        self.service.notes.clear()
        self.service.requests.clear()

    def _debtor(self, number=1, **values):
        phone = f"+1202555{number:04}"
        return self._customer(f"Debtor {number}", phone=phone, **values)

    def _planned(self, partner, policy=None, amount=1250):
        """A contact on the channel, queued."""
        partner.dunning_policy_id = policy or self.messages
        self._invoice(partner, amount, due="2026-03-10")
        with self.day(DAY):
            self._run(DAY)
        return self._actions([("partner_id", "=", partner.id)])

    def _send_at(self, hour=12):
        with self.day(DAY, hour) as now:
            return self._dispatch(now)

    def _news(self, hour=13, **options):
        with self.day(DAY, hour) as now:
            self._tell(self.service, now, **options)


@tagged("post_install", "-at_install")
class TestChannelSms(MessageCase):
    def test_the_text_is_short_has_the_link_and_says_how_to_end_it(self):
        action = self._planned(self._debtor())
        self._send_at()
        self.assertEqual((action.state, action.failure_text), ("sent", False))
        [message] = self.service.to("+12025550001")
        self.assertEqual(message["sid"], action.external_id)
        self.assertIn("1,250.00", message["body"])
        self.assertIn("STOP", message["body"])
        self.assertIn(f"/collections/{action.case_id.id}/", message["body"])
        self.assertEqual(action.sent_to, "+12025550001")
        self.assertEqual(action.mail_message_id.message_type, "sms")
        self.assertEqual(action.mail_message_id.res_id, action.case_id.id)

    def test_the_only_invoice_is_paid_where_its_ledger_wants(self):
        """With two invoices, the customer's page shows both."""
        elsewhere = "https://pay.ledger.example/1"
        pages = patch.object(
            self.registry["account.move"],
            "_pay_links",
            lambda moves: dict.fromkeys(moves.ids, elsewhere),
        )
        single, several = self._planned(self._debtor(1)), self._debtor(2)
        self._invoice(several, 70, due="2026-03-11")
        several = self._planned(several)
        with pages:
            self._send_at()
        [first], [second] = (self.service.to(f"+1202555000{n}") for n in (1, 2))
        self.assertTrue(first["body"].endswith(elsewhere))
        self.assertNotIn("/collections/", first["body"])
        self.assertIn(f"/collections/{several.case_id.id}/", second["body"])
        self.assertEqual((single.state, several.state), ("sent", "sent"))

    def test_installments_have_short_texts_of_their_own(self):
        policy = self._policy(
            "Plans",
            values={"is_for_plans": True},
            Before={"days": -3, "step_ids": self._steps("sms")},
            Missed={"days": 3, "step_ids": self._steps("whatsapp")},
            Last={"days": 12, "step_ids": self._steps("sms", "email")},
        )
        texts = policy.level_ids.step_ids.template.mapped("name")
        self.assertEqual(
            texts,
            [
                "Short text: before an installment",
                "Short text: installment not received",
                "Short text: payment plan at risk",
                "Payment plan: last reminder",
            ],
        )

    def test_what_becomes_of_it_is_told_in_any_order_and_twice(self):
        actions = [self._planned(self._debtor(n)) for n in (1, 2, 3)]
        self.service.unreachable.add("+12025550003")
        self._send_at()
        self._news(copies=2, shuffle=True)
        self.assertEqual([a.state for a in actions], ["delivered", "delivered", "failed"])
        self.assertEqual(actions[2].failure_type, "30003")
        self._news(copies=1)
        statuses = actions[0].mail_message_id.notification_ids.mapped("notification_status")
        self.assertEqual(statuses, ["sent"])
        failed = actions[2].mail_message_id.notification_ids
        self.assertEqual(failed.notification_status, "exception")
        self.service.unreachable.clear()

    def test_busy_is_nobodys_failure_and_is_waited_for(self):
        actions = self._planned(self._debtor(1)) | self._planned(self._debtor(2))
        self.service.fault("busy", path="Messages", wait=90)
        self._send_at()
        self.assertEqual(set(actions.mapped("state")), {"queued"})
        self.assertEqual(len(self.service.calls("POST")), 1, "the second is not even tried")
        for hour in (13, 14, 15, 16):
            self.service.fault("busy", path="Messages", wait=90)
            self._send_at(hour)
        self.assertEqual(set(actions.mapped("state")), {"queued"})
        self._send_at(17)
        self.assertEqual(set(actions.mapped("state")), {"sent"})
        self.assertEqual(len(self.service.messages), 2)

    def test_an_answer_that_is_lost_is_not_asked_for_again(self):
        action = self._planned(self._debtor())
        self.service.fault("lose", path="Messages")
        self._send_at()
        self.assertEqual((action.state, action.failure_type), ("failed", "unknown"))
        self._send_at(13)
        self.assertEqual(len(self.service.messages), 1)
        self._news(14)
        self.assertEqual((action.state, action.failure_type), ("delivered", False))
        self.assertEqual(action.external_id, next(iter(self.service.messages)))

    def test_a_broken_service_is_in_doubt_and_one_that_is_away_is_not(self):
        first, second = self._planned(self._debtor(1)), self._planned(self._debtor(2))
        self.service.fault("broken", path="Messages")
        self.service.fault("unavailable", path="Messages")
        self._send_at()
        self.assertEqual((first.state, first.failure_type), ("failed", "unknown"))
        self.assertEqual((second.state, second.failure_type), ("queued", "connection"))
        self._send_at(13)
        self.assertEqual([first.state, second.state], ["sent", "sent"])
        self.assertEqual(len(self.service.messages), 2, "the first had never arrived there")

    @mute_logger(JOURNALED, SEND, DOUBT)
    def test_in_doubt_the_provider_is_asked_once_it_can_know(self):
        """Found: the contact was made. Not there: it is decided anew, a few times. It cannot
        tell: nothing leaves, a person decides."""
        for fault, more, state, kind, arrived in (
            ("lose", {}, "delivered", False, 1),
            ("drop", {}, "sent", False, 1),
            ("drop", {"times": 9}, "failed", "not_received", 0),
            ("lose", {"body": "Another text"}, "failed", "unknown", 1),
        ):
            with self.subTest(fault, **more), self.env.cr.savepoint() as undone:
                action = self._planned(self._debtor())
                body, times = more.get("body"), more.get("times", 1)
                self.service.fault(fault, path="Messages", method="POST", times=times)
                self._send_at()
                self.assertEqual(action.failure_type, "unknown")
                for message in self.service.messages.values():
                    message["body"] = body or message["body"]
                with self.day(DAY, 12) as now:
                    self._dispatch(now + timedelta(minutes=4))
                self.assertEqual(action.failure_type, "unknown", "it may be on its way still")
                for hour in (13, 14, 15, 16):
                    self._send_at(hour)
                self.assertEqual((action.state, action.failure_type), (state, kind))
                self.assertEqual(len(self.service.messages), arrived)
                undone.rollback()
            self.service.clear_faults()
            self.service.messages.clear()

    @mute_logger(JOURNALED, SEND, DOUBT)
    def test_nobody_is_asked_who_cannot_know(self):
        """Another account, another company's, or a provider that is away."""
        action = self._planned(self._debtor())
        self.service.fault("lose", path="Messages", method="POST")
        self._send_at()
        account = self.provider.account_id
        self.provider.account_id = "AC" + "9" * 32
        self._send_at(13)
        self.provider.account_id = account
        self.service.fault("unavailable", path="Messages", method="GET")
        self._send_at(14)
        self.assertEqual((action.state, action.failure_type), ("failed", "unknown"))
        self._send_at(15)
        self.assertEqual(action.state, "delivered")

    @mute_logger(JOURNALED, SEND)
    def test_what_had_left_is_not_sent_again_by_hand(self):
        action = self._planned(self._debtor())
        self.service.fault("lose", path="Messages", method="POST")
        self._send_at()
        with self.day(DAY, 12):
            action.with_user(self.users["collector"]).action_retry()
        self.assertEqual((action.state, action.failure_type), ("delivered", False))
        self._send_at(13)
        self.assertEqual(len(self.service.messages), 1)

    def test_a_refused_number_is_remembered_and_the_next_channel_is_taken(self):
        policy = self._policy(
            "Short, then post", Only={"days": 5, "step_ids": self._steps("sms", fallback=["email"])}
        )
        partner = self._debtor()
        action = self._planned(partner, policy)
        answer = self.service.error(400, 21614, "'To' number is not a valid mobile number")
        self.service.fault("answer", path="Messages", status=400, body=answer)
        self._send_at()
        self.assertEqual((action.state, action.failure_type), ("failed", "21614"))
        self.assertEqual(partner.collections_bounced_phone, "+12025550001")
        other = self._actions([("partner_id", "=", partner.id)]) - action
        self.assertEqual(other.channel_code, "email")
        again = self._planned(self._debtor(9, collections_bounced_phone="+12025550009"))
        self._send_at(13)
        self.assertEqual((again.state, again.reason_code), ("skipped", "bounced"))

    def test_who_is_on_the_blacklist_is_not_written_to(self):
        action = self._planned(self._debtor())
        self.env["phone.blacklist"].add("+12025550001")
        self._send_at()
        self.assertEqual((action.state, action.reason_code), ("skipped", "opted_out"))
        self.assertFalse(self.service.messages)

    def test_the_provider_says_that_the_customer_wants_none(self):
        partner = self._debtor()
        action = self._planned(partner)
        self.service.opted_out.add("+12025550001")
        self._send_at()
        self.service.opted_out.clear()
        self.assertEqual((action.state, action.failure_type), ("failed", "21610"))
        self.assertTrue(partner.phone_sanitized_blacklisted)

    def test_test_mode_writes_to_the_company_itself(self):
        self.messages.test_mode = True
        action = self._planned(self._debtor())
        self._send_at()
        self.assertEqual((action.state, action.reason_code), ("skipped", "channel_not_configured"))
        self.company.collections_test_phone = "+1 (202) 555-0900"
        action = self._planned(self._debtor(2))
        self._send_at(13)
        [message] = self.service.messages.values()
        self.assertEqual(message["to"], "+12025550900")
        self.assertTrue(message["body"].startswith("[TEST] "))
        self.assertEqual(action.reason_code, "test_mode")

    @mute_logger(SEND)
    def test_credentials_that_do_not_work_stop_the_batch(self):
        actions = self._planned(self._debtor(1)) | self._planned(self._debtor(2))
        self.provider.auth_token = "wrong"
        self._send_at()
        self.assertEqual(set(actions.mapped("reason_code")), {"channel_not_configured"})
        self.assertEqual(len(self.service.calls("POST")), 1)
        self.provider.auth_token = self.service.token

    def test_core_s_own_queue_sends_it_no_second_time(self):
        action = self._planned(self._debtor())
        channel = self.env["collections.channel"]._by_code("sms").sudo()
        with self.day(DAY) as now:
            action.attempt_count = 1
            action._transition("sending")
            channel.with_context(dunning_now=now)._send(action)
            self.env["sms.sms"].sudo().search([("state", "=", "outgoing")]).send()
            channel._recover(now)
            self.env["sms.sms"].sudo().search([("state", "=", "outgoing")]).send()
        self.assertEqual(action.state, "sent")
        self.assertEqual(len(self.service.messages), 1)

    def test_a_crash_after_handing_over_is_settled_by_the_journal(self):
        action = self._planned(self._debtor())
        channel = self.env["collections.channel"]._by_code("sms").sudo()
        journal = self.env["dunning.attempt"]
        with self.day(DAY) as now:
            action.attempt_count = 1
            action._transition("sending")
            channel.with_context(dunning_now=now)._send(action)
            journal._start(action.id, 1, now)
            channel._recover(now)
            self.assertEqual(action.state, "sending", "another worker may be at it")
        with self.day(DAY, 13) as later, mute_logger(JOURNALED):
            channel._recover(later)
        self.assertEqual((action.state, action.failure_type), ("failed", "unknown"))
        self.assertFalse(self.service.messages)

    def test_without_a_provider_core_s_own_service_is_used(self):
        self.provider.active = False
        action = self._planned(self._debtor())
        sent = []

        def answer(_self, messages, delivery_reports_url=False):
            sent.extend(messages)
            [number] = messages[0]["numbers"]
            return [{"uuid": number["uuid"], "state": states.pop(0)}]

        states = ["success"]
        with self._core_answers(answer):
            self._send_at()
        self.assertEqual((action.state, len(sent)), ("sent", 1))
        tracker = self.env["sms.tracker"].sudo().search([("dunning_action_id", "=", action.id)])
        tracker._action_update_from_sms_state("sent")
        self.assertEqual(action.state, "delivered")
        second, states = self._planned(self._debtor(2)), ["insufficient_credit"]
        with self._core_answers(answer):
            self._send_at(13)
        self.assertEqual((second.state, second.failure_type), ("queued", "sms_credit"))
        third, states = self._planned(self._debtor(3)), ["wrong_number_format"]
        second._transition("cancelled")
        with self._core_answers(answer):
            self._send_at(14)
        self.assertEqual((third.state, third.failure_type), ("failed", "sms_number_format"))

    def _core_answers(self, answer):
        from unittest.mock import patch

        from odoo.addons.sms.tools.sms_api import SmsApi

        return patch.object(SmsApi, "_send_sms_batch", answer)
