"""What happened between two lists of open items. Pure.

A list says what is open, not how the rest was paid. So what is missing from an item's total
is a payment, dated as of the list on which it was first seen; what comes back is taken off the
latest payments. Payments are numbered per document, so that each keeps its key.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from .rows import CREDITS, INVOICES

STREAMS = (INVOICES, CREDITS)


def carry_on(stream: str, document: Mapping[str, Any], known: Mapping[str, Any] | None, day: date):
    """Bring a document of a list together with what was known of it.

    :param document: as `rows` gives it
    :param known: the document as this function left it the last time
    :param day: the date as of which the list was made
    :return: the document with its payments, and the payments as records of their own
    :rtype: tuple[dict, list[dict]]
    """
    known = known or {}
    balance = Decimal(document["balance"])
    total = _total(document, known, balance)
    before = [(day, Decimal(amount)) for day, amount in known.get("settled", ())]
    settled = _settled(before, total - balance, day)
    made = {
        **document,
        "total": format(total, "f"),
        "settled": [[day, format(amount, "f")] for day, amount in settled],
    }
    return made, _payments(stream, made, len(before))


def _total(document, known, balance):
    """Return the total: the list's, else what it was when the item was first seen."""
    if document["total"] is not None:
        return Decimal(document["total"])
    return max(balance, Decimal(known.get("total") or 0))


def _settled(before, paid, day):
    """Return the payments that make so much: a new one, or less of the latest."""
    missing = paid - sum((amount for _day, amount in before), Decimal(0))
    if missing > 0:
        return [*before, (day.isoformat(), missing)]
    kept = list(before)
    while missing < 0:
        last, amount = kept.pop()
        missing += amount
        if missing > 0:
            kept.append((last, missing))
            missing = Decimal(0)
    return kept


def close(stream: str, known: Mapping[str, Any], day: date, how: str):
    """Close a document that is on the list no more.

    :param how: `paid`, or `cancelled`: it owes nothing and never did
    :return: as `carry_on`
    """
    if how == "paid":
        return carry_on(stream, {**known, "balance": "0"}, known, day)
    made = {**known, "balance": "0", "settled": [], "state": "void"}
    return made, _payments(stream, made, len(known.get("settled", ())))


def _payments(stream, document, before):
    """Return the payments of a document; those it has no more are deleted."""
    made = [
        _payment(stream, document, number, day, amount)
        for number, (day, amount) in enumerate(document["settled"], 1)
    ]
    gone = range(len(made) + 1, before + 1)
    return made + [_payment(stream, document, number, None, "0") for number in gone]


def _payment(stream, document, number, day, amount):
    return {
        "id": f"{document['id']}#{number}" + ("" if stream == INVOICES else "-"),
        "customer": document["customer"],
        "document": document["id"],
        "stream": stream,
        "date": day,
        "currency": document["currency"],
        "amount": amount,
        "state": "closed" if day else "deleted",
    }


def is_open(document: Mapping[str, Any]) -> bool:
    """Whether something is left to pay or to use."""
    return document.get("state") != "void" and Decimal(document["balance"]) > 0


def totals(documents: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Decimal]:
    """Return what is open per currency, credits deducted."""
    found: dict[str, Decimal] = {}
    for stream, document in documents:
        amount = Decimal(document["balance"]) * (-1 if stream == CREDITS else 1)
        found[document["currency"]] = found.get(document["currency"], Decimal(0)) + amount
    return found
