"""How much money will come in, week by week, and how sure that is.

Each open item brings its amount by a rising chance of having been paid. What is promised
or due by a plan comes on its own day, as often as such words have been kept. The band is
learnt: past forecasts against what came; where there are too few of them, it is computed
from the chances themselves and says so.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

WEEK = 7
#: So many past forecasts are needed before the band is learnt from them.
LEAST_PAST = 12
#: Normal deviate of a band that holds four of five.
DEVIATE = 1.2816
SHARES = (0.1, 0.9)


class Expected(NamedTuple):
    """Money that is to come.

    :param amount: in the currency of the forecast
    :param customer: what is owed by one customer comes or stays together
    :param chances: (days from today, chance of having been paid by then), rising
    """

    amount: float
    customer: Hashable
    chances: tuple[tuple[int, float], ...]


class Week(NamedTuple):
    """The money of one week; `low` and `high` are the ends of the band."""

    mean: float
    low: float
    high: float


class Forecast(NamedTuple):
    """:param is_learnt: the band comes from past forecasts"""

    weeks: tuple[Week, ...]
    is_learnt: bool


class Past(NamedTuple):
    """A past forecast of one week, `ahead` weeks later, and what came."""

    ahead: int
    mean: float
    actual: float


def certain(amount: float, customer: Hashable, days: int, chance: float) -> Expected:
    """Money that comes on one day or not at all: a promise, an installment."""
    day = max(days, 1)
    return Expected(amount, customer, ((day - 1, 0.0), (day, chance), (day + 1, chance)))


def paid_by(chances: Sequence[tuple[int, float]], day: float) -> float:
    """The chance of having been paid by a day, between and after those that are given.

    Between two it rises straight; after the last, whoever has not paid goes on paying at
    the pace of the last stretch.
    """
    before = (0, 0.0)
    for point in chances:
        if day <= point[0]:
            return _between(before, point, day)
        before, last = point, before
    if not chances:
        return 0.0
    return _after(last, before, day)


def _between(start, end, day):
    span = end[0] - start[0]
    return end[1] if not span else start[1] + (end[1] - start[1]) * (day - start[0]) / span


def _after(last, end, day):
    """Those left pay at the rate of the last stretch, from which it never rises past 1."""
    span = end[0] - last[0]
    left = (1 - end[1]) / (1 - last[1]) if last[1] < 1 and span > 0 else 0.0
    return 1 - (1 - end[1]) * left ** ((day - end[0]) / span) if span > 0 else end[1]


def forecast(items: Iterable[Expected], count: int = 13, past: Iterable[Past] = ()) -> Forecast:
    """The money of the coming weeks.

    :param count: how many weeks
    :param past: forecasts made before, with what came
    """
    means, spreads = _moments(items, count)
    ratios = _ratios(past)
    if len(ratios) < LEAST_PAST:
        weeks = (_computed(mean, spread) for mean, spread in zip(means, spreads, strict=True))
        return Forecast(tuple(weeks), False)
    bias = median(ratios)
    low, high = (quantile(ratios, share) for share in SHARES)
    return Forecast(tuple(Week(m * bias, m * low, m * high) for m in means), True)


def _computed(mean, spread):
    return Week(mean, max(mean - DEVIATE * spread, 0.0), mean + DEVIATE * spread)


def _moments(items, count):
    """Mean and standard deviation of each week.

    Invoices of one customer are taken to come together, which is the careful side.
    """
    means = [0.0] * count
    by_customer = [defaultdict(float) for _week in range(count)]
    for item in items:
        marks = [paid_by(item.chances, WEEK * n) for n in range(count + 1)]
        for week, (start, end) in enumerate(zip(marks, marks[1:], strict=False)):
            chance = max(end - start, 0.0)
            means[week] += item.amount * chance
            by_customer[week][item.customer] += item.amount * math.sqrt(chance * (1 - chance))
    spreads = [math.sqrt(sum(s * s for s in week.values())) for week in by_customer]
    return means, spreads


def _ratios(past):
    """What came, as a share of what was forecast; where nothing was, nothing is learnt."""
    return sorted(row.actual / row.mean for row in past if row.mean > 0)


def quantile(ordered: Sequence[float], share: float) -> float:
    """A quantile of values in order, from 0 to 1, between neighbors in proportion."""
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(ordered: Sequence[float]) -> float:
    """The middle of values in order."""
    return quantile(ordered, 0.5)


class Quality(NamedTuple):
    """How good past forecasts were.

    :param error: sum of absolute errors ÷ sum of what came (WAPE)
    :param bias: sum of forecasts ÷ sum of what came, less 1; below 0 is too low
    :param coverage: share of weeks that fell into the band, each judged by a band that was
        learnt from the others
    """

    error: float | None
    bias: float | None
    coverage: float | None
    count: int


def quality(past: Sequence[Past]) -> Quality:
    """Judge past forecasts."""
    past = [row for row in past if row.mean > 0]
    came = sum(row.actual for row in past)
    error = sum(abs(row.mean - row.actual) for row in past) / came if came else None
    bias = sum(row.mean for row in past) / came - 1 if came else None
    return Quality(error, bias, _coverage(past), len(past))


def _coverage(past):
    """Each week against the band of all others."""
    if len(past) <= LEAST_PAST:
        return None
    inside = 0
    for index, row in enumerate(past):
        ratios = _ratios(past[:index] + past[index + 1 :])
        low, high = (quantile(ratios, share) * row.mean for share in SHARES)
        inside += low <= row.actual <= high
    return inside / len(past)
