"""How good probabilities were, once it is known what happened."""

from bisect import bisect_left, bisect_right
from random import Random
from typing import NamedTuple

#: Below this AUC nobody can be told apart: the product says "not predictable".
LEAST_AUC = 0.6
BINS = 10
#: What a learnt model has to beat: the customer's mean lateness, and his own rate.
BASELINES = ("mean", "rule")


class Quality(NamedTuple):
    """``auc`` is None where only one outcome occurred; ``curve``: (said, happened, how
    often) per bin of equal size."""

    count: int
    rate: float
    auc: float | None
    brier: float
    curve: tuple


def quality(chances, outcomes):
    """Measure probabilities against what happened.

    :param chances: floats
    :param outcomes: True or False, in the same order, at least one
    :rtype: Quality
    """
    count = len(outcomes)
    return Quality(
        count,
        sum(outcomes) / count,
        auc(chances, outcomes),
        brier(chances, outcomes),
        curve(chances, outcomes),
    )


def brier(chances, outcomes):
    """Mean squared error of probabilities: 0 is perfect."""
    return sum(errors(chances, outcomes)) / len(outcomes)


def errors(chances, outcomes):
    return [(chance - hit) ** 2 for chance, hit in zip(chances, outcomes, strict=True)]


def auc(chances, outcomes):
    """How often a hit was given a higher chance than a miss; ties count half."""
    hits = sum(outcomes)
    misses = len(outcomes) - hits
    if not hits or not misses:
        return None
    ranks = sorted(chances)
    total, known = 0.0, {}
    for chance, hit in zip(chances, outcomes, strict=True):
        if hit:
            if chance not in known:
                first, after = bisect_left(ranks, chance), bisect_right(ranks, chance)
                known[chance] = (first + after + 1) / 2
            total += known[chance]
    return (total - hits * (hits + 1) / 2) / (hits * misses)


def curve(chances, outcomes):
    """What was said and what happened, in bins of equally many."""
    pairs = sorted(zip(chances, outcomes, strict=True))
    size = max(len(pairs) / BINS, 1.0)
    cuts = [round(size * number) for number in range(BINS + 1) if size * number <= len(pairs)]
    bins = (pairs[first:last] for first, last in zip(cuts, cuts[1:], strict=False))
    return tuple(
        (
            round(sum(pair[0] for pair in part) / len(part), 4),
            round(sum(pair[1] for pair in part) / len(part), 4),
            len(part),
        )
        for part in bins
    )


def gain(better, worse, groups, seed=1, rounds=400):
    """By how much squared errors are smaller, with a 95 % interval.

    Drawn by group: the invoices of one customer are not independent of each other.

    :param better: squared errors of the model that should be better
    :param worse: of the other one
    :param groups: whose each is
    :return: mean difference (positive is better), its lower and its upper bound
    :rtype: tuple[float, float, float]
    """
    sums = {}
    for good, bad, group in zip(better, worse, groups, strict=True):
        total, count = sums.get(group, (0.0, 0))
        sums[group] = (total + bad - good, count + 1)
    parts = [sums[group] for group in sorted(sums)]
    draw = Random(seed)
    means = sorted(_mean(draw.choices(parts, k=len(parts))) for _ in range(rounds))
    return (
        _mean(parts),
        means[round(0.025 * (rounds - 1))],
        means[round(0.975 * (rounds - 1))],
    )


def _mean(parts):
    return sum(total for total, _count in parts) / sum(count for _total, count in parts)


class Verdict(NamedTuple):
    """``code``: better, not_better, not_predictable or too_few.

    ``gains``: name of the baseline -> (mean, low, high), see `gain`.
    """

    code: str
    gains: dict


def verdict(learnt, baselines, outcomes, groups, least=200):
    """Whether a learnt model may speak, from later data: it must beat every baseline.

    :param learnt: its probabilities
    :param dict baselines: name -> probabilities of what it has to beat
    :param outcomes: what happened
    :param groups: the customer of each
    :param int least: fewer cases than this prove nothing
    :rtype: Verdict
    """
    hits = sum(outcomes)
    if len(outcomes) < least or min(hits, len(outcomes) - hits) < least // 10:
        return Verdict("too_few", {})
    best = max(auc(chances, outcomes) for chances in (learnt, *baselines.values()))
    if best < LEAST_AUC:
        return Verdict("not_predictable", {})
    better = errors(learnt, outcomes)
    gains = {
        name: gain(better, errors(chances, outcomes), groups) for name, chances in baselines.items()
    }
    proved = all(low > 0 for _mean, low, _high in gains.values())
    return Verdict("better" if proved else "not_better", gains)
