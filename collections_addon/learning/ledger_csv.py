"""Invoices from a file of comma-separated values, whatever its columns are called."""

import csv
from contextlib import suppress
from datetime import datetime

from ..domain.payers import Item

#: What is needed -> how columns are called, in small letters without spaces or underscores.
NAMES = {
    "customer": ("customer", "customerid", "cust", "partner", "partnerid", "debtor", "custnumber"),
    "issued": ("issued", "issue", "invoicedate", "created", "issuedate", "documentcreatedate"),
    "due": ("due", "duedate", "invoicedatedue", "datematurity", "dueindate"),
    "amount": ("amount", "invoiceamount", "total", "amounttotal", "totalopenamount"),
    "settled": ("settled", "settle", "settleddate", "paid", "paiddate", "cleardate", "paymentdate"),
}
FORMATS = (
    "%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
    "%Y%m%d.0",
)  # fmt: skip


def read(path, columns=None, terms=None):
    """Read a ledger.

    :param path: a file with a line of headers
    :param dict columns: what is needed -> header, where it cannot be guessed
    :param int terms: days to the due date, for a file that has none
    :raises ValueError: when a column or a date cannot be understood
    :return: items, without those that have neither a date nor a due date
    :rtype: list[Item]
    """
    with open(path, newline="", encoding="utf-8-sig") as source:
        rows = csv.DictReader(source)
        places = _places(rows.fieldnames or [], columns or {}, terms)
        items = (_item(number, row, places, terms) for number, row in enumerate(rows))
        return [item for item in items if item]


def _places(headers, columns, terms):
    plain = {header.lower().replace("_", "").replace(" ", ""): header for header in headers}
    found = dict(columns)
    for what, names in NAMES.items():
        if what not in found:
            found[what] = next((plain[name] for name in names if name in plain), None)
    missing = [what for what, header in found.items() if not header]
    if terms is not None and "due" in missing:
        missing.remove("due")
    if missing:
        raise ValueError(f"no column for {', '.join(missing)}; there are {', '.join(headers)}")
    return found


def _item(number, row, places, terms):
    issued = _day(row[places["issued"]])
    due = _day(row[places["due"]]) if places.get("due") else None
    if due is None and issued and terms is not None:
        due = issued + terms
    if issued is None or due is None:
        return None
    amount = float(row[places["amount"]] or 0)
    settled = _day(row[places["settled"]])
    return Item(number, row[places["customer"]], issued, due, amount, settled)


def _day(text):
    text = (text or "").strip()
    if not text:
        return None
    for form in FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text, form).toordinal()
    raise ValueError(f"this is no date: {text!r}")
