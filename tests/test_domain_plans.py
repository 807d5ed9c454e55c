"""What payment plans cost and how they stand: examples, and sums that are always right."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

installments = domain_module("installments")
plans = domain_module("plans")

START = date(2026, 1, 1)
amounts = st.integers(1, 1_000_000).map(lambda n: Decimal(n) / 100)


def terms(**values):
    base = {"total": Decimal(1200), "first_date": date(2026, 1, 31), "count": 3, "start": START}
    return installments.Terms(**{**base, **values})


class QuoteCase(unittest.TestCase):
    def test_without_costs_the_total_is_the_debt(self):
        offer = plans.quote(terms())
        self.assertEqual((offer.total, offer.fee, offer.interest), (1200, 0, 0))

    def test_interest_is_on_what_is_still_open(self):
        offer = plans.quote(terms(), percent=Decimal(10))
        # 30 days of 1200, 28 of 800, 31 of 400
        exact = Decimal(1200 * 30 + 800 * 28 + 400 * 31) * 10 / 100 / 365
        self.assertEqual(offer.interest, exact.quantize(Decimal("0.01")))
        self.assertEqual(sum(i.amount for i in offer.installments), offer.total)

    def test_a_down_payment_at_the_start_bears_no_interest(self):
        offer = plans.quote(terms(count=1, down_payment=Decimal(1000)), percent=Decimal(10))
        self.assertEqual(offer.interest, (Decimal(200 * 30) / 3650).quantize(Decimal("0.01")))

    def test_a_fee_bears_no_interest(self):
        bare = plans.quote(terms(), percent=Decimal(10))
        with_fee = plans.quote(terms(), fee=Decimal(30), percent=Decimal(10))
        self.assertEqual(with_fee.interest, bare.interest)
        self.assertEqual(with_fee.total, bare.total + 30)

    def test_taxes_are_part_of_the_total(self):
        offer = plans.quote(terms(), Decimal(30), Decimal(10), lambda amount: amount * 2)
        self.assertEqual((offer.net_fee, offer.fee), (30, 60))
        self.assertEqual(offer.interest, offer.net_interest * 2)
        self.assertEqual(sum(i.amount for i in offer.installments), 1200 + 60 + offer.interest)

    @given(amounts, amounts, st.integers(0, 30), st.integers(1, 36))
    def test_the_installments_are_always_the_total(self, debt, fee, percent, count):
        if debt * 100 < count:
            return
        offer = plans.quote(terms(total=debt, count=count), fee, Decimal(percent))
        self.assertEqual(sum(i.amount for i in offer.installments), offer.total)
        self.assertEqual(offer.total, debt + fee + offer.interest)
        self.assertGreaterEqual(offer.interest, 0)

    def test_percent_is_rounded_half_up(self):
        unit = Decimal("0.01")
        self.assertEqual(plans.percent_of(Decimal("0.5"), Decimal(1), unit), Decimal("0.01"))
        self.assertEqual(plans.percent_of(Decimal(333), Decimal(10), Decimal(1)), 33)


class LimitsCase(unittest.TestCase):
    def _broken(self, limits, **values):
        return plans.violations(installments.schedule(terms(**values)), plans.Limits(**limits))

    def test_each_limit_is_named(self):
        self.assertEqual(self._broken({"max_count": 2}), ["max_count"])
        self.assertEqual(self._broken({"min_installment": Decimal(500)}), ["min_installment"])
        self.assertEqual(self._broken({"min_down_payment": Decimal(1)}), ["min_down_payment"])
        self.assertEqual(self._broken({"first_by": date(2026, 1, 30)}), ["first_by"])

    def test_on_the_limit_is_within_it(self):
        limits = {
            "max_count": 3,
            "min_installment": Decimal(300),
            "min_down_payment": Decimal(300),
            "first_by": date(2026, 1, 31),
        }
        self.assertEqual(self._broken(limits, down_payment=Decimal(300)), [])

    def test_the_last_installment_may_be_small(self):
        limits = {"min_installment": Decimal(500)}
        self.assertEqual(self._broken(limits, count=None, size=Decimal(500)), [])

    def test_without_a_smallest_installment_only_their_number_counts(self):
        for most, count in ((6, 6), (0, 1)):
            with self.subTest(most):
                limits = plans.Limits(max_count=most)
                self.assertEqual(plans.most_installments(Decimal(10), limits), count)

    def test_none_is_smaller_than_the_smallest(self):
        for least, count in ((300, 4), (350, 3), (2000, 1), (10, 12)):
            with self.subTest(least):
                limits = plans.Limits(max_count=12, min_installment=Decimal(least))
                self.assertEqual(plans.most_installments(Decimal(1200), limits), count)

    @given(amounts, amounts, st.integers(1, 60))
    def test_as_many_as_the_limits_allow(self, total, least, most):
        limits = plans.Limits(max_count=most, min_installment=least)
        count = plans.most_installments(total, limits)
        self.assertTrue(1 <= count <= most)
        if total * 100 >= count:
            plan = installments.schedule(terms(total=total, count=count))
            self.assertNotIn("min_installment", plans.violations(plan, limits))


class StandingCase(unittest.TestCase):
    def test_payments_oldest_first_credits_from_the_end(self):
        standing, beyond = plans.stand([Decimal(100)] * 3, Decimal(150), Decimal(120))
        self.assertEqual([s.paid for s in standing], [100, 50, 0])
        self.assertEqual([s.credited for s in standing], [0, 20, 100])
        self.assertEqual([s.open for s in standing], [0, 30, 0])
        self.assertEqual(beyond, 0)

    def test_a_returned_payment_opens_again(self):
        standing, _beyond = plans.stand([Decimal(100)], Decimal(-5), Decimal(-7))
        self.assertEqual(standing, [(0, 0, 100)])

    @given(st.lists(amounts, max_size=12), amounts, amounts)
    def test_nothing_is_lost(self, agreed, paid, credited):
        standing, beyond = plans.stand(agreed, paid, credited)
        used = min(credited, sum(agreed))
        self.assertEqual(sum(s.paid for s in standing) + beyond, paid)
        self.assertEqual(sum(s.credited for s in standing), used)
        self.assertEqual(
            [s.paid + s.credited + s.open for s in standing], agreed, "each adds up to its amount"
        )
        self.assertTrue(all(min(s) >= 0 for s in standing))

    def test_missed_is_counted_after_the_grace(self):
        due = date(2026, 3, 1)
        for days, count in ((0, 0), (3, 0), (4, 1)):
            with self.subTest(days):
                today = due + timedelta(days=days)
                rows = [(due, Decimal(5)), (due, Decimal(0)), (today, Decimal(5))]
                self.assertEqual(plans.missed(rows, today, 3), count)

    def test_months_begun_count(self):
        for last, months in (
            (date(2026, 1, 1), 0),
            (date(2026, 2, 1), 1),
            (date(2026, 2, 2), 2),
            (date(2027, 1, 1), 12),
        ):
            with self.subTest(last):
                self.assertEqual(plans.months_between(START, last), months)
