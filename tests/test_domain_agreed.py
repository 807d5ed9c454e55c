"""What was promised and agreed as known on a past day, and what it makes of a forecast."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

agreed = domain_module("agreed")
forecast = domain_module("forecast")
days = st.integers(0, 60)
parts = st.lists(st.tuples(days, st.floats(0.01, 50), st.booleans()), max_size=4)
promises = st.lists(
    st.builds(
        lambda made, wait, amount, items, lasts: agreed.Promise(
            made, made + wait, amount, tuple(items), None, lasts and made + lasts
        ),
        days,
        st.integers(0, 30),
        st.floats(1, 300),
        st.sets(st.integers(0, 3), min_size=1),
        st.none() | st.integers(1, 30),
    ),
    max_size=4,
)
plans = st.lists(
    st.builds(
        lambda begun, lasts, rows, items: agreed.Plan(
            begun, lasts and begun + lasts, tuple(sorted(rows)), tuple(items)
        ),
        days,
        st.none() | st.integers(1, 40),
        st.lists(st.tuples(days, st.floats(1, 99)), min_size=1, max_size=4),
        st.sets(st.integers(0, 3), min_size=1),
    ),
    max_size=3,
)
AMOUNTS = {item: 100.0 for item in range(4)}


class TestAgreed(unittest.TestCase):
    def test_a_promise_counts_from_the_day_after_until_its_day(self):
        payments = agreed.Payments({1: 100.0, 2: 300.0}, {})
        known = agreed.Known([agreed.Promise(10, 20, 200.0, (1, 2))], [], [])
        self.assertEqual(known.items, {1, 2})
        known.payments = payments
        self.assertEqual(known.on(10)[0], {}, "made during that day")
        self.assertEqual(known.on(11)[0], {1: [(0.5, 9)], 2: [(0.5, 9)]})
        self.assertEqual(known.on(20)[0][1], [(0.5, 0)])
        self.assertEqual(known.on(21)[0], {}, "its day is over")

    def test_a_promise_that_was_moved_or_cancelled_counts_as_it_was_known_then(self):
        """Made on day 10 for 20; on day 14 moved to 30, on day 18 cancelled."""
        now = agreed.Promise(10, 30, 80.0, (1,), ended=18)
        words = agreed.worded(now, [(14, 20, 50.0)])
        known = agreed.Known(words, [], [])
        known.payments = agreed.Payments({1: 100.0}, {})
        self.assertEqual(known.on(14)[0], {1: [(0.5, 6)]})
        self.assertEqual(known.on(15)[0], {1: [(0.8, 15)]})
        self.assertEqual(known.on(18)[0], {1: [(0.8, 12)]}, "cancelled during that day")
        self.assertEqual(known.on(19)[0], {})
        self.assertEqual(agreed.worded(now, []), [now])

    def test_what_was_paid_since_is_no_longer_promised(self):
        parts = {1: [(5, 20.0, True), (12, 60.0, True), (13, 10.0, False)]}
        payments = agreed.Payments({1: 200.0}, parts)
        promise = agreed.Promise(10, 20, 100.0, (1,))
        self.assertEqual(agreed.shares_on(14, [promise], [], payments), {1: [(40 / 110, 20)]})
        self.assertEqual(payments.left(9, 14), 0)
        self.assertEqual(agreed.shares_on(14, [promise._replace(items=(9,))], [], payments), {})

    def test_a_plan_goes_before_a_promise_and_its_paid_installments_are_over(self):
        payments = agreed.Payments({1: 100.0}, {1: [(9, 40.0, True)]})
        plan = agreed.Plan(5, 30, ((8, 30.0), (18, 30.0), (28, 40.0)), (1,))
        promise = agreed.Promise(6, 25, 50.0, (1,))
        found = agreed.shares_on(10, [promise], [plan], payments)
        self.assertEqual(found, {1: [(20 / 60, 18), (40 / 60, 28)]})
        self.assertEqual(agreed.shares_on(31, [], [plan], payments), {}, "it was over")
        self.assertEqual(agreed.shares_on(5, [], [plan], payments), {})
        paid = agreed.Payments({1: 100.0}, {1: [(9, 100.0, True)]})
        self.assertEqual(agreed.shares_on(10, [], [plan], paid), {})

    def test_how_often_words_are_kept_is_known_after_their_time(self):
        decided = [agreed.Decided(100 + n, 103 + n, 0.5) for n in range(agreed.LEAST_DECIDED)]
        self.assertEqual(agreed.kept_share(decided, 112), agreed.KEPT, "one is still open")
        self.assertEqual(agreed.kept_share(decided, 113), 0.5)
        self.assertEqual(agreed.kept_share(decided, 600), agreed.KEPT, "long ago")

    def test_what_came_by_weeks(self):
        rows = [(9, 5.0, True), (10, 1.0, True), (16, 2.0, True), (17, 4.0, True), (18, 8.0, False)]
        weeks = [0.0, 0.0]
        agreed.Payments({1: 50.0}, {1: rows}).add_weeks(1, 10, weeks)
        self.assertEqual(weeks, [3.0, 4.0])

    @given(promises, plans, st.fixed_dictionaries({n: parts for n in range(4)}), days)
    def test_nothing_later_is_known(self, promised, agreements, paid, day):
        """What happens from the day on changes nothing: payments, words, ends of both."""
        now = agreed.shares_on(day, promised, agreements, agreed.Payments(AMOUNTS, paid))
        earlier = {n: [row for row in rows if row[0] < day] for n, rows in paid.items()}
        ended = [
            one._replace(ended=one.ended if one.ended is None or one.ended < day else None)
            for one in agreements
            if one.begun < day
        ]
        made = [
            one._replace(ended=one.ended if one.ended is None or one.ended < day else None)
            for one in promised
            if one.made < day
        ]
        then = agreed.shares_on(day, made, ended, agreed.Payments(AMOUNTS, earlier))
        self.assertEqual(now, then)

    @given(promises, plans, st.fixed_dictionaries({n: parts for n in range(4)}), days)
    def test_no_money_is_made_or_lost(self, promised, agreements, paid, day):
        payments = agreed.Payments(AMOUNTS, paid)
        for item, rows in agreed.shares_on(day, promised, agreements, payments).items():
            whole = forecast.Expected(payments.left(item, day), 1, ((7, 0.3), (30, 0.8)))
            given = [(share, date - day) for share, date in rows]
            split = forecast.with_word(whole, given, 0.7)
            certain = sum(one.amount for one in split if one.chances != whole.chances)
            rest = sum(one.amount for one in split if one.chances == whole.chances)
            self.assertLessEqual(certain, whole.amount + 1e-6)
            self.assertAlmostEqual(certain * 0.7 + rest, whole.amount, 6)
