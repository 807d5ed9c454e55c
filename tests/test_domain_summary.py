"""Pure tests of the case's figures; how they are run is told in `domain_loader`."""

from datetime import timedelta
from unittest import TestCase

from hypothesis import given

from .domain_cases import (
    FINAL,
    FIRM,
    FRIENDLY,
    TODAY,
    USD,
    customer,
    customers,
    decided,
    eligibility,
    ledgers,
    line,
    policy,
    rulebooks,
    rules,
)
from .domain_loader import domain_module

summary = domain_module("summary")


def figures(*currencies, who=None, book=None):
    who, book = who or customer(), book or rules()
    decisions = [decided(lines, who, book) for lines in currencies]
    return summary.summarize(who, list(currencies), decisions, book, TODAY)


class TestSummary(TestCase):
    def test_the_figures_of_a_customer_over_two_currencies(self):
        """P10: each item by its own amount in company currency, which is twice its own here."""
        case = figures(
            [line(9), line(-9, 10.0, 2), line(0, -30.0, 3)],
            [line(20, 5.0, 4, FRIENDLY, currency=USD)],
        )
        self.assertEqual((case.exposure, case.overdue, case.credit_amount), (170.0, 210.0, 60.0))
        self.assertEqual(case.oldest_due_date, TODAY - timedelta(days=20))
        self.assertEqual(case.stage, "dunning")
        self.assertEqual(case.level_id, FRIENDLY.id)
        self.assertEqual((case.next_level_id, case.next_step_date), (FRIENDLY.id, TODAY))

    def test_nothing_overdue(self):
        case = figures([line(0)])
        self.assertEqual((case.stage, case.overdue, case.oldest_due_date), ("current", 0.0, None))
        self.assertEqual(case.next_step_date, TODAY + timedelta(days=5))

    def test_all_paused_is_waiting(self):
        case = figures([line(9)], who=customer(pause="manual_hold"))
        self.assertEqual((case.stage, case.next_step_date), ("waiting", None))
        case = figures([line(9), line(9, number=2)], book=rules(pauses={1: "disputed"}))
        self.assertEqual(case.stage, "dunning")

    def test_at_the_end_of_the_ladder(self):
        case = figures([line(40, level=FINAL), line(20, number=2, level=FIRM)])
        self.assertEqual((case.stage, case.level_id), ("final", FINAL.id))
        self.assertEqual(case.next_step_date, TODAY + timedelta(days=10))

    def test_the_next_step_waits_for_the_gap(self):
        who = customer(last_contact=TODAY)
        case = figures([line(14, level=FRIENDLY)], who=who, book=rules(policy(min_gap_days=7)))
        self.assertEqual(case.next_step_date, TODAY + timedelta(days=7))

    def test_of_several_steps_the_soonest_is_next(self):
        case = figures([line(-9), line(-19, number=2), line(-6, number=3)])
        self.assertEqual(case.next_step_date, TODAY + timedelta(days=3))
        book = rules(policy(), policy(2, min_gap_days=20), own={2: 2})
        who = customer(last_contact=TODAY, contact_dates=(TODAY,))
        case = figures([line(2), line(9, number=2)], who=who, book=book)
        self.assertEqual(case.next_step_date, TODAY + timedelta(days=3))

    def test_what_a_credit_covers_has_no_next_step(self):
        case = figures([line(9), line(0, -100.0, 2)])
        self.assertEqual((case.next_level_id, case.next_step_date), (None, None))

    def test_a_level_that_no_longer_exists_is_not_shown(self):
        gone = FINAL.__class__(1, 999)
        self.assertIsNone(figures([line(9, level=gone)]).level_id)

    @given(ledgers(), ledgers(currency=USD), customers(), rulebooks())
    def test_the_figures_are_the_ledger(self, euros, dollars, who, book):
        case = figures(euros, dollars, who=who, book=book)
        everything = euros + dollars
        self.assertAlmostEqual(case.exposure, sum(i.residual_company for i in everything), 2)
        late = [i for i in everything if i.days_overdue > 0 and i.residual > 0]
        self.assertAlmostEqual(case.overdue, sum(i.residual_company for i in late), 2)
        self.assertEqual(bool(case.overdue), case.stage != "current")
        if late:
            oldest = max(i.days_overdue for i in late)
            self.assertEqual(case.oldest_due_date, TODAY - timedelta(days=oldest))

    @given(ledgers(), customers(), rulebooks())
    def test_the_case_foretells_what_the_items_foretell(self, lines, who, book):
        """The customer's next step is the first of its items' next steps."""
        decisions = decided(lines, who, book)
        dates = [
            eligibility.next_step_date(decision, who, book, TODAY)
            for decision in decisions
            if decision.reason not in eligibility.WITHOUT_DATE
        ]
        dates = [when for when in dates if when]
        self.assertEqual(
            figures(lines, who=who, book=book).next_step_date, min(dates, default=None)
        )
