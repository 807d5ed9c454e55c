"""Late interest: what was open on each day, at the rate of that day.

Simple interest, never on interest. A period runs from the day after the due
date to the evaluated date, both included; a payment lowers the base from the
day after it. Rates are dated: each day uses the rate in force on it.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
#: How days are turned into years.
DAY_COUNTS = ("actual/365", "actual/360", "actual/actual", "30/360")


class Rate(NamedTuple):
    """A yearly rate in percent, in force from a day until the next rate."""

    since: date
    percent: Decimal


class InterestPeriod(NamedTuple):
    """Interest of a stretch of days with one base and one rate; unrounded."""

    first: date
    last: date
    base: Decimal
    percent: Decimal
    interest: Decimal

    @property
    def days(self):
        """Number of days, both ends included."""
        return (self.last - self.first).days + 1


def late_interest(amount, due, payments, rates, until, day_count="actual/365"):
    """Interest on an item from the day after its due date until a date.

    :param Decimal amount: the original amount
    :param datetime.date due: due date; interest begins on the next day
    :param payments: (day, positive amount) pairs, any order, also before the due date
    :param list[Rate] rates: any order; before the first there is no interest
    :param datetime.date until: last day counted
    :param str day_count: one of :data:`DAY_COUNTS`
    :return: the stretches that bear interest, in order
    :rtype: list[InterestPeriod]
    :raises ValueError: for an unknown day count
    """
    if day_count not in DAY_COUNTS:
        raise ValueError(f"There is no day count “{day_count}”.")
    periods = []
    for first, last in _stretches(due + ONE_DAY, until, payments, rates):
        base = amount - sum((paid for day, paid in payments if day < first), Decimal(0))
        percent = rate_on(rates, first)
        if base > 0 and percent:
            years = year_fraction(first, last, day_count)
            interest = base * percent / 100 * years
            periods.append(InterestPeriod(first, last, base, percent, interest))
    return periods


def total(periods, unit):
    """Sum of the interest, rounded once, half up, to the smallest unit.

    :rtype: Decimal
    """
    exact = sum((period.interest for period in periods), Decimal(0))
    return (exact / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit


def rate_on(rates, day):
    """Percent in force on a day; zero before the first rate.

    :rtype: Decimal
    """
    current = max((rate for rate in rates if rate.since <= day), default=None)
    return current.percent if current else Decimal(0)


def _stretches(first, until, payments, rates):
    """Splits the days where base, rate or year may change."""
    cuts = {day + ONE_DAY for day, _paid in payments}
    cuts |= {rate.since for rate in rates}
    cuts |= {date(year, 1, 1) for year in range(first.year, until.year + 1)}
    starts = [first, *sorted(cut for cut in cuts if first < cut <= until)]
    if first > until:
        return
    for start, following in zip(starts, [*starts[1:], until + ONE_DAY], strict=True):
        yield start, following - ONE_DAY


def year_fraction(first, last, day_count):
    """Part of a year from ``first`` to ``last``, both included, within one year.

    :rtype: Decimal
    """
    days = (last - first).days + 1
    if day_count == "actual/365":
        return Decimal(days) / 365
    if day_count == "actual/360":
        return Decimal(days) / 360
    if day_count == "actual/actual":
        length = (date(first.year + 1, 1, 1) - date(first.year, 1, 1)).days
        return Decimal(days) / length
    return Decimal(_days_30_360(first, last + ONE_DAY)) / 360


def _days_30_360(first, after):
    """Days between two dates when every month has thirty."""
    start, end = min(first.day, 30), min(after.day, 30)
    return (after.year - first.year) * 360 + (after.month - first.month) * 30 + end - start
