"""Pure tests of the decision; how they are run is told in `domain_loader`."""

from datetime import timedelta
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_cases import (
    EUR,
    FINAL,
    FIRM,
    FRIENDLY,
    PAUSES,
    TODAY,
    customer,
    customers,
    decided,
    eligibility,
    ledgers,
    line,
    policy,
    reasons,
    rulebooks,
    rules,
)

next_step_date = eligibility.next_step_date


def ago(days):
    return TODAY - timedelta(days=days)


class TestDecision(TestCase):
    def test_of_nothing_there_is_nothing_to_decide(self):
        self.assertEqual(decided([]), [])

    def test_an_item_takes_the_level_it_has_reached(self):
        [decision] = decided([line(5)])
        self.assertEqual((decision.rung, decision.reason), (FRIENDLY, None))

    def test_before_that_it_is_not_due(self):
        [decision] = decided([line(4)])
        self.assertEqual((decision.rung, decision.reason), (None, "not_due"))
        self.assertEqual(decision.upcoming, FRIENDLY)

    def test_between_two_levels_it_has_been_contacted(self):
        self.assertEqual(reasons(decided([line(14, level=FRIENDLY)])), {1: "already_contacted"})

    def test_after_the_last_level_it_has_been_contacted(self):
        [decision] = decided([line(90, level=FINAL)])
        self.assertEqual((decision.reason, decision.upcoming), ("already_contacted", None))

    def test_a_customers_pause_stops_every_item(self):
        for pause in PAUSES:
            decisions = decided([line(9), line(40, number=2)], customer(pause=pause))
            self.assertEqual(reasons(decisions), {1: pause, 2: pause})

    def test_an_invoices_pause_stops_only_that_invoice(self):
        """P17: what stops one invoice does not silence the customer's others."""
        decisions = decided([line(9), line(9, number=2)], book=rules(pauses={2: "disputed"}))
        self.assertEqual(reasons(decisions), {1: 5, 2: "disputed"})

    def test_cores_flag_stops_that_item(self):
        decisions = decided([line(9), line(9, number=2, no_followup=True)])
        self.assertEqual(reasons(decisions), {1: 5, 2: "no_followup"})

    def test_the_invoices_own_policy_wins(self):
        own = policy(2, rungs=[FIRM])
        decisions = decided([line(9), line(9, number=2)], book=rules(policy(), own, own={2: 2}))
        self.assertEqual(reasons(decisions), {1: 5, 2: "not_due"})

    def test_nothing_open_nothing_to_decide(self):
        self.assertEqual(decided([]), [])


class TestCredits(TestCase):
    def test_a_credit_that_covers_all_stops_the_reminder(self):
        decisions = decided([line(9), line(-1, -100.0, 2)])
        self.assertEqual(reasons(decisions), {1: "covered_by_credit"})
        self.assertEqual(decisions[0].credit, 100.0)

    def test_a_credit_that_covers_a_part_is_deducted(self):
        decisions = decided([line(9), line(-1, -40.0, 2)])
        self.assertEqual(reasons(decisions), {1: 5})
        self.assertEqual(decisions[0].credit, 40.0)

    def test_credits_pay_the_oldest_debt_first(self):
        decisions = decided([line(9), line(20, number=2), line(-1, -150.0, 3)])
        self.assertEqual({d.line.id: d.credit for d in decisions}, {1: 50.0, 2: 100.0})
        self.assertEqual(reasons(decisions), {1: 5, 2: "covered_by_credit"})

    def test_of_two_equally_old_debts_the_first_booked_is_paid_first(self):
        first, second, credit = line(9), line(9, number=2), line(0, -100.0, 3)
        for order in ([first, second, credit], [credit, second, first]):
            credits = {d.line.id: d.credit for d in decided(order)}
            self.assertEqual(credits, {1: 100.0, 2: 0.0})

    def test_credits_are_not_wasted_on_what_is_not_asked(self):
        decisions = decided(
            [line(50), line(9, number=2), line(0, -100.0, 3)],
            book=rules(pauses={1: "disputed"}),
        )
        self.assertEqual(reasons(decisions), {1: "disputed", 2: "covered_by_credit"})

    def test_a_covered_item_that_was_contacted_says_covered(self):
        decisions = decided([line(9, level=FRIENDLY), line(0, -100.0, 2)])
        self.assertEqual(reasons(decisions), {1: "covered_by_credit"})

    def test_a_covered_item_says_so_also_while_another_contact_must_wait(self):
        """No date is promised for a step that the credit makes needless."""
        who = customer(last_contact=ago(1), contact_dates=(ago(1),))
        book = rules(policy(min_gap_days=7))
        decisions = decided([line(9), line(0, -100.0, 2)], who, book)
        self.assertEqual(reasons(decisions), {1: "covered_by_credit"})

    def test_an_item_not_due_stays_not_due_when_covered(self):
        decisions = decided([line(-9), line(0, -100.0, 2)])
        self.assertEqual(reasons(decisions), {1: "not_due"})

    def test_a_rest_smaller_than_a_coin_is_covered(self):
        decisions = decided([line(9, 0.1 + 0.2), line(0, -0.3, 2)])
        self.assertEqual(reasons(decisions), {1: "covered_by_credit"})

    def test_a_credit_larger_than_all_covers_all(self):
        decisions = decided([line(9), line(20, 50.0, 2), line(0, -500.0, 3)])
        self.assertEqual(reasons(decisions), dict.fromkeys((1, 2), "covered_by_credit"))

    def test_of_a_part_in_dispute_only_the_rest_is_asked(self):
        book = rules(disputed={1: 60.0})
        decisions = decided([line(9), line(0, -40.0, 2)], book=book)
        self.assertEqual(reasons(decisions), {1: "covered_by_credit"})

    def test_an_item_wholly_in_dispute_takes_no_step(self):
        decisions = decided([line(9), line(9, number=2)], book=rules(disputed={1: 100.0}))
        self.assertEqual(reasons(decisions), {1: "disputed", 2: 5})


class TestLimits(TestCase):
    def test_the_tolerance_is_judged_on_all_that_is_overdue(self):
        book = rules(policy(tolerances={EUR: 10.0}))
        self.assertEqual(reasons(decided([line(9, 10.0)], book=book)), {1: "below_tolerance"})
        self.assertEqual(reasons(decided([line(9, 10.01)], book=book)), {1: 5})
        small = [line(9, 4.0), line(9, 4.0, 2), line(2, 4.0, 3)]
        self.assertEqual(reasons(decided(small, book=book)), {1: 5, 2: 5, 3: "not_due"})

    def test_what_is_not_due_does_not_count_for_the_tolerance(self):
        book = rules(policy(tolerances={EUR: 10.0}))
        decisions = decided([line(9, 4.0), line(-9, 100.0, 2)], book=book)
        self.assertEqual(reasons(decisions), {1: "below_tolerance", 2: "not_due"})

    def test_credits_count_for_the_tolerance(self):
        book = rules(policy(tolerances={EUR: 10.0}))
        decisions = decided([line(9, 50.0), line(0, -41.0, 2)], book=book)
        self.assertEqual(reasons(decisions), {1: "below_tolerance"})

    def test_the_tolerance_of_another_currency_does_not_count(self):
        book = rules(policy(tolerances={2: 10.0}))
        self.assertEqual(reasons(decided([line(9, 4.0)], book=book)), {1: 5})

    def test_tolerances_of_two_policies_are_judged_on_the_same_sum(self):
        book = rules(policy(tolerances={EUR: 20.0}), policy(2, tolerances={EUR: 10.0}), own={2: 2})
        for order in ([1, 2], [2, 1]):
            debts = [line(-3, 6.0, number) for number in order]
            self.assertEqual(reasons(decided(debts, book=book)), {1: "below_tolerance", 2: -3})

    def test_the_minimum_gap_waits(self):
        book = rules(policy(min_gap_days=3))
        for since, expected in ((2, "min_gap"), (3, 5)):
            who = customer(last_contact=ago(since), contact_dates=(ago(since),))
            self.assertEqual(reasons(decided([line(9)], who, book)), {1: expected})

    def test_the_contact_limit_waits(self):
        book = rules(policy(contact_cap=2, contact_cap_days=7))
        for oldest, expected in ((6, "contact_cap"), (7, 5)):
            who = customer(last_contact=ago(1), contact_dates=(ago(1), ago(oldest)))
            self.assertEqual(reasons(decided([line(9)], who, book)), {1: expected})

    def test_a_contact_under_way_blocks_the_next_in_its_currency_only(self):
        who = customer(pending={EUR: "awaiting_approval"})
        self.assertEqual(reasons(decided([line(9)], who)), {1: "awaiting_approval"})
        self.assertEqual(reasons(decided([line(9, currency=2)], who)), {1: 5})

    def test_limits_do_not_hide_why_an_item_is_not_due(self):
        who = customer(pending={EUR: "awaiting_approval"})
        decisions = decided([line(9), line(1, number=2)], who)
        self.assertEqual(reasons(decisions), {1: "awaiting_approval", 2: "not_due"})


class TestNextStepDate(TestCase):
    def _date(self, item, who=None, book=None):
        who, book = who or customer(), book or rules()
        [decision] = decided([item], who, book)
        return next_step_date(decision, who, book, TODAY)

    def test_the_day_on_which_the_level_is_reached(self):
        self.assertEqual(self._date(line(2)), TODAY + timedelta(days=3))

    def test_never_in_the_past(self):
        self.assertEqual(self._date(line(50)), TODAY)

    def test_not_before_the_gap_has_passed(self):
        who = customer(last_contact=ago(1))
        book = rules(policy(min_gap_days=7))
        self.assertEqual(self._date(line(15, level=FRIENDLY), who, book), ago(1 - 7))

    def test_not_before_the_contact_limit_allows_it(self):
        who = customer(last_contact=ago(2), contact_dates=(ago(2),))
        book = rules(policy(contact_cap=1, contact_cap_days=30))
        self.assertEqual(self._date(line(15, level=FRIENDLY), who, book), ago(2 - 30))

    def test_none_at_the_end(self):
        self.assertIsNone(self._date(line(50, level=FINAL)))


class TestDecisionProperties(TestCase):
    @given(ledgers(), customers(), rulebooks())
    def test_every_debt_is_answered_by_a_step_or_a_known_reason(self, lines, who, book):
        decisions = decided(lines, who, book)
        self.assertEqual([d.line for d in decisions], [item for item in lines if item.residual > 0])
        for decision in decisions:
            self.assertNotEqual(decision.rung is None, decision.reason is None)
            if decision.reason:
                self.assertIn(decision.reason, eligibility.REASON_CODES)

    @given(ledgers(), customers(), rulebooks())
    def test_no_step_is_early_backward_or_for_nothing(self, lines, who, book):
        for decision in decided(lines, who, book):
            if not decision.rung:
                continue
            debt = decision.line
            ladder = book.policies[book.move_policy.get(debt.move_id, who.policy_id)].ladder
            self.assertLessEqual(decision.rung.days, debt.days_overdue)
            if debt.level_id:
                self.assertGreater(decision.rung.days, ladder.days_of(debt.level_id))
            self.assertGreater(debt.residual - decision.disputed - decision.credit, 0.004)

    @given(ledgers(), customers(), rulebooks())
    def test_money_is_conserved(self, lines, who, book):
        given_credit = -sum(item.residual for item in lines if item.residual < 0)
        decisions = decided(lines, who, book)
        used = sum(d.credit for d in decisions)
        self.assertLessEqual(used, given_credit + 0.001)
        for decision in decisions:
            self.assertGreaterEqual(min(decision.credit, decision.disputed), 0.0)
            taken_off = decision.credit + decision.disputed
            self.assertLessEqual(taken_off, decision.line.residual + 0.001)

    @given(ledgers(), customers(), rulebooks())
    def test_credit_is_left_only_when_all_that_is_asked_is_covered(self, lines, who, book):
        given_credit = -sum(item.residual for item in lines if item.residual < 0)
        decisions = decided(lines, who, book)
        if given_credit - sum(d.credit for d in decisions) > 0.011:
            self.assertFalse([d for d in decisions if d.rung])

    @given(ledgers(), customers(), rulebooks(), st.randoms(use_true_random=False))
    def test_the_order_of_the_items_does_not_matter(self, lines, who, book, random):
        shuffled = list(lines)
        random.shuffle(shuffled)

        def by_line(items):
            decisions = decided(items, who, book)
            return {d.line.id: d._replace(credit=round(d.credit, 6)) for d in decisions}

        self.assertEqual(by_line(lines), by_line(shuffled))

    @given(ledgers(), customers(), rulebooks())
    def test_who_is_paused_or_has_a_contact_under_way_is_left_alone(self, lines, who, book):
        decisions = decided(lines, who, book)
        if who.pause or EUR in who.pending:
            self.assertFalse([d for d in decisions if d.rung])
        for decision in decisions:
            if decision.line.move_id in book.move_pause or decision.line.no_followup:
                self.assertIsNone(decision.rung)

    @given(ledgers(), customers(), rulebooks())
    def test_a_gap_or_a_limit_is_never_broken(self, lines, who, book):
        for decision in decided(lines, who, book):
            if not decision.rung:
                continue
            own = book.policies[book.move_policy.get(decision.line.move_id, who.policy_id)]
            if who.last_contact:
                self.assertGreaterEqual((TODAY - who.last_contact).days, own.min_gap_days)
            if own.contact_cap and own.contact_cap_days:
                recent = [d for d in who.contact_dates if (TODAY - d).days < own.contact_cap_days]
                self.assertLess(len(recent), own.contact_cap)

    @given(ledgers(), customers(), rulebooks())
    def test_the_next_date_is_kept(self, lines, who, book):
        """On the date foretold nothing but an event stands in the way."""
        for decision in decided(lines, who, book):
            when = next_step_date(decision, who, book, TODAY)
            if decision.rung:
                self.assertEqual(when, TODAY)
            if decision.reason not in ("not_due", "already_contacted", "min_gap", "contact_cap"):
                continue
            if when is None or who.pending:
                continue
            wait = (when - TODAY).days
            later = [item._replace(days_overdue=item.days_overdue + wait) for item in lines]
            [then] = [d for d in decided(later, who, book, when) if d.line.id == decision.line.id]
            self.assertNotIn(then.reason, ("not_due", "min_gap", "contact_cap"))
