"""Pure tests of the frequency cap and gap; how to run them: see `domain_loader`."""

from datetime import date, timedelta
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

contact_window = domain_module("contact_window")
cap_reached, cap_open_on = contact_window.cap_reached, contact_window.cap_open_on
gap_open_on = contact_window.gap_open_on


class TestFrequency(TestCase):
    def test_the_cap_counts_the_days_that_end_on_the_date(self):
        """Two in seven days: on the 8th the one of the 1st no longer counts."""
        made = [date(2026, 3, 1), date(2026, 3, 4)]
        for day, reached in [(4, True), (7, True), (8, False), (11, False)]:
            with self.subTest(day):
                on_date = date(2026, 3, day)
                self.assertEqual(cap_reached(made, on_date, 2, 7), reached)
        self.assertEqual(cap_open_on(made, date(2026, 3, 5), 2, 7), date(2026, 3, 8))

    def test_two_contacts_on_one_day_are_two(self):
        made = [date(2026, 3, 1)] * 2
        self.assertTrue(cap_reached(made, date(2026, 3, 1), 2, 1))

    def test_zero_means_no_cap(self):
        made = [date(2026, 3, 1)] * 9
        for cap, days in [(0, 7), (2, 0), (0, 0)]:
            self.assertFalse(cap_reached(made, date(2026, 3, 1), cap, days))

    def test_a_negative_cap_is_refused(self):
        for cap, days in [(-1, 7), (2, -7)]:
            with self.assertRaisesRegex(ValueError, "cannot be negative"):
                cap_reached([], date(2026, 3, 1), cap, days)

    def test_a_gap_of_three_days_lets_the_1st_be_followed_by_the_4th(self):
        first = date(2026, 3, 1)
        self.assertEqual(gap_open_on(first, 3), date(2026, 3, 4))
        self.assertEqual(gap_open_on(first, 0), first)

    def test_without_a_contact_there_is_no_gap(self):
        self.assertIsNone(gap_open_on(None, 3))

    def test_a_negative_gap_is_refused(self):
        with self.assertRaisesRegex(ValueError, "cannot be negative"):
            gap_open_on(None, -1)

    @given(
        st.lists(st.dates(date(2026, 1, 1), date(2026, 2, 28)), max_size=12),
        st.dates(date(2026, 1, 1), date(2026, 2, 28)),
        st.integers(1, 4),
        st.integers(1, 30),
    )
    def test_the_cap_opens_on_the_first_date_it_is_not_reached(self, made, on_date, cap, days):
        made = [when for when in made if when <= on_date]
        opens = cap_open_on(made, on_date, cap, days)
        dates = (on_date + timedelta(days=n) for n in range(31))
        free = (d for d in dates if not cap_reached(made, d, cap, days))
        self.assertEqual(opens, next(free))
        self.assertLessEqual(sum(opens - timedelta(days=days) < when for when in made), cap - 1)
