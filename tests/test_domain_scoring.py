"""Pure tests of scores and their reasons."""

from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module
from .score_cases import START, features, item, ledgers, payers

scoring = domain_module("scoring")
SAID = sorted(scoring.SAID)


def score(items, asked, day, said=()):
    return scoring.scorecard(features.Chronicle(items), asked, START + day, said)


class TestScorecard(TestCase):
    @given(
        ledgers(), st.integers(0, 260), st.lists(st.sampled_from(sorted(scoring.SAID)), max_size=3)
    )
    def test_scores_rise_with_the_horizon_and_name_at_most_three_reasons(self, items, day, said):
        found = score(items, item(999, min(day, 30), None), day, said)
        self.assertEqual(list(found.chances), sorted(found.chances))
        self.assertTrue(all(0 <= chance <= 1 for chance in found.chances))
        self.assertLessEqual(len(found.reasons), 3)
        effects = [abs(reason.effect) for reason in found.reasons]
        self.assertEqual(effects, sorted(effects, reverse=True))

    def test_the_customer_who_pays_late_and_the_one_who_pays_in_time(self):
        items = [item(number, number, 45, customer=1) for number in range(12)]
        items += [item(20 + number, number, -2, customer=2) for number in range(12)]
        late = score(items, item(90, 100, None, customer=1), 125)
        good = score(items, item(91, 100, None, customer=2), 125)
        self.assertLess(late.chances[1], 0.3)
        self.assertGreater(good.chances[1], 0.8)
        self.assertLess(dict(late.reasons)["history"], -0.5)
        self.assertGreater(dict(good.reasons)["history"], 0.5)
        self.assertGreater(late.days, good.days)

    def test_the_last_payments_weigh_more(self):
        worse = [item(number, number * 10, 0 if number < 12 else 30) for number in range(18)]
        better = [item(number, number * 10, 30 if number < 12 else 0) for number in range(18)]
        asked = item(99, 240, None)
        self.assertLess(payers.drift(_customer(worse), -5, 7), 0)
        self.assertGreater(payers.drift(_customer(better), -5, 7), 0)
        self.assertIn("trend", {move.code for move in score(worse, asked, 262).reasons})

    def test_what_is_said_moves_the_odds(self):
        items, asked = [item(number, number, 5) for number in range(5)], item(9, 60, None)
        plain = score(items, asked, 90)
        self.assertLess(score(items, asked, 90, ["disputed"]).chances[1], plain.chances[1])
        announced = score(items, asked, 90, ["announced"])
        self.assertGreater(announced.chances[0], plain.chances[0])
        self.assertIn("announced", {reason.code for reason in announced.reasons})
        for code in ("shortage", "refusal", "handed_over"):
            self.assertLess(score(items, asked, 90, [code]).chances[1], plain.chances[1])

    def test_a_longer_horizon_is_never_less_likely(self):
        """Three models of three horizons may disagree."""
        found = scoring.finish((0.5, 0.3, 0.6), [], lambda low, _high: low)
        self.assertEqual(found.chances, (0.5, 0.5, 0.6))

    def test_the_strongest_reasons_that_say_something(self):
        Reason = scoring.Reason
        moves = [Reason("a", 0.004), Reason("b", -0.5), Reason("c", 0.1), Reason("d", 0.9)]
        self.assertEqual([one.code for one in scoring.strongest(moves)], ["d", "b", "c"])
        self.assertEqual(len(scoring.strongest([*moves, Reason("e", 2.0)])), 3)
        self.assertEqual(scoring.strongest(moves[:1]), ())


def _customer(items):
    chronicle = features.Chronicle(items)
    chronicle.move_to(START + 400)
    return chronicle.customer(1)


class TestExpectedDays(TestCase):
    def test_the_span_agrees_with_the_probabilities(self):
        self.assertEqual(scoring.span((0.5, 0.9, 0.95)), (0, 7))
        self.assertEqual(scoring.span((0.0, 0.5, 0.8)), (8, 30))
        self.assertEqual(scoring.span((0.1, 0.3, 0.6)), (31, 60))
        self.assertEqual(scoring.span((0.1, 0.2, 0.4)), (61, scoring.FARTHEST + 1))

    def test_it_follows_the_term_of_the_invoice_not_the_horizons(self):
        items = [item(number, number * 3, 1, terms=45) for number in range(30)]
        self.assertEqual(score(items, item(99, 100, None, terms=45), 100).days, 46)
        self.assertEqual(score(items, item(99, 100, None, terms=120), 100).days, 121)

    def test_who_never_pays_is_not_expected(self):
        items = [item(number, number, None) for number in range(30)]
        self.assertIsNone(score(items, item(99, 100, None), 200).days)

    def test_the_farthest_day_is_still_a_day(self):
        def last(low, high):
            return high - 1

        self.assertEqual(scoring.finish([0.0, 0.1, 0.2], [], last).days, scoring.FARTHEST)

    def test_a_forecast_is_brought_to_the_span(self):
        self.assertEqual([scoring.nearest(days, 8, 30) for days in (3.2, 11.6, 99)], [8, 12, 30])

    @given(ledgers(), st.integers(0, 260))
    def test_it_lies_in_the_span(self, items, day):
        found = score(items, item(999, min(day, 30), None), day)
        low, high = scoring.span(found.chances)
        self.assertTrue(low <= (scoring.FARTHEST + 1 if found.days is None else found.days) <= high)


class TestTogether(TestCase):
    def test_amounts_weigh(self):
        chances, days = scoring.together([(100, (0.0, 0.0, 0.2), None), (300, (0.4, 0.8, 1.0), 9)])
        self.assertEqual(chances, (0.3, 0.6, 0.8))
        self.assertEqual(days, 9)
        far = scoring.together([(300, (0.0, 0.0, 0.2), None), (100, (0.4, 0.8, 1.0), 9)])
        self.assertEqual(far, ((0.1, 0.2, 0.4), None))

    def test_half_of_the_money_decides_the_day(self):
        sure = (0.0, 1.0, 1.0)
        parts = [(40, sure, 10), (20, sure, 20), (40, sure, 28)]
        self.assertEqual(scoring.together(parts)[1], 20)
        self.assertEqual(scoring.together([(50, sure, 10), (50, sure, 28)])[1], 10)

    def test_nothing_is_open(self):
        self.assertEqual(scoring.together([]), ((0.0, 0.0, 0.0), None))
