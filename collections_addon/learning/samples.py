"""Cases to learn from: open invoices on days of the past, and what became of them."""

from typing import NamedTuple

import numpy as np

from ..domain.baseline import Habitual
from ..domain.features import HORIZONS
from ..domain.payers import is_open, paid_within
from ..domain.scoring import FARTHEST, probability, scorecard

PLAIN = ("age", "mean", "rule", "scorecard")
#: Days between two looks at the open invoices.
STEP = 7


class Samples(NamedTuple):
    """One row per case, sorted by day.

    ``plain``: what is said without training, by name and target: of the age alone, of the
    customer's mean lateness, of his own share, of the scorecard. ``forecasts``: days until
    payment, by name: of the mean lateness and of the scorecard.
    """

    items: list
    days: np.ndarray
    vectors: np.ndarray
    plain: dict
    forecasts: dict


def observe(items, cases, targets):
    """What was known of each case.

    :param items: the ledger
    :param cases: (day, item), sorted by day
    :param targets: name -> (day, item) -> days within which it is to be paid
    :rtype: Samples
    """
    chronicle = Habitual(items)
    vectors, forecasts = [], {"mean": [], "scorecard": []}
    plain = {name: {target: [] for target in targets} for name in PLAIN}
    for day, item in cases:
        vectors.append(chronicle.features(item, day))
        customer, age = chronicle.customer(item.customer), day - item.due
        for target, within in targets.items():
            days = within(day, item)
            plain["age"][target].append(chronicle.general(age, days))
            plain["mean"][target].append(chronicle.mean_rule(customer, age, days))
            plain["rule"][target].append(chronicle.rule(customer, age, days))
            plain["scorecard"][target].append(probability(chronicle.odds(customer, age, days)))
        forecasts["mean"].append(chronicle.usual_days(customer, item, day))
        days = scorecard(chronicle, item, day).days
        forecasts["scorecard"].append(FARTHEST if days is None else days)
    return Samples(
        [item for _day, item in cases],
        np.array([day for day, _item in cases]),
        np.array(vectors, dtype=float).reshape(len(cases), -1),
        {
            name: {target: np.array(said) for target, said in by_target.items()}
            for name, by_target in plain.items()
        },
        {name: np.array(said, dtype=float) for name, said in forecasts.items()},
    )


def snapshots(items, first, last, most):
    """Open invoices on every seventh day, at most so many, chosen by their number.

    :return: (day, item) sorted by day
    """
    days = range(first, last + 1, STEP)
    total = sum(_looks(item, first, last) for item in items)
    share = min(1.0, most / total) if total else 1.0
    cases = []
    for item in items:
        if _draw(item.id) >= share:
            continue
        cases += [(day, item) for day in _days(item, days) if is_open(item, day)]
    cases.sort(key=lambda case: (case[0], case[1].id))
    return cases


def _looks(item, first, last):
    until = last if item.settled is None else min(item.settled, last)
    return max(until - max(item.issued, first), 0) // STEP + 1


def _days(item, days):
    if not days:
        return ()
    begin = max(0, -(-(item.issued - days[0]) // STEP))
    end = days[-1] if item.settled is None else item.settled
    return days[begin : max(begin, (end - days[0]) // STEP + 1)]


def _draw(number):
    """A number in [0, 1) that is always the same for an invoice."""
    return (number * 2654435761 % 4294967296) / 4294967296


def at_issue(items):
    """Every invoice on the day it was issued, sorted by day."""
    cases = [(item.issued, item) for item in items if is_open(item, item.issued)]
    cases.sort(key=lambda case: (case[0], case[1].id))
    return cases


def by_due(day, item):
    return max(item.due - day, 0)


def horizon(days):
    return lambda _day, _item: days


SNAPSHOT_TARGETS = {days: horizon(days) for days in HORIZONS}


def outcomes(samples, within):
    """Whether each case was paid in time, and the day on which that was certain."""
    hits, certain = [], []
    for day, item in zip(samples.days.tolist(), samples.items, strict=True):
        days = within(day, item)
        hits.append(paid_within(item, day, days))
        certain.append(day + days)
    return np.array(hits), np.array(certain)


def waits(samples, today):
    """Days until each case was paid, as known at the beginning of a day.

    What is unpaid counts for as long as it has been so; cases that are not yet as old as
    the longest horizon prove nothing, whether paid or not.

    :return: days; which of the cases are old enough
    :rtype: tuple[numpy.ndarray, numpy.ndarray]
    """
    ends = [
        item.settled if item.settled is not None and item.settled < today else today
        for item in samples.items
    ]
    return np.array(ends) - samples.days, samples.days + max(HORIZONS) < today


def misses(samples, forecast, places):
    """How many days forecasts are off in the mean: of the usual, the scorecard, the learnt.

    Only of invoices that were paid: the others have no day to compare with.

    :param numpy.ndarray forecast: of the learnt model, for all cases
    :param places: cases that are looked at
    :return: number of them, name -> mean absolute error in days
    :rtype: tuple[int, dict]
    """
    paid = [place for place in places if samples.items[place].settled is not None]
    if not paid:
        return 0, {}
    actual = np.array([samples.items[place].settled for place in paid]) - samples.days[paid]
    said = samples.forecasts | {"learnt": forecast}
    return len(paid), {
        name: float(np.abs(days[paid] - actual).mean()) for name, days in said.items()
    }
