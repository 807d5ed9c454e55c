"""Pure tests of the ladder; how they are run is told in `domain_loader`."""

from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

ladder = domain_module("ladder")
Ladder, Rung, step_due = ladder.Ladder, ladder.Rung, ladder.step_due

SOON, FRIENDLY, FIRM, FINAL = Rung(-3, 1), Rung(5, 2), Rung(15, 3), Rung(30, 4, is_final=True)
HOUSE = Ladder((FINAL, FRIENDLY, SOON, FIRM))


@st.composite
def ladders(draw, level_jump=None):
    """A ladder of one to six rungs, before and after the due date."""
    numbers = draw(st.sets(st.integers(-20, 90), min_size=1, max_size=6))
    rungs = tuple(
        Rung(days, number) for number, days in enumerate(draw(st.permutations(sorted(numbers))), 1)
    )
    return Ladder(rungs, draw(st.booleans()) if level_jump is None else level_jump)


def climb(steps, first_day, last_day, skipped_days=frozenset()):
    """Play one item through the days; gives (day, rung) of each step."""
    level, taken = None, []
    for day in range(first_day, last_day + 1):
        if day in skipped_days:
            continue
        rung = steps.next_rung(level, day)
        if step_due(rung, day):
            taken.append((day, rung))
            level = rung.id
    return taken


class TestLadder(TestCase):
    def test_the_rungs_stand_in_the_order_of_their_days(self):
        self.assertEqual(HOUSE.rungs, (SOON, FRIENDLY, FIRM, FINAL))

    def test_two_levels_on_one_day_are_refused(self):
        with self.assertRaisesRegex(ValueError, "same day"):
            Ladder((Rung(5, 1), Rung(5, 2)))

    def test_an_item_climbs_on_the_days_of_the_levels(self):
        self.assertEqual(
            climb(HOUSE, -10, 90), [(-3, SOON), (5, FRIENDLY), (15, FIRM), (30, FINAL)]
        )

    def test_on_the_day_before_nothing_is_due(self):
        for days in (-4, 4, 14, 29):
            with self.subTest(days):
                level = {-4: None, 4: SOON.id, 14: FRIENDLY.id, 29: FIRM.id}[days]
                rung = HOUSE.next_rung(level, days)
                self.assertFalse(step_due(rung, days))
                self.assertTrue(step_due(rung, days + 1))

    def test_an_overdue_item_is_not_told_that_it_falls_due_soon(self):
        self.assertEqual(HOUSE.next_rung(None, -1), SOON)
        self.assertEqual(HOUSE.next_rung(None, 0), FRIENDLY)

    def test_a_late_starter_climbs_one_rung_at_a_time(self):
        self.assertEqual(climb(HOUSE, 64, 70), [(64, FRIENDLY), (65, FIRM), (66, FINAL)])

    def test_a_late_starter_may_jump_where_allowed(self):
        jumping = Ladder(HOUSE.rungs, level_jump=True)
        self.assertEqual(climb(jumping, 18, 60), [(18, FIRM), (30, FINAL)])
        self.assertEqual(jumping.next_rung(None, -10), SOON)
        self.assertEqual(jumping.next_rung(FIRM.id, 3), FINAL)

    def test_the_end_of_the_ladder_is_the_end(self):
        for jump in (False, True):
            steps = Ladder(HOUSE.rungs, jump)
            self.assertIsNone(steps.next_rung(FINAL.id, 400))
        self.assertFalse(step_due(None, 400))

    def test_a_level_of_another_policy_counts_by_its_days(self):
        moved = Ladder(HOUSE.rungs, foreign={99: 10})
        self.assertEqual(moved.days_of(99), 10)
        self.assertEqual(moved.next_rung(99, 40), FIRM)

    def test_a_level_that_no_longer_exists_counts_as_none(self):
        self.assertIsNone(HOUSE.days_of(99))
        self.assertEqual(HOUSE.next_rung(99, 40), FRIENDLY)

    def test_no_levels_no_step(self):
        self.assertIsNone(Ladder(()).next_rung(None, 10))


class TestLadderProperties(TestCase):
    @given(ladders(), st.integers(-30, 120), st.integers(0, 130))
    def test_levels_only_ever_rise_at_most_one_a_day_and_never_early(self, steps, start, length):
        taken = climb(steps, start, start + length)
        days = [day for day, _rung in taken]
        levels = [rung.days for _day, rung in taken]
        self.assertEqual(days, sorted(set(days)))
        self.assertEqual(levels, sorted(set(levels)))
        self.assertTrue(all(rung.days <= day for day, rung in taken))

    @given(ladders(level_jump=False), st.integers(-30, 120))
    def test_no_level_is_skipped(self, steps, start):
        taken = [rung for _day, rung in climb(steps, start, start + 300)]
        expected = [rung for rung in steps.rungs if rung.days >= 0]
        self.assertEqual([rung for rung in taken if rung.days >= 0], expected)

    @given(ladders(level_jump=False), st.integers(-30, -1))
    def test_reminders_before_the_due_date_are_not_skipped_while_there_is_time(self, steps, start):
        early = [rung for rung in steps.rungs if rung.days < 0]
        taken = [rung for _day, rung in climb(steps, start, 200) if rung.days < 0]
        self.assertEqual(taken, early[: len(taken)])
        if len(early) <= -start and all(rung.days <= -len(early) for rung in early):
            self.assertEqual(taken, early)

    @given(ladders(level_jump=False), st.sets(st.integers(0, 100)))
    def test_days_without_a_run_delay_but_lose_nothing(self, steps, skipped):
        taken = [rung for _day, rung in climb(steps, 0, 300, skipped)]
        self.assertEqual(taken, [rung for rung in steps.rungs if rung.days >= 0])

    @given(ladders(level_jump=True), st.integers(0, 120))
    def test_a_jump_lands_on_the_highest_level_reached(self, steps, days):
        reached = [rung for rung in steps.rungs if 0 <= rung.days <= days]
        rung = steps.next_rung(None, days)
        if reached:
            self.assertEqual(rung, reached[-1])
        else:
            self.assertFalse(step_due(rung, days))

    @given(ladders(), st.integers(-30, 120))
    def test_the_same_question_has_the_same_answer(self, steps, days):
        fresh = Ladder(steps.rungs, steps.level_jump)
        for level in (None, *(rung.id for rung in steps.rungs)):
            first = steps.next_rung(level, days)
            self.assertEqual(first, steps.next_rung(level, days))
            self.assertEqual(first, fresh.next_rung(level, days))
