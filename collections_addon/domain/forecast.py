"""How much money will come in, week by week, and how sure that is.

Each open item brings its amount by a rising chance of having been paid. What is promised
or due by a plan comes on its own day, as often as such words have been kept. The band is
learnt: past forecasts against what came; where there are too few of them, it is computed
from the chances themselves and says so.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from heapq import heappop, heappush
from itertools import accumulate, groupby
from typing import NamedTuple

WEEK = 7
#: Forecasts of so many days are needed before the band is learnt from them; the weeks of
#: one forecast are not independent of each other and count once.
LEAST_PAST = 12
#: Normal deviate of a band that holds four of five.
DEVIATE = 1.2816
SHARES = (0.1, 0.9)
#: Standard errors by which a correction has to have helped before it is made.
SURE = 1.0
#: From so many forecast days on one looks how a band would have done; it is shown later.
LEAST_TRIED = 4
#: How far a miss of the band moves its ends, as a share of the past, per forecast day.
STEP = 0.04
#: Last week of each stretch; what was learnt of a week holds for its stretch.
STRETCHES = (1, 2, 4, 8)
#: So many curves of chances are kept at most.
CURVES = 20000
#: The weeks of all stretches together.
ALL = -1


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
    """The coming weeks.

    :param is_learnt: the band comes from past forecasts
    :param means: of each week, before anything learnt was applied
    """

    weeks: tuple[Week, ...]
    is_learnt: bool
    means: tuple[float, ...] = ()


class Past(NamedTuple):
    """A past forecast of one week, `ahead` weeks later, and what came.

    :param mean: what the chances gave, before anything learnt was applied
    :param made: day number of the forecast
    """

    ahead: int
    mean: float
    actual: float
    made: int = 0


class Band(NamedTuple):
    """What came as a share of what was forecast: the middle and the ends of the band."""

    middle: float
    low: float
    high: float


def certain(amount: float, customer: Hashable, days: int, chance: float) -> Expected:
    """Money that comes on one day or not at all: a promise, an installment."""
    day = max(days, 1)
    return Expected(amount, customer, ((day - 1, 0.0), (day, chance), (day + 1, chance)))


def with_word(item: Expected, shares: Iterable[tuple[float, int]], kept: float) -> list[Expected]:
    """What is owed, of which parts are promised or agreed for a day.

    Such a part comes on its day as often as words are kept, and otherwise by the chances
    of the whole. What is for a day gone by is not waited for.

    :param shares: (part of the amount, days from today)
    :param kept: how often words are kept
    """
    expected, left = [], 1.0
    for share, days in shares:
        share = min(share, left)
        if share <= 0 or days < 0:
            continue
        left -= share
        part = item.amount * share
        expected.append(certain(part, item.customer, days + 1, kept))
        expected.append(item._replace(amount=part * (1 - kept)))
    return [*expected, item._replace(amount=item.amount * left)] if left > 0 else expected


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
    learnt = bands(past)
    found = [learnt(week + 1) for week in range(count)]
    weeks = (
        Week(*(mean * share for share in band)) if band else _computed(mean, spread)
        for mean, spread, band in zip(means, spreads, found, strict=True)
    )
    return Forecast(tuple(weeks), all(found), tuple(means))


def bands(past: Iterable[Past]):
    """What past forecasts teach: of weeks as far ahead, or of all where those are few.

    :param past: of weeks that have ended
    :return: a function from a week ahead, 1 the next, to a `Band`, None where nothing
        could be learnt
    """
    learner = _Learner()
    for made, rows in _by_day(past):
        learner.move_to(made)
        learner.watch(rows)
    learner.move_to(math.inf)
    return learner.band


class _Learner:
    """Goes from one day to the next and learns what came of the weeks that have ended."""

    def __init__(self):
        self._groups = defaultdict(_Group)
        self._waiting = []
        self._number = 0

    def band(self, ahead):
        """The band of a week as far ahead, by what is known; None if too little is."""
        own, everything = (self._groups[key] for key in (_stretch(ahead), ALL))
        return own.band(LEAST_PAST) or everything.band(LEAST_PAST)

    def watch(self, rows):
        """Remember what would be said of weeks forecast now, to be held against what comes."""
        for row in rows:
            groups = [self._groups[key] for key in (_stretch(row.ahead), ALL)]
            said = [(group, group.said()) for group in groups]
            self._number += 1
            heappush(self._waiting, (row.made + WEEK * row.ahead, self._number, row, said))

    def move_to(self, day):
        """Learn from the weeks that had ended by a day."""
        while self._waiting and self._waiting[0][0] <= day:
            _known, _number, row, said = heappop(self._waiting)
            for group, band in said:
                group.learn(row, band)


class _Group:
    """What weeks of one stretch have taught."""

    def __init__(self):
        self._ratios = []
        self._weights = []
        self._days = set()
        self._aheads = set()
        self._shares = list(SHARES)
        self._gains = defaultdict(float)
        self._said = None

    def band(self, least):
        """The band, its middle only where correcting would have helped; None of too few."""
        band = self.said() if len(self._days) >= least else None
        if not band or self._helps():
            return band
        return band._replace(middle=min(max(1.0, band.low), band.high))

    def _helps(self):
        """Whether correcting would have brought past forecasts nearer to what came, by more
        than chance explains: by more than the gains of single days scatter about nothing."""
        gains = self._gains.values()
        return sum(gains) > SURE * math.sqrt(sum(gain * gain for gain in gains))

    def said(self):
        """The band with the correction, whether that helps or not; None of too few."""
        if self._said is None and len(self._days) >= LEAST_TRIED:
            self._said = self._found()
        return self._said

    def _found(self):
        """The ends lie at rank (n + 1) × share of n forecasts, not n × share: so a new one
        falls between them as often as meant also where n is small (conformal prediction;
        Lei et al., JASA 2018)."""
        days = len(self._days)
        places = (((days + 1) * share - 1) / (days - 1) for share in self._shares)
        ends = (quantile(self._ratios, min(max(place, 0.0), 1.0)) for place in places)
        return Band(weighted_median(self._ratios, self._weights), *ends)

    def learn(self, row, said):
        """Take in what came of a week.

        A miss moves the end that was missed outward, a hit both inward a little: where
        times change the band holds as often as meant in the long run all the same
        (adaptive conformal inference; Gibbs and Candès, NeurIPS 2021).
        """
        ratio = row.actual / row.mean
        self._days.add(row.made)
        self._aheads.add(row.ahead)
        if said:
            step = STEP / len(self._aheads)
            low, high = self._shares
            low += step * (SHARES[0] - (ratio < said.low))
            high += step * (SHARES[1] - (ratio <= said.high))
            self._shares = [min(max(low, 0.0), 0.5), min(max(high, 0.5), 1.0)]
            plain, corrected = (abs(row.mean * n - row.actual) for n in (1.0, said.middle))
            self._gains[row.made] += plain - corrected
        place = bisect_left(self._ratios, ratio)
        self._ratios.insert(place, ratio)
        self._weights.insert(place, row.mean)
        self._said = None


def _by_day(past):
    """(day, forecasts of weeks made on it), in order."""
    rows = sorted((row for row in past if row.mean > 0), key=lambda row: (row.made, row.ahead))
    return groupby(rows, key=lambda row: row.made)


def _stretch(ahead):
    """Weeks near are sure, weeks far are not: they are not learnt from each other."""
    return bisect_left(STRETCHES, ahead)


def _computed(mean, spread):
    return Week(mean, max(mean - DEVIATE * spread, 0.0), mean + DEVIATE * spread)


def _moments(items, count):
    """Mean and standard deviation of each week.

    Invoices of one customer are taken to come together, which is the careful side.
    """
    means = [0.0] * count
    by_customer = [defaultdict(float) for _week in range(count)]
    for amount, customer, chances in items:
        for week, (chance, deviation) in enumerate(_by_week(chances, count)):
            means[week] += amount * chance
            by_customer[week][customer] += amount * deviation
    spreads = [math.sqrt(sum(s * s for s in week.values())) for week in by_customer]
    return means, spreads


@lru_cache(maxsize=CURVES)
def _by_week(chances, count):
    """(chance to come in it, its deviation) of each week; many items have the same curve."""
    marks = [paid_by(chances, WEEK * n) for n in range(count + 1)]
    each = (max(end - start, 0.0) for start, end in zip(marks, marks[1:], strict=False))
    return tuple((chance, math.sqrt(chance * (1 - chance))) for chance in each)


def quantile(ordered: Sequence[float], share: float) -> float:
    """A quantile of values in order, from 0 to 1, between neighbors in proportion."""
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def weighted_median(ordered: Sequence[float], weights: Sequence[float]) -> float:
    """The value from which all are least far off, each distance times its weight.

    :param ordered: values in order
    :param weights: of each, above zero
    """
    sums = list(accumulate(weights))
    return ordered[bisect_left(sums, sums[-1] / 2)]


class Quality(NamedTuple):
    """How good past forecasts were.

    :param error: sum of absolute errors ÷ sum of what came (WAPE), before any correction
    :param bias: sum of forecasts ÷ sum of what came, less 1; below 0 is too low
    :param corrected: the error of those judged, each corrected by what was known when it
        was made
    :param coverage: share of those judged that fell into the band known then
    :param count: past weeks
    :param judged: those of them for which there was a band when they were forecast
    """

    error: float | None
    bias: float | None
    corrected: float | None
    coverage: float | None
    count: int
    judged: int


def quality(past: Iterable[Past]) -> Quality:
    """Judge past forecasts as they would have been made: nothing later is known.

    Of a forecast is known what came in weeks that had ended when it was made.
    """
    past = [row for row in past if row.mean > 0]
    came = sum(row.actual for row in past)
    judged = judge(past)
    error = sum(abs(row.mean - row.actual) for row in past) / came if came else None
    bias = sum(row.mean for row in past) / came - 1 if came else None
    return Quality(error, bias, _corrected(judged), _coverage(judged), len(past), len(judged))


def judge(past: Iterable[Past]) -> list[tuple[Past, Band]]:
    """Past weeks with the band as known when each was forecast, of those that had one."""
    learner, judged = _Learner(), []
    for made, rows in _by_day(past):
        rows = list(rows)
        learner.move_to(made)
        judged += [(row, band) for row in rows if (band := learner.band(row.ahead))]
        learner.watch(rows)
    return judged


def _corrected(judged):
    came = sum(row.actual for row, _band in judged)
    wrong = sum(abs(row.mean * band.middle - row.actual) for row, band in judged)
    return wrong / came if came else None


def _coverage(judged):
    inside = sum(b.low * row.mean <= row.actual <= b.high * row.mean for row, b in judged)
    return inside / len(judged) if judged else None
