"""QuickBooks Online's JSON to records, and back. Pure: no request, no clock, no Odoo.

Four ways to be gone: deleted (`status: Deleted`, and nothing but the id), void (the total
is zero and the note begins with “Voided”), inactive, and merged, which looks inactive.
Names in references are stale after a rename: only their `value` is read.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ..base import (
    ZERO,
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
from ..reading import Fields, Page, Unreadable, read_page, sum_parts

#: What lines of a payment are linked to. Statement charges are no documents here.
TARGETS = {"Invoice": Target.INVOICE, "CreditMemo": Target.CREDIT_NOTE}
#: Types that take money from the payment, and those that add to it. The sign of others, such
#: as journal entries, is not in the record.
TAKES, ADDS = {"Invoice", "StatementCharge", "Charge", "RefundReceipt"}, {"CreditMemo"}


def _deleted(item):
    return item.text("status").lower() == "deleted"


def _known(item):
    return {
        "external_id": item.key("Id"),
        "updated_at": item.child("MetaData").moment("LastUpdatedTime"),
        "version": item.text("SyncToken"),
        "raw": item.raw,
    }


def _currency(item, home):
    found = item.child("CurrencyRef").currency("value") or home
    if not found:
        raise Unreadable("no_currency")
    return found


def _rate(item):
    """Return units of the document's currency for one of the company's, which is the inverse."""
    rate = item.rate("ExchangeRate")
    return 1 / rate if rate else None


def customer(item: Fields, home: str = "") -> Customer:
    """Read a customer or sub-customer; its balance is its own, without its jobs'.

    :param home: the company's currency, where records do not name theirs
    """
    if _deleted(item):
        return Customer(**_known(item), name="", active=False, deleted=True)
    return Customer(
        **_known(item),
        name=_name(item),
        active=item.flag("Active", default=True),
        parent_id=item.child("ParentRef").text("value") or None,
        bills_with_parent=item.flag("BillWithParent"),
        emails=_emails(item, "PrimaryEmailAddr"),
        phone=item.child("PrimaryPhone").text("FreeFormNumber"),
        mobile=item.child("Mobile").text("FreeFormNumber"),
        vat=item.text("PrimaryTaxIdentifier"),
        number=item.text("AcctNum") or item.text("ResaleNum"),
        currency=item.child("CurrencyRef").currency("value") or home or None,
        address=_address(item.child("BillAddr")),
        balance=item.optional_amount("Balance"),
    )


def _name(item):
    """A sub-customer is called after its parent: many parents have a “Branch”."""
    own, full = item.key("DisplayName"), item.text("FullyQualifiedName")
    is_part = item.child("ParentRef").text("value") and ":" in full
    return ", ".join(part.strip() for part in full.split(":")) if is_part else own


def _emails(item, name):
    parts = item.child(name).text("Address").replace(";", ",").split(",")
    return tuple(part.strip() for part in parts if "@" in part)


def _address(entry):
    lines = [entry.text(f"Line{number}") for number in (1, 2, 3, 4, 5)]
    return Address(
        street=lines[0],
        street2=", ".join(filter(None, lines[1:])),
        city=entry.text("City"),
        region=entry.text("CountrySubDivisionCode"),
        postal_code=entry.text("PostalCode"),
        country=entry.text("Country"),
    )


def _voided(item, total):
    return not total and item.text("PrivateNote").lower().startswith("voided")


def _state(item, total, rest):
    if _voided(item, total):
        return State.VOID
    return State.OPEN if rest else State.CLOSED


def _within(rest, total):
    """A rest lies between nothing and the whole."""
    if rest > total:
        raise Unreadable("does_not_add_up", value=f"{rest} left of {total}")


def _document(item, home, total):
    return {
        **_known(item),
        "customer_id": item.child("CustomerRef").key("value"),
        "number": item.text("DocNumber"),
        "date": item.needed_date("TxnDate"),
        "currency": _currency(item, home),
        "rate": _rate(item),
        "parts": sum_parts(lambda: _parts(item)),
        "total": total,
    }


def _parts(item):
    """Kind, code and amount of each line: products, discounts, and taxes by their rate."""
    for line in _flat(item.children("Line")):
        kind = line.text("DetailType")
        detail = line.child(kind) if kind else line
        if kind == "SalesItemLineDetail":
            yield "revenue", detail.child("ItemRef").text("value"), line.amount("Amount")
        elif kind == "DiscountLineDetail":
            account = detail.child("DiscountAccountRef").text("value")
            yield "revenue", account, -line.amount("Amount")
    taxes = item.child("TxnTaxDetail")
    rows = taxes.children("TaxLine")
    for row in rows:
        rate = row.child("TaxLineDetail").child("TaxRateRef").text("value")
        yield "tax", rate, row.amount("Amount")
    if not rows:
        yield "tax", "", taxes.optional_amount("TotalTax") or ZERO


def _flat(lines):
    """Lines, those of groups among them."""
    for line in lines:
        if line.text("DetailType") == "GroupLineDetail":
            yield from _flat(line.child("GroupLineDetail").children("Line"))
        else:
            yield line


def invoice(item: Fields, home: str = "") -> Invoice:
    """Read an invoice."""
    if _deleted(item):
        return Invoice(**_known(item), state=State.DELETED)
    total, balance = item.positive("TotalAmt"), item.positive("Balance")
    _within(balance, total)
    return Invoice(
        **_document(item, home, total),
        state=_state(item, total, balance),
        due_date=item.needed_date("DueDate"),
        balance=balance,
        tax=item.child("TxnTaxDetail").optional_amount("TotalTax"),
        payment_link=_link(item),
        emails=_emails(item, "BillEmail"),
    )


def _link(item):
    return payment_link({"InvoiceLink": item.text("InvoiceLink")})


def payment_link(item: Mapping[str, Any]) -> str:
    """Return the address on which an invoice can be paid, "" where there is none."""
    link = item.get("InvoiceLink")
    return link if isinstance(link, str) and link.startswith("https://") else ""


def credit_note(item: Fields, home: str = "") -> CreditNote:
    """Read a credit memo; what it was used for is told by payments of zero."""
    if _deleted(item):
        return CreditNote(**_known(item), state=State.DELETED)
    total = item.positive("TotalAmt")
    has_balance = item.optional_amount("Balance") is not None
    remaining = item.positive("Balance" if has_balance else "RemainingCredit")
    _within(remaining, total)
    return CreditNote(
        **_document(item, home, total),
        state=_state(item, total, remaining),
        remaining=remaining,
    )


def payment(item: Fields, home: str = "") -> Payment:
    """Read a payment, one of zero too: it applies a credit memo to an invoice."""
    if _deleted(item):
        return Payment(**_known(item), state=State.DELETED)
    amount = item.positive("TotalAmt")
    unapplied = (
        ZERO if item.optional_amount("UnappliedAmt") is None else item.positive("UnappliedAmt")
    )
    _check_payment(item, amount, unapplied)
    return Payment(
        **_known(item),
        state=State.VOID if _voided(item, amount) else State.CLOSED,
        customer_id=item.child("CustomerRef").key("value"),
        date=item.needed_date("TxnDate"),
        currency=_currency(item, home),
        rate=_rate(item),
        amount=amount,
        unapplied=unapplied,
        reference=item.text("PaymentRefNum"),
        applications=tuple(
            Application(target=TARGETS.get(kind, Target.OTHER), target_id=key, amount=part)
            for kind, key, part in _links(item)
        ),
    )


def _links(item):
    """(type, id, amount) of what the payment is linked to."""
    for entry in item.children("Line"):
        for link in entry.children("LinkedTxn"):
            yield link.key("TxnType"), link.key("TxnId"), entry.amount("Amount")


def _check_payment(item, amount, unapplied):
    """What came in, with the credits used, is what was paid and what waits."""
    links = list(_links(item))
    if any(kind not in TAKES | ADDS for kind, _key, _part in links):
        return
    came = amount + sum((part for kind, _key, part in links if kind in ADDS), ZERO)
    went = unapplied + sum((part for kind, _key, part in links if kind in TAKES), ZERO)
    if came != went:
        raise Unreadable("does_not_add_up", value=f"{came} received, {went} applied or waiting")


#: Stream -> (entity of the service, reader, label).
STREAMS: dict[str, tuple[str, Callable[[Fields, str], Record], str]] = {
    "customers": ("Customer", customer, "DisplayName"),
    "invoices": ("Invoice", invoice, "DocNumber"),
    "credit_notes": ("CreditMemo", credit_note, "DocNumber"),
    "payments": ("Payment", payment, "PaymentRefNum"),
}


def read(stream: str, items: Iterable[Any], home: str = "") -> Page:
    """Read the records of a page, each on its own.

    :param home: the company's currency
    """
    _entity, reader, label = STREAMS[stream]
    return read_page(stream, items, lambda item: reader(item, home), ("Id", label))


#: Type of a link -> the stream of what it leads to.
LINKS = {"Invoice": "invoices", "CreditMemo": "credit_notes", "Payment": "payments"}


def related(item: Any) -> list[tuple[str, str]]:
    """Return stream and key of what a record is linked to, its balance changes with it."""
    entries = [item, *_entries(item, "Line")]
    links = [link for entry in entries for link in _entries(entry, "LinkedTxn")]
    found = [(LINKS.get(str(link.get("TxnType"))), link.get("TxnId")) for link in links]
    return [(stream, key) for stream, key in found if stream and isinstance(key, str) and key]


def _entries(item, name):
    entries = item.get(name) if isinstance(item, Mapping) else None
    entries = entries if isinstance(entries, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]


def payment_body(
    *,
    invoice_id: str,
    customer_id: str,
    amount: Decimal,
    date: date,
    reference: str,
    account_id: str = "",
    currency: str = "",
) -> dict[str, Any]:
    """Write a payment of an invoice."""
    link = {"TxnId": invoice_id, "TxnType": "Invoice"}
    body = {
        "CustomerRef": {"value": customer_id},
        "TotalAmt": amount,
        "TxnDate": date.isoformat(),
        "PaymentRefNum": reference[:21],
        "Line": [{"Amount": amount, "LinkedTxn": [link]}],
    }
    if account_id:
        body["DepositToAccountRef"] = {"value": account_id}
    if currency:
        body["CurrencyRef"] = {"value": currency}
    return body


#: The longest number that QuickBooks takes; without one it gives its own.
LONGEST_NUMBER = 21


def invoice_body(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write an invoice for a fee.

    :param values: as `CollectionsConnector._push` is given them
    """
    tax = sum((Decimal(line["tax"]) for line in values["lines"]), ZERO)
    body = {
        "CustomerRef": {"value": values["customer"]},
        "CurrencyRef": {"value": values["currency"]},
        "TxnDate": values["date"],
        "DueDate": values["date"],
        "PrivateNote": values["reference"],
        "Line": [_fee_line(line, values) for line in values["lines"]],
    }
    if len(values["number"]) <= LONGEST_NUMBER:
        body["DocNumber"] = values["number"]
    if tax:
        body["TxnTaxDetail"] = {"TotalTax": tax}
    return body


def _fee_line(line, values):
    amount = Decimal(line["amount"])
    detail = {"ItemRef": {"value": values["account"]}, "Qty": 1, "UnitPrice": amount}
    if values["tax"]:
        detail["TaxCodeRef"] = {"value": values["tax"]}
    return {
        "Amount": amount,
        "Description": line["text"][:4000],
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }


def sparse_body(external_id: str, version: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Write a change of some fields: a full update would empty the others."""
    return {**changes, "Id": external_id, "SyncToken": version, "sparse": True}
