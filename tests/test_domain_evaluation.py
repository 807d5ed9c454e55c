"""Pure tests of how probabilities are judged."""

from itertools import product
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

evaluation = domain_module("evaluation")
CASES = st.lists(
    st.tuples(st.sampled_from((0.1, 0.2, 0.5, 0.7, 0.9)), st.booleans()), min_size=1, max_size=30
)


class TestQuality(TestCase):
    @given(CASES)
    def test_auc_is_what_comparing_every_pair_gives(self, cases):
        chances, hits = zip(*cases, strict=True)
        pairs = [
            (hit, miss)
            for (hit, paid), (miss, other) in product(cases, cases)
            if paid and not other
        ]
        found = evaluation.auc(chances, hits)
        if not pairs:
            self.assertIsNone(found)
            return
        won = sum((hit > miss) + 0.5 * (hit == miss) for hit, miss in pairs)
        self.assertAlmostEqual(found, won / len(pairs))

    def test_without_a_hit_or_without_a_miss_there_is_no_auc(self):
        self.assertIsNone(evaluation.auc((0.4, 0.6), (True, True)))
        self.assertIsNone(evaluation.auc((0.4, 0.6), (False, False)))

    @given(CASES)
    def test_the_curve_covers_every_case(self, cases):
        chances, hits = zip(*cases, strict=True)
        found = evaluation.quality(chances, hits)
        self.assertEqual(sum(count for _said, _happened, count in found.curve), len(cases))
        self.assertEqual(found.count, len(cases))

    def test_figures_by_hand(self):
        found = evaluation.quality((0.9, 0.8, 0.3, 0.1), (True, False, True, False))
        self.assertAlmostEqual(found.brier, (0.01 + 0.64 + 0.49 + 0.01) / 4)
        self.assertEqual((found.auc, found.rate), (0.75, 0.5))


class TestVerdict(TestCase):
    def _cases(self, sharp, dull, count=400):
        hits = [bool(number % 2) for number in range(count)]
        groups = [number // 4 for number in range(count)]
        better = [sharp if hit else 1 - sharp for hit in hits]
        worse = [dull if hit else 1 - dull for hit in hits]
        return better, {"rule": worse, "mean": [0.5] * count}, hits, groups

    def test_better(self):
        found = evaluation.verdict(*self._cases(0.9, 0.6))
        self.assertEqual(found.code, "better")
        self.assertTrue(found.gains["rule"][1] > 0)
        self.assertAlmostEqual(found.gains["rule"][0], 0.16 - 0.01)
        self.assertAlmostEqual(found.gains["mean"][0], 0.25 - 0.01)

    def test_not_better(self):
        self.assertEqual(evaluation.verdict(*self._cases(0.6, 0.9)).code, "not_better")
        self.assertEqual(evaluation.verdict(*self._cases(0.7, 0.7)).code, "not_better")

    def test_a_gain_that_may_be_luck_is_not_proved(self):
        """Better in the mean by one customer of a hundred: the interval holds zero."""
        learnt, baselines, hits, groups = self._cases(0.7, 0.7)
        for number in range(4):
            learnt[number] = 0.95 if hits[number] else 0.05
        found = evaluation.verdict(learnt, {"rule": baselines["rule"]}, hits, groups)
        mean, low, _high = found.gains["rule"]
        self.assertTrue(low <= 0 < mean)
        self.assertEqual(found.code, "not_better")

    def test_the_interval_is_that_of_95_percent(self):
        """400 customers, half of them better by 1: half, and 1.96 × .5 / √400 around it."""
        mean, low, high = evaluation.gain([0.0] * 400, [1.0, 0.0] * 200, range(400))
        self.assertAlmostEqual(mean, 0.5)
        self.assertAlmostEqual(mean - low, 0.049, delta=0.009)
        self.assertAlmostEqual(high - mean, 0.049, delta=0.009)

    def test_every_baseline_must_be_beaten(self):
        learnt, _baselines, hits, groups = self._cases(0.9, 0.6)
        weak = [0.6 if hit else 0.4 for hit in hits]
        self.assertEqual(
            evaluation.verdict(learnt, {"rule": weak, "mean": learnt}, hits, groups).code,
            "not_better",
        )

    def test_not_predictable(self):
        self.assertEqual(evaluation.verdict(*self._cases(0.5, 0.5)).code, "not_predictable")

    def test_too_few(self):
        self.assertEqual(evaluation.verdict(*self._cases(0.9, 0.6, 100)).code, "too_few")
        chances = [0.9] * 300
        self.assertEqual(evaluation.verdict(chances, {}, [True] * 300, chances).code, "too_few")
