"""Cases to learn from: open invoices on days of the past, and what became of them."""

from typing import NamedTuple

import numpy as np

from ..domain.features import HORIZONS, Chronicle
from ..domain.payers import is_open, paid_within
from ..domain.scoring import probability

PLAIN = ("age", "rule", "scorecard")
#: Days between two looks at the open invoices.
STEP = 7


class Samples(NamedTuple):
    """One row per case, sorted by day. ``plain``: what is said without training, by name
    and target: of the age alone, of the customer's own share, of the scorecard."""

    items: list
    days: np.ndarray
    vectors: np.ndarray
    plain: dict


def observe(items, cases, targets):
    """What was known of each case.

    :param items: the ledger
    :param cases: (day, item), sorted by day
    :param targets: name -> (day, item) -> days within which it is to be paid
    :rtype: Samples
    """
    chronicle = Chronicle(items)
    vectors = []
    plain = {name: {target: [] for target in targets} for name in PLAIN}
    for day, item in cases:
        vectors.append(chronicle.features(item, day))
        customer, age = chronicle.customer(item.customer), day - item.due
        for target, within in targets.items():
            days = within(day, item)
            plain["age"][target].append(chronicle.general(age, days))
            plain["rule"][target].append(chronicle.rule(customer, age, days))
            plain["scorecard"][target].append(probability(chronicle.odds(customer, age, days)))
    return Samples(
        [item for _day, item in cases],
        np.array([day for day, _item in cases]),
        np.array(vectors, dtype=float).reshape(len(cases), -1),
        {
            name: {target: np.array(said) for target, said in by_target.items()}
            for name, by_target in plain.items()
        },
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
