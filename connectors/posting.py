"""What a ledger's record is in books of ours: an amount owed, and what it settles. Pure.

Every record becomes at most one document with one receivable item. Its sign says who owes:
above zero the customer, below zero we. Matches between items say what pays what. What is
applied to something that is not mirrored is left out on both sides, so that the balance of
a customer stays what the ledger says of the documents that are here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .base import ZERO, Application, Credit, CreditNote, Invoice, Payment, Record, Target

STREAMS = {
    Target.INVOICE: "invoices",
    Target.CREDIT_NOTE: "credit_notes",
    Target.PREPAYMENT: "prepayments",
    Target.OVERPAYMENT: "overpayments",
}
#: (stream, external id) of a document.
Key = tuple[str, str]
#: Stands for the record's own document.
OWN: Key = ("", "")


@dataclass(frozen=True, kw_only=True)
class Match:
    """An amount of a debit that a credit settles; one of them may be `OWN`."""

    debit: Key
    credit: Key
    amount: Decimal


def move_type(record: Record) -> str:
    """Return the kind of document: Odoo's word for it."""
    if isinstance(record, Invoice):
        return "out_invoice"
    return "out_refund" if isinstance(record, CreditNote) else "entry"


def applications(record: Record) -> list[Application]:
    """Return what the record is applied to, of what can be mirrored, none twice."""
    found: dict[Key, Decimal] = {}
    for part in getattr(record, "applications", ()):
        if part.target in STREAMS and part.amount:
            key = STREAMS[part.target], part.target_id
            found[key] = found.get(key, ZERO) + part.amount
    targets = {stream: target for target, stream in STREAMS.items()}
    return [
        Application(target=targets[stream], target_id=key, amount=amount)
        for (stream, key), amount in found.items()
    ]


def target_key(part: Application) -> Key:
    """Return stream and id of what an amount is applied to."""
    return STREAMS[part.target], part.target_id


def amount_owed(record: Record, is_here: Callable[[Key], bool]) -> Decimal:
    """Return what the record's own document adds to what the customer owes.

    :param is_here: whether a document is mirrored
    """
    if isinstance(record, Invoice):
        return record.total
    here = [part for part in applications(record) if is_here(target_key(part))]
    if isinstance(record, Credit):
        left_out = sum((part.amount for part in applications(record) if part not in here), ZERO)
        return left_out - record.total
    if isinstance(record, Payment):
        return sum((_sign(part) * part.amount for part in here), -record.unapplied)
    raise TypeError(f"{type(record).__name__} is no document")


def _sign(part):
    return -1 if part.target == Target.INVOICE else 1


def balance_told(record: Record) -> Decimal:
    """Return what the ledger says is left of the record, with the sign of what is owed."""
    if not record.state.counts:
        return ZERO
    if isinstance(record, Invoice):
        return record.balance
    return -record.remaining if isinstance(record, Credit) else -record.unapplied


def matches(record: Record, is_here: Callable[[Key], bool]) -> list[Match]:
    """Return what settles what, as the record says, of what is mirrored.

    A credit names the invoices it is used for. A payment may name several invoices and
    credits that it applies at once: credits are used up in their order, money last.
    """
    if not record.state.counts or isinstance(record, Invoice):
        return []
    here = [part for part in applications(record) if is_here(target_key(part))]
    debits = [[target_key(part), part.amount] for part in here if _sign(part) < 0]
    credits = [[target_key(part), part.amount] for part in here if _sign(part) > 0]
    owed = amount_owed(record, is_here)
    (debits if owed > 0 else credits).append([OWN, abs(owed)])
    return list(_pair(debits, credits))


def _pair(debits: Iterable[list], credits: Iterable[list]) -> Iterable[Match]:
    waiting = list(credits)
    for key, rest in debits:
        while rest and waiting:
            amount = min(rest, waiting[0][1])
            if amount:
                yield Match(debit=key, credit=waiting[0][0], amount=amount)
            rest -= amount
            waiting[0][1] -= amount
            if not waiting[0][1]:
                waiting.pop(0)


def waits_for(record: Record, is_here: Callable[[Key], bool]) -> list[Key]:
    """Return what the record is applied to and is not mirrored."""
    return [target_key(part) for part in applications(record) if not is_here(target_key(part))]


def is_old(record: Record, day: date | None) -> bool:
    """Return whether nothing is left of the record and it is older than anybody asks."""
    if not day or not isinstance(record, (Invoice, Credit)):
        return False
    return not balance_told(record) and record.date is not None and record.date < day
