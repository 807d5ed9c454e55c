"""Control groups: the draw is kept, the intervals hold what they promise."""

import random
import unittest

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

effect = domain_module("effect")


class TestDraw(unittest.TestCase):
    @given(st.integers(), st.integers(), st.floats(0, 1), st.floats(0, 1))
    def test_who_is_in_stays_in_when_the_share_grows(self, experiment, customer, one, other):
        small, large = sorted((one, other))
        self.assertEqual(effect.draw(experiment, customer), effect.draw(experiment, customer))
        if effect.is_control(experiment, customer, small):
            self.assertTrue(effect.is_control(experiment, customer, large))

    def test_the_share_is_about_what_was_asked_for(self):
        count = sum(effect.is_control("x", customer, 0.1) for customer in range(10000))
        self.assertAlmostEqual(count / 10000, 0.1, delta=0.01)
        self.assertFalse(effect.is_control("x", 1, 0))
        self.assertTrue(effect.is_control("x", 1, 1))

    def test_experiments_draw_apart(self):
        both = sum(
            effect.is_control("x", n, 0.5) and effect.is_control("y", n, 0.5) for n in range(4000)
        )
        self.assertAlmostEqual(both / 4000, 0.25, delta=0.03)


class TestShares(unittest.TestCase):
    def test_example_of_the_paper(self):
        """Newcombe 1998, table II, example (a): 56/70 and 48/80, 0.0524 to 0.3339."""
        found = effect.shares((56, 70), (48, 80))
        self.assertAlmostEqual(found.value, 0.2)
        self.assertAlmostEqual(found.low, 0.0524, places=4)
        self.assertAlmostEqual(found.high, 0.3339, places=4)
        self.assertTrue(found.is_significant)

    def test_no_difference_is_not_significant(self):
        found = effect.shares((50, 100), (49, 100))
        self.assertFalse(found.is_significant)
        self.assertTrue(effect.shares((10, 100), (60, 100)).is_significant)

    def test_too_small(self):
        self.assertIsNone(effect.shares((5, 29), (5, 100)))
        self.assertIsNone(effect.means([1.0] * 40, [1.0] * 29))

    def test_counts(self):
        rows = [(False, True), (False, False), (True, True), (False, True)]
        self.assertEqual(effect.paid_in_time(rows), ((2, 3), (1, 1)))

    def test_a_year_simulated_is_covered_in_95_of_100_seeds(self):
        """Known behavior: a reminder lifts payment in time from 55 to 65 of 100."""
        covered, seeds = 0, 400
        for seed in range(seeds):
            drawn = random.Random(seed)
            outcomes = []
            for customer in range(600):
                control = effect.is_control(seed, customer, 0.2)
                outcomes.append((control, drawn.random() < (0.55 if control else 0.65)))
            found = effect.shares(*effect.paid_in_time(outcomes))
            covered += found.low <= 0.10 <= found.high
        self.assertGreaterEqual(covered / seeds, 0.93)
        self.assertLessEqual(covered / seeds, 0.985)


class TestMeans(unittest.TestCase):
    def test_equal_and_constant(self):
        found = effect.means([3.0] * 30, [2.0] * 30)
        self.assertEqual((found.value, found.low, found.high), (1, 1, 1))

    def test_days_to_pay_are_covered(self):
        covered, seeds = 0, 400
        for seed in range(seeds):
            drawn = random.Random(seed)
            treated = [drawn.expovariate(1 / 20) for _n in range(120)]
            control = [drawn.expovariate(1 / 26) for _n in range(40)]
            found = effect.means(treated, control)
            covered += found.low <= -6 <= found.high
        self.assertGreaterEqual(covered / seeds, 0.92)


if __name__ == "__main__":
    unittest.main()
