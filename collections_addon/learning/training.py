"""What the module's scheduled action runs in a process of its own: learn, and be judged.

The judgment is made on the latest part of the past, which the judged model has not seen;
the model that is kept has then learnt from all of it.
"""

import csv
import time

import numpy as np

from ..domain.evaluation import BASELINES, quality, verdict
from ..domain.features import FEATURES, HORIZONS
from ..domain.payers import Item
from . import blend
from .samples import (
    SNAPSHOT_TARGETS,
    at_issue,
    by_due,
    misses,
    observe,
    outcomes,
    snapshots,
    waits,
)

#: With fewer settled invoices, or fewer days, there is not enough history to learn from.
LEAST_SETTLED, LEAST_DAYS = 300, 150
#: Of the days that can be judged, the latest share is for judging.
LATER = 0.3
#: Days of the past that are learnt from.
LONGEST = 3 * 365
MOST_CASES = 120_000
LATE = "late"


def read(path):
    """Items from the rows that the module wrote: see `collections.prediction.ledger`.

    :rtype: list[Item]
    """
    with open(path, newline="", encoding="utf-8") as source:
        return [
            Item(
                int(row[0]), int(row[1]), int(row[2]), int(row[3]), float(row[4]),
                int(row[5]) if row[5] else None, int(row[6]) if row[6] else None,
            )
            for row in csv.reader(source)
        ]  # fmt: skip


def train(items, today, most=MOST_CASES):
    """Learn from a ledger as of a day.

    :param list[Item] items: settled and open
    :param int today: nothing from this day on is known
    :param int most: cases learnt from
    :return: ``verdict`` and its figures, and ``targets``, the models, where there are some
    :rtype: dict
    """
    begun = time.monotonic()
    result = {"settled": sum(item.settled is not None for item in items), "targets": {}}
    first = max(min((item.issued for item in items), default=today), today - LONGEST)
    if result["settled"] < LEAST_SETTLED or today - first < LEAST_DAYS:
        return result | {"verdict": "too_few", "figures": {}}
    cases = snapshots(items, first, today - 1, most)
    samples = observe(items, cases, SNAPSHOT_TARGETS)
    figures = {str(days): judge(samples, days, SNAPSHOT_TARGETS[days], today) for days in HORIZONS}
    figures[LATE] = _judge_lateness(items, first, today, most // 4)
    figures["days"] = judge_days(samples, today)
    result["figures"] = figures
    result["verdict"] = together(figures)
    if result["verdict"] != "too_few":
        result["targets"] = {str(days): _learn(samples, days, today) for days in HORIZONS}
        result["targets"]["days"] = _learn_days(samples, today)
    result["cases"] = len(cases)
    result["seconds"] = round(time.monotonic() - begun, 1)
    return result


def together(figures):
    """One verdict: about customers from lateness, about the model from 30 days.

    The other horizons must not be clearly worse.
    """
    if figures[LATE]["verdict"] in ("too_few", "not_predictable"):
        return figures[LATE]["verdict"]
    worse = any(
        high < 0 for days in HORIZONS for _mean, _low, high in figures[str(days)]["gains"].values()
    )
    return "not_better" if worse else figures["30"]["verdict"]


def _judge_lateness(items, first, today, most):
    cases = [case for case in at_issue(items) if first <= case[0] < today]
    cases = cases[:: max(len(cases) // max(most, 1), 1)]
    return judge(observe(items, cases, {LATE: by_due}), LATE, by_due, today)


def judge(samples, target, within, today):
    """Fit on the earlier cases, measure on the later ones.

    :return: count, rate, quality per model, and the verdict with what was won
    :rtype: dict
    """
    hits, certain = outcomes(samples, within)
    known = certain < today
    empty = {"verdict": "too_few", "gains": {}, "models": {}}
    if not known.any():
        return empty
    days = np.sort(samples.days[known])
    split = int(days[int(len(days) * (1 - LATER))])
    seen, later = certain < split, known & (samples.days >= split)
    if seen.sum() < LEAST_SETTLED or not later.any() or not 0 < hits[seen].mean() < 1:
        return empty
    model = blend.fit(samples.vectors[seen], hits[seen], _rule(target))
    said = {name: samples.plain[name][target][later] for name in samples.plain}
    said["learnt"] = blend.chances(model, samples.vectors[later])
    return _figures(samples, said, hits[later], np.flatnonzero(later), split)


def _figures(samples, said, hits, places, split):
    happened = hits.tolist()
    chances = {name: values.tolist() for name, values in said.items()}
    owners = [samples.items[place].customer for place in places]
    baselines = {name: chances[name] for name in BASELINES}
    found = verdict(chances["learnt"], baselines, happened, owners)
    return {
        "verdict": found.code,
        "gains": found.gains,
        "split": split,
        "models": {name: quality(chances[name], happened)._asdict() for name in chances},
    }


def judge_days(samples, today):
    """Errors of the days until payment, of later cases than the judged model has seen.

    :return: number of cases, mean absolute error per model
    :rtype: dict
    """
    _days, known = waits(samples, today)
    if not known.any():
        return {"count": 0, "models": {}}
    days = np.sort(samples.days[known])
    split = int(days[int(len(days) * (1 - LATER))])
    days, seen = waits(samples, split)
    later = known & (samples.days >= split)
    if seen.sum() < LEAST_SETTLED:
        return {"count": 0, "models": {}}
    forecast = blend.days(blend.fit_days(samples.vectors[seen], days[seen]), samples.vectors)
    count, models = misses(samples, forecast, np.flatnonzero(later))
    return {"count": count, "models": models}


def _rule(target):
    return list(FEATURES).index("rule_due" if target == LATE else f"rule_{target}")


def _learn(samples, days, today):
    hits, certain = outcomes(samples, SNAPSHOT_TARGETS[days])
    known = certain < today
    return blend.fit(samples.vectors[known], hits[known], _rule(days))


def _learn_days(samples, today):
    days, known = waits(samples, today)
    return blend.fit_days(samples.vectors[known], days[known])
