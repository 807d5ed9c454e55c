"""Fills an organisation with made-up customers, invoices and money."""

from datetime import timedelta
from decimal import Decimal

from .. import names
from .ledger import ZERO, Line
from .writing import next_number


def fill(ledger, seed, customers, invoices, currencies):
    """Add customers and invoices in all the states they come in."""
    ledger.currencies |= set(currencies)
    today = ledger.clock.now().date()
    contacts = [
        _contact(ledger, person, f"C{len(ledger.contacts) + 1:05d}")
        for person in names.people(seed, customers, currencies)
    ]
    for bill in names.bills(seed, invoices, customers, today):
        contact = contacts[bill.customer]
        FATES[bill.fate](ledger, _invoice(ledger, contact, bill), bill, today)


def _contact(ledger, person, number):
    address = {"AddressLine1": "1 High Street", "City": person.city, "Region": person.region}
    address |= {"PostalCode": person.zip, "Country": person.country, "AttentionTo": ""}
    return ledger.add_contact(
        person.name,
        email=person.email,
        phone=person.phone,
        currency=person.currency,
        number=number,
        address=address,
    )


def _invoice(ledger, contact, bill):
    draft = bill.fate == "draft"
    return ledger.add_document(
        "Invoices",
        "ACCREC",
        contact,
        date=bill.date,
        due=None if draft else bill.due,
        currency=contact.currency or ledger.base,
        rate=names.rate(contact.currency or ledger.base, ledger.base),
        status="DRAFT" if draft else "AUTHORISED",
        number=next_number(ledger, "Invoices"),
        lines=_lines(ledger, contact, bill),
        sent=not draft,
    )


def _lines(ledger, contact, bill):
    step = names.digits(contact.currency)
    prices = [price.quantize(step) for price in bill.prices]
    return [
        Line(ledger.new_id(), f"Work, part {number}", Decimal(1), price, price)
        for number, price in enumerate(prices, 1)
    ]


def credit(ledger, kind, contact, amount, day):
    """Add a credit note, overpayment or prepayment over one amount."""
    types = {
        "CreditNotes": "ACCRECCREDIT",
        "Overpayments": "RECEIVE-OVERPAYMENT",
        "Prepayments": "RECEIVE-PREPAYMENT",
    }
    currency = contact.currency or ledger.base
    return ledger.add_document(
        kind,
        types[kind],
        contact,
        date=day,
        currency=currency,
        rate=names.rate(currency, ledger.base),
        number=next_number(ledger, kind),
        lines=[Line(ledger.new_id(), kind[:-1], Decimal(1), amount, amount)],
    )


def _part(invoice, share):
    step = names.digits(invoice.currency)
    return max((invoice.open * share).quantize(step), step)


def _day(bill, today):
    return min(bill.due + timedelta(days=3), today)


def _pay_all(ledger, invoice, bill, today):
    ledger.pay(invoice, invoice.open, _day(bill, today), reference="transfer")


def _pay_part(ledger, invoice, bill, today):
    ledger.pay(invoice, _part(invoice, bill.share), _day(bill, today), reference="part")


def _credit_all(ledger, invoice, bill, today):
    note = credit(ledger, "CreditNotes", invoice.contact, invoice.open, _day(bill, today))
    ledger.allocate(note, invoice, invoice.open, _day(bill, today))


def _mix(ledger, invoice, bill, today):
    """Pay a part, credit a part, leave some of the credit and some of the debt."""
    _pay_part(ledger, invoice, bill, today)
    kind = "Prepayments" if bill.share > Decimal("0.5") else "CreditNotes"
    note = credit(ledger, kind, invoice.contact, _part(invoice, bill.share) * 2, bill.date)
    ledger.allocate(note, invoice, _part(invoice, bill.share), _day(bill, today))


def _overpay(ledger, invoice, bill, today):
    _pay_all(ledger, invoice, bill, today)
    extra = max((invoice.total * bill.share).quantize(names.digits(invoice.currency)), ZERO + 1)
    credit(ledger, "Overpayments", invoice.contact, extra, _day(bill, today))


def _void(ledger, invoice, _bill, _today):
    ledger.set_status(invoice, "VOIDED")


def _leave(_ledger, _invoice, _bill, _today):
    """Leave the invoice as it is."""


FATES = {
    "open": _leave,
    "draft": _leave,
    "paid": _pay_all,
    "partly": _pay_part,
    "credited": _credit_all,
    "mixed": _mix,
    "overpaid": _overpay,
    "voided": _void,
}
