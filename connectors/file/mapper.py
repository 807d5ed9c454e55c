"""Plain JSON of a list of open items to records. Pure, as the mappers of the services are."""

from collections.abc import Callable, Iterable
from typing import Any

from ..base import (
    Address,
    Application,
    CreditNote,
    Customer,
    Invoice,
    Payment,
    Record,
    State,
    Target,
)
from ..reading import Fields, Page, Unreadable, read_page

TARGETS = {"invoices": Target.INVOICE, "credit_notes": Target.CREDIT_NOTE}
PAYMENT_STATES = {"closed": State.CLOSED, "deleted": State.DELETED}


def customer(item: Fields) -> Customer:
    """Read a customer."""
    return Customer(
        external_id=item.key("id"),
        raw=item.raw,
        name=item.key("name"),
        number=item.text("number"),
        emails=tuple(filter(None, item.text("email").split(", "))),
        phone=item.text("phone"),
        vat=item.text("vat"),
        address=Address(
            street=item.text("street"),
            street2=item.text("street2"),
            city=item.text("city"),
            region=item.text("region"),
            postal_code=item.text("zip"),
            country=item.text("country"),
        ),
    )


def _document(item):
    """What invoices and credit notes share, and what is left of them."""
    total, left = item.positive("total"), item.positive("balance")
    state = State.VOID if item.text("state") == "void" else None
    if state is None and left > total:
        raise Unreadable("does_not_add_up", value=f"{left} left of {total}")
    shared = {
        "external_id": item.key("id"),
        "raw": item.raw,
        "state": state or (State.OPEN if left else State.CLOSED),
        "customer_id": item.key("customer"),
        "number": item.key("number"),
        "reference": item.text("reference"),
        "date": item.needed_date("date"),
        "currency": item.currency("currency"),
        "total": total,
    }
    if not shared["currency"]:
        raise Unreadable("missing", "currency")
    return shared, left


def invoice(item: Fields) -> Invoice:
    """Read an invoice."""
    shared, left = _document(item)
    link = item.text("link")
    due = item.needed_date("due_date")
    return Invoice(**shared, due_date=due, balance=left, payment_link=link)


def credit_note(item: Fields) -> CreditNote:
    """Read a credit note, or money received that waits for an invoice."""
    shared, left = _document(item)
    return CreditNote(**shared, remaining=left)


def payment(item: Fields) -> Payment:
    """Read a payment that follows from what is left of a document.

    What a credit lost went to the customer, as far as a list can tell.
    """
    state = item.choice("state", PAYMENT_STATES)
    target = item.choice("stream", TARGETS)
    known = {"external_id": item.key("id"), "raw": item.raw, "state": state}
    known |= {"refund": target != Target.INVOICE, "customer_id": item.key("customer")}
    if not state.counts:
        return Payment(**known)
    amount = item.positive("amount")
    applied = Application(target=target, target_id=item.key("document"), amount=amount)
    return Payment(
        **known,
        date=item.needed_date("date"),
        currency=item.currency("currency") or None,
        amount=amount,
        applications=(applied,),
    )


#: Stream -> (reader, label).
STREAMS: dict[str, tuple[Callable[[Fields], Record], str]] = {
    "customers": (customer, "name"),
    "invoices": (invoice, "number"),
    "credit_notes": (credit_note, "number"),
    "payments": (payment, "document"),
}


def read(stream: str, items: Iterable[Any]) -> Page:
    """Read the records of a page, each on its own."""
    reader, label = STREAMS[stream]
    return read_page(stream, items, reader, ("id", label))
