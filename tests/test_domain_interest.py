"""Late interest against hand-worked examples and a day-by-day sum."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

interest = domain_module("interest")
Rate = interest.Rate

DUE = date(2025, 12, 1)
CENT = Decimal("0.01")
FLAT = (Rate(date(2020, 1, 1), Decimal(10)),)


def charged(amount=Decimal(1000), payments=(), rates=FLAT, until=date(2025, 12, 31), **values):
    periods = interest.late_interest(amount, DUE, payments, rates, until, **values)
    return interest.total(periods, CENT)


class InterestCase(unittest.TestCase):
    def test_thirty_days_at_ten_percent(self):
        self.assertEqual(charged(), Decimal("8.22"))

    def test_the_day_counts(self):
        wanted = {"actual/360": "8.33", "actual/actual": "8.22", "30/360": "8.06"}
        for day_count, amount in wanted.items():
            with self.subTest(day_count):
                self.assertEqual(charged(day_count=day_count), Decimal(amount))

    def test_nothing_on_the_due_date_or_before(self):
        self.assertEqual(charged(until=DUE), 0)
        self.assertEqual(charged(until=DUE - timedelta(days=5)), 0)
        self.assertGreater(charged(until=DUE + timedelta(days=1)), 0)

    def test_a_part_payment_lowers_the_base_from_the_next_day(self):
        paid = ((date(2025, 12, 11), Decimal(400)),)
        periods = interest.late_interest(Decimal(1000), DUE, paid, FLAT, date(2025, 12, 31))
        self.assertEqual([(p.days, p.base) for p in periods], [(10, 1000), (20, 600)])
        self.assertEqual(interest.total(periods, CENT), Decimal("6.03"))

    def test_what_was_paid_before_the_due_date_bears_no_interest(self):
        paid = ((date(2025, 11, 20), Decimal(1000)),)
        self.assertEqual(charged(payments=paid), 0)

    def test_interest_stays_after_the_principal_is_paid(self):
        paid = ((date(2025, 12, 31), Decimal(1000)),)
        self.assertEqual(charged(payments=paid, until=date(2026, 6, 30)), Decimal("8.22"))

    def test_each_day_uses_the_rate_in_force(self):
        rates = [Rate(date(2025, 12, 17), Decimal(20)), Rate(date(2025, 1, 1), Decimal(10))]
        self.assertEqual(charged(rates=rates), Decimal("12.33"))

    def test_before_the_first_rate_there_is_none(self):
        self.assertEqual(charged(rates=[Rate(date(2026, 1, 1), Decimal(9))]), 0)

    def test_an_unknown_day_count_is_refused(self):
        with self.assertRaises(ValueError):
            charged(day_count="365/12")

    def test_a_year_of_thirty_day_months_is_a_year(self):
        days = interest.year_fraction(date(2025, 1, 1), date(2025, 12, 31), "30/360")
        self.assertEqual(days, 1)

    @given(
        st.integers(1, 100_000),
        st.lists(st.tuples(st.integers(-20, 800), st.integers(1, 30_000)), max_size=4),
        st.lists(st.tuples(st.integers(-400, 700), st.integers(0, 20)), min_size=1, max_size=4),
        st.integers(-5, 800),
        st.sampled_from(("actual/365", "actual/360", "actual/actual")),
    )
    def test_it_is_the_sum_over_the_days(self, amount, paid, steps, days, day_count):
        payments = [(DUE + timedelta(days=d), Decimal(a)) for d, a in paid]
        rates = [Rate(DUE + timedelta(days=d), Decimal(p)) for d, p in dict(steps).items()]
        until = DUE + timedelta(days=days)
        periods = interest.late_interest(Decimal(amount), DUE, payments, rates, until, day_count)
        expected = Decimal(0)
        for offset in range(1, days + 1):
            day = DUE + timedelta(days=offset)
            base = Decimal(amount) - sum(a for d, a in payments if d < day)
            fraction = interest.year_fraction(day, day, day_count)
            expected += max(base, Decimal(0)) * interest.rate_on(rates, day) / 100 * fraction
        got = sum(p.interest for p in periods)
        self.assertAlmostEqual(got, expected, places=9)
