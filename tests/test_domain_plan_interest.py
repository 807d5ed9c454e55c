"""Interest of plans that are paid before their dates: examples, and what always holds."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

installments = domain_module("installments")
plans = domain_module("plans")
interest = domain_module("plan_interest")

START = date(2026, 1, 1)
NOTHING = interest.Past([], [])


def agreement(debt=1200, count=3, percent=12, taxes=Decimal(1), **values):
    terms = installments.Terms(Decimal(debt), date(2026, 1, 31), count=count, start=START, **values)
    offer = plans.quote(
        terms, percent=Decimal(percent), with_taxes=lambda a: (a * taxes).quantize(Decimal("0.01"))
    )
    parts = [
        interest.Part(i.due, i.amount, p)
        for i, p in zip(offer.installments, offer.principals, strict=True)
    ]
    return interest.Agreement(
        parts, START, Decimal(percent), terms.unit, offer.net_interest, offer.interest
    )


def euros(amount):
    return Decimal(amount).quantize(Decimal("0.01"))


class EarlyCase(unittest.TestCase):
    def test_paid_on_the_dates_everything_was_earned(self):
        plan = agreement()
        past = interest.Past([(part.due, part.amount) for part in plan.parts], [])
        self.assertEqual(interest.saved(plan, past), 0)

    def test_paid_late_costs_no_more_here(self):
        plan = agreement()
        late = [(part.due + timedelta(days=20), part.amount) for part in plan.parts]
        self.assertEqual(interest.saved(plan, interest.Past(late, [])), 0)

    def test_a_plan_without_interest_saves_nothing(self):
        self.assertEqual(interest.saved(agreement(percent=0), NOTHING), 0)
        self.assertEqual(interest.saved_when_settled(agreement(percent=0), NOTHING, START), 0)

    def test_one_installment_ten_days_early(self):
        plan = agreement()
        first = plan.parts[0]
        past = interest.Past([(first.due - timedelta(days=10), first.amount)], [])
        self.assertEqual(interest.saved(plan, past), euros(400 * Decimal("0.12") * 10 / 365))

    def test_settled_on_the_first_day_costs_nothing(self):
        plan = agreement()
        self.assertEqual(interest.saved_when_settled(plan, NOTHING, START), plan.gross)

    def test_settled_after_one_installment(self):
        plan = agreement()
        day = date(2026, 2, 10)
        past = interest.Past([(plan.parts[0].due, plan.parts[0].amount)], [])
        # 30 days of 1200, 10 of 800
        earned = euros((1200 * 30 + 800 * 10) * Decimal("0.12") / 365)
        self.assertEqual(plan.gross - interest.saved_when_settled(plan, past, day), earned)

    def test_a_credit_note_ends_the_interest_on_what_it_takes_away(self):
        plan = agreement()
        past = interest.Past([], [(START + timedelta(days=9), Decimal(400))])
        days = (plan.parts[2].due - START).days - 9
        self.assertEqual(interest.saved(plan, past), euros(400 * Decimal("0.12") * days / 365))

    def test_taxes_go_with_it(self):
        plan = agreement(taxes=Decimal("1.19"))
        self.assertEqual(interest.saved_when_settled(plan, NOTHING, START), plan.gross)
        self.assertEqual(plan.gross, euros(plan.net * Decimal("1.19")))

    def test_costs_that_need_one_more_installment_of_a_given_size(self):
        plan = agreement(debt=300, count=None, size=Decimal(100))
        self.assertEqual([part.principal for part in plan.parts], [100, 100, 100, 0])
        self.assertEqual(interest.saved_when_settled(plan, NOTHING, START), plan.gross)

    @given(
        st.integers(100, 1_000_000),
        st.integers(1, 24),
        st.integers(1, 30),
        st.integers(0, 400),
    )
    def test_paying_what_was_quoted_settles_it_to_the_cent(self, cents, count, percent, days):
        debt = Decimal(cents) / 100
        plan = agreement(debt=debt, count=count, percent=percent)
        day = min(START + timedelta(days=days), plan.parts[-1].due)
        total = sum(part.amount for part in plan.parts)
        amount = total - interest.saved_when_settled(plan, NOTHING, day)
        self.assertGreaterEqual(amount, debt)
        past = interest.Past([(day, amount)], [])
        self.assertEqual(interest.settled_on(plan, past), day)
        self.assertEqual(total - amount - interest.saved(plan, past), 0)

    @given(
        st.lists(st.tuples(st.integers(0, 120), st.integers(1, 50_000)), max_size=6),
        st.integers(0, 30),
    )
    def test_what_is_saved_lies_between_nothing_and_all(self, rows, percent):
        plan = agreement(percent=percent)
        payments = sorted((START + timedelta(days=d), Decimal(c) / 100) for d, c in rows)
        saved = interest.saved(plan, interest.Past(payments, []))
        self.assertGreaterEqual(saved, 0)
        self.assertLessEqual(saved, plan.gross)
