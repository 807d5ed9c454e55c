"""Whom to turn to first: the expected value of a person acting on a customer now.

A person can only win what would not have come by itself. Of the overdue money that may be
chased, ``1 - P`` would still be open in 30 days; a share of that comes when somebody acts. This
share, the :class:`Uplift`, is an assumption per group and age until control groups have measured
it. To the value are added what promises that were broken and money not yet due make more
pressing; what the person's time costs is taken off. Every part has its name: together they
are the value, exactly.

The other order, by amount at risk (amount × (1 − P)), asks where most money may be lost,
whether or not anybody can help it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

#: Nothing is known of how likely the customer pays: as likely as not.
UNKNOWN_CHANCE = 0.5
#: A broken promise makes acting so much more worth while; no more than two are counted.
PER_BROKEN_PROMISE = 0.15
MOST_BROKEN = 2
#: Who is persuaded about what is overdue thinks of the next invoice, too: this part of its
#: amount counts, and never more than what is overdue itself is worth.
NOT_YET_DUE = 0.25
#: Minutes: to prepare and make a call, for each item to talk about, to find a number.
CALL, PER_ITEM, FIND_NUMBER = 5.0, 0.5, 10.0
MOST_ITEMS = 20

#: What a person has to see to, in the order it is named.
COMPLAINT, CALLBACK, DISPUTE, PROMISE_DUE = "complaint", "callback", "dispute", "promise_due"
BROKEN, CALL_LIST, OVERDUE = "promise_broken", "call_list", "overdue"
#: They are for today even when little money hangs on them.
TODAY_ANYHOW = frozenset((COMPLAINT, CALLBACK, DISPUTE))
MUST, BY_VALUE = 1, 2


class Uplift(NamedTuple):
    """Of what would stay unpaid, the share that comes within 30 days when a person acts.

    :param group: code of a group; None for every other customer
    :param days_from: for debts at least so many days overdue
    :param share: from 0 to 1
    :param is_measured: from a control group; else it is an assumption
    """

    group: str | None
    days_from: int
    share: float
    is_measured: bool = False


class Facts(NamedTuple):
    """What is known of a customer; money in the company's currency.

    :param chaseable: overdue, and neither disputed, promised, in a plan nor on hold
    :param not_due: what else it owes
    :param chance: probability to pay within 30 days by itself; None when unknown
    :param broken: broken promises of a year
    :param items: overdue items
    """

    chaseable: float
    not_due: float = 0.0
    chance: float | None = None
    group: str | None = None
    days_overdue: int = 0
    broken: int = 0
    items: int = 1
    has_phone: bool = True


class Worth(NamedTuple):
    """What acting now is worth.

    :param value: money; never below zero
    :param change: by how much acting changes the probability to be paid
    :param parts: (name, money) that sum up to the value, unless that is cut off at zero
    :param at_risk: what may be lost, by the chance alone
    :param is_measured: whether the change was measured rather than assumed
    """

    value: float
    change: float
    parts: tuple
    at_risk: float
    is_measured: bool


class Task(NamedTuple):
    """Something to see to; ``at`` a moment the customer named, naive UTC."""

    code: str
    at: datetime | None = None


def uplift_of(group: str | None, days_overdue: int, table: Iterable[Uplift]) -> Uplift:
    """The uplift for a customer: its own group's before the general one, the oldest age reached.

    :return: one with a share of 0 where the table says nothing
    """
    reached = [row for row in table if row.days_from <= days_overdue]
    own = [row for row in reached if row.group == group] or [
        row for row in reached if row.group is None
    ]
    return max(own, key=lambda row: row.days_from, default=Uplift(None, 0, 0.0))


def worth(facts: Facts, table: Iterable[Uplift], minute_cost: float = 0.0) -> Worth:
    """The expected value of acting on a customer now, with its parts.

    :param table: of :class:`Uplift`
    :param minute_cost: what a minute of a person costs
    """
    table = tuple(table)
    now = uplift_of(facts.group, facts.days_overdue, table)
    fresh = uplift_of(facts.group, 0, table)
    unpaid = 1 - (UNKNOWN_CHANCE if facts.chance is None else facts.chance)
    open_then = max(facts.chaseable, 0.0) * unpaid
    pressing = PER_BROKEN_PROMISE * min(facts.broken, MOST_BROKEN)
    parts = {
        "amount": open_then * fresh.share,
        "age": open_then * (now.share - fresh.share),
        "broken": open_then * now.share * pressing,
        "exposure": min(max(facts.not_due, 0.0) * unpaid * NOT_YET_DUE, open_then) * now.share,
        "effort": -minutes(facts) * minute_cost,
    }
    named = tuple((name, money) for name, money in parts.items() if money)
    return Worth(
        max(sum(money for _name, money in named), 0.0),
        unpaid * now.share,
        named,
        (max(facts.chaseable, 0.0) + max(facts.not_due, 0.0)) * unpaid,
        now.is_measured,
    )


def minutes(facts: Facts) -> float:
    """How long a person is likely to be busy with a customer."""
    own = CALL + PER_ITEM * min(facts.items, MOST_ITEMS)
    return own if facts.has_phone else own + FIND_NUMBER


def urgency(tasks: Iterable[Task]) -> int:
    """Whether a customer must be seen to today in any case, or by its value."""
    return MUST if any(task.code in TODAY_ANYHOW for task in tasks) else BY_VALUE


def belongs(
    tasks: Iterable[Task], value: float, worked_on: date | None, today: date, rest_days: int
) -> bool:
    """Whether a customer is on the list of a day.

    With a task it is. Else only when acting is worth something, and nobody has worked on it
    in the last days: people are not called day after day.

    :param worked_on: the day a person last turned to the customer
    """
    if any(task.code not in (BROKEN, OVERDUE) for task in tasks):
        return True
    rested = worked_on is None or today - worked_on > timedelta(days=rest_days)
    return value > 0 and rested
