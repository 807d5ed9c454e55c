"""Promises are judged by the money that came in time."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

promises = domain_module("promises")

MADE = date(2026, 3, 2)
DUE = date(2026, 3, 10)
CENT = Decimal("0.01")


def judge(today, *payments, grace=2):
    paid = [(MADE + timedelta(days=day), Decimal(amount)) for day, amount in payments]
    return promises.judge(Decimal(100), MADE, DUE, grace, paid, today, CENT).state


class PromiseCase(unittest.TestCase):
    def test_open_until_the_grace_is_over(self):
        self.assertEqual(judge(DUE), "open")
        self.assertEqual(judge(DUE + timedelta(days=2)), "open")
        self.assertEqual(judge(DUE + timedelta(days=3)), "broken")

    def test_kept_as_soon_as_the_money_is_there(self):
        self.assertEqual(judge(DUE - timedelta(days=3), (5, 100)), "kept")
        self.assertEqual(judge(DUE + timedelta(days=90), (10, 100)), "kept")

    def test_partly_kept_only_when_time_is_up(self):
        self.assertEqual(judge(DUE, (5, 40)), "open")
        self.assertEqual(judge(DUE + timedelta(days=3), (5, 40)), "partially_kept")

    def test_money_before_the_promise_or_after_the_grace_does_not_count(self):
        late = DUE + timedelta(days=30)
        self.assertEqual(judge(late, (-1, 100), (11, 100)), "broken")

    def test_a_returned_payment_breaks_it(self):
        self.assertEqual(judge(DUE + timedelta(days=5), (3, 100), (6, -100)), "broken")

    @given(
        st.lists(st.tuples(st.integers(-5, 20), st.integers(1, 60)), max_size=5),
        st.integers(0, 30),
    )
    def test_more_money_never_makes_it_worse(self, payments, day):
        rank = {"broken": 0, "partially_kept": 1, "open": 1, "kept": 2}
        today = MADE + timedelta(days=day)
        before = judge(today, *payments)
        after = judge(today, *payments, (1, 30))
        self.assertGreaterEqual(rank[after], rank[before])
