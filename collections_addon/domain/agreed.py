"""What customers had given their word on, as it was known on a past day.

A promise or a payment plan counts from the day after it was made until its own day, or
its end, has come; one that was moved counts for the day it had then. Of it counts what
had not been paid by then. How promises were kept is
known of those whose time was up. Nothing that happened later is asked for.

Days are day numbers; amounts are of one currency.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

YEAR = 365
#: Share of what is promised that is paid in time, until enough promises were decided.
KEPT = 0.75
LEAST_DECIDED = 10


class Promise(NamedTuple):
    """An amount of some items promised for a day, in the words it had for a while.

    :param said: the day on which it came to be worded so; None: when it was made
    :param ended: the day on which it was cancelled or worded otherwise, None if never
    """

    made: int
    day: int
    amount: float
    items: tuple[Hashable, ...]
    said: int | None = None
    ended: int | None = None

    def is_known(self, day: int) -> bool:
        """Whether it counted on the morning of a day."""
        since = self.made if self.said is None else self.said
        return since < day <= self.day and (self.ended is None or self.ended >= day)


def worded(promise: Promise, former: Iterable[tuple[int, int, float]]) -> list[Promise]:
    """A promise as it was worded one time after another, the present words last.

    :param promise: as it is now
    :param former: (last day of these words, day promised for, amount), in order
    """
    told, since = [], promise.said
    for until, day, amount in former:
        told.append(promise._replace(day=day, amount=amount, said=since, ended=until))
        since = until
    return [*told, promise._replace(said=since)]


class Plan(NamedTuple):
    """Installments, (day, amount) in order, that pay some items off.

    :param ended: the day on which it was over, None of one under way
    """

    begun: int
    ended: int | None
    installments: tuple[tuple[int, float], ...]
    items: tuple[Hashable, ...]


class Decided(NamedTuple):
    """A promise whose time was up after its deadline; `paid` is the share paid in time."""

    day: int
    deadline: int
    paid: float


class Payments:
    """What was owed of items, and paid, on any day.

    :param amounts: item -> what it was issued for
    :param parts: item -> (day, amount, whether it is money), credit notes included
    """

    def __init__(self, amounts: Mapping, parts: Mapping):
        self._amounts, self._parts = amounts, parts

    def left(self, item: Hashable, day: int) -> float:
        """What is open of an item on the morning of a day; nothing of one not known."""
        settled = sum(amount for paid, amount, _is in self._parts.get(item, ()) if paid < day)
        return max(self._amounts.get(item, 0.0) - settled, 0.0)

    def paid(self, items: Iterable, since: int, day: int) -> float:
        """What was paid of items from a day on, before another; credit notes are no money."""
        return sum(
            amount
            for item in items
            for paid, amount, is_money in self._parts.get(item, ())
            if is_money and since <= paid < day
        )

    def add_weeks(self, item: Hashable, day: int, weeks: list[float]) -> None:
        """Add what was paid of an item in each of the weeks that begin with a day."""
        for paid, amount, is_money in self._parts.get(item, ()):
            week = (paid - day) // 7
            if is_money and 0 <= week < len(weeks):
                weeks[week] += amount


def shares_on(
    day: int, promises: Iterable[Promise], plans: Iterable[Plan], payments: Payments
) -> dict[Hashable, list[tuple[float, int]]]:
    """Item -> (share of what is open of it, day on which it is to come), in order of days.

    An item in a plan comes by its installments, whatever else was promised.
    """
    shares = defaultdict(list)
    for promise in sorted(promises, key=lambda one: one.day):
        if promise.is_known(day):
            _add_promise(shares, promise, day, payments)
    for plan in plans:
        if plan.begun < day and (plan.ended is None or plan.ended >= day):
            _add_plan(shares, plan, day, payments)
    return dict(shares)


def _add_promise(shares, promise, day, payments):
    owed = sum(payments.left(item, day) for item in promise.items)
    due = promise.amount - payments.paid(promise.items, promise.made, day)
    if owed > 0 and due > 0:
        for item in promise.items:
            shares[item].append((min(due / owed, 1.0), promise.day))


def _add_plan(shares, plan, day, payments):
    paid = payments.paid(plan.items, plan.begun, day)
    unpaid = []
    for date, amount in plan.installments:
        covered = min(paid, amount)
        paid -= covered
        unpaid.append((date, amount - covered))
    total = sum(amount for _date, amount in unpaid)
    for item in plan.items if total > 0 else ():
        shares[item] = [(amount / total, date) for date, amount in unpaid if amount > 0]


class Known:
    """All that was ever promised or agreed, asked for one day after another.

    :param payments: of the items; given when it is known which items matter
    """

    def __init__(
        self, promises: Iterable[Promise], plans: Iterable[Plan], decided: Iterable[Decided]
    ):
        self._promises, self._plans, self._decided = list(promises), list(plans), list(decided)
        self.payments = Payments({}, {})

    @property
    def items(self) -> set:
        """Items that a word was ever given on."""
        return {item for one in (*self._promises, *self._plans) for item in one.items}

    def on(self, day: int) -> tuple[dict, float]:
        """Item -> (share of what is open, days from that day), and how often words are kept."""
        shares = shares_on(day, self._promises, self._plans, self.payments)
        given = {
            item: [(share, date - day) for share, date in rows] for item, rows in shares.items()
        }
        return given, kept_share(self._decided, day)


def kept_share(decided: Iterable[Decided], day: int) -> float:
    """How much of what was promised was paid in time, by promises of a year; each counts
    alike, so that no currency needs to be converted."""
    known = [one.paid for one in decided if day - YEAR <= one.day and one.deadline < day]
    return sum(known) / len(known) if len(known) >= LEAST_DECIDED else KEPT
