"""Calendar stories about silence: holds, weekends, holidays, stop, test mode, stale books."""

from datetime import datetime

from odoo.tests import tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestScenarioPauses(CollectionsCommon):
    def test_a_hold_pauses_until_its_last_day_and_loses_no_step(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._hold(self.customer, start="2026-03-12", end="2026-03-25")
        self._live("2026-03-01", "2026-05-15")
        self.assertEqual(
            self._levels_sent(),
            {"2026-03-10": ["Friendly"], "2026-03-26": ["Firm"], "2026-04-04": ["Final"]},
        )

    def test_during_a_hold_the_invoice_says_so(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._hold(self.customer, start="2026-03-12", end="2026-03-25")
        self._live("2026-03-01", "2026-03-21")
        self.assertEqual(self._why(invoice, "2026-03-20"), "manual_hold")
        self.assertEqual(self._why(invoice, "2026-03-26"), False)
        self.assertEqual(self._case().stage, "waiting")

    def test_a_hold_on_one_invoice_lets_the_others_go_on(self):
        held = self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 40, due="2026-03-05")
        self._hold(held, start="2026-03-01")
        diary = self._live("2026-03-01", "2026-03-31")
        self.assertEqual(
            diary,
            {
                "2026-03-10": [("Debtor Ltd", "Friendly", 40.0)],
                "2026-03-20": [("Debtor Ltd", "Firm", 40.0)],
            },
        )

    def test_a_hold_released_by_the_collector_ends_that_day(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        hold = self._hold(self.customer, start="2026-03-01")
        self._live("2026-03-01", "2026-03-31", {"2026-03-16": hold.action_release})
        # friendly on the day of the release; firm was reached on the 20th
        self.assertEqual(self._levels_sent(), {"2026-03-16": ["Friendly"], "2026-03-20": ["Firm"]})

    def test_a_contact_in_the_outbox_respects_a_hold_set_after_it(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        run = self._run("2026-03-10")
        self._hold(invoice, start="2026-03-10")
        with self.day("2026-03-10") as now:
            self._dispatch(now)
        action = run.action_ids
        self.assertEqual((action.state, action.reason_code), ("skipped", "manual_hold"))

    def test_weekends_and_holidays_are_waited_out_in_the_outbox(self):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Office",
                "tz": "UTC",
                "global_leave_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Bank holiday",
                            "date_from": datetime(2026, 3, 16, 0, 0),
                            "date_to": datetime(2026, 3, 16, 23, 59, 59),
                        },
                    )
                ],
            }
        )
        self.policy.calendar_id = calendar
        self._invoice(self.customer, 100, due="2026-03-09")  # Friendly on Saturday the 14th
        diary = self._live("2026-03-10", "2026-03-31", hour=10)
        self.assertEqual(
            {when: rows[0][1] for when, rows in diary.items()},
            {"2026-03-17": "Friendly", "2026-03-24": "Firm"},
        )

    def test_on_the_weekend_the_contact_says_why_and_until_when(self):
        self.policy.calendar_id = self.env["resource.calendar"].create(
            {"name": "Office", "tz": "UTC"}
        )
        self._invoice(self.customer, 100, due="2026-03-09")
        self._live("2026-03-14", "2026-03-14")
        action = self._actions()
        self.assertEqual((action.state, action.reason_code), ("queued", "outside_window"))
        self.assertEqual(action.scheduled_at, datetime(2026, 3, 16, 8, 0))

    def test_the_customer_is_contacted_in_the_customers_own_hours(self):
        """P18: three o'clock at the firm is night in Tokyo."""
        tokyo = self._customer("Tokyo KK", tz="Asia/Tokyo")
        self._invoice(tokyo, 100, due="2026-03-05")
        self._live("2026-03-10", "2026-03-10", hour=15)  # midnight in Tokyo
        action = self._actions()
        self.assertEqual((action.state, action.reason_code), ("queued", "outside_window"))
        self.assertEqual(action.scheduled_at, datetime(2026, 3, 10, 23, 0))  # 8:00 in Tokyo
        with self.day("2026-03-10", 23) as now:
            self._dispatch(now)
        self.assertEqual(action.state, "sent")
        self.assertEqual(str(action.contact_date), "2026-03-10", "the company's date")

    def test_the_global_stop_stops_everything_until_it_is_lifted(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self.company.collections_stopped = True

        def lift():
            self.company.collections_stopped = False

        diary = self._live("2026-03-05", "2026-04-01", {"2026-03-18": lift})
        self.assertEqual(
            diary,
            {
                "2026-03-18": [("Debtor Ltd", "Friendly", 100.0)],
                "2026-03-20": [("Debtor Ltd", "Firm", 100.0)],
            },
        )

    def test_a_stop_that_outlasts_the_payment_sends_nothing(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self.company.collections_stopped = True
        self._live("2026-03-05", "2026-03-15")
        self._pay(invoice, day="2026-03-15")
        self.company.collections_stopped = False
        self._live("2026-03-16", "2026-04-30")
        self.assertFalse(self.sent())
        self.assertEqual(self._actions().reason_code, "paid")

    def test_after_test_mode_real_customers_begin_at_the_first_level(self):
        """What went to the test mailbox was never said to the customer (P14)."""
        self.company.collections_test_email = "test@example.com"
        self.policy.test_mode = True
        invoice = self._invoice(self.customer, 100, due="2026-03-05")

        def go_live():
            self.policy.with_user(self.users["admin"]).test_mode = False

        self._live("2026-03-05", "2026-04-10", {"2026-03-25": go_live})
        story = self._levels_sent()
        self.assertEqual(
            {when: names for when, names in story.items() if when < "2026-03-25"},
            {"2026-03-10": ["Friendly"], "2026-03-20": ["Firm"]},
        )
        self.assertEqual(
            {when: names for when, names in story.items() if when >= "2026-03-25"},
            {"2026-03-25": ["Friendly"], "2026-03-26": ["Firm"], "2026-04-04": ["Final"]},
        )
        tests = self._contacts().filtered("test_mode")
        self.assertEqual(set(tests.mapped("reason_code")), {"test_mode"})
        self.assertEqual(invoice.dunning_level_id.name, "Final")

    def test_old_books_turn_automatic_contacts_into_proposals(self):
        self.policy.freshness_hours = 24
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        with self.day("2026-03-09"):
            self.company.with_user(self.users["manager"]).action_collections_confirm_ledger()
        self._live("2026-03-10", "2026-03-10", hour=13)  # 25 hours later
        action = self._actions()
        self.assertEqual((action.state, action.reason_code), ("draft", "stale_ledger"))
        self.assertFalse(self.sent())
        self.assertEqual(self._why(invoice, "2026-03-11"), "awaiting_approval")
        with self.day("2026-03-11") as now:
            action.with_user(self.users["collector"]).action_approve()
            self._dispatch(now)
        self.assertEqual(action.state, "sent", "a person has looked")

    def test_books_that_grow_old_between_planning_and_sending_hold_the_contact(self):
        self.policy.freshness_hours = 24
        self._invoice(self.customer, 100, due="2026-03-05")
        with self.day("2026-03-09", 14):
            self.company.action_collections_confirm_ledger()
        with self.day("2026-03-10", 10):
            run = self._run("2026-03-10")
        self.assertEqual(run.action_ids.state, "queued")
        with self.day("2026-03-10", 15) as now:
            self._dispatch(now)
        action = run.action_ids
        self.assertEqual((action.state, action.reason_code), ("queued", "stale_ledger"))
        with self.day("2026-03-10", 16) as now:
            self.company.action_collections_confirm_ledger()
            self._dispatch(now)
        self.assertEqual(action.state, "sent")

    def test_core_flags_are_honored(self):
        excluded = self._invoice(self.customer, 100, due="2026-03-05")
        excluded.line_ids.no_followup = True
        blocked = self._invoice(self._customer("Blocked"), 100, due="2026-03-05")
        blocked.payment_state = "blocked"
        self.assertFalse(self._live("2026-03-01", "2026-04-30"))
        self.assertEqual(self._why(excluded, "2026-04-30"), "no_followup")
        self.assertEqual(self._why(blocked, "2026-04-30"), "blocked")
