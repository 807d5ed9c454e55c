"""What comes next of a payment plan: on the customer's file, and in the coming days."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .plan_common import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanComing(PlanCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.customer, 300, due="2026-03-02")
        self.plan = self._agreed(self.invoice, "2026-03-04", first="2026-03-15")

    def _next(self, day):
        """The case's next step, computed on a day."""
        day = fields.Date.to_date(day)
        self.env["dunning.run"]._refresh_cases(self.company, day, self.customer.ids)
        self.env.invalidate_all()
        return str(self.case.next_step_date), self.case.next_step

    def _foretold(self, first, days=30):
        first = fields.Date.to_date(first)
        simulation = self.env["dunning.simulation"].create(
            {
                "company_id": self.company.id,
                "date_from": first,
                "date_to": first + timedelta(days=days),
            }
        )
        simulation._simulate()
        return {
            str(line.date): (line.level_id.name, line.amount_total) for line in simulation.line_ids
        }

    # === NEXT STEP === #

    def test_the_next_step_is_the_reminder_of_the_installment(self):
        day, text = self._next("2026-03-05")
        self.assertEqual(day, "2026-03-12")
        self.assertIn("Soon: Installment 1 of 3", text)
        self.assertIn("100.00", text)

    def test_an_earlier_step_of_another_invoice_comes_first(self):
        self._invoice(self.customer, 70, due="2026-03-03")
        day, text = self._next("2026-03-05")
        self.assertEqual((day, text), ("2026-03-08", "Friendly"))

    def test_after_a_miss_it_is_the_next_rung(self):
        self._live("2026-03-10", "2026-03-18")
        self.assertEqual(self._next("2026-03-19")[0], "2026-03-25")

    def test_on_hold_no_day_is_promised(self):
        self._hold(self.customer, start="2026-03-05")
        self.assertEqual(self._next("2026-03-06"), ("False", False))

    def test_the_daily_run_writes_the_same(self):
        self._live("2026-03-05", "2026-03-05")
        self.env.invalidate_all()
        self.assertEqual(str(self.case.next_step_date), "2026-03-12")

    # === COMING DAYS === #

    def test_the_coming_days_are_what_the_runs_then_do(self):
        foretold = self._foretold("2026-03-05", 35)
        done = self._live("2026-03-05", "2026-04-09")
        self.assertEqual(foretold, {day: (rows[0][1], rows[0][2]) for day, rows in done.items()})
        self.assertEqual(len(done), 3, "before, missed, at risk")

    def test_beside_another_invoice(self):
        self._invoice(self.customer, 70, due="2026-03-07")
        foretold = self._foretold("2026-03-05", 12)
        done = self._live("2026-03-05", "2026-03-17")
        self.assertEqual(foretold, {day: (rows[0][1], rows[0][2]) for day, rows in done.items()})
        self.assertEqual(list(done), ["2026-03-12", "2026-03-13"])

    def test_a_credit_covers_the_first_installment(self):
        self._pay_unallocated(self.customer, 100, "2026-03-04")
        foretold = self._foretold("2026-03-05", 35)
        done = self._live("2026-03-05", "2026-04-09")
        self.assertEqual(list(foretold), list(done))

    def test_a_held_customer_hears_nothing(self):
        self._hold(self.customer, start="2026-03-05")
        self.assertEqual(self._foretold("2026-03-06"), {})

    def test_what_is_collected_automatically_is_not_reminded(self):
        def pauses(plans):
            return dict.fromkeys(plans.line_ids.ids[:1], "promised")

        self.patch(self.env.registry["collections.plan"], "_installment_pauses", pauses)
        self.assertNotIn("2026-03-12", self._foretold("2026-03-05"))


@tagged("post_install", "-at_install")
class TestPlanGap(PlanCommon):
    """A reminder before an installment that had to wait is sent while it is still of use."""

    def setUp(self):
        super().setUp()
        self.ladder.min_gap_days = 2
        self.invoice = self._invoice(self.customer, 300, due="2026-02-20")
        self.plan = self._agreed(self.invoice, "2026-03-01", first="2026-03-15")

    def test_held_back_by_the_gap_it_is_sent_as_soon_as_allowed(self):
        other = self._invoice(self.customer, 70, due="2026-03-06")
        diary = self._live("2026-03-09", "2026-03-17")
        # Friendly on the 11th: the gap is over on the 13th, two days before the installment.
        self.assertEqual(
            diary,
            {
                "2026-03-11": [("Debtor Ltd", "Friendly", 70)],
                "2026-03-13": [("Debtor Ltd", "Soon", 100)],
            },
        )
        self.assertEqual(other.dunning_level_id.name, "Friendly")

    def test_when_the_gap_ends_after_the_date_it_says_nothing_of_before(self):
        self.ladder.min_gap_days = 5
        self._invoice(self.customer, 70, due="2026-03-06")
        diary = self._live("2026-03-09", "2026-03-18")
        self.assertEqual(
            diary,
            {
                "2026-03-11": [("Debtor Ltd", "Friendly", 70)],
                "2026-03-18": [("Debtor Ltd", "Missing", 200)],
            },
        )

    def test_held_back_at_the_moment_of_sending_the_next_run_tries_again(self):
        self._run("2026-03-12")
        contact = self.env["dunning.action"].search([("plan_line_id", "!=", False)])
        contact._transition("skipped", "min_gap")
        diary = self._live("2026-03-13", "2026-03-16")
        self.assertEqual(diary, {"2026-03-13": [("Debtor Ltd", "Soon", 100)]})
