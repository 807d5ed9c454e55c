"""Writing through the accounting API: each element of a body is taken or refused alone."""

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from ..web import Refused
from . import wire
from .ledger import GONE, ZERO, Invalid, Line, Note

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
CONTACT_FIELDS = {
    "Name": "name",
    "EmailAddress": "email",
    "FirstName": "first_name",
    "LastName": "last_name",
    "ContactNumber": "number",
    "TaxNumber": "tax_number",
    "DefaultCurrency": "currency",
    "ContactStatus": "status",
}
TYPES = {
    "Invoices": ("ACCREC", "ACCPAY"),
    "CreditNotes": ("ACCRECCREDIT", "ACCPAYCREDIT"),
}


def elements(body, endpoint):
    """Return the elements of a body, which may also be a single one.

    :rtype: list[dict]
    :raise Refused: 400, there are none
    """
    found = body.get(endpoint, body) if isinstance(body, dict) else body
    found = found if isinstance(found, list) else [found]
    if not found or not all(isinstance(each, dict) and each for each in found):
        raise Refused(
            400,
            {
                "ErrorNumber": 14,
                "Type": "PostDataInvalidException",
                "Message": f"The body holds no {endpoint}",
            },
        )
    return found


def save(ledger, endpoint, element, key=None):
    """Create or change one record.

    :param key: the id of the address, over that of the element
    :return: the record
    :raise Invalid: what the service objects to
    """
    key = key or element.get(wire.IDS[endpoint])
    if endpoint == "Contacts":
        return _contact(ledger, element, key)
    if endpoint == "Payments":
        return _payment(ledger, element, key)
    if endpoint not in TYPES:
        raise Invalid(f"{endpoint} cannot be written")
    return _document(ledger, endpoint, element, key)


def _contact(ledger, element, key):
    values = {name: element[field] for field, name in CONTACT_FIELDS.items() if field in element}
    if not key:
        return ledger.add_contact(values.pop("name", ""), **values)
    if key not in ledger.contacts:
        raise Refused(404, "The resource you're looking for cannot be found")
    ledger.change_contact(ledger.contacts[key], **values)
    return ledger.contacts[key]


def _payment(ledger, element, key):
    if key:
        return _delete_payment(ledger, element, key)
    target = _payment_target(ledger, element)
    account = (element.get("Account") or {}).get("AccountID")
    code = (element.get("Account") or {}).get("Code")
    for known, (number, _name) in ledger.accounts.items():
        account = known if not account and number == code else account
    if account not in ledger.accounts:
        raise Invalid("Account must be valid")
    day = read_date(element.get("Date")) or ledger.clock.now().date()
    amount = read_amount(element.get("Amount"))
    return ledger.pay(target, amount, day, account, element.get("Reference") or "")


def _delete_payment(ledger, element, key):
    if key not in ledger.payments:
        raise Refused(404, "The resource you're looking for cannot be found")
    if element.get("Status") != "DELETED":
        raise Invalid("Payments cannot be edited, only deleted")
    ledger.delete_payment(ledger.payments[key])
    return ledger.payments[key]


def _payment_target(ledger, element):
    for kind in ledger.documents:
        named = element.get(kind[:-1])
        if named:
            key = named.get(wire.IDS[kind]) or named.get("InvoiceNumber")
            return find(ledger, kind, key or named.get("CreditNoteNumber"))
    raise Invalid("Payment must be for an Invoice, Credit Note, Prepayment or Overpayment")


def find(ledger, kind, key):
    """Return a document.

    :raise Invalid: there is none
    """
    try:
        return ledger.document(kind, key)
    except KeyError as error:
        raise Invalid(f"{kind[:-1]} could not be found") from error


def _document(ledger, kind, element, key):
    if key:
        return _change_document(ledger, find(ledger, kind, key), element)
    if element.get("Type") not in TYPES[kind]:
        raise Invalid("Type must be one of " + ", ".join(TYPES[kind]))
    contact = _contact_of(ledger, element)
    lines = [read_line(ledger, each) for each in element.get("LineItems") or []]
    if not lines:
        raise Invalid("One or more line items must be specified")
    values = {
        "date": read_date(element.get("Date")) or ledger.clock.now().date(),
        "currency": element.get("CurrencyCode") or ledger.base,
        "rate": read_amount(element.get("CurrencyRate") or 1),
        "status": element.get("Status") or "DRAFT",
        "reference": element.get("Reference") or "",
        "due": read_date(element.get("DueDate")),
        "number": element.get("InvoiceNumber") or element.get("CreditNoteNumber") or "",
        "lines": lines,
    }
    values["number"] = values["number"] or next_number(ledger, kind)
    _check_new(ledger, kind, element, values)
    return ledger.add_document(kind, element["Type"], contact, **values)


def _check_new(ledger, kind, element, values):
    """Hold what comes from outside against rules that people's screens keep by themselves."""
    if values["status"] == "AUTHORISED":
        for each in element["LineItems"]:
            if not each.get("AccountCode"):
                raise Invalid("Account code must be specified")
    others = (each for each in ledger.documents[kind].values() if each.status not in GONE)
    if element["Type"] == "ACCREC" and values["number"] in {each.number for each in others}:
        raise Invalid("Invoice # must be unique.")


def _contact_of(ledger, element):
    named = element.get("Contact") or {}
    if named.get("ContactID") in ledger.contacts:
        return ledger.contacts[named["ContactID"]]
    for contact in ledger.contacts.values():
        if named.get("Name") and contact.name == named["Name"] and contact.status == "ACTIVE":
            return contact
    if named.get("ContactID") or not named.get("Name"):
        raise Invalid("A valid Contact must be specified")
    return ledger.add_contact(named["Name"])


def _change_document(ledger, document, element):
    plain = {"Reference": "reference", "DueDate": "due", "SentToContact": "sent"}
    values = {name: element[field] for field, name in plain.items() if field in element}
    if document.status in ("VOIDED", "DELETED"):
        raise Invalid(f"{document.kind[:-1]} not of valid status for modification")
    if element.get("Status") and element["Status"] != document.status:
        ledger.set_status(document, element["Status"])
    for name, value in values.items():
        setattr(document, name, read_date(value) if name == "due" else value)
    if values:
        ledger.touch(document, changes="Edited")
    return document


def next_number(ledger, kind):
    """Return the next number of a kind, such as `INV-0007`.

    :rtype: str
    """
    prefix = {"Invoices": "INV", "CreditNotes": "CN"}.get(kind)
    return f"{prefix}-{len(ledger.documents[kind]) + 1:04d}" if prefix else ""


def read_line(ledger, element):
    """Read a line.

    :rtype: Line
    """
    quantity = read_amount(element.get("Quantity", 1))
    price = read_amount(element.get("UnitAmount", 0))
    amount = read_amount(element.get("LineAmount", quantity * price)).quantize(ZERO)
    tax = read_amount(element.get("TaxAmount", 0))
    text = element.get("Description") or ""
    account = element.get("AccountCode") or "200"
    kind = element.get("TaxType") or "NONE"
    return Line(ledger.new_id(), text, quantity, price, amount, tax, kind, account)


def allocate(ledger, kind, key, element):
    """Use a credit for an invoice.

    :rtype: Allocation
    """
    credit = find(ledger, kind, key)
    invoice = find(ledger, "Invoices", (element.get("Invoice") or {}).get("InvoiceID"))
    day = read_date(element.get("Date")) or ledger.clock.now().date()
    return ledger.allocate(credit, invoice, read_amount(element.get("Amount")), day)


def add_note(ledger, record, element, user):
    """Add an entry to a history.

    :rtype: Note
    """
    text = element.get("Details")
    if not text:
        raise Invalid("Details must be specified")
    note = Note(ledger.clock.now(), "Note", text, user)
    record.history.append(note)
    return note


def read_date(value):
    """Read a date as clients write it: ISO, or `/Date(ms+0000)/`.

    :rtype: date | None
    :raise Invalid: it is no date
    """
    if not value:
        return None
    ticks = re.fullmatch(r"/Date\((-?\d+)([+-]\d{4})?\)/", str(value))
    try:
        if ticks:
            return (EPOCH + timedelta(milliseconds=int(ticks[1]))).date()
        return date.fromisoformat(str(value)[:10])
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{value} is not a valid date") from error


def read_amount(value):
    """Read an amount.

    :rtype: Decimal
    :raise Invalid: it is none
    """
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise Invalid(f"{value} is not a valid amount") from error
