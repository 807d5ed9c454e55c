"""From the cells of a row to an open item and its customer, or a reason why not. Pure.

Items are plain JSON in one spelling, whatever the file's: dates as 2026-01-31, amounts with a
point. The same item from another program's file is the same text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from hashlib import blake2b
from itertools import islice

from ...collections_addon.domain.ledger_formats import (
    AmountFormat,
    DateFormat,
    choose_amount_format,
    choose_date_format,
)
from ..reading import CURRENCY, EARLIEST, LATEST, Unreadable, as_amount
from .columns import AMOUNTS, DATES, plain
from .reader import Cell, Table

INVOICES, CREDITS = "invoices", "credit_notes"
#: Words for kinds of documents, as `plain` leaves them.
KINDS = {
    INVOICES: (
        "invoice inv salesinvoice debit debitnote si rechnung re debitorenrechnung facture factura"
        " fattura fatura factuur faktura saskaita lasku charge debito"
    ),
    CREDITS: (
        "credit creditnote creditmemo cn cm crn sc gutschrift gs rechnungskorrektur avoir"
        " notadecredito notacredito notadicredito abono creditnota korekta kreditinesaskaita"
        " kreditnota kreditfaktura hyvityslasku payment paymentonaccount unappliedpayment"
        " unallocatedpayment receipt overpayment prepayment zahlung anzahlung uberzahlung"
        " reglement paiement acompte pago cobro pagamento incasso betaling wplata mokejimas"
    ),
}
_KINDS = {word: kind for kind, words in KINDS.items() for word in words.split()}
#: What an amount may miss of the decimals of its currency: the noise of calculations.
NOISE = Decimal("0.000001")
EXCEL_EPOCH = date(1899, 12, 30)
SAMPLE = 5000
LONGEST = 200
#: What a date and an amount look like, whatever they turn out to be.
LOOKS = {
    DATES: re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}"),
    AMOUNTS: re.compile(r"[-(]?\d[\d.,' ]*[.,]\d{2}\)?"),
}
EMAIL = re.compile(r"[^\s@;,<>]+@[^\s@;,<>]+\.[^\s@;,<>]+")
#: Fields of the customer that are taken as they are.
PLAIN_FIELDS = (
    "phone", "vat", "street", "street2", "zip", "city", "region", "country",
)  # fmt: skip


class RowProblem(ValueError):
    """Why a row is left out.

    :param code: `missing`, `not_a_date`, `absurd_date`, `not_an_amount`, `negative`,
        `decimals`, `currency`, `unknown_currency`, `kind`, `repeated`, `too_much`, `no_amount`
    :param field: the field concerned
    :param value: what stands there, or the line that is repeated
    """

    def __init__(self, code: str, field: str = "", value: object = ""):
        self.code, self.field, self.value = code, field, str(value)[:80]
        super().__init__(f"{code} {field} {self.value}")


@dataclass(frozen=True)
class Layout:
    """How the rows of a table are to be understood.

    :param columns: field -> number of its column
    :param date_format: `strptime`'s
    :param decimal: the separator of decimals
    :param currency: of rows that name none; empty where every row has to
    :param currencies: the currencies that can be taken -> their decimals
    """

    columns: Mapping[str, int]
    date_format: str
    decimal: str
    currency: str = ""
    currencies: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Guess:
    """The formats that a table seems to have.

    :param ambiguous: day and month could as well be the other way round
    """

    date_format: str
    decimal: str
    ambiguous: bool


@dataclass(frozen=True)
class Item:
    """A row that was understood.

    :param stream: `invoices` or `credit_notes`
    :param document: its plain JSON; `total` is None where the file tells only what is open
    """

    line: int
    stream: str
    customer: Mapping[str, str]
    document: Mapping[str, str | None]


@dataclass(frozen=True)
class Left:
    """A row that was left out.

    :param key: the document's, "" where not even that can be read
    """

    line: int
    problem: RowProblem
    cells: tuple[Cell, ...]
    key: str = ""


def guess_formats(table: Table, columns: Mapping[str, int]) -> Guess:
    """Find out how dates and amounts are written, from the first rows."""
    sample = [cells for _line, cells in islice(table.rows(), SAMPLE)]
    texts = [
        sorted({cell for cell in column if isinstance(cell, str) and cell})
        for column in zip(*(cells[: len(table.headers)] for cells in sample), strict=True)
    ]
    dates = choose_date_format(_texts_of(texts, DATES, columns))
    amounts = choose_amount_format(_texts_of(texts, AMOUNTS, columns))
    return Guess(dates.pattern, amounts.decimal, dates.ambiguous)


def _texts_of(texts, fields, columns):
    """Return the texts of the fields' columns; where none is known, of all that look so."""
    places = [columns[name] for name in fields if name in columns]
    if texts and places:
        return [text for place in places for text in texts[place]]
    looks = LOOKS[fields]
    return [text for column in texts for text in column if looks.fullmatch(text)]


class Reader:
    """Reads the rows of a table, once; it remembers which documents it has met."""

    def __init__(self, table: Table, layout: Layout):
        self._table = table
        self._layout = layout
        self._dates = DateFormat(layout.date_format)
        self._amounts = AmountFormat(layout.decimal)
        self._seen: dict[bytes, int] = {}

    def __iter__(self) -> Iterator[Item | Left]:
        """Give every row as an item, or with the reason why it is none."""
        for line, cells in self._table.rows():
            try:
                yield self._item(line, cells)
            except RowProblem as problem:
                yield Left(line, problem, cells, self._key_of(cells))

    def _key_of(self, cells):
        """The key of a row of which more cannot be read."""
        row = _Row(self._layout.columns, cells)
        try:
            return _key(row, row.needed("number"), _customer(row))
        except RowProblem:
            return ""

    def _item(self, line, cells):
        row = _Row(self._layout.columns, cells)
        customer, number = _customer(row), row.needed("number")
        key = _key(row, number, customer)
        stream, total, balance = self._money(row)
        self._refuse_repeated(line, stream, key, number)
        day, due = self._days(row, stream)
        return Item(
            line,
            stream,
            customer,
            {
                "id": key,
                "customer": customer["id"],
                "number": number,
                "reference": row.text("reference"),
                "date": day.isoformat(),
                "due_date": due.isoformat(),
                "currency": self._currency(row),
                "total": None if total is None else format(total, "f"),
                "balance": format(balance, "f"),
                "link": row.text("link") if row.text("link").startswith("https://") else "",
            },
        )

    def _refuse_repeated(self, line, stream, key, number):
        digest = blake2b(f"{stream} {key}".encode("utf-8", "replace"), digest_size=12).digest()
        first = self._seen.setdefault(digest, line)
        if first != line:
            raise RowProblem("repeated", number, first)

    # === DATES === #

    def _days(self, row, stream):
        """Return the date of the document and when it is due; one may stand for the other."""
        day, due = (self._date(row, name) for name in DATES)
        if stream == CREDITS:
            due = due or day
        if due is None:
            raise RowProblem("missing", "due_date")
        day = day or due
        return day, max(day, due) if stream == CREDITS else due

    def _date(self, row, name):
        cell = row.cell(name)
        if cell == "":
            return None
        day = cell if isinstance(cell, date) else self._read_date(cell)
        if day is None:
            raise RowProblem("not_a_date", name, cell)
        if not EARLIEST <= day <= LATEST:
            raise RowProblem("absurd_date", name, cell)
        return day

    def _read_date(self, cell):
        if isinstance(cell, Decimal):
            if cell == cell.to_integral_value() and 20000 < cell < 80000:
                return EXCEL_EPOCH + timedelta(days=int(cell))
            cell = format(cell, "f")
        return self._dates.parse(cell) or DateFormat("%Y-%m-%d").parse(cell)

    # === MONEY === #

    def _money(self, row):
        """Return the stream, the total and what is open of it, both above zero or zero."""
        total, balance = (self._amount(row, name) for name in AMOUNTS)
        if balance is None and "balance" in self._layout.columns and total:
            balance = total * 0  # an empty cell of open amounts: nothing is open
        if balance is None:
            total, balance = None, total
        if balance is None:
            raise RowProblem("no_amount")
        stream = self._stream(row, total, balance)
        sign = -1 if min(balance, total or 0) < 0 else 1
        if sign < 0 and stream == INVOICES:
            raise RowProblem("negative", "balance", balance)
        balance = sign * balance + 0  # no zero below zero
        total = None if total is None else sign * total + 0
        if balance < 0 or (total is not None and balance > total):
            raise RowProblem("too_much", "balance", f"{balance} / {total}")
        return stream, total, balance

    def _stream(self, row, total, balance):
        """Return what kind of document it is: by its word, else by the sign."""
        word = row.text("kind")
        if not word:
            return CREDITS if min(balance, total or 0) < 0 else INVOICES
        if plain(word) not in _KINDS:
            raise RowProblem("kind", "kind", word)
        return _KINDS[plain(word)]

    def _amount(self, row, name):
        cell = row.cell(name)
        if cell == "":
            return None
        value = cell if isinstance(cell, Decimal) else None
        if isinstance(cell, str):
            value = self._amounts.parse(cell)
        try:
            return self._rounded(as_amount(value), row, name)
        except Unreadable:
            raise RowProblem("not_an_amount", name, cell) from None

    def _rounded(self, value, row, name):
        """Round noise away; what has more decimals than its currency is a misreading."""
        unit = Decimal(1).scaleb(-self._layout.currencies.get(self._currency(row), 2))
        rounded = value.quantize(unit, ROUND_HALF_UP)
        if abs(rounded - value) > NOISE:
            raise RowProblem("decimals", name, value)
        return rounded

    def _currency(self, row):
        code = row.text("currency").upper() or self._layout.currency
        code = {"€": "EUR", "£": "GBP", "US$": "USD"}.get(code, code)
        if not CURRENCY.fullmatch(code):
            raise RowProblem("currency", "currency", code)
        if code not in self._layout.currencies:
            raise RowProblem("unknown_currency", "currency", code)
        return code


@dataclass(frozen=True)
class _Row:
    columns: Mapping[str, int]
    cells: tuple[Cell, ...]

    def cell(self, name):
        place = self.columns.get(name)
        return "" if place is None or place >= len(self.cells) else self.cells[place]

    def text(self, name):
        """Return a cell as a text on one line; a whole number without its point."""
        cell = self.cell(name)
        if isinstance(cell, date):
            return cell.isoformat()
        if isinstance(cell, Decimal):
            return format(cell.normalize(), "f") if cell.is_finite() else ""
        return " ".join(cell.split())[:LONGEST]

    def needed(self, name):
        text = self.text(name)
        if not text:
            raise RowProblem("missing", name)
        return text


def _customer(row):
    """Return the customer of a row, known by its number, else by its name."""
    number = row.text("customer_number")
    name = row.text("customer") or number
    if not name:
        raise RowProblem("missing", "customer")
    emails = EMAIL.findall(row.text("email"))
    known = {"name": name, "number": number, "email": ", ".join(emails)}
    known |= {field: row.text(field) for field in PLAIN_FIELDS}
    return {"id": _short_key(number or name.casefold())} | known


def _key(row, number, customer):
    """Return what tells a document from others: its number alone may be used twice."""
    return _short_key(row.text("key") or f"{number} / {customer['id']}")


def _short_key(text):
    """Keep a key that is long a key."""
    if len(text) <= 90:
        return text
    return text[:50] + blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def split(rows: Iterable[Item | Left], size: int) -> Iterator[tuple[list[Item], list[Left]]]:
    """Give the rows in batches of so many."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        items = [row for row in batch if isinstance(row, Item)]
        yield items, [row for row in batch if isinstance(row, Left)]
