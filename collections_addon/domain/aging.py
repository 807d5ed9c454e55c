"""How old is what customers owe: days overdue, aging buckets, the trend over time.

Buckets are data, kept by the user. Money is `Decimal` and is never added across
currencies; a currency is any hashable mark of it, such as its ISO code.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple


@dataclass(frozen=True)
class Bucket:
    """A class of age, in days past due; both ends belong to it.

    :param code: what tells it from the others and keys the result of `age`
    :param days_from: first day past due; None means since ever, that is not yet due
    :param days_to: last day past due; None means without end
    :param name: what the user calls it; the code if empty
    """

    code: Hashable
    days_from: int | None
    days_to: int | None
    name: str = ""

    def holds(self, days: int) -> bool:
        """Tell whether an age, in days past due, falls into this bucket."""
        after_start = self.days_from is None or self.days_from <= days
        return after_start and (self.days_to is None or days <= self.days_to)

    def __str__(self):
        return f"“{self.name or self.code}”"


@dataclass(frozen=True)
class OpenItem:
    """What is open of one receivable line.

    :param residual: signed, in `currency`: positive is owed by the customer, negative
        is a credit
    """

    currency: Hashable
    due: date
    residual: Decimal


@dataclass(frozen=True)
class LedgerItem:
    """One receivable line with its history.

    :param events: (date, signed amount) of all that changed it: the invoice, payments,
        credits; what is open as of a date is the sum of those up to that date
    """

    currency: Hashable
    due: date
    events: Sequence[tuple[date, Decimal]] = field(default_factory=tuple)


class Balance(NamedTuple):
    """What is open as of a date, and how much of it is overdue, in one currency."""

    open: Decimal
    overdue: Decimal


def days_overdue(due: date, as_of: date) -> int:
    """Count the days past due: negative before, 0 on the due date, 1 the day after."""
    return (as_of - due).days


def is_overdue(due: date, as_of: date) -> bool:
    """Tell whether a due date has passed; what is due today is not overdue."""
    return days_overdue(due, as_of) > 0


def validate_buckets(buckets: Iterable[Bucket]) -> tuple[Bucket, ...]:
    """Check that every age falls into exactly one bucket.

    :param buckets: in any order
    :return: the same, from the youngest to the oldest age
    :raise ValueError: with a sentence that says what to change
    """
    ordered = sorted(buckets, key=_start)
    if not ordered:
        raise ValueError("There is no aging bucket: add at least one.")
    for bucket in ordered:
        _check_length(bucket)
    _check_codes(ordered)
    for younger, older in pairwise(ordered):
        _check_neighbours(younger, older)
    _check_ends(ordered[0], ordered[-1])
    return tuple(ordered)


def bucket_of(days: int, buckets: Iterable[Bucket]) -> Bucket:
    """Find the bucket of an age in days past due.

    :raise ValueError: when none holds it, which `validate_buckets` rules out
    """
    for bucket in buckets:
        if bucket.holds(days):
            return bucket
    raise ValueError(f"No aging bucket holds {days} days past due: add one that does.")


def age(
    open_items: Iterable[OpenItem], as_of: date, buckets: Iterable[Bucket]
) -> dict[Hashable, dict[Hashable, Decimal]]:
    """Add up what is open by currency and age.

    :return: {currency: {bucket code: amount}}, with every bucket, youngest first
    :raise ValueError: when the buckets leave a gap or overlap
    """
    ordered = validate_buckets(buckets)
    totals = {}
    for item in open_items:
        row = totals.setdefault(item.currency, {bucket.code: Decimal(0) for bucket in ordered})
        row[bucket_of(days_overdue(item.due, as_of), ordered).code] += item.residual
    return totals


def balance_history(
    items: Iterable[LedgerItem], dates: Iterable[date]
) -> dict[date, dict[Hashable, Balance]]:
    """Tell what was open and what was overdue as of each date, from the events.

    :param dates: in any order, each once or more
    :return: {date: {currency: balance}}, dates rising, every currency on every date
    """
    days = sorted(set(dates))
    opened, overdue = {}, {}
    for item in items:
        open_changes = opened.setdefault(item.currency, [Decimal(0)] * len(days))
        overdue_changes = overdue.setdefault(item.currency, [Decimal(0)] * len(days))
        late_from = item.due + timedelta(days=1)
        for on_date, amount in item.events:
            _add_from(open_changes, days, on_date, amount)
            _add_from(overdue_changes, days, max(on_date, late_from), amount)
    return _accumulate(days, opened, overdue)


def _add_from(changes: list[Decimal], days: list[date], since: date, amount: Decimal):
    """Book a change on the first of the days that sees it; none does if it is later."""
    position = bisect_left(days, since)
    if position < len(days):
        changes[position] += amount


def _accumulate(days, opened, overdue) -> dict[date, dict[Hashable, Balance]]:
    """Turn changes per day into balances per day."""
    balances = dict.fromkeys(opened, Balance(Decimal(0), Decimal(0)))
    history = {}
    for position, day in enumerate(days):
        balances = {
            currency: Balance(
                balance.open + opened[currency][position],
                balance.overdue + overdue[currency][position],
            )
            for currency, balance in balances.items()
        }
        history[day] = balances
    return history


# === The checks on buckets === #


def _start(bucket: Bucket) -> float:
    return float("-inf") if bucket.days_from is None else bucket.days_from


def _check_length(bucket: Bucket):
    if None not in (bucket.days_from, bucket.days_to):
        if bucket.days_from > bucket.days_to:
            raise ValueError(
                f"Aging bucket {bucket} begins on day {bucket.days_from} and ends on "
                f"day {bucket.days_to}: let it begin before it ends."
            )


def _check_codes(buckets: Sequence[Bucket]):
    seen = set()
    for bucket in buckets:
        if bucket.code in seen:
            raise ValueError(f"Two aging buckets are called {bucket}: rename one.")
        seen.add(bucket.code)


def _check_ends(youngest: Bucket, oldest: Bucket):
    if youngest.days_from is not None:
        raise ValueError(
            f"No aging bucket holds what is due later than {youngest}: leave the first "
            "day of the youngest bucket empty."
        )
    if oldest.days_to is not None:
        raise ValueError(
            f"No aging bucket holds more than {oldest.days_to} days past due: leave "
            f"the last day of the oldest bucket, {oldest}, empty."
        )


def _check_neighbours(younger: Bucket, older: Bucket):
    if younger.days_to is None or older.days_from is None:
        raise ValueError(
            f"Aging buckets {younger} and {older} overlap: give {younger} a last day "
            f"and let {older} begin on the day after."
        )
    if older.days_from <= younger.days_to:
        raise ValueError(
            f"Day {older.days_from} past due is in both {younger} and {older}: let "
            f"{younger} end on day {older.days_from - 1}, or {older} begin on day "
            f"{younger.days_to + 1}."
        )
    if older.days_from > younger.days_to + 1:
        raise ValueError(
            f"Days {younger.days_to + 1} to {older.days_from - 1} past due are in no "
            f"aging bucket: let {younger} end on day {older.days_from - 1}, or {older} "
            f"begin on day {younger.days_to + 1}."
        )
