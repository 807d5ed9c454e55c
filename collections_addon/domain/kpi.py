"""The figures by which collections are judged, each with where its formula comes from.

Money is `Decimal` in one currency; the caller converts. What cannot be computed is None
and is shown as blank: a period without sales has no days of sales, not zero of them.
Credit sales are invoices less credit notes issued in the period; cash sales and what has
no due date never enter receivables and are no part of it.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal()
#: Where the money of a bucket can go besides the buckets themselves.
PAID = "paid"
#: What is agreed to be paid otherwise and no longer grows old.
CURED = "cured"


class Sales(NamedTuple):
    """Credit sales of a period; both days belong to it."""

    first: date
    last: date
    amount: Decimal

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.last - self.first).days + 1


class Days(NamedTuple):
    """Days of sales outstanding.

    :param value: days
    :param is_least: sales known do not reach back far enough; it is at least so many
    """

    value: Decimal
    is_least: bool = False


def dso_simple(receivables: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Days sales outstanding: what is owed at the end, in days of the period's sales.

    Ending receivables ÷ credit sales × days of the period. Source: creditguru.com, with
    15,000 ÷ 10,000 × 30 = 45.
    """
    return receivables / sales * days if sales > 0 else None


def dso_count_back(receivables: Decimal, periods: Iterable[Sales]) -> Days | None:
    """Days sales outstanding by counting back.

    The sales of the latest period are taken off what is owed, then those of the one before,
    until a period is not used up; it counts with its share. Seasons do not distort it as
    they do the simple figure. Source: benjipays.com, trymesha.com, highako.com: receivables
    212,000 and sales 100,000, 80,000, 70,000 in months of 30 days give 73.7.

    :param periods: without gaps, the latest first; the latest may have begun only
    :return: None without any period
    """
    days, left, seen = ZERO, receivables, False
    for period in periods:
        seen = True
        if left <= 0:
            return Days(days)
        if period.amount > left:
            return Days(days + left / period.amount * period.days)
        days, left = days + period.days, left - max(period.amount, ZERO)
    return Days(days, is_least=left > 0) if seen else None


def dso_of_parts(parts: Iterable[tuple[Decimal, Mapping[date, Decimal]]], day: date) -> Days | None:
    """Days sales outstanding counted back, of parts of the customers taken together.

    What is owed and the sales of each month are added up first; so the parts give what
    the whole gives, however they are cut. Sales are known from the first month that has
    any.

    :param parts: (what is owed on the day less credits, first day of a month -> its sales)
    :param day: the last day; its month counts with the days it has
    :return: None without any sales
    """
    owed, sold = ZERO, defaultdict(Decimal)
    for amount, months in parts:
        owed += amount
        for month, sales in months.items():
            sold[month] += sales
    if not sold:
        return None
    oldest = min(sold)
    count = 12 * (day.year - oldest.year) + day.month - oldest.month + 1
    spans = month_periods(day, count)
    return dso_count_back(owed, (Sales(*span, sold.get(span[0], ZERO)) for span in spans))


def best_possible_dso(current: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """What days sales outstanding would be if everybody paid on the due date.

    Receivables not yet due ÷ credit sales × days. Source: creditguru.com, with
    4,000 ÷ 10,000 × 30 = 12.
    """
    return dso_simple(current, sales, days)


def average_days_delinquent(dso: Decimal | None, best: Decimal | None) -> Decimal | None:
    """How many days later than agreed customers pay: DSO less the best possible.

    Source: common usage, as in the calculators of the Credit Research Foundation.
    """
    return None if dso is None or best is None else dso - best


def days_past_due(items: Iterable[tuple[Decimal, int]]) -> Decimal | None:
    """Days past due of what is open, weighted by amount; what is not due counts with 0.

    Another figure than the one above though it is sometimes called the same.

    :param items: (open amount, days past due, negative before)
    """
    items = [(amount, max(days, 0)) for amount, days in items if amount > 0]
    total = sum((amount for amount, days in items), ZERO)
    return sum((amount * days for amount, days in items), ZERO) / total if total else None


def collection_effectiveness(
    begin: Decimal, sales: Decimal, end: Decimal, end_current: Decimal
) -> Decimal | None:
    """Collection effectiveness index, in per cent: what was collected of what could be.

    (begin + sales − end) ÷ (begin + sales − end not yet due) × 100, receivables at the
    begin and the end of the period. Source: Credit Research Foundation; highako.com.

    :return: None when nothing could have been collected
    """
    could = begin + sales - end_current
    return (begin + sales - end) / could * 100 if could > 0 else None


@dataclass(frozen=True)
class RollMatrix:
    """Where the money of each age has gone between two days.

    :param flows: (age before, age after, `PAID` or `CURED`) -> amount
    :param begin: age -> amount before
    """

    flows: Mapping[tuple[Hashable, Hashable], Decimal]
    begin: Mapping[Hashable, Decimal]

    def share(self, before: Hashable, after: Hashable) -> Decimal | None:
        """The share of an age that was found in another, or paid; None of nothing."""
        total = self.begin.get(before, ZERO)
        return self.flows.get((before, after), ZERO) / total if total else None


def roll(before: Mapping, after: Mapping, cured: Collection = ()) -> RollMatrix:
    """Follow open items from one day to another.

    Roll rate of an age: what of its money is in the next age later (listendata.com). What
    went back to a younger age stands there; what is no longer open was paid or credited;
    what is left of items that were *cured* has no age. Items that are new later have no
    origin.

    :param before: item -> (age, open amount)
    :param after: the same, later; an item that is missing is settled
    :param cured: items in a payment plan later
    """
    flows, begin = defaultdict(Decimal), defaultdict(Decimal)
    for item, (age, amount) in before.items():
        later, left = after.get(item, (age, ZERO))
        left = min(left, amount)
        begin[age] += amount
        flows[age, PAID] += amount - left
        flows[age, CURED if item in cured else later] += left
    return RollMatrix(dict(flows), dict(begin))


def roll_rates(matrix: RollMatrix, ages: Sequence) -> dict:
    """The roll rate of each age but the oldest: age -> share that became one age older."""
    return {age: matrix.share(age, older) for age, older in zip(ages, ages[1:], strict=False)}


class Kept(NamedTuple):
    """How well promises were kept, by number and by amount, from 0 to 1."""

    by_count: Decimal | None
    by_amount: Decimal | None
    count: int


def promises_kept(promises: Iterable[tuple[bool, Decimal, Decimal]]) -> Kept:
    """The share of promises that were kept, of those decided in the period.

    :param promises: (kept in full, amount promised, amount paid of it); what is still open
        or was cancelled is not among them
    """
    promises = list(promises)
    count, amount = len(promises), sum((row[1] for row in promises), ZERO)
    kept = sum(1 for row in promises if row[0])
    paid = sum((min(row[2], row[1]) for row in promises), ZERO)
    return Kept(Decimal(kept) / count if count else None, paid / amount if amount else None, count)


def dispute_cycle(disputes: Iterable[tuple[date, date]]) -> Decimal | None:
    """Mean days from the opening of disputes to their end, of those ended in the period."""
    spans = [(ended - opened).days for opened, ended in disputes]
    return Decimal(sum(spans)) / len(spans) if spans else None


def cost_per_unit(cost: Decimal, collected: Decimal) -> Decimal | None:
    """What collecting one unit of the currency has cost."""
    return cost / collected if collected > 0 else None


def month_periods(day: date, count: int) -> list[tuple[date, date]]:
    """First and last days of the months that end with a day, the latest first.

    The latest ends with the day itself, so that a month that has begun counts with the
    days it has.
    """
    periods, last = [], day
    for _month in range(count):
        first = last.replace(day=1)
        periods.append((first, last))
        last = first - timedelta(days=1)
    return periods
