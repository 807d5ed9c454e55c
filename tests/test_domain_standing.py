"""Pure tests of customers who are held back; how they are run is told in `domain_loader`."""

from datetime import timedelta
from unittest import TestCase

from hypothesis import assume, given
from hypothesis import strategies as st

from .domain_cases import (
    FINAL,
    FRIENDLY,
    TODAY,
    USD,
    customer,
    decided,
    eligibility,
    ledgers,
    line,
    policy,
    rules,
)
from .domain_loader import domain_module

standing, summary = domain_module("standing"), domain_module("summary")


def in_columns(lines):
    """What the database makes of a customer's items."""
    return standing.Standing(
        7,
        True,
        sum(one.residual_company for one in lines),
        sum(one.residual_company for one in lines if one.days_overdue > 0),
        [one.level_id for one in lines],
        [one.days_overdue for one in lines],
    )


def both_ways(euros, dollars, who, rule):
    """(reasons, figures) from the columns, and as decided item by item."""
    book = rules(rule)
    free = (eligibility.free_on(who, rule, TODAY) - TODAY).days
    reasons, figures = standing.stand(in_columns(euros + dollars), rule.ladder, free, TODAY)
    held_by = eligibility.held_back(who, rule, TODAY)
    groups = [group for group in (euros, dollars) if group]
    decisions = [decided(group, who, book) for group in groups]
    expected = [one.reason for group in decisions for one in group]
    return (
        ([reason or held_by for reason in reasons], figures),
        (expected, summary.summarize(who, groups, decisions, book, TODAY)),
    )


def plain(lines):
    """Debts only, of which nothing is said."""
    return [one._replace(no_followup=False) for one in lines if one.residual > 0]


class TestStanding(TestCase):
    def test_nothing_comes_after_the_last_level(self):
        who = customer(last_contact=TODAY, contact_dates=(TODAY,))
        columns, expected = both_ways([line(40, level=FINAL)], [], who, policy(min_gap_days=3))
        self.assertEqual(columns, expected)
        self.assertEqual(columns[1].stage, "final")
        self.assertIsNone(columns[1].next_step_date)

    def test_a_level_that_is_gone_is_not_the_highest(self):
        items = standing.Standing(7, True, 30.0, 30.0, [FRIENDLY.id, 999], [9, 20])
        _reasons, figures = standing.stand(items, policy().ladder, 3, TODAY)
        self.assertEqual(figures.level_id, FRIENDLY.id)

    def test_what_is_reached_waits_for_the_gap(self):
        who = customer(last_contact=TODAY, contact_dates=(TODAY,))
        rule = policy(min_gap_days=7)
        (reasons, figures), _expected = both_ways([line(20, level=FRIENDLY)], [], who, rule)
        self.assertEqual(reasons, ["min_gap"])
        self.assertEqual(figures.next_step_date, TODAY + timedelta(days=7))

    @given(
        ledgers(),
        ledgers(currency=USD),
        st.lists(st.integers(0, 9), min_size=1, max_size=4),
        st.integers(0, 10),
        st.integers(0, 2),
        st.booleans(),
    )
    def test_columns_give_what_each_item_decided_gives(self, euros, dollars, ago, gap, cap, jump):
        """P19: the quick way of a quiet day is no other way."""
        dates = tuple(TODAY - timedelta(days=days) for days in ago)
        who = customer(contact_dates=dates, last_contact=max(dates))
        rule = policy(min_gap_days=gap, contact_cap=cap, contact_cap_days=14, jump=jump)
        euros, dollars = plain(euros), plain(dollars)
        assume(euros + dollars and eligibility.held_back(who, rule, TODAY))
        columns, expected = both_ways(euros, dollars, who, rule)
        self.assertEqual(columns, expected)
