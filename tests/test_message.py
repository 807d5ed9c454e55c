"""Messages written by hand: the gate of every contact, and what a manager may put aside."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestMessage(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.customer, 100, due="2026-03-05")
        cls.case = cls.env["collections.case"]._of(cls.customer, cls.company)

    def _wizard(self, group="collector", **values):
        wizard = self.env["collections.message"].with_user(self.users[group])
        return wizard.create(
            {
                "case_id": self.case.id,
                "currency_id": self.company.currency_id.id,
                "channel_code": "email",
                "subject": "About March",
                "text": "Dear Sir,\n\nthe copy you asked for: <b>below</b>.",
                **values,
            }
        )

    def _message(self):
        return self._actions([("message_text", "!=", False)])

    def test_says_what_was_written_and_what_is_open(self):
        with self.day("2026-03-06") as now:
            self._wizard().action_send()
            self._dispatch(now)
        message = self._message()
        self.assertEqual((message.state, message.subject), ("sent", "About March"))
        self.assertIn("&lt;b&gt;below&lt;/b&gt;", message.body)
        self.assertEqual(message.amount_total, 100)
        self.assertEqual(message.approved_by_id, self.users["collector"])
        self.assertFalse(self.invoice.dunning_level_id, "no level is reached by it")

    def test_counts_as_a_contact(self):
        self.policy.min_gap_days = 3
        with self.day("2026-03-09") as now:
            self._wizard().action_send()
            self._dispatch(now)
        self.assertEqual(self._live("2026-03-10", "2026-03-12").keys(), {"2026-03-12"})

    def test_every_obstacle_is_said_and_nothing_stays(self):
        def recently():
            self.policy.min_gap_days = 5
            with self.day("2026-03-10") as now:
                self._run(now.date())
                self._dispatch(now)

        def refused():
            self.case._refuse_channels({"email"}, fields.Date.to_date("2026-03-10"), "portal")

        for obstacle, reason, later, override in (
            (recently, "min_gap", True, True),
            (lambda: self._hold(self.customer, start="2026-03-01"), "manual_hold", False, True),
            (lambda: self._pay(self.invoice, day="2026-03-10"), "paid", False, False),
            (refused, "opted_out", False, False),
            (lambda: self.customer.write({"email": False}), "no_address", False, False),
            (lambda: self.company.write({"collections_stopped": True}), "manual_hold", True, False),
        ):
            with self.subTest(reason), self.env.cr.savepoint() as undone:
                obstacle()
                with self.day("2026-03-11"):
                    wizard = self._wizard("manager")
                    self.assertEqual(wizard.action_send()["res_id"], wizard.id)
                self.assertEqual(wizard.reason_code, reason)
                self.assertTrue(wizard.reason_text)
                self.assertEqual(bool(wizard.scheduled_at), later)
                self.assertEqual(wizard.can_override, override)
                self.assertFalse(self._message())
                undone.rollback()

    def test_outside_the_hours_it_can_wait(self):
        with self.day("2026-03-10", 3):
            wizard = self._wizard()
            wizard.action_send()
            self.assertEqual(wizard.reason_code, "outside_window")
            wizard.action_send_later()
        with self.day("2026-03-10", 4) as now:
            self._dispatch(now)
            self.assertEqual(self._message().state, "queued")
        with self.day("2026-03-10", 9) as now:
            self._dispatch(now)
        self.assertEqual(self._message().state, "sent")

    def test_manager_puts_a_rule_aside_with_a_reason(self):
        self._hold(self.customer, start="2026-03-01")
        with self.day("2026-03-10", 3) as now:
            wizard = self._wizard("manager")
            wizard.action_send()
            with self.assertRaises(UserError):
                wizard.action_send_anyway()
            wizard.override_reason = "Asked for it on the phone"
            wizard.action_send_anyway()
            self._dispatch(now)
        message = self._message()
        self.assertEqual((message.state, message.amount_total), ("sent", 100))
        self.assertEqual(message.override_user_id, self.users["manager"])
        notes = self.case.message_ids.mapped("body")
        self.assertTrue(any("Asked for it on the phone" in note for note in notes))

    def test_nobody_overrides_the_emergency_stop_or_a_refusal(self):
        self.company.collections_stopped = True
        with self.day("2026-03-10") as now:
            wizard = self._wizard("manager", override_reason="Urgent")
            wizard.action_send_anyway()
            self._dispatch(now)
        self.assertFalse(self._message())
        self.assertEqual(wizard.reason_code, "manual_hold")

    def test_collector_overrides_nothing(self):
        self._hold(self.customer, start="2026-03-01")
        with self.day("2026-03-10"):
            wizard = self._wizard()
            wizard.action_send()
            self.assertFalse(wizard.can_override)
            wizard.override_reason = "Please"
            with self.assertRaises(UserError):
                wizard.action_send_anyway()
            self.assertFalse(self._message())

    def test_needs_a_text_and_a_free_channel(self):
        with self.day("2026-03-06"):
            with self.assertRaises(UserError):
                self._wizard(text=" ").action_send()
            self._wizard().action_send()
            with self.assertRaises(UserError):
                self._wizard().action_send()

    def test_a_letter_by_hand_says_the_same(self):
        self.customer.write({"street": "5 Road", "zip": "N1", "city": "London"})
        with self.day("2026-03-06") as now:
            self._wizard(channel_code="letter").action_send()
            self._dispatch(now)
        message = self._message()
        self.assertEqual(message.state, "sending")
        self.assertIn("the copy you asked for", message.body)
