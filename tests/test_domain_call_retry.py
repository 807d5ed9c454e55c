"""When it is rung again."""

import unittest
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

retry = domain_module("call_retry")
windows = domain_module("contact_window")
WINDOW = windows.ContactWindow(8, 20, working_days=frozenset(range(5)))
RULES = retry.RetryRules(tries=3, busy_minutes=20)


def at(text):
    return datetime.fromisoformat(text)


class TestCallRetry(unittest.TestCase):
    def when(self, now, outcome, made=1):
        return retry.next_call(at(now), outcome, made, RULES, WINDOW, "UTC")

    def test_a_busy_line_is_tried_soon(self):
        self.assertEqual(self.when("2026-03-10 09:00", "busy"), at("2026-03-10 09:20"))

    def test_where_it_rang_in_vain_at_another_time_of_the_day(self):
        self.assertEqual(self.when("2026-03-10 09:00", "no_answer"), at("2026-03-10 14:00"))
        self.assertEqual(self.when("2026-03-10 16:00", "no_answer"), at("2026-03-11 08:00"))

    def test_not_at_the_weekend_nor_in_the_evening(self):
        self.assertEqual(self.when("2026-03-13 18:00", "machine"), at("2026-03-16 08:00"))
        self.assertEqual(self.when("2026-03-10 19:50", "busy"), at("2026-03-11 08:00"))

    def test_it_ends(self):
        self.assertIsNone(self.when("2026-03-10 09:00", "busy", made=3))

    @given(
        st.datetimes(at("2026-01-01 00:00"), at("2026-12-31 00:00")),
        st.sampled_from(("busy", "no_answer", "machine")),
        st.integers(0, 5),
    )
    def test_always_later_within_the_hours_or_never(self, now, outcome, made):
        when = retry.next_call(now, outcome, made, RULES, WINDOW, "Europe/Vilnius")
        self.assertEqual(when is None, made >= 3)
        if when:
            self.assertGreaterEqual(when, now + timedelta(minutes=20))
            self.assertIsNone(windows.blocking_reason(when, WINDOW, "Europe/Vilnius"))
