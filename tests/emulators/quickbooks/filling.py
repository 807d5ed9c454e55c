"""Fills a company with made-up customers, sub-customers, invoices and money."""

from datetime import timedelta
from decimal import Decimal

from .. import names


def fill(books, seed, customers, invoices, currencies):
    """Add customers and invoices in all the states they come in.

    Every fifth customer has a sub-customer, which gets some of the invoices.
    """
    today = books.clock.now().date()
    made = []
    for number, person in enumerate(names.people(seed, customers, currencies)):
        made.append(_customer(books, person))
        if number % 5 == 4:
            made[-2] = _customer(books, person, parent=made[-1], name="Branch")
    for bill in names.bills(seed, invoices, customers, today):
        customer = made[bill.customer]
        FATES[bill.fate](books, invoice(books, customer, bill), bill, today)


def _customer(books, person, parent=None, name=None):
    address = {"Line1": "1 High Street", "City": person.city, "PostalCode": person.zip}
    values = {
        "DisplayName": name or person.name,
        "CompanyName": person.name,
        "PrimaryEmailAddr": {"Address": person.email},
        "PrimaryPhone": {"FreeFormNumber": person.phone},
        "BillAddr": address | {"Country": person.country},
        "CurrencyRef": {"value": person.currency},
    }
    if parent:
        values["ParentRef"] = {"value": parent.id}
    return books.add("Customer", values)


def _lines(prices, currency):
    step = names.digits(currency)
    item = {"ItemRef": {"value": "3", "name": "Services"}}
    return [
        {
            "Description": f"Work, part {number}",
            "Amount": price.quantize(step),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": item | {"UnitPrice": price.quantize(step), "Qty": 1},
        }
        for number, price in enumerate(prices, 1)
    ]


def _transaction(books, customer, day):
    currency = customer.values["CurrencyRef"]["value"]
    values = {"CustomerRef": {"value": customer.id}, "TxnDate": day.isoformat()}
    if currency != books.base:  # home units for one foreign unit
        values["ExchangeRate"] = names.rate(books.base, currency)
    return values


def invoice(books, customer, bill):
    """Add an invoice.

    :rtype: Entity
    """
    values = _transaction(books, customer, bill.date) | {
        "DocNumber": str(1000 + len(books.entities["Invoice"]) + _deleted(books)),
        "DueDate": bill.due.isoformat(),
        "Line": _lines(bill.prices, customer.values["CurrencyRef"]["value"]),
        "BillEmail": {"Address": customer.values.get("PrimaryEmailAddr", {}).get("Address", "")},
        "AllowOnlineCreditCardPayment": True,
    }
    return books.add("Invoice", values)


def _deleted(books):
    """How many numbers of invoices were used up by deleted ones."""
    return sum(kind == "Invoice" for kind, _key, _when in books.tombstones)


def credit(books, customer, amount, day):
    """Add a credit memo.

    :rtype: Entity
    """
    currency = customer.values["CurrencyRef"]["value"]
    number = f"CM-{len(books.entities['CreditMemo']) + 1}"
    values = {"DocNumber": number, "Line": _lines([amount], currency)}
    return books.add("CreditMemo", _transaction(books, customer, day) | values)


def pay(books, customer, total, parts, day):
    """Add a payment.

    :param parts: pairs of an invoice or credit memo and the amount applied
    :rtype: Entity
    """
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": document.id, "TxnType": document.kind}]}
        for document, amount in parts
    ]
    values = _transaction(books, customer, day) | {"TotalAmt": total, "Line": lines}
    return books.add("Payment", values)


def _part(document, share):
    step = names.digits(document.values["CurrencyRef"]["value"])
    return max((document.open * share).quantize(step), step)


def _owner(books, document):
    return books.get("Customer", document.customer)


def _day(bill, today):
    return min(bill.due + timedelta(days=3), today)


def _pay_all(books, document, bill, today):
    owed = document.open
    pay(books, _owner(books, document), owed, [(document, owed)], _day(bill, today))


def _pay_part(books, document, bill, today):
    part = _part(document, bill.share)
    pay(books, _owner(books, document), part, [(document, part)], _day(bill, today))


def _credit_all(books, document, bill, today):
    """A payment of nothing applies a credit memo to the invoice."""
    owner, owed = _owner(books, document), document.open
    memo = credit(books, owner, owed, bill.date)
    pay(books, owner, Decimal("0.00"), [(document, owed), (memo, owed)], _day(bill, today))


def _mix(books, document, bill, today):
    """Pay a part, and leave a credit memo that is not used."""
    _pay_part(books, document, bill, today)
    credit(books, _owner(books, document), _part(document, bill.share), _day(bill, today))


def _overpay(books, document, bill, today):
    owed = document.open
    extra = _part(document, bill.share)
    pay(books, _owner(books, document), owed + extra, [(document, owed)], _day(bill, today))


def _void(books, document, _bill, _today):
    books.void(document)


def _leave(_books, _document, _bill, _today):
    """Leave the invoice as it is: QuickBooks knows no drafts."""


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
