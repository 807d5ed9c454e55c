"""Calendar stories about people: review, approval, refusal."""

from odoo.tests import tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestScenarioReview(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.users["collector"]

    def _approve(self, when):
        def approve():
            drafts = self._actions([("state", "=", "draft")])
            drafts.with_user(self.collector).action_approve()

        return {when: approve}

    def test_nothing_leaves_without_approval_however_long_it_takes(self):
        self.policy.mode = "review"
        self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-01", "2026-05-30")
        self.assertFalse(self.sent())
        action = self._actions()
        self.assertEqual(len(action), 1, "one proposal, not one a day (P2)")
        self.assertEqual((action.state, action.reason_code), ("draft", "awaiting_approval"))

    def test_approved_late_it_goes_out_once_with_todays_figures(self):
        self.policy.mode = "review"
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._live(
            "2026-03-10",
            "2026-03-18",
            {
                "2026-03-12": lambda: self._pay(invoice, 25, "2026-03-12"),
                **self._approve("2026-03-16"),
            },
        )
        self.assertEqual(self.sent(), {"2026-03-16": [("Debtor Ltd", "Friendly", 75.0)]})
        action = self._contacts()
        self.assertEqual(action.approved_by_id, self.collector)
        self.assertIn("75", action.change_note)
        self.assertEqual(action.item_ids.days_overdue, 11)

    def test_a_payment_between_approval_and_sending_stops_the_message(self):
        self.policy.mode = "review"
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        run = self._run("2026-03-10")
        run.action_ids.with_user(self.collector).action_approve()
        self._pay(invoice, day="2026-03-10")
        with self.day("2026-03-10") as now:
            self.assertEqual(self._dispatch(now), {"skipped": 1})
        action = run.action_ids
        self.assertEqual((action.state, action.reason_code), ("skipped", "paid"))
        self.assertFalse(invoice.dunning_level_id)

    def test_only_the_final_level_waits_for_a_person_where_so_configured(self):
        self._level("Final").requires_approval = True
        self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-01", "2026-04-30", self._approve("2026-04-10"))
        self.assertEqual(
            self._levels_sent(),
            {"2026-03-10": ["Friendly"], "2026-03-20": ["Firm"], "2026-04-10": ["Final"]},
        )

    def test_a_large_debt_waits_for_a_person_the_small_does_not(self):
        self.policy.review_above = 1000
        small = self._customer("Small")
        self._invoice(self.customer, 1000.01, due="2026-03-05")
        self._invoice(small, 1000, due="2026-03-05")
        self._live("2026-03-10", "2026-03-11")
        self.assertEqual(list(self.sent().values()), [[("Small", "Friendly", 1000.0)]])
        waiting = self._actions([("partner_id", "=", self.customer.id)])
        self.assertEqual((waiting.state, waiting.reason_code), ("draft", "large_exposure"))

    def test_approving_some_leaves_the_others_waiting(self):
        self.policy.mode = "review"
        other = self._customer("Other")
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(other, 50, due="2026-03-05")
        run = self._run("2026-03-10")
        mine = run.action_ids.filtered(lambda a: a.partner_id == other)
        mine.with_user(self.collector).action_approve()
        with self.day("2026-03-10") as now:
            self._dispatch(now)
        self.assertEqual(self.sent(), {"2026-03-10": [("Other", "Friendly", 50.0)]})
        self.assertEqual((run.action_ids - mine).state, "draft")

    def test_a_cancelled_contact_is_not_sent_and_not_proposed_again_that_day(self):
        self.policy.mode = "review"
        self._invoice(self.customer, 100, due="2026-03-05")
        run = self._run("2026-03-10")
        run.action_ids.with_user(self.collector).action_cancel()
        self.assertEqual(self._run("2026-03-10"), run)
        self.assertEqual(run.action_ids.mapped("state"), ["cancelled"])
        with self.day("2026-03-10") as now:
            self.assertEqual(self._dispatch(now), {})

    def test_two_runs_approved_together_still_keep_the_gap(self):
        """Two currencies, planned on two days, approved on one."""
        self.policy.write({"mode": "review", "min_gap_days": 3})
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 70, due="2026-03-06", currency=euro)
        self._live("2026-03-10", "2026-03-20", self._approve("2026-03-13"))
        actions = self._contacts().sorted("contact_date")
        self.assertEqual(actions.currency_id.mapped("name"), ["USD", "EUR"])
        self.assertEqual(
            [str(when) for when in actions.mapped("contact_date")], ["2026-03-13", "2026-03-16"]
        )
