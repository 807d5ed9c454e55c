"""Read a ledger's record field by field, and say in a sentence what is wrong with it.

One record that cannot be taken is set aside with the reason; the page goes on.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from .base import ZERO, Part, Record

#: Why a record is set aside; the values are filled in by name.
SENTENCES = {
    "not_a_record": "the service sent something that is not a record",
    "missing": "“%(field)s” is missing",
    "not_text": "“%(field)s” is not a text",
    "not_a_list": "“%(field)s” is not a list",
    "not_an_object": "“%(field)s” has no fields of its own",
    "not_an_amount": "“%(field)s” is not an amount: %(value)s",
    "amount_too_large": "“%(field)s” is an impossible amount: %(value)s",
    "negative": "“%(field)s” is below zero: %(value)s",
    "not_a_date": "“%(field)s” is not a date: %(value)s",
    "absurd_date": "“%(field)s” is not a believable date: %(value)s",
    "unknown_choice": "“%(field)s” has a value that is not known here: %(value)s",
    "no_currency": "the currency is missing, and the company's own is not known",
    "not_a_currency": "“%(field)s” is not a currency: %(value)s",
    "does_not_add_up": "the amounts do not add up: %(value)s",
}
EARLIEST, LATEST = date(1980, 1, 1), date(2100, 1, 1)
LARGEST = Decimal(10) ** 15
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MS_DATE = re.compile(r"/Date\((-?\d{1,15})(?:([+-])(\d\d)(\d\d))?\)/")
ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)?")
CURRENCY = re.compile(r"[A-Z]{3}")


class Unreadable(Exception):
    """A field that cannot be taken as it is.

    :param code: a key of `SENTENCES`
    """

    def __init__(self, code: str, field: str = "", value: Any = ""):
        self.code, self.field, self.value = code, field, str(value)[:80]
        super().__init__(SENTENCES[code] % self.details)

    @property
    def details(self) -> dict[str, str]:
        """What fills the sentence."""
        return {"field": self.field, "value": self.value}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A record that was not taken.

    :param label: what a person calls it, such as its number
    :param code: a key of `SENTENCES`, so that the sentence can be translated
    """

    stream: str
    external_id: str
    label: str
    code: str
    details: Mapping[str, str] = field(default_factory=dict)
    raw: Any = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The sentence for the person who reads the log."""
        reason = SENTENCES[self.code] % self.details
        who = f" {self.label or self.external_id}" if self.label or self.external_id else ""
        return f"The record{who} was set aside: {reason}."


@dataclass(frozen=True)
class Page:
    """What became of a page: what is taken, set aside, and of no concern here (bills …)."""

    records: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()
    ignored: int = 0


def read_page(
    stream: str,
    items: Iterable[Any],
    read: Callable[["Fields"], Record | None],
    keys: tuple[str, str],
) -> Page:
    """Read every record on its own.

    :param read: gives the record, or None for what is of no concern here
    :param keys: the fields of the external id and of the label
    """
    records, problems, ignored = [], [], 0
    for item in items:
        try:
            record = read(Fields(item))
        except Unreadable as error:
            problems.append(_problem(stream, item, keys, error))
            continue
        if record is None:
            ignored += 1
        else:
            records.append(record)
    return Page(tuple(records), tuple(problems), ignored)


def _problem(stream, item, keys, error):
    known = item if isinstance(item, Mapping) else {}
    identity, label = (known.get(key) for key in keys)
    return Problem(
        stream=stream,
        external_id=str(identity)[:80] if isinstance(identity, (str, int)) else "",
        label=label[:80] if isinstance(label, str) else "",
        code=error.code,
        details=error.details,
        raw=item,
    )


class Fields:
    """The fields of one record; every method raises `Unreadable`."""

    def __init__(self, raw: Any, path: str = ""):
        if not isinstance(raw, Mapping):
            raise Unreadable("not_an_object" if path else "not_a_record", path)
        self.raw, self.path = raw, path

    def _name(self, name):
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str) -> str:
        """Return a text without surrounding blanks, "" where there is none."""
        value = self.raw.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            raise Unreadable("not_text", self._name(name))
        return str(value).replace("\x00", "").strip()

    def key(self, name: str) -> str:
        """Return a text that has to be there."""
        value = self.text(name)
        if not value:
            raise Unreadable("missing", self._name(name))
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a yes or no; the services also spell it."""
        value = self.raw.get(name)
        if isinstance(value, str):
            value = {"true": True, "false": False}.get(value.strip().lower())
        return value if isinstance(value, bool) else default

    def child(self, name: str) -> "Fields":
        """Return the fields of a nested record; none where it is absent or null."""
        value = self.raw.get(name)
        return Fields({} if value is None else value, self._name(name))

    def children(self, name: str) -> list["Fields"]:
        """Return nested records; none where the list is absent or null."""
        value = self.raw.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Unreadable("not_a_list", self._name(name))
        return [Fields(item, f"{self._name(name)}[{n}]") for n, item in enumerate(value, 1)]

    def optional_amount(self, name: str) -> Decimal | None:
        """Return an amount, None where there is none."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        return as_amount(value, self._name(name))

    def amount(self, name: str) -> Decimal:
        """Return an amount that has to be there."""
        value = self.optional_amount(name)
        if value is None:
            raise Unreadable("missing", self._name(name))
        return value

    def positive(self, name: str) -> Decimal:
        """Return an amount that has to be there and may not be below zero."""
        value = self.amount(name)
        if value < 0:
            raise Unreadable("negative", self._name(name), value)
        return value

    def rate(self, name: str) -> Decimal | None:
        """Return a rate above zero, None where there is no such."""
        value = self.optional_amount(name)
        return value if value and value > 0 else None

    def optional_date(self, name: str) -> date | None:
        """Return a date of the books, None where there is none."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        return as_date(value, self._name(name))

    def needed_date(self, name: str) -> date:
        """Return a date of the books that has to be there."""
        value = self.optional_date(name)
        if value is None:
            raise Unreadable("missing", self._name(name))
        return value

    def moment(self, name: str, naive_is_utc: bool = False) -> datetime | None:
        """Return a moment in UTC; None where there is none that can be read.

        It orders changes and is no part of the books, so that an odd one does no harm.
        """
        return as_moment(self.raw.get(name), naive_is_utc)

    def choice(self, name: str, known: Mapping[str, Any]) -> Any:
        """Return what a word of the service means here."""
        word = self.key(name)
        if word not in known:
            raise Unreadable("unknown_choice", self._name(name), word)
        return known[word]

    def currency(self, name: str) -> str:
        """Return the three letters of a currency, "" where there is none."""
        value = self.text(name)
        if value and not CURRENCY.fullmatch(value):
            raise Unreadable("not_a_currency", self._name(name), value)
        return value


def as_amount(value: Any, name: str = "") -> Decimal:
    """Return an amount exactly as it is written.

    :raises Unreadable: for anything that is not a finite number of believable size
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, float, str)):
        raise Unreadable("not_an_amount", name, value)
    try:
        amount = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except (InvalidOperation, ValueError):  # ValueError: an int of thousands of digits
        raise Unreadable("not_an_amount", name, "…") from None
    if not amount.is_finite():
        raise Unreadable("not_an_amount", name, value)
    if abs(amount) >= LARGEST or (amount and amount.adjusted() < -12):
        raise Unreadable("amount_too_large", name, value)
    return amount


def as_date(value: Any, name: str = "") -> date:
    """Return the date of the books.

    `/Date(ms+0000)/` is midnight of that date in the zone it names: no zone of ours comes
    into it, nor into an ISO date, with or without a time.
    """
    day = _ms_date(value) or _iso_date(value)
    if day is None:
        raise Unreadable("not_a_date", name, value)
    if not EARLIEST <= day <= LATEST:
        raise Unreadable("absurd_date", name, value)
    return day


def _ms_date(value):
    moment = _ms_moment(value, shift=True)
    return moment and moment.date()


def _ms_moment(value, shift=False):
    match = MS_DATE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    ms, sign, hours, minutes = match.groups()
    delta = timedelta(milliseconds=int(ms))
    if shift and sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        delta += offset if sign == "+" else -offset
    try:
        return EPOCH + delta
    except OverflowError:
        return None


def _iso_date(value):
    match = ISO_DATE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def as_moment(value: Any, naive_is_utc: bool = False) -> datetime | None:
    """Return a moment in UTC, None where it cannot be read or names no zone."""
    moment = _ms_moment(value)
    if moment is None and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(_python_iso(value))
        except ValueError:
            return None
    if moment is None or (moment.tzinfo is None and not naive_is_utc):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    try:
        moment = moment.astimezone(timezone.utc)
    except OverflowError:
        return None
    return moment if EARLIEST <= moment.date() <= LATEST else None


def _python_iso(value):
    """Write an ISO moment as Python 3.10 reads it: six decimals, and a colon in the offset."""
    match = re.fullmatch(
        r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?", value.strip()
    )
    if not match:
        return value
    head, decimals, zone = match.groups()
    zone = "+00:00" if zone == "Z" else zone or ""
    if zone and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    return f"{head}.{(decimals or '0')[:6]:0<6}{zone}"


#: Stands for a code where the ledger names none.
NO_CODE = "-"


def sum_parts(rows: Callable[[], Iterable[tuple[str, str, Decimal]]]) -> tuple[Part, ...]:
    """Add up what a document is made of, by kind and code.

    Lines are of no concern for what is owed: of a document whose lines cannot be read, the sum
    is known nevertheless.

    :param rows: gives kind, code and amount of each line
    :return: nothing where a line cannot be read
    """
    sums: dict[tuple[str, str], Decimal] = {}
    try:
        for kind, code, amount in rows():
            key = kind, code or NO_CODE
            sums[key] = sums.get(key, ZERO) + amount
    except Unreadable:
        return ()
    return tuple(
        Part(kind=kind, code=code, amount=amount) for (kind, code), amount in sums.items() if amount
    )
