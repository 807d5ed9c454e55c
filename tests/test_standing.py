"""Customers held back are not read item by item: nothing else may come of it."""

from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from .common import CollectionsCommon

CASE = (
    "stage exposure overdue credit_amount oldest_due_date level_id next_level_id next_step_date"
).split()


@tagged("post_install", "-at_install")
class TestStanding(CollectionsCommon):
    def setUp(self):
        super().setUp()
        self.policy.min_gap_days = 7
        self.customers = [self._customer(f"Held {n}") for n in range(5)]
        for customer in self.customers:
            self._invoice(customer, 100, due="2026-03-01")
            self._invoice(customer, 30, due="2026-03-20")
        with self.day("2026-03-10") as now:
            self._run("2026-03-10")
            self.assertEqual(self._dispatch(now), {"sent": 5})
        self._run("2026-03-11")

    @contextmanager
    def _item_by_item(self):
        facts = self.registry["dunning.facts"]
        with patch.object(facts, "_held_customers", lambda *args: {}):
            yield

    def _day(self, day):
        """Reasons and case figures of a day."""
        run = self._run(day)
        self.env.invalidate_all()
        counts = {r.reason_code: (r.line_count, r.customer_count) for r in run.reason_ids}
        cases = self.env["collections.case"].search([("partner_id", "in", self._ids())])
        return counts, cases.read(CASE), (run.line_count, run.customer_count)

    def _ids(self):
        return [customer.id for customer in self.customers]

    def _assert_same_both_ways(self, day):
        with self._item_by_item():
            expected = self._day(day)
        self.env["collections.case"].search([]).write({"overdue": 1, "next_level_id": False})
        self.assertEqual(self._day(day), expected)
        return expected[0]

    def test_a_quiet_day_says_the_same_both_ways(self):
        """P19: reasons, counts and figures are those of every item decided."""
        counts = self._assert_same_both_ways("2026-03-12")
        self.assertEqual(counts["already_contacted"], (5, 5))
        self.assertEqual(counts["not_due"], (5, 5))

    def test_an_item_that_reaches_a_level_waits_for_the_gap(self):
        self._invoice(self.customers[0], 50, due="2026-02-01")
        counts = self._assert_same_both_ways("2026-03-13")
        self.assertEqual(counts["min_gap"], (1, 1))

    def test_exceptions_are_decided_item_by_item(self):
        """P16: a credit, a hold, an excluded item, an invoice with its own policy."""
        credit, excluded, own, paused, _plain = self.customers
        self._credit(credit, 40, "2026-03-11")
        self._invoice(excluded, 10, due="2026-03-02").line_ids.no_followup = True
        self._invoice(own, 10, due="2026-03-02").dunning_policy_id = self.policy.copy()
        self._hold(self._invoice(paused, 10, due="2026-03-02"), start="2026-03-01")
        source, day = self.env["dunning.facts"], date(2026, 3, 12)
        held = source._held_customers(source._load(self.company, day), day)
        self.assertFalse(held.keys() & {own.id, paused.id})
        counts = self._assert_same_both_ways("2026-03-12")
        self.assertEqual(counts["no_followup"], (1, 1))
        self.assertEqual(counts["manual_hold"], (1, 1))

    def test_after_the_gap_the_ladder_goes_on(self):
        """P3: who was held back is not forgotten."""
        for day in ("2026-03-12", "2026-03-16"):
            self.assertFalse(self._run(day).action_ids)
        self.assertEqual(self._run("2026-03-25").action_count, len(self.customers))
