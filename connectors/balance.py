"""What customers owe, summed from their documents, against what the ledger says. Pure.

The identity, which recorded books of both services keep: the balance of a customer is the
rest of its invoices, less what is left of its credits, less what of its payments waits.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .base import ZERO, Credit, Customer, Invoice, Payment, Record

#: (customer's external id, currency) -> amount
Balances = dict[tuple[str, str], Decimal]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A figure of a customer that is not the same there and here.

    :param measure: `outstanding` or `overdue`
    """

    customer_id: str
    name: str
    measure: str
    currency: str
    there: Decimal
    here: Decimal

    @property
    def amount(self) -> Decimal:
        """What the ledger has more than we."""
        return self.there - self.here


def outstanding(records: Iterable[Record]) -> Balances:
    """Sum what each customer owes, per currency: currencies are never added up."""
    found = defaultdict(Decimal)
    for record in records:
        if isinstance(record, Invoice) and record.state.counts:
            found[record.customer_id, record.currency] += record.balance
        elif isinstance(record, Credit) and record.state.counts:
            found[record.customer_id, record.currency] -= record.remaining
        elif isinstance(record, Payment) and record.state.counts and record.unapplied:
            found[record.customer_id or "", record.currency or ""] -= record.unapplied
    return dict(found)


def overdue(records: Iterable[Record], day: date) -> Balances:
    """Sum the rests of invoices that were due before a day, credits left aside."""
    found = defaultdict(Decimal)
    for record in records:
        if isinstance(record, Invoice) and record.state.counts and record.due_date < day:
            found[record.customer_id, record.currency] += record.balance
    return dict(found)


def tie_out(
    customers: Iterable[Customer], records: Iterable[Record], currency: str, day: date
) -> list[Difference]:
    """Hold the balances of the ledger against the sums of its documents.

    A customer without a balance is not compared, nor one with open documents in several
    currencies: one figure for them is either a mixture or a conversion.

    :param currency: the company's, for customers that name none and owe nothing
    :param day: for what is overdue
    """
    records = list(records)
    sums = {"outstanding": outstanding(records), "overdue": overdue(records, day)}
    used = defaultdict(set)
    for (customer_id, own), amount in sums["outstanding"].items():
        if amount:
            used[customer_id].add(own)
    differences = []
    for customer in customers:
        own = used[customer.external_id] or {customer.currency or currency}
        if len(own) == 1 and not customer.deleted:
            differences += _differences(customer, *own, sums)
    return differences


def _differences(customer, currency, sums):
    told = {"outstanding": customer.balance, "overdue": customer.overdue}
    for measure, there in told.items():
        here = sums[measure].get((customer.external_id, currency), ZERO)
        if there is not None and there != here:
            yield Difference(
                customer_id=customer.external_id,
                name=customer.name,
                measure=measure,
                currency=currency,
                there=there,
                here=here,
            )
