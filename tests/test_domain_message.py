"""Pure tests of what a message lists; how they are run is told in `domain_loader`."""

from unittest import TestCase

from hypothesis import given

from .domain_cases import (
    DAYS_OF,
    FINAL,
    FIRM,
    FRIENDLY,
    customers,
    decided,
    ledgers,
    line,
    rulebooks,
    rules,
)
from .domain_loader import domain_module

message, summary = domain_module("message"), domain_module("summary")


def composed(lines, book=None, limit=None):
    book = book or rules()
    return message.compose(decided(lines, book=book), DAYS_OF, limit)


class TestCompose(TestCase):
    def test_all_open_items_are_listed_under_the_highest_level(self):
        """P5, P17: one message, the whole debt, nothing twice."""
        listing = composed([line(15, level=FRIENDLY), line(9, 40.0, 2), line(-9, 7.0, 3)])
        self.assertEqual([item.line.id for item in listing.items], [1, 2, 3])
        self.assertEqual(listing.level_id, FIRM.id)
        self.assertEqual([item.level_id for item in listing.items], [FIRM.id, FRIENDLY.id, None])
        self.assertEqual([item.is_step for item in listing.items], [True, True, False])
        self.assertEqual((listing.total, listing.overdue, listing.credit), (147.0, 140.0, 0.0))

    def test_what_is_not_asked_is_not_listed(self):
        for reason in summary.NOT_LISTED - {"no_followup"}:
            listing = composed([line(9), line(9, 40.0, 2)], rules(pauses={2: reason}))
            self.assertEqual((len(listing.items), listing.total), (1, 100.0), reason)

    def test_credits_and_disputes_are_deducted_and_shown(self):
        listing = composed([line(9), line(0, -30.0, 2)], rules(disputed={1: 20.0}))
        [item] = listing.items
        self.assertEqual((item.disputed, item.credit, item.asked), (20.0, 30.0, 50.0))
        self.assertEqual((listing.total, listing.overdue, listing.credit), (50.0, 50.0, 30.0))

    def test_a_dispute_over_installments_is_deducted_once(self):
        """P11: contested 130 of 2 x 100, the rest of 70 is still asked."""
        lines = [line(9, number=1, move=5), line(20, number=2, move=5)]
        decisions = decided(lines, book=rules(disputed={5: 130.0}))
        self.assertEqual([d.disputed for d in decisions], [30.0, 100.0])
        self.assertEqual([d.reason for d in decisions], [None, "disputed"])
        self.assertEqual(message.compose(decisions, DAYS_OF).total, 70.0)

    def test_a_dispute_larger_than_what_is_open_is_not_owed_back(self):
        listing = composed([line(9), line(9, 40.0, 2)], rules(disputed={2: 90.0}))
        self.assertEqual(listing.total, 100.0)

    def test_what_a_credit_covers_does_not_set_the_tone(self):
        """P6: paid for, if not yet allocated: no final notice because of it."""
        covered = line(60, level=FINAL)
        listing = composed([covered, line(9, 40.0, 2), line(0, -100.0, 3)])
        self.assertEqual(listing.level_id, FRIENDLY.id)
        self.assertEqual((listing.total, listing.credit), (40.0, 100.0))

    def test_nobody_goes_beyond_the_level_a_person_approved(self):
        listing = composed([line(9), line(15, 40.0, 2, level=FRIENDLY)], limit=FRIENDLY.days)
        self.assertEqual(listing.level_id, FRIENDLY.id)
        self.assertEqual([item.is_step for item in listing.items], [True, False])

    def test_nothing_to_list(self):
        listing = composed([line(9)], rules(pauses={1: "disputed"}))
        self.assertEqual(listing, message.Listing([], None, 0.0, 0.0, 0.0))

    @given(ledgers(), customers(), rulebooks())
    def test_the_total_is_what_the_items_ask(self, lines, who, book):
        decisions = decided(lines, who, book)
        listing = message.compose(decisions, DAYS_OF)
        self.assertAlmostEqual(listing.total, sum(item.asked for item in listing.items))
        self.assertLessEqual(listing.overdue, listing.total + 0.001)
        for item in listing.items:
            self.assertGreaterEqual(item.asked, -0.001)

    @given(ledgers(), customers(), rulebooks())
    def test_a_step_is_always_in_the_message_and_never_above_its_level(self, lines, who, book):
        decisions = decided(lines, who, book)
        listing = message.compose(decisions, DAYS_OF)
        steps = {item.line.id: item.level_id for item in listing.items if item.is_step}
        self.assertEqual(steps, {d.line.id: d.rung.id for d in decisions if d.rung})
        for level_id in steps.values():
            self.assertLessEqual(DAYS_OF[level_id], DAYS_OF[listing.level_id])
