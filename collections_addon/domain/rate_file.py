"""Reading a file of reference rates: `code;from;percent;source`, one value a line."""

import csv
import io
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

COLUMNS = ("code", "from", "percent", "source")


class RateRow(NamedTuple):
    """One value of a reference rate."""

    code: str
    since: date
    percent: Decimal
    source: str


def read_rates(text):
    """Read the rows of a file; comma or semicolon separated, with a header.

    :param str text: the content of the file
    :return: the rows, and (line number, what is wrong: `columns`, `date`, `percent`,
        `source` or `code`, the text found) for those that cannot be read
    :rtype: tuple[list[RateRow], list[tuple[int, str, str]]]
    """
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    header = tuple(name.strip().lower() for name in reader.fieldnames or ())
    if not set(COLUMNS) <= set(header):
        return [], [(1, "columns", delimiter.join(header))]
    reader.fieldnames = list(header)
    rows, wrong = [], []
    for number, values in enumerate(reader, start=2):
        row = _read_row(values)
        if isinstance(row, RateRow):
            rows.append(row)
        else:
            wrong.append((number, *row))
    return rows, wrong


def _read_row(values):
    """The row, or what is wrong with it."""
    code, since, percent, source = ((values[name] or "").strip() for name in COLUMNS)
    for name, text in (("code", code), ("source", source)):
        if not text:
            return name, text
    try:
        day = date.fromisoformat(since)
    except ValueError:
        return "date", since
    try:
        number = Decimal(percent.replace(",", "."))
    except InvalidOperation:
        return "percent", percent
    if not -20 <= number <= 1000:
        return "percent", percent
    return RateRow(code, day, number, source)
