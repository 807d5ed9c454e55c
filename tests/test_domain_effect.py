"""Control groups: the draw is kept, the intervals hold what they promise."""

import math
import random
import unittest
from statistics import NormalDist

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


class TestMoney(unittest.TestCase):
    def test_who_owes_the_same_is_a_mean(self):
        """Everybody owes 1: the ratio is a mean, the interval that of the means."""
        treated = [(1.0, 1.0)] * 24 + [(1.0, 0.0)] * 16
        control = [(1.0, 1.0)] * 10 + [(1.0, 0.0)] * 30
        found = effect.money(treated, control)
        same = effect.means([paid for _o, paid in treated], [paid for _o, paid in control])
        self.assertAlmostEqual(found.value, 0.35)
        self.assertAlmostEqual(found.low, same.low, places=2)
        self.assertAlmostEqual(found.high, same.high, places=2)

    def test_who_owes_most_counts_most_and_makes_it_wide(self):
        small = [(1.0, 0.0)] * 20 + [(1.0, 1.0)] * 20
        large = [(1000.0, 1000.0), *small]
        found, plain = effect.money(large, small), effect.money(small, small)
        self.assertAlmostEqual(found.value, 1020 / 1040 - 0.5)
        self.assertGreater(found.high - found.low, plain.high - plain.low)
        self.assertEqual(plain.value, 0)

    def test_all_or_nothing_paid(self):
        found = effect.money([(1.0, 1.0)] * 40, [(2.0, 0.0)] * 40)
        self.assertEqual((found.value, found.low, found.high), (1, 1, 1))
        one = effect.money([(1.0, 1.0)] * 40, [(1.0, 0.0)] * 20 + [(1.0, 1.0)] * 20)
        self.assertLess(one.low, 0.5)

    def test_too_small_or_nothing_owed(self):
        few, many = [(1.0, 1.0)] * 29, [(1.0, 1.0)] * 40
        self.assertIsNone(effect.money(few, many))
        self.assertIsNone(effect.money([(0.0, 0.0)] * 40, many))


class TestPlan(unittest.TestCase):
    def test_worked_example(self):
        """Base 0.60, 0.70 expected, alpha 0.05, power 0.8: 356 a group (Fleiss 1981, table
        A.3 without correction)."""
        self.assertEqual(effect.needed(0.6, 0.1), 712)

    def test_an_uneven_split_needs_more(self):
        self.assertGreater(effect.needed(0.6, 0.1, 0.2), effect.needed(0.6, 0.1, 0.5))

    @given(st.floats(0, 1), st.floats(0.01, 0.5), st.floats(0.05, 0.5))
    def test_always_a_number(self, base, difference, smaller):
        self.assertGreater(effect.needed(base, difference, smaller), 0)

    def power(self, few, many, smaller, count):
        """Chance to notice the difference of two shares, from the test's own definition."""
        n_few, n_many = count * smaller, count * (1 - smaller)
        pooled = few * smaller + many * (1 - smaller)
        under_none = math.sqrt(pooled * (1 - pooled) * (1 / n_few + 1 / n_many))
        under_both = math.sqrt(few * (1 - few) / n_few + many * (1 - many) / n_many)
        limit = NormalDist().inv_cdf(0.975) * under_none
        return NormalDist().cdf((abs(few - many) - limit) / under_both)

    def test_groups_of_unequal_size_have_the_power_whichever_is_the_smaller(self):
        for base in (0.05, 0.3, 0.5, 0.9):
            for smaller in (0.1, 0.2, 0.5):
                for control in (False, True):
                    with self.subTest(base=base, smaller=smaller, control=control):
                        count = effect.needed(base, 0.05, smaller, is_control_smaller=control)
                        shares = (base, base + 0.05) if control else (base + 0.05, base)
                        self.assertAlmostEqual(
                            self.power(*shares, smaller, count), 0.8, delta=0.003
                        )

    def test_where_nearly_all_pay_already_the_difference_is_looked_for_below(self):
        self.assertEqual(effect.needed(0.97, 0.05), effect.needed(0.92, 0.05))

    def test_students_deviate(self):
        """Table of Student's t, 95 % in the middle."""
        for freedom, table in ((10, 2.2281), (30, 2.0423), (100, 1.9840)):
            with self.subTest(freedom=freedom):
                self.assertAlmostEqual(effect._student(freedom, 0.95), table, delta=0.004)

    def test_one_who_owes_nearly_everything_is_worth_one_customer(self):
        alike = [(1, number % 2) for number in range(50)]
        self.assertAlmostEqual(effect._ratio(alike)[2], 50)
        self.assertLess(effect._ratio([(10_000, 0), *alike])[2], 3)

    def test_the_power_is_what_was_asked_for(self):
        drawn = random.Random(1)
        of_each, noticed, tries = effect.needed(0.5, 0.15) // 2, 0, 400
        for _try in range(tries):
            treated = sum(drawn.random() < 0.65 for _n in range(of_each))
            control = sum(drawn.random() < 0.5 for _n in range(of_each))
            noticed += effect.shares((treated, of_each), (control, of_each)).is_significant
        self.assertAlmostEqual(noticed / tries, 0.8, delta=0.06)

    def test_verdicts(self):
        self.assertEqual(effect.verdict(None, 30), "early")
        strong, weak = effect.shares((80, 100), (40, 100)), effect.shares((50, 100), (49, 100))
        self.assertEqual(effect.verdict(strong, 101), "early")
        self.assertEqual(effect.verdict(strong, 100), "better")
        self.assertEqual(effect.verdict(effect.shares((80, 100), (4, 40)), 41), "early")
        self.assertEqual(effect.verdict(weak, 100), "unclear")
        self.assertEqual(effect.verdict(effect.shares((40, 100), (80, 100)), 100), "worse")


if __name__ == "__main__":
    unittest.main()
