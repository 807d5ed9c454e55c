"""Xero's JSON to records, and back. Pure: no request, no clock, no Odoo.

Dates are `/Date(ms+0000)/`, midnight UTC of the date of the books. Numbers of invoices
repeat: the id alone is a key. Bills and what else is owed by the company are ignored.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..base import (
    ZERO,
    Address,
    Application,
    Credit,
    CreditNote,
    Customer,
    Invoice,
    Overpayment,
    Payment,
    Person,
    Prepayment,
    Record,
    State,
    Target,
)
from ..reading import Fields, Page, Unreadable, read_page, sum_parts

STATES = {
    "DRAFT": State.DRAFT,
    "SUBMITTED": State.DRAFT,
    "AUTHORISED": State.OPEN,
    "PAID": State.CLOSED,
    "VOIDED": State.VOID,
    "DELETED": State.DELETED,
}
PAYMENT_STATES = {"AUTHORISED": State.CLOSED, "DELETED": State.DELETED}
#: Whether a type concerns what customers owe.
INVOICE_TYPES = {"ACCREC": True, "ACCPAY": False}
#: Words of the schema for what comes in streams of its own.
INVOICE_TYPES |= dict.fromkeys(("ACCRECCREDIT", "AROVERPAYMENT", "ARPREPAYMENT"), False)
INVOICE_TYPES |= dict.fromkeys(("ACCPAYCREDIT", "APOVERPAYMENT", "APPREPAYMENT"), False)
CREDIT_TYPES = {
    "ACCRECCREDIT": True,
    "RECEIVE-OVERPAYMENT": True,
    "RECEIVE-PREPAYMENT": True,
    "AROVERPAYMENT": True,
    "ARPREPAYMENT": True,
    "ACCPAYCREDIT": False,
    "SPEND-OVERPAYMENT": False,
    "SPEND-PREPAYMENT": False,
    "APOVERPAYMENT": False,
    "APPREPAYMENT": False,
}
#: Type of a payment -> (its document's field, the document's key, what it is); None: not ours.
PAYMENT_TYPES = {
    "ACCRECPAYMENT": ("Invoice", "InvoiceID", Target.INVOICE),
    "ARCREDITPAYMENT": ("CreditNote", "CreditNoteID", Target.CREDIT_NOTE),
    "AROVERPAYMENTPAYMENT": ("Overpayment", "OverpaymentID", Target.OVERPAYMENT),
    "ARPREPAYMENTPAYMENT": ("Prepayment", "PrepaymentID", Target.PREPAYMENT),
    "ACCPAYPAYMENT": None,
    "APCREDITPAYMENT": None,
    "APOVERPAYMENTPAYMENT": None,
    "APPREPAYMENTPAYMENT": None,
}
CONTACT_STATES = {"ACTIVE": True, "ARCHIVED": False, "GDPRREQUEST": False}


def customer(item: Fields) -> Customer:
    """Read a contact; it is a customer once it has been invoiced."""
    receivable = item.child("Balances").child("AccountsReceivable")
    phones = {phone.text("PhoneType"): _phone(phone) for phone in item.children("Phones")}
    return Customer(
        external_id=item.key("ContactID"),
        updated_at=_updated(item),
        raw=item.raw,
        name=item.key("Name"),
        active=item.choice("ContactStatus", CONTACT_STATES) if item.text("ContactStatus") else True,
        merged_into=item.text("MergedToContactID") or None,
        emails=_addresses(item.text("EmailAddress")),
        phone=phones.get("DEFAULT", ""),
        mobile=phones.get("MOBILE", ""),
        vat=item.text("TaxNumber"),
        number=item.text("AccountNumber") or item.text("ContactNumber"),
        currency=item.currency("DefaultCurrency") or None,
        address=_address(item),
        people=_people(item),
        balance=receivable.optional_amount("Outstanding"),
        overdue=receivable.optional_amount("Overdue"),
    )


def _addresses(text):
    parts = text.replace(";", ",").split(",")
    return tuple(part.strip() for part in parts if "@" in part)


def _phone(phone):
    names = ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber")
    return " ".join(filter(None, map(phone.text, names))) if phone.text("PhoneNumber") else ""


def _address(item):
    """Take the address letters go to, else the street's, whichever is filled."""
    known = {entry.text("AddressType"): entry for entry in item.children("Addresses")}
    found = Address()
    for kind in ("STREET", "POBOX"):
        entry = known.get(kind)
        if entry and (entry.text("AddressLine1") or entry.text("City")):
            lines = [entry.text(f"AddressLine{number}") for number in (1, 2, 3, 4)]
            found = Address(
                street=lines[0],
                street2=", ".join(filter(None, lines[1:])),
                city=entry.text("City"),
                region=entry.text("Region"),
                postal_code=entry.text("PostalCode"),
                country=entry.text("Country"),
            )
    return found


def _people(item):
    return tuple(
        Person(
            name=" ".join(filter(None, (person.text("FirstName"), person.text("LastName")))),
            email=person.text("EmailAddress"),
            gets_documents=person.flag("IncludeInEmails"),
        )
        for person in item.children("ContactPersons")
    )


def _updated(item):
    found = item.moment("UpdatedDateUTCString", naive_is_utc=True)
    return found or item.moment("UpdatedDateUTC", naive_is_utc=True)


def _date(item, name):
    """Read a date, that is sometimes only in the text beside it."""
    return item.optional_date(name) or item.optional_date(f"{name}String")


def _needed_date(item, name):
    return _date(item, name) or item.needed_date(name)


def invoice(item: Fields) -> Invoice | None:
    """Read an invoice; None for a bill."""
    if not item.choice("Type", INVOICE_TYPES):
        return None
    state = item.choice("Status", STATES)
    known = {"external_id": item.key("InvoiceID"), "updated_at": _updated(item), "raw": item.raw}
    known |= {"state": state, "number": item.text("InvoiceNumber")}
    if not state.counts:
        return Invoice(**known, total=item.optional_amount("Total") or ZERO)
    total, balance = item.positive("Total"), item.positive("AmountDue")
    _check_due(item, total, balance)
    return Invoice(
        **known,
        customer_id=item.child("Contact").key("ContactID"),
        reference=item.text("Reference"),
        date=_needed_date(item, "Date"),
        due_date=_needed_date(item, "DueDate"),
        currency=_currency(item),
        rate=item.rate("CurrencyRate"),
        parts=sum_parts(lambda: _lines(item)),
        total=total,
        tax=item.optional_amount("TotalTax"),
        balance=balance,
    )


def _lines(item):
    """Kind, code and amount of each line, without its tax and of its tax."""
    inclusive = item.text("LineAmountTypes") == "Inclusive"
    for line in item.children("LineItems"):
        amount = line.optional_amount("LineAmount") or ZERO
        tax = line.optional_amount("TaxAmount") or ZERO
        yield "revenue", line.text("AccountCode"), amount - tax if inclusive else amount
        yield "tax", line.text("TaxType"), tax


def _currency(item):
    found = item.currency("CurrencyCode")
    if not found:
        raise Unreadable("missing", "CurrencyCode")
    return found


def _check_due(item, total, balance):
    """Hold the rest against the total: exactly where all is told, else by its bounds."""
    paid, credited = item.optional_amount("AmountPaid"), item.optional_amount("AmountCredited")
    if balance > total:
        raise Unreadable("does_not_add_up", value=f"{balance} due of {total}")
    if None not in (paid, credited) and total - paid - credited != balance:
        text = f"{total} less {paid} paid and {credited} credited is not {balance}"
        raise Unreadable("does_not_add_up", value=text)


def _credit(item: Fields, kind: type[Credit], key: str, number: str) -> Credit | None:
    if not item.choice("Type", CREDIT_TYPES):
        return None
    state = item.choice("Status", STATES)
    known = {"external_id": item.key(key), "updated_at": _updated(item), "raw": item.raw}
    known |= {"state": state, "number": item.text(number)}
    if not state.counts:
        return kind(**known, total=item.optional_amount("Total") or ZERO)
    total, remaining = item.positive("Total"), _remaining(item, state)
    applications = _allocations(item)
    used = sum((entry.amount for entry in applications), ZERO)
    if remaining > total or used > total - remaining:
        text = f"{used} used and {remaining} left of {total}"
        raise Unreadable("does_not_add_up", value=text)
    return kind(
        **known,
        customer_id=item.child("Contact").key("ContactID"),
        reference=item.text("Reference"),
        date=_needed_date(item, "Date"),
        currency=_currency(item),
        rate=item.rate("CurrencyRate"),
        parts=sum_parts(lambda: _lines(item)),
        total=total,
        remaining=remaining,
        applications=applications,
    )


def _remaining(item, state):
    """Return what is left; an old record that is used up may not say so."""
    if state == State.CLOSED and item.optional_amount("RemainingCredit") is None:
        return ZERO
    return item.positive("RemainingCredit")


def _allocations(item):
    found = []
    for entry in item.children("Allocations"):
        if entry.flag("IsDeleted"):
            continue
        found.append(
            Application(
                target=Target.INVOICE,
                target_id=entry.child("Invoice").key("InvoiceID"),
                amount=entry.positive(_amount_name(entry)),
                date=entry.optional_date("Date"),
                external_id=entry.text("AllocationID"),
            )
        )
    return tuple(found)


def _amount_name(entry):
    return "Amount" if entry.raw.get("Amount") is not None else "AppliedAmount"


def credit_note(item: Fields) -> CreditNote | None:
    """Read a credit note; None for a supplier's."""
    return _credit(item, CreditNote, "CreditNoteID", "CreditNoteNumber")


def prepayment(item: Fields) -> Prepayment | None:
    """Read a prepayment; None for one made to a supplier."""
    return _credit(item, Prepayment, "PrepaymentID", "InvoiceNumber")


def overpayment(item: Fields) -> Overpayment | None:
    """Read an overpayment; None for one made to a supplier."""
    return _credit(item, Overpayment, "OverpaymentID", "InvoiceNumber")


def payment(item: Fields) -> Payment | None:
    """Read a payment of an invoice, or of a credit paid back; None for a supplier's."""
    kind = item.choice("PaymentType", PAYMENT_TYPES)
    if kind is None:
        return None
    field, key, target = kind
    state = item.choice("Status", PAYMENT_STATES)
    known = {"external_id": item.key("PaymentID"), "updated_at": _updated(item), "raw": item.raw}
    known |= {"state": state, "refund": target != Target.INVOICE}
    if not state.counts:
        return Payment(**known, amount=item.optional_amount("Amount") or ZERO)
    document = item.child(field)
    amount = item.positive("Amount")
    applied = Application(target=target, target_id=document.key(key), amount=amount)
    return Payment(
        **known,
        customer_id=document.child("Contact").text("ContactID") or None,
        date=_needed_date(item, "Date"),
        currency=document.currency("CurrencyCode") or None,
        rate=item.rate("CurrencyRate"),
        amount=amount,
        reference=item.text("Reference"),
        applications=(applied,),
    )


#: Stream -> (list in the answer, reader, the record's key, its label).
STREAMS: dict[str, tuple[str, Callable[[Fields], Record | None], str, str]] = {
    "customers": ("Contacts", customer, "ContactID", "Name"),
    "invoices": ("Invoices", invoice, "InvoiceID", "InvoiceNumber"),
    "credit_notes": ("CreditNotes", credit_note, "CreditNoteID", "CreditNoteNumber"),
    "prepayments": ("Prepayments", prepayment, "PrepaymentID", "InvoiceNumber"),
    "overpayments": ("Overpayments", overpayment, "OverpaymentID", "InvoiceNumber"),
    "payments": ("Payments", payment, "PaymentID", "Reference"),
}


def read(stream: str, items: Iterable[Any]) -> Page:
    """Read the records of a page, each on its own."""
    _list, reader, key, label = STREAMS[stream]
    return read_page(stream, items, reader, (key, label))


#: Field of a document -> stream and key of what stands there.
LINKS = {
    "Payments": ("payments", "PaymentID"),
    "CreditNotes": ("credit_notes", "CreditNoteID"),
    "Prepayments": ("prepayments", "PrepaymentID"),
    "Overpayments": ("overpayments", "OverpaymentID"),
}


def related(item: Any) -> list[tuple[str, str]]:
    """Return stream and key of what an invoice or credit names: payments, credits, invoices.

    Xero rings for neither payments nor allocations, only for the documents they are about.
    """
    found = []
    for name, (stream, key) in LINKS.items():
        found += [(stream, entry.get(key)) for entry in _entries(item, name)]
    for entry in _entries(item, "Allocations"):
        invoice_ = entry.get("Invoice")
        if isinstance(invoice_, Mapping):
            found.append(("invoices", invoice_.get("InvoiceID")))
    return [(stream, key) for stream, key in found if isinstance(key, str) and key]


def _entries(item, name):
    entries = item.get(name) if isinstance(item, Mapping) else None
    entries = entries if isinstance(entries, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]


def payment_body(
    *, invoice_id: str, account: Mapping[str, str], amount: Decimal, date, reference: str
) -> dict[str, Any]:
    """Write a payment of an invoice.

    :param account: `{"AccountID": …}` or `{"Code": …}`
    """
    record = {
        "Invoice": {"InvoiceID": invoice_id},
        "Account": dict(account),
        "Date": date.isoformat(),
        "Amount": amount,
        "Reference": reference[:255],
    }
    return {"Payments": [record]}


def history_body(text: str) -> dict[str, Any]:
    """Write a note into the history of a document or contact; it cannot be changed later."""
    return {"HistoryRecords": [{"Details": text[:450]}]}


def invoice_body(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write an invoice for a fee, approved, with our number.

    :param values: as `CollectionsConnector._push` is given them
    """
    taxed = any(Decimal(line["tax"]) for line in values["lines"])
    record = {
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "Contact": {"ContactID": values["customer"]},
        "InvoiceNumber": values["number"][:255],
        "Reference": values["reference"][:255],
        "Date": values["date"],
        "DueDate": values["date"],
        "CurrencyCode": values["currency"],
        "LineAmountTypes": "Exclusive" if taxed else "NoTax",
        "LineItems": [_fee_line(line, values) for line in values["lines"]],
    }
    return {"Invoices": [record]}


def _fee_line(line, values):
    amount, tax = Decimal(line["amount"]), Decimal(line["tax"])
    written = {
        "Description": line["text"][:4000],
        "Quantity": 1,
        "UnitAmount": amount,
        "LineAmount": amount,
        "AccountCode": values["account"],
    }
    if tax:
        written |= {"TaxType": values["tax"], "TaxAmount": tax}
    return written
