"""The gate: decided again, under lock, at the moment of sending."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..collections_addon.channels.base import (
    ConfigurationError,
    Receipt,
    RetryableError,
)
from .common import CollectionsCommon

ACTION_LOG = "odoo.addons.collections_addon.collections_addon.models.dunning_action"


@tagged("post_install", "-at_install")
class TestGate(CollectionsCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.customer, 100, due="2026-03-05")

    def _planned(self, day="2026-03-10"):
        return self._run(day).action_ids

    def _send(self, when="2026-03-10", hour=12):
        with self.day(when, hour) as now:
            return self._dispatch(now)

    def _by_email(self, send):
        channel = self.env.registry["collections.channel.email"]
        return patch.object(channel, "_send", send)

    # === WHAT CHANGED SINCE THE PLAN === #

    def test_unchanged_it_is_sent_without_a_note(self):
        action = self._planned()
        self.assertEqual(self._send(), {"sent": 1})
        self.assertFalse(action.change_note)
        self.assertEqual(action.sent_at, datetime(2026, 3, 10, 12))
        self.assertEqual(self.invoice.dunning_level_id.name, "Friendly")

    def test_paid_it_is_skipped(self):
        action = self._planned()
        self._pay(self.invoice, day="2026-03-10")
        self.assertEqual(self._send(), {"skipped": 1})
        self.assertEqual(action.reason_code, "paid")

    def test_paid_in_part_it_asks_for_the_rest_and_says_what_changed(self):
        action = self._planned()
        self._pay(self.invoice, 30, "2026-03-10")
        self._send()
        self.assertEqual((action.amount_total, action.amount_overdue), (70.0, 70.0))
        self.assertEqual(action.item_ids.amount_residual, 70.0)
        self.assertIn("70", action.change_note)

    def test_covered_by_a_credit_it_is_skipped(self):
        action = self._planned()
        self._credit(self.customer, 100, "2026-03-10")
        self._send()
        self.assertEqual((action.state, action.reason_code), ("skipped", "covered_by_credit"))

    def test_what_fell_due_meanwhile_is_listed_and_noted(self):
        action = self._planned()
        late = self._invoice(self.customer, 40, due="2026-03-01")
        self._send()
        self.assertEqual(action.amount_total, 140.0)
        self.assertIn(late.name, action.change_note)
        self.assertEqual(late.dunning_level_id.name, "Friendly")

    def test_the_invoice_for_which_it_was_planned_is_paid_another_remains(self):
        other = self._invoice(self.customer, 40, due="2026-03-08")
        action = self._planned()
        self._pay(self.invoice, day="2026-03-10")
        self._send()
        self.assertEqual((action.state, action.reason_code), ("skipped", "paid"))
        self.assertFalse(other.dunning_level_id)

    def test_excluded_blocked_handed_over_it_is_skipped_with_that_reason(self):
        def exclude():
            self.invoice.line_ids.no_followup = True

        def block():
            self.invoice.payment_state = "blocked"

        def hand_over():
            self._case().stage = "legal"

        for change, reason in (
            (exclude, "no_followup"),
            (block, "blocked"),
            (hand_over, "legal"),
        ):
            with self.subTest(reason), self.env.cr.savepoint() as savepoint:
                action = self._planned()
                change()
                self._send()
                self.assertEqual((action.state, action.reason_code), ("skipped", reason))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_approved_after_the_next_level_was_reached_only_the_approved_one_goes_out(self):
        self.policy.mode = "review"
        action = self._planned()
        action.with_user(self.users["collector"]).action_approve()
        self._send("2026-04-20")
        self.assertEqual(action.level_id.name, "Friendly")
        self.assertEqual(self.invoice.dunning_level_id.name, "Friendly")

    def test_a_lower_level_is_all_that_is_left_to_say(self):
        """The oldest was paid meanwhile: the message becomes the milder one (P14)."""
        self._live("2026-03-10", "2026-03-10")
        young = self._invoice(self.customer, 40, due="2026-03-15")
        action = self._planned("2026-03-20")
        self.assertEqual(action.level_id.name, "Firm")
        self._pay(self.invoice, day="2026-03-20")
        self._send("2026-03-20")
        self.assertEqual((action.state, action.level_id.name), ("sent", "Friendly"))
        self.assertEqual(action.amount_total, 40.0)
        self.assertEqual(young.dunning_level_id.name, "Friendly")

    # === NOT NOW === #

    def test_too_early_in_the_day_it_waits_for_the_opening(self):
        action = self._planned()
        self.assertEqual(self._send(hour=6), {"rescheduled": 1})
        self.assertEqual(action.scheduled_at, datetime(2026, 3, 10, 8))
        self.assertEqual(self._send(hour=7), {})
        self.assertEqual(self._send(hour=8), {"sent": 1})
        self.assertFalse(action.reason_code)

    def test_while_all_is_stopped_it_waits_and_nothing_is_lost(self):
        action = self._planned()
        self.company.collections_stopped = True
        self.assertEqual(self._send(), {"rescheduled": 1})
        self.assertEqual(action.state, "queued")
        self.assertTrue(action.reason_code)
        self.company.collections_stopped = False
        self.assertEqual(self._send(hour=14), {"sent": 1})

    def test_a_calendar_that_never_opens_says_so(self):
        calendar = self.env["resource.calendar"].create({"name": "Closed", "tz": "UTC"})
        self.policy.calendar_id = calendar
        calendar.attendance_ids.unlink()
        action = self._planned()
        self._send()
        self.assertEqual((action.state, action.reason_code), ("skipped", "outside_window"))

    # === FAILURES === #

    def test_a_passing_failure_is_tried_again_three_times_then_given_up(self):
        action = self._planned()

        def busy(channel, actions):
            raise RetryableError("The line is busy", delay=60)

        with self._by_email(busy):
            for minute in range(3):
                with self.day("2026-03-10") as now:
                    self._dispatch(now + timedelta(minutes=5 * minute))
        self.assertEqual((action.state, action.attempt_count), ("failed", 3))
        self.assertEqual(action.failure_text, "The line is busy")
        self.assertFalse(self.invoice.dunning_level_id)

    def test_a_failure_of_one_does_not_stop_the_other(self):
        other = self._customer("Other")
        self._invoice(other, 50, due="2026-03-05")
        actions = self._planned()
        bad = actions.filtered(lambda a: a.partner_id == self.customer)

        def half(channel, sent):
            return {
                a.id: Receipt("failed", failure_type="bad", failure_text="No")
                if a == bad
                else Receipt("sent", external_id="x")
                for a in sent
            }

        with self._by_email(half):
            self.assertEqual(self._send(), {"failed": 1, "sent": 1})
        self.assertEqual(bad.failure_text, "No")
        self.assertEqual((actions - bad).external_id, "x")

    @mute_logger("odoo.addons.collections_addon.collections_addon.channels.base")
    def test_a_channel_that_is_not_set_up_says_so(self):
        action = self._planned()

        def unset(channel, actions):
            raise ConfigurationError("No account")

        with self._by_email(unset):
            self._send()
        self.assertEqual((action.state, action.reason_code), ("failed", "channel_not_configured"))
        self.assertEqual(action.failure_text, "No account")

    def test_a_failed_contact_is_no_contact_and_the_next_run_tries_again(self):
        """P3: a guard against duplicates must not silence reminders for good."""
        action = self._planned()

        def refuse(channel, actions):
            return {a.id: Receipt("failed", failure_type="x", failure_text="No") for a in actions}

        with self._by_email(refuse):
            self._send()
        self.assertEqual(action.state, "failed")
        self._live("2026-03-11", "2026-03-11")
        self.assertEqual(self._levels_sent(), {"2026-03-11": ["Friendly"]})

    def test_retried_by_a_person_it_is_sent_once(self):
        action = self._planned()
        action._transition("sending")
        action._mark_failed("unknown", "It is not known whether the message left")
        self.assertEqual(self._send(hour=13), {}, "never by itself")
        action.with_user(self.users["collector"]).action_retry()
        self.assertEqual(self._send(hour=14), {"sent": 1})
        self.assertEqual(self._send(hour=15), {})

    def test_a_bounce_takes_the_level_back(self):
        action = self._planned()
        self._send()
        self.assertEqual(self.invoice.dunning_level_id.name, "Friendly")
        action._mark_failed("bounce", "Unknown user", "bounced")
        self.assertFalse(self.invoice.dunning_level_id)
        self.assertFalse(self._lines(self.invoice).dunning_last_date)

    # === THE STATE MACHINE === #

    @mute_logger(ACTION_LOG)
    def test_states_never_go_backwards(self):
        allowed = {
            "draft": {"queued", "skipped", "cancelled"},
            "queued": {"sending", "sent", "failed", "skipped", "cancelled"},
            "sending": {"queued", "sent", "delivered", "opened", "failed", "skipped", "cancelled"},
            "sent": {"delivered", "opened", "failed"},
            "delivered": {"opened", "failed"},
            "opened": set(),
            "failed": {"queued", "sent", "cancelled"},
            "skipped": set(),
            "cancelled": set(),
        }
        action = self._planned()
        for source, targets in allowed.items():
            for target in allowed:
                if target in ("draft", source):
                    continue
                action.sudo().state = source
                changed = action._transition(target)
                expected = target if target in targets else source
                with self.subTest(f"{source} -> {target}"):
                    self.assertEqual(action.state, expected)
                    self.assertEqual(bool(changed), target in targets)

    def test_a_contact_made_cannot_be_cancelled_or_deleted(self):
        action = self._planned()
        self._send()
        with self.assertRaises(UserError):
            action.with_user(self.users["manager"]).action_cancel()
        with self.assertRaises(UserError):
            action.with_user(self.users["manager"]).unlink()

    def test_no_more_than_asked_for_are_taken_up(self):
        for number in range(4):
            self._invoice(self._customer(f"Customer {number}"), 10, due="2026-03-05")
        self._planned()
        with self.day("2026-03-10") as now:
            dispatch = self._scheduler["dunning.action"]._dispatch
            self.assertEqual(dispatch(now=now, limit=2), {"sent": 2})
            self.assertEqual(dispatch(now=now), {"sent": 3})
