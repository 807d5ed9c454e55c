"""Reading a ledger of invoices from delimited text, whatever its columns are called.

Columns are found by their headers. The format of dates and amounts is decided for a
whole column, never row by row, and is stated in the result. A row that cannot be read
is reported with its number and a sentence; it stops no other row.
"""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .ledger_formats import (
    AmountFormat,
    DateFormat,
    choose_amount_format,
    choose_date_format,
)

# field -> headers it is known under, without case, spaces and punctuation
SYNONYMS = {
    "customer": (
        "customer customerid customername customerno customernumber client clientname"
        " debtor partner account accountname company buyer custnumber cust contact"
        " contactname"
    ),
    "number": (
        "number invoicenumber invoiceno invoiceid invoice docnumber documentnumber"
        " documentno reference ref no invoiceref"
    ),
    "invoice_date": (
        "invoicedate date issuedate issued issue documentdate docdate postingdate"
        " billingdate created"
    ),
    "due_date": "duedate due dueon paymentdue datedue maturity maturitydate dueindate",
    "amount": (
        "amount invoiceamount total totalamount amounttotal grosstotal gross value"
        " amountdue totalopenamount"
    ),
    "currency": "currency currencycode ccy cur invoicecurrency",
    "paid_on": (
        "paidon paid paiddate datepaid settleddate settled settle paymentdate"
        " cleardate clearingdate paidat"
    ),
}
REQUIRED = ("customer", "number", "invoice_date", "due_date", "amount")
DATES = ("invoice_date", "due_date", "paid_on")
LABELS = {
    "customer": "customer",
    "number": "invoice number",
    "invoice_date": "invoice date",
    "due_date": "due date",
    "amount": "amount",
    "currency": "currency",
    "paid_on": "date of payment",
}


class LedgerError(ValueError):
    """The whole text cannot be read; its sentence says what to do."""


@dataclass(frozen=True)
class LedgerRow:
    """One invoice, or a credit note when the amount is negative.

    :param line: its line in the text, the header being on line 1
    :param currency: three letters, None when the text has no such column
    :param paid_on: None while it is not paid
    """

    line: int
    customer: str
    number: str
    invoice_date: date
    due_date: date
    amount: Decimal
    currency: str | None = None
    paid_on: date | None = None


@dataclass(frozen=True)
class RowError:
    """A row that was left out, and why, in a sentence."""

    line: int
    text: str


@dataclass(frozen=True)
class Ledger:
    """What was read.

    :param columns: field -> the header it was found under
    :param ignored: headers nothing was taken from
    :param date_formats: field -> format of the whole column
    :param amount_format: format of the column of amounts
    """

    rows: tuple[LedgerRow, ...]
    errors: tuple[RowError, ...]
    columns: dict[str, str]
    ignored: tuple[str, ...]
    date_formats: dict[str, DateFormat]
    amount_format: AmountFormat

    def notes(self) -> list[str]:
        """Say how the text was understood, a sentence each."""
        lines = [
            f"{LABELS[name]}: column “{header}”{self._format_of(name)}"
            for name, header in self.columns.items()
        ]
        if self.ignored:
            lines.append("not used: " + ", ".join(f"“{name}”" for name in self.ignored))
        return lines

    def _format_of(self, name):
        if name == "amount":
            return f", {self.amount_format.text}"
        return f", {self.date_formats[name].text}" if name in self.date_formats else ""


@dataclass
class _Reader:
    """The formats chosen, and the numbers met so far."""

    columns: dict[str, int]
    date_formats: dict[str, DateFormat]
    amount_format: AmountFormat
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def row(self, line, cells):
        """Read one row.

        :raises ValueError: it cannot be read; the text is a sentence
        """
        values = {name: cells[index] for name, index in self.columns.items()}
        for name in REQUIRED:
            if not values[name]:
                raise ValueError(f"The {LABELS[name]} is empty.")
        dates = {name: self._date(name, values.get(name, "")) for name in DATES}
        amount = self._amount(values["amount"])
        if dates["due_date"] < dates["invoice_date"]:
            raise ValueError("The due date lies before the invoice date.")
        self._refuse_repeated(line, values["customer"], values["number"])
        return LedgerRow(
            line=line,
            customer=values["customer"],
            number=values["number"],
            amount=amount,
            currency=_currency(values.get("currency")),
            **dates,
        )

    def _date(self, name, text):
        if not text:
            return None
        value = self.date_formats[name].parse(text)
        if value is None:
            raise ValueError(
                f"The {LABELS[name]} “{text}” is not a date ({self.date_formats[name].text})."
            )
        return value

    def _amount(self, text):
        value = self.amount_format.parse(text)
        if value is None:
            raise ValueError(f"The amount “{text}” is not a number.")
        if not value:
            raise ValueError("The amount is zero: there is nothing to collect.")
        return value

    def _refuse_repeated(self, line, customer, number):
        first = self.seen.setdefault((customer, number), line)
        if first != line:
            raise ValueError(f"Invoice “{number}” of “{customer}” is already on line {first}.")


def parse_ledger(text: str) -> Ledger:
    """Read a ledger.

    :param text: comma, semicolon or tab separated, the first line being the headers
    :return: the rows that could be read, and what was wrong with the others
    :raises LedgerError: there is no header line, or a column is missing or twice there
    """
    lines = _lines(text)
    if not lines:
        raise LedgerError("The file is empty: it needs a line of column names.")
    headers = [cell.strip() for cell in lines[0][1]]
    columns = _find_columns(headers)
    body = [(number, cells) for number, cells in lines[1:] if any(cells)]
    reader = _reader(columns, [cells for _, cells in body])
    rows, errors = [], []
    for number, cells in body:
        try:
            if len(cells) != len(headers):
                raise ValueError(
                    f"It has {len(cells)} columns where the first line has {len(headers)}."
                )
            rows.append(reader.row(number, cells))
        except ValueError as error:
            errors.append(RowError(number, str(error)))
    return Ledger(
        rows=tuple(rows),
        errors=tuple(errors),
        columns={name: headers[index] for name, index in columns.items()},
        ignored=tuple(h for i, h in enumerate(headers) if i not in columns.values()),
        date_formats=reader.date_formats,
        amount_format=reader.amount_format,
    )


def _lines(text):
    """Return the (line number, stripped cells) of every record that is not blank."""
    text = text.lstrip("\ufeff")
    head = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines, first = [], 1
    try:
        for cells in reader:
            if cells:
                lines.append((first, [cell.strip() for cell in cells]))
            first = reader.line_num + 1
    except csv.Error as error:
        raise LedgerError(f"Line {reader.line_num} cannot be read: {error}.") from error
    return lines


def _find_columns(headers):
    """Return which column holds which field."""
    names = [re.sub(r"[\W_]+", "", header).lower() for header in headers]
    columns = {}
    for name, synonyms in SYNONYMS.items():
        found = [s for s in synonyms.split() if s in names]
        if found and names.count(found[0]) > 1:
            raise LedgerError(f"There are two columns “{found[0]}”: keep one.")
        if found:
            columns[name] = names.index(found[0])
    missing = [LABELS[name] for name in REQUIRED if name not in columns]
    if missing:
        raise LedgerError(
            f"No column was found for: {', '.join(missing)}. The columns are:"
            f" {', '.join(headers)}. Rename the headers, such as “Customer”,"
            " “Number”, “Invoice date”, “Due date”, “Amount”, “Currency”, “Paid on”."
        )
    return columns


def _reader(columns, body):
    """Choose the formats of the columns; one date column helps another decide."""

    def values(name):
        index = columns[name]
        return [cells[index] for cells in body if len(cells) > index and cells[index]]

    dates = {name: values(name) for name in DATES if name in columns}
    together = choose_date_format([text for texts in dates.values() for text in texts])
    chosen = {name: choose_date_format(texts, together) for name, texts in dates.items()}
    return _Reader(columns, chosen, choose_amount_format(values("amount")))


def _currency(text):
    if not text:
        return None
    code = text.upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(f"The currency “{text}” is not a three-letter code like EUR.")
    return code
