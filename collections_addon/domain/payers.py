"""An invoice and how its customer has paid: what a chronicle plays.

Days are day numbers (``date.toordinal()``), amounts are in company currency.
"""

from bisect import bisect_right, insort
from math import log
from typing import NamedTuple

#: Lateness beyond these days makes no difference any more.
EARLIEST, LATEST = -180, 1500
#: The last invoices weigh more: weight of a new one in the recent mean.
RECENT = 0.25
#: Days after which a mean no longer grows: one forgotten invoice is not the customer.
CAP_DAYS = 400


class Item(NamedTuple):
    """One invoice, or installment of one.

    ``settled`` is None while something is open; ``first_paid`` the day of the first
    payment that left something open, or None.
    """

    id: int
    customer: int
    issued: int
    due: int
    amount: float
    settled: int | None
    first_paid: int | None = None


class Chance(NamedTuple):
    """How a rate came about: of ``seen`` invoices ``paid`` were paid in time."""

    paid: float
    seen: float


def logit(share):
    """Log-odds of a probability, kept away from certainty."""
    share = min(max(share, 0.001), 0.999)
    return log(share / (1 - share))


def clip(lateness):
    return EARLIEST if lateness < EARLIEST else LATEST if lateness > LATEST else lateness


class Customer:
    """How one customer has paid, as far as the chronicle has come."""

    __slots__ = (
        "amounts",
        "dues",
        "first_issued",
        "issued",
        "last",
        "last_settled",
        "late",
        "lateness",
        "open_amount",
        "partial",
        "recent",
        "squares",
        "sum",
        "very_late",
    )

    def __init__(self):
        self.lateness = []  # of the settled, sorted
        self.dues = []  # of the open, sorted
        self.late = self.very_late = self.partial = self.issued = 0
        self.sum = self.squares = self.amounts = self.open_amount = 0.0
        self.recent = self.last = self.last_settled = self.first_issued = None

    def open(self, item):
        if self.first_issued is None:
            self.first_issued = item.issued
        self.issued += 1
        self.amounts += log(max(item.amount, 1.0))
        insort(self.dues, item.due)
        self.open_amount += item.amount

    def settle(self, item):
        self.dues.pop(bisect_right(self.dues, item.due) - 1)
        self.open_amount -= item.amount
        late = clip(item.settled - item.due)
        insort(self.lateness, late)
        late = min(late, CAP_DAYS)
        self.sum += late
        self.squares += late * late
        self.late += late > 0
        self.very_late += late > 30
        self.partial += item.first_paid is not None and item.first_paid < item.settled
        self.recent = late if self.recent is None else self.recent + RECENT * (late - self.recent)
        self.last, self.last_settled = late, item.settled


def drift(customer, age, days):
    """How the last payments differ from the older ones, in log-odds.

    Somebody who used to pay in time and now needs longer than the invoice has left is
    less likely than his history says, and the other way round.
    """
    count = len(customer.lateness)
    if not count:
        return 0.0
    change = customer.recent - customer.sum / count
    weight = count * RECENT / (count * RECENT + 1)
    left = 1 + abs(min(age + days, CAP_DAYS) - customer.recent) / 10
    return max(min(-change / 20 * weight / left, 0.7), -0.7)


def paid_within(item, day, days):
    """Whether an invoice open on a day was paid within some days.

    :rtype: bool
    """
    return item.settled is not None and item.settled - day <= days


def is_open(item, day):
    """Whether an invoice was open at the beginning of a day."""
    return item.issued <= day and (item.settled is None or item.settled >= day)
