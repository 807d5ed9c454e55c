"""Schedules of payment plans: examples from a calendar, and sums that are always right."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

installments = domain_module("installments")
Terms = installments.Terms
schedule = installments.schedule

FIRST = date(2026, 1, 31)
cents = st.integers(1, 10_000_000).map(lambda n: Decimal(n) / 100)


def terms(**values):
    return Terms(**{"total": Decimal("1000.00"), "first_date": FIRST, "count": 3, **values})


class ScheduleCase(unittest.TestCase):
    def test_the_remainder_goes_to_the_last_installment(self):
        plan = schedule(terms())
        self.assertEqual([i.amount for i in plan], [Decimal("333.33")] * 2 + [Decimal("333.34")])

    def test_the_thirty_first_is_the_last_day_of_shorter_months(self):
        plan = schedule(terms())
        self.assertEqual([i.due for i in plan], [FIRST, date(2026, 2, 28), date(2026, 3, 31)])

    def test_on_the_nth_of_the_month_begins_with_the_first_such_day(self):
        plan = schedule(terms(day_of_month=15))
        self.assertEqual(
            [i.due for i in plan], [date(2026, 2, 15), date(2026, 3, 15), date(2026, 4, 15)]
        )

    def test_the_last_day_of_a_leap_february(self):
        plan = schedule(terms(first_date=date(2028, 2, 1), day_of_month=31, count=2))
        self.assertEqual([i.due for i in plan], [date(2028, 2, 29), date(2028, 3, 31)])

    def test_weeks_fortnights_and_quarters(self):
        for frequency, second in (
            ("weekly", date(2026, 2, 7)),
            ("biweekly", date(2026, 2, 14)),
            ("quarterly", date(2026, 4, 30)),
        ):
            with self.subTest(frequency):
                self.assertEqual(schedule(terms(frequency=frequency))[1].due, second)

    def test_a_down_payment_is_number_zero(self):
        plan = schedule(terms(down_payment=Decimal("100.00"), start=date(2026, 1, 10)))
        self.assertEqual(plan[0], (0, date(2026, 1, 10), Decimal("100.00")))
        self.assertEqual([i.amount for i in plan[1:]], [Decimal("300.00")] * 3)

    def test_by_size_the_last_one_is_what_remains(self):
        plan = schedule(terms(count=None, size=Decimal("400.00")))
        self.assertEqual([i.amount for i in plan], [400, 400, 200])
        plan = schedule(terms(count=None, size=Decimal("250.00")))
        self.assertEqual([i.amount for i in plan], [250] * 4)

    def test_terms_that_cannot_be_kept_are_refused(self):
        wrong = (
            {"frequency": "daily"},
            {"total": Decimal(0)},
            {"count": None},
            {"size": Decimal(10)},
            {"count": -1},
            {"count": None, "size": Decimal(-5)},
            {"down_payment": Decimal("1000.00"), "start": FIRST},
            {"down_payment": Decimal("10.00")},
            {"day_of_month": 32},
            {"total": Decimal("10.001")},
            {"total": Decimal("0.02"), "count": 3},
        )
        for values in wrong:
            with self.subTest(values), self.assertRaises(ValueError):
                schedule(terms(**values))

    @given(cents, st.integers(1, 60), st.sampled_from(installments.FREQUENCIES), st.data())
    def test_the_sum_is_always_the_total(self, total, count, frequency, data):
        down = Decimal(data.draw(st.integers(0, int(total * 100) - 1))) / 100
        if (total - down) * 100 < count:
            return
        plan = schedule(
            terms(total=total, count=count, frequency=frequency, down_payment=down, start=FIRST)
        )
        self.assertEqual(sum(i.amount for i in plan), total)
        self.assertTrue(all(i.amount > 0 for i in plan))
        dates = [i.due for i in plan if i.number]
        self.assertEqual(dates, sorted(set(dates)))
        self.assertEqual(len(dates), count)

    @given(cents, cents)
    def test_by_size_no_installment_is_larger_than_asked(self, total, size):
        if total / size > 500:
            return
        plan = schedule(terms(total=total, count=None, size=size))
        self.assertEqual(sum(i.amount for i in plan), total)
        self.assertTrue(all(0 < i.amount <= size for i in plan))

    @given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 31))
    def test_monthly_dates_are_one_per_month(self, first, day):
        dates = installments.due_dates(terms(first_date=first, day_of_month=day), 24)
        self.assertGreaterEqual(dates[0], first)
        self.assertLess((dates[0] - first).days, 32)
        months = [d.year * 12 + d.month for d in dates]
        self.assertEqual(months, list(range(months[0], months[0] + 24)))
        self.assertTrue(all(d.day == day or (d + timedelta(days=1)).day == 1 for d in dates))


class AllocateCase(unittest.TestCase):
    def test_the_oldest_is_paid_first(self):
        paid, left = installments.allocate(Decimal(150), [("a", Decimal(100)), ("b", Decimal(100))])
        self.assertEqual((paid, left), ([("a", 100), ("b", 50)], 0))

    @given(cents, st.lists(cents, max_size=10))
    def test_nothing_is_lost_and_nothing_overpaid(self, payment, opened):
        paid, left = installments.allocate(payment, list(enumerate(opened)))
        self.assertEqual(sum(part for _key, part in paid) + left, payment)
        self.assertTrue(all(part <= opened[key] for key, part in paid))
        self.assertTrue(left == 0 or sum(opened) == payment - left)
