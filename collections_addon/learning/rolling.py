"""Evaluation on later data: train on what was known, predict the next month, go on."""

from typing import NamedTuple

import numpy as np

from ..domain.evaluation import BASELINES, errors, gain, quality
from ..domain.features import FEATURES, HORIZONS
from . import blend
from .samples import (
    PLAIN,
    SNAPSHOT_TARGETS,
    at_issue,
    by_due,
    misses,
    observe,
    outcomes,
    snapshots,
    waits,
)

#: Days that a model is used before it is trained again.
BLOCK = 30
MOST_BLOCKS = 16
LEAST_ROWS = 200
MODELS = (*PLAIN, "learnt")
LATE = "late"


class Result(NamedTuple):
    """``models``: name -> Quality; ``gains``: name -> what the learnt one wins over it."""

    task: str
    models: dict
    gains: dict


class Days(NamedTuple):
    """``models``: name -> mean absolute error of the days until payment."""

    task: str
    count: int
    models: dict


def evaluate(items, most=60_000):
    """Measure all models on a ledger, on the second half of its time.

    :param items: the whole ledger; what is not settled counts as open to its last day
    :return: for "late", seen on the day of issue, and per horizon; errors of the days
    :rtype: tuple[list[Result], list[Days]]
    """
    last = max(max(item.issued, item.settled or 0) for item in items)
    issued = sorted(item.issued for item in items)
    middle = issued[len(issued) // 2]
    begun = observe(items, at_issue(items), {LATE: by_due})
    results = [_measure(LATE, begun, by_due, middle, last)]
    cases = snapshots(items, issued[0], last, most)
    samples = observe(items, cases, SNAPSHOT_TARGETS)
    for days in HORIZONS:
        results.append(_measure(days, samples, SNAPSHOT_TARGETS[days], middle, last))
    errors = [
        _measure_days("issue", begun, middle, last),
        _measure_days("open", samples, middle, last),
    ]
    return [one for one in results if one], [one for one in errors if one.count]


def _blocks(samples, middle, last):
    """Days on which a model is trained again, and the cases it is then asked about."""
    block = max(BLOCK, -(-(last - middle) // MOST_BLOCKS))
    for start in range(middle, last, block):
        yield start, (samples.days >= start) & (samples.days < start + block)


def _measure_days(task, samples, middle, last):
    forecast = np.full(len(samples.days), np.nan)
    _days, known = waits(samples, last)
    for start, asked in _blocks(samples, middle, last):
        days, seen = waits(samples, start)
        now = asked & known
        if seen.sum() >= LEAST_ROWS and now.any():
            model = blend.fit_days(samples.vectors[seen], days[seen])
            forecast[now] = blend.days(model, samples.vectors[now])
    return Days(task, *misses(samples, forecast, np.flatnonzero(~np.isnan(forecast))))


def _measure(task, samples, within, middle, last):
    hits, certain = outcomes(samples, within)
    known = certain < last
    rule = list(FEATURES).index("rule_due" if task == LATE else f"rule_{task}")
    learnt = np.full(len(hits), np.nan)
    for start, asked in _blocks(samples, middle, last):
        seen = certain < start
        now = asked & known
        if seen.sum() >= LEAST_ROWS and now.any() and 0 < hits[seen].mean() < 1:
            model = blend.fit(samples.vectors[seen], hits[seen], rule)
            learnt[now] = blend.chances(model, samples.vectors[now])
    scored = ~np.isnan(learnt)
    if not scored.any():
        return None
    said = {name: samples.plain[name][task][scored] for name in PLAIN}
    said["learnt"] = learnt[scored]
    return _result(task, said, hits[scored], samples, scored)


def _result(task, said, hits, samples, scored):
    happened = (~hits if task == LATE else hits).tolist()
    chances = {
        name: (1 - values if task == LATE else values).tolist() for name, values in said.items()
    }
    owners = [samples.items[place].customer for place in np.flatnonzero(scored)]
    better = errors(chances["learnt"], happened)
    wins = {name: gain(better, errors(chances[name], happened), owners) for name in BASELINES}
    return Result(task, {name: quality(chances[name], happened) for name in MODELS}, wins)
