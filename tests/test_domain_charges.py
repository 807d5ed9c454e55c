"""What is charged: hand-worked examples, and interest against a sum day by day."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

charges = domain_module("charges")
interest = domain_module("interest")
Rate, Band, Earlier = interest.Rate, charges.Band, charges.EarlierInterest

CENT = Decimal("0.01")
DUE = date(2026, 1, 31)
FLAT = (Rate(date(2020, 1, 1), Decimal(10)),)


def day(offset):
    return DUE + timedelta(days=offset)


def claim(until, payments=(), earlier=(), amount=1000, rates=FLAT, known_until=None):
    terms = (rates, "actual/365", known_until)
    return charges.interest_claim(Decimal(amount), DUE, payments, terms, day(until), earlier, CENT)


def earlier_of(result, rates=FLAT):
    return Earlier(result.first, result.last, result.amount, rates, "actual/365")


class FeeCase(unittest.TestCase):
    def test_fixed_and_percent_together_half_up(self):
        self.assertEqual(
            charges.fee(Decimal(5), Decimal(2), Decimal("100.25"), CENT), Decimal("7.01")
        )
        self.assertEqual(charges.fee(Decimal(0), Decimal("1.5"), Decimal(1), CENT), Decimal("0.02"))
        self.assertEqual(charges.fee(Decimal(0), Decimal(2), Decimal(1234), Decimal(5)), 25)


class CompensationCase(unittest.TestCase):
    UK = [
        Band(date(2013, 3, 16), Decimal(0), Decimal(40)),
        Band(date(2013, 3, 16), Decimal(1000), Decimal(70)),
        Band(date(2013, 3, 16), Decimal(10000), Decimal(100)),
    ]

    def test_by_the_size_of_the_claim(self):
        for amount, wanted in (
            ("0.01", 40), ("999.99", 40), ("1000", 70), ("9999.99", 70), ("10000", 100)
        ):  # fmt: skip
            with self.subTest(amount):
                band = charges.compensation(self.UK, Decimal(amount), DUE)
                self.assertEqual(band.amount, wanted)

    def test_by_the_first_day_of_delay(self):
        yearly = [
            Band(date(2026, 1, 1), Decimal(0), Decimal(2020)),
            Band(date(2025, 1, 1), Decimal(0), Decimal(1475)),
        ]
        for due, wanted in ((date(2025, 12, 30), 1475), (date(2025, 12, 31), 2020)):
            self.assertEqual(charges.compensation(yearly, Decimal(1), due).amount, wanted)

    def test_nothing_before_the_law_or_below_its_smallest_claim(self):
        self.assertIsNone(charges.compensation(self.UK, Decimal(5), date(2000, 1, 1)))
        large = [Band(date(2020, 1, 1), Decimal(100), Decimal(40))]
        self.assertIsNone(charges.compensation(large, Decimal(99), DUE))


class ApplicableRatesCase(unittest.TestCase):
    REFERENCE = [Rate(date(2025, 7, 1), Decimal("2.15")), Rate(date(2026, 1, 1), Decimal(3))]
    END = date(2026, 6, 30)

    def rates(self, is_fixed, due=DUE, reference=None):
        reference = self.REFERENCE if reference is None else reference
        return charges.applicable_rates(reference, self.END, Decimal(8), is_fixed, due)

    def test_each_day_has_its_own(self):
        rates, known_until = self.rates(False, due=date(2025, 12, 1))
        self.assertEqual([r.percent for r in rates], [Decimal("10.15"), Decimal(11)])
        self.assertEqual(known_until, self.END)

    def test_the_rate_of_the_first_day_holds_to_the_end(self):
        for due, wanted in ((date(2025, 12, 30), "10.15"), (date(2025, 12, 31), "11")):
            rates, known_until = self.rates(True, due=due)
            self.assertEqual([r.percent for r in rates], [Decimal(wanted)])
            self.assertIsNone(known_until)

    def test_not_known_on_the_first_day(self):
        for due in (date(2025, 6, 29), date(2026, 6, 30)):
            self.assertEqual(self.rates(True, due=due), ([], None))

    def test_without_a_reference_the_margin_is_the_rate(self):
        rates, known_until = self.rates(False, reference=[])
        self.assertEqual((rates, known_until), ([Rate(day(1), Decimal(8))], None))


class InterestClaimCase(unittest.TestCase):
    def test_each_day_once(self):
        first = claim(30)
        self.assertEqual((first.first, first.last), (day(1), day(30)))
        self.assertEqual(first.amount, Decimal("8.22"))
        second = claim(60, earlier=[earlier_of(first)])
        self.assertEqual((second.first, second.last), (day(31), day(60)))
        self.assertEqual(second.amount, Decimal("8.22"))

    def test_nothing_yet(self):
        for until in (0, -3):
            result = claim(until)
            self.assertEqual((result.periods, result.amount), ([], 0))
            self.assertEqual((result.first, result.last), (None, None))

    def test_days_without_a_known_rate_wait(self):
        first = claim(30, known_until=day(10))
        self.assertEqual((first.last, first.amount), (day(10), Decimal("2.74")))
        second = claim(30, earlier=[earlier_of(first)])
        self.assertEqual((second.first, second.last), (day(11), day(30)))

    def test_money_matched_late_had_arrived_early(self):
        first = claim(30)
        paid = [(day(20), Decimal(500))]
        second = claim(40, payments=paid, earlier=[earlier_of(first)])
        # 10 days on 500 too much, then 10 days on 500
        self.assertEqual((second.correction, second.amount), (Decimal("-1.37"), 0))

    def test_money_that_was_returned_never_came(self):
        first = claim(30, payments=[(day(10), Decimal(500))])
        second = claim(30, earlier=[earlier_of(first)])
        self.assertEqual(second.periods, [])
        self.assertEqual(first.amount + second.amount, claim(30).amount)

    def test_what_was_given_up_is_not_set_right(self):
        waived = earlier_of(claim(30), rates=None)
        second = claim(40, payments=[(day(20), Decimal(500))], earlier=[waived])
        self.assertEqual((second.correction, second.first), (0, day(31)))

    @given(
        st.integers(1, 50_000),
        st.lists(st.tuples(st.integers(-20, 200), st.integers(1, 20_000)), max_size=4),
        st.lists(st.tuples(st.integers(-100, 200), st.integers(0, 20)), min_size=1, max_size=3),
        st.lists(st.integers(1, 200), min_size=1, max_size=5),
    )
    def test_in_however_many_claims_it_is_the_sum_over_the_days(self, amount, paid, steps, stops):
        payments = [(day(d), Decimal(a)) for d, a in paid]
        rates = [Rate(day(d), Decimal(p)) for d, p in dict(steps).items()]
        earlier, claimed = [], Decimal(0)
        for stop in sorted(stops):
            result = claim(stop, payments, earlier, amount, rates)
            claimed += result.amount
            if result.periods:
                earlier.append(earlier_of(result, tuple(rates)))
        expected = Decimal(0)
        for offset in range(1, max(stops) + 1):
            base = Decimal(amount) - sum(a for d, a in payments if d < day(offset))
            percent = interest.rate_on(rates, day(offset))
            expected += max(base, Decimal(0)) * percent / 100 / 365
        self.assertLessEqual(abs(claimed - expected), CENT / 2 * max(len(earlier), 1))

    @given(
        st.integers(1, 50_000),
        st.lists(st.tuples(st.integers(1, 60), st.integers(1, 20_000)), max_size=4),
        st.integers(1, 60),
        st.integers(1, 60),
    )
    def test_payments_known_later_make_no_difference_in_the_end(self, amount, paid, stop, more):
        payments = [(day(d), Decimal(a)) for d, a in paid]
        blind = claim(stop, amount=amount)
        seeing = claim(stop, payments, amount=amount)
        after_blind = claim(stop + more, payments, [earlier_of(blind)], amount)
        known = [earlier_of(seeing)] if seeing.periods else []
        after_seeing = claim(stop + more, payments, known, amount)
        self.assertLessEqual(
            abs(blind.amount + after_blind.amount - seeing.amount - after_seeing.amount), CENT
        )
