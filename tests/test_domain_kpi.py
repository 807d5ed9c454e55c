"""The figures against the worked examples of their sources, and against brute force."""

import unittest
from datetime import date, timedelta
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

kpi = domain_module("kpi")
money = st.integers(0, 10**9).map(lambda cents: D(cents) / 100)
DAY = date(2026, 3, 31)


def months(*amounts, days=30):
    """Periods of so many days each, the latest first."""
    rows, last = [], DAY
    for amount in amounts:
        first = last - timedelta(days=days - 1)
        rows.append(kpi.Sales(first, last, D(amount)))
        last = first - timedelta(days=1)
    return rows


class TestDaysOfSales(unittest.TestCase):
    def test_examples_of_the_sources(self):
        self.assertEqual(kpi.dso_simple(D(15000), D(10000), 30), 45)
        self.assertEqual(kpi.best_possible_dso(D(4000), D(10000), 30), 12)
        found = kpi.dso_count_back(D(212000), months(100000, 80000, 70000))
        self.assertEqual(round(found.value, 1), D("73.7"))
        self.assertFalse(found.is_least)

    def test_real_lengths_of_months(self):
        periods = kpi.month_periods(date(2026, 3, 15), 3)
        self.assertEqual(
            periods,
            [
                (date(2026, 3, 1), date(2026, 3, 15)),
                (date(2026, 2, 1), date(2026, 2, 28)),
                (date(2026, 1, 1), date(2026, 1, 31)),
            ],
        )
        sales = [kpi.Sales(*period, D(100)) for period in periods]
        self.assertEqual(kpi.dso_count_back(D(150), sales).value, 15 + 14)

    def test_nothing_sold_or_owed(self):
        self.assertIsNone(kpi.dso_simple(D(10), D(0), 30))
        self.assertIsNone(kpi.dso_count_back(D(10), []))
        self.assertEqual(kpi.dso_count_back(D(0), months(10)), kpi.Days(D(0)))
        self.assertEqual(kpi.dso_count_back(D(-5), months(10)), kpi.Days(D(0)))

    def test_a_month_without_sales_or_with_more_credit_notes_counts_its_days(self):
        found = kpi.dso_count_back(D(5), months(0, -3, 10))
        self.assertEqual(found, kpi.Days(D(75)))

    def test_more_owed_than_was_sold_says_at_least(self):
        self.assertEqual(kpi.dso_count_back(D(25), months(10, 10)), kpi.Days(D(60), is_least=True))
        self.assertEqual(kpi.dso_count_back(D(20), months(10, 10)), kpi.Days(D(60)))

    @given(st.lists(st.integers(0, 50), min_size=1, max_size=90), st.integers(0, 2000))
    def test_count_back_by_days_is_what_walking_back_gives(self, daily, owed):
        periods = months(*daily, days=1)
        walked, left = D(0), D(owed)
        for amount in daily:
            if left <= 0:
                break
            walked += D(1) if amount <= left else left / amount
            left -= amount
        found = kpi.dso_count_back(D(owed), periods)
        self.assertEqual(found.value, walked)
        self.assertEqual(found.is_least, left > 0)

    def test_parts_without_sales_have_none(self):
        self.assertIsNone(kpi.dso_of_parts([], DAY))
        self.assertIsNone(kpi.dso_of_parts([(D(5), {})], DAY))

    def test_parts_are_walked_back_together(self):
        """March brought 100, February nothing, January 60; 115 is open of it: 31 + 28 + 7.75."""
        january, march = DAY.replace(month=1, day=1), DAY.replace(day=1)
        parts = [(D(75), {march: D(100)}), (D(40), {january: D(60)})]
        found = kpi.dso_of_parts(parts, DAY)
        self.assertEqual(found, kpi.Days(D(31) + D(28) + D("7.75")))

    @given(
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, 200), money, st.integers(0, 100)),
            max_size=30,
        ),
        st.sets(st.integers(0, 3), min_size=1),
    )
    def test_parts_together_give_what_walking_back_over_their_invoices_gives(self, rows, asked):
        """Brute force: the invoices of the parts asked for, month by month from the end."""
        parts = {part: [D(), {}] for part in range(4)}
        mine = []
        for part, ago, amount, open_share in rows:
            day = DAY - timedelta(days=ago)
            month = day.replace(day=1)
            owed = amount * open_share / 100
            parts[part][0] += owed
            parts[part][1][month] = parts[part][1].get(month, D()) + amount
            if part in asked:
                mine.append((day, amount, owed))
        found = kpi.dso_of_parts([parts[part] for part in asked], DAY)
        left, days, last = sum(row[2] for row in mine), D(), DAY
        while mine and left > 0 and last >= min(row[0] for row in mine):
            first = last.replace(day=1)
            sold = sum((row[1] for row in mine if first <= row[0] <= last), D())
            share = min(left / sold, D(1)) if sold else D(1)
            days += share * ((last - first).days + 1)
            left, last = left - sold, first - timedelta(days=1)
        self.assertEqual(found is None, not mine)
        if found:
            self.assertAlmostEqual(float(found.value), float(days), 6)
            self.assertEqual(found.is_least, left > 0)

    def test_average_days_delinquent(self):
        self.assertEqual(kpi.average_days_delinquent(D(45), D(12)), 33)
        self.assertIsNone(kpi.average_days_delinquent(None, D(12)))
        self.assertIsNone(kpi.average_days_delinquent(D(12), None))

    def test_days_past_due_by_amount(self):
        items = [(D(100), 10), (D(300), -5), (D(100), 40), (D(-50), 90)]
        self.assertEqual(kpi.days_past_due(items), 10)
        self.assertIsNone(kpi.days_past_due([]))


class TestEffectiveness(unittest.TestCase):
    def test_example(self):
        found = kpi.collection_effectiveness(D(100), D(200), D(120), D(60))
        self.assertEqual(found, D(180) / 240 * 100)

    def test_nothing_to_collect(self):
        self.assertIsNone(kpi.collection_effectiveness(D(0), D(50), D(50), D(50)))

    @given(money, money, money, money)
    def test_between_nothing_and_all(self, begin, sales, overdue, current):
        end = min(overdue + current, begin + sales)
        found = kpi.collection_effectiveness(begin, sales, end, min(current, end))
        if found is not None:
            self.assertTrue(0 <= found <= 100)

    def test_cost(self):
        self.assertEqual(kpi.cost_per_unit(D(5), D(1000)), D("0.005"))
        self.assertIsNone(kpi.cost_per_unit(D(5), D(0)))


class TestRoll(unittest.TestCase):
    def test_each_way_money_goes(self):
        before = {1: ("a", D(100)), 2: ("a", D(50)), 3: ("b", D(30)), 4: ("b", D(20))}
        after = {1: ("b", D(60)), 3: ("a", D(30)), 4: ("c", D(25)), 5: ("a", D(999))}
        matrix = kpi.roll(before, after)
        self.assertEqual(matrix.flows["a", "b"], 60)
        self.assertEqual(matrix.flows["a", kpi.PAID], 90)
        self.assertEqual(matrix.share("b", "a"), D("0.6"))
        self.assertEqual(kpi.roll_rates(matrix, "abc"), {"a": D("0.4"), "b": D("0.4")})
        self.assertIsNone(matrix.share("c", "a"))

    def test_what_is_in_a_plan_is_cured(self):
        before = {1: ("a", D(100)), 2: ("a", D(100))}
        matrix = kpi.roll(before, {1: ("b", D(60)), 2: ("b", D(100))}, cured={1})
        self.assertEqual(matrix.flows["a", kpi.CURED], 60)
        self.assertEqual(matrix.flows["a", kpi.PAID], 40)
        self.assertEqual(kpi.roll_rates(matrix, "ab"), {"a": D("0.5")})

    @given(
        st.dictionaries(st.integers(0, 20), st.tuples(st.sampled_from("abc"), money)),
        st.dictionaries(st.integers(0, 20), st.tuples(st.sampled_from("abc"), money)),
        st.sets(st.integers(0, 20)),
    )
    def test_no_money_is_lost(self, before, after, cured):
        matrix = kpi.roll(before, after, cured)
        for age in "abc":
            out = sum(flow for (start, _end), flow in matrix.flows.items() if start == age)
            self.assertEqual(out, sum(amount for b, amount in before.values() if b == age))


class TestPromisesAndDisputes(unittest.TestCase):
    def test_kept(self):
        rows = [(True, D(100), D(100)), (False, D(200), D(50)), (True, D(100), D(130))]
        self.assertEqual(kpi.promises_kept(rows), kpi.Kept(D(2) / 3, D(250) / 400, 3))
        self.assertEqual(kpi.promises_kept([]), kpi.Kept(None, None, 0))

    def test_cycle(self):
        rows = [(DAY, DAY + timedelta(days=4)), (DAY, DAY + timedelta(days=9))]
        self.assertEqual(kpi.dispute_cycle(rows), D("6.5"))
        self.assertIsNone(kpi.dispute_cycle([]))


if __name__ == "__main__":
    unittest.main()
