"""From the bytes of a file to rows of cells, whatever program wrote it. Pure.

Text comes in any encoding and with any separator; a workbook keeps its numbers and dates as
such. Rows are given one by one, as often as they are asked for: a large file is never in
memory as a whole.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from .columns import is_known

Cell = str | Decimal | date
#: Encodings offered besides what is found out, the likeliest first.
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "cp1252": "Western European",
    "cp1250": "Central European",
    "cp1257": "Baltic",
    "cp1251": "Cyrillic",
    "cp1253": "Greek",
    "cp1254": "Turkish",
    "utf-16": "Unicode (UTF-16)",
}
SEPARATORS = (";", ",", "\t", "|")
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LARGEST_CELL = 131_072  # Python's own limit: it is one for the whole process
HEAD, HEADERS_WITHIN = 64, 40
CHUNK = 1 << 20


class UnreadableFile(ValueError):
    """Nothing can be read from the file.

    :param code: `empty`, `old_workbook`, `not_a_table`, `encoding`, `broken`, `too_large`,
        `no_sheet`, `no_headers`
    """

    def __init__(self, code: str, detail: object = ""):
        self.code, self.detail = code, str(detail)[:80]
        super().__init__(f"{code} {self.detail}".strip())


@dataclass(frozen=True)
class Options:
    """What a person chose; what is empty is found out."""

    encoding: str = ""
    separator: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Table:
    """A table whose columns have names.

    :param headers: made unique, none of them empty
    :param first: the line after the headers; the first line of a file is 1
    :param options: how the file is read
    :param sheets: names of the sheets of a workbook
    :param book: the workbook itself, opened
    """

    content: bytes = field(repr=False)
    headers: tuple[str, ...]
    first: int
    options: Options
    sheets: tuple[str, ...] = ()
    book: Any = field(default=None, repr=False, compare=False)

    def rows(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """Give the number and the cells of every line that is not blank.

        :raises UnreadableFile: when the file turns out to be broken further down
        """
        width = len(self.headers)
        for line, cells in raw_rows(self.content, self.options, self.book):
            if line >= self.first and any(cell != "" for cell in cells):
                yield line, tuple(cells) + ("",) * (width - len(cells))


def is_workbook(content: bytes) -> bool:
    """Whether it is an XLSX file; any zip archive is taken for one."""
    return content.startswith(b"PK\x03\x04")


def open_table(content: bytes, options: Options | None = None) -> Table:
    """Find out how a file is written and where its headers are.

    :raises UnreadableFile: when it holds no table
    """
    options = options or Options()
    _refuse(content)
    book, sheets = None, ()
    if is_workbook(content):
        from .workbook import Book

        book = Book(content)
        sheets = book.names
        options = Options(sheet=options.sheet or sheets[0])
    else:
        encoding = options.encoding or find_encoding(content)
        separator = options.separator or find_separator(content, encoding)
        options = Options(encoding, separator)
    headers, first = _find_headers(raw_rows(content, options, book))
    return Table(content, headers, first, options, sheets, book)


def _refuse(content):
    if not content.strip(b"\x00 \r\n\t"):
        raise UnreadableFile("empty")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile("old_workbook")
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"\x1f\x8b")):
        raise UnreadableFile("not_a_table")


def raw_rows(
    content: bytes, options: Options, book: Any = None
) -> Iterator[tuple[int, list[Cell]]]:
    """Give every line's number and cells, blank ones too.

    :param book: `workbook.Book` of the content, where it is one
    """
    if book:
        return book.rows(options.sheet)
    return _text_rows(content, options)


# === TEXT === #


def find_encoding(content: bytes) -> str:
    """Return the encoding of a text: what its mark says, UTF-8 where it is valid, else the
    one of Western Europe, in which every program of the past wrote."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    head = content[:1000]
    if head.count(0) * 3 > len(head):
        return "utf-16-be" if head[:1] == b"\x00" else "utf-16-le"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), CHUNK):
            decoder.decode(content[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def find_separator(content: bytes, encoding: str) -> str:
    """Return what parts the cells: what gives most lines the same number of several."""
    lines = _lines(content, encoding)
    head = next(lines, "")
    if head.lower().startswith("sep=") and len(head.rstrip("\r\n")) == 5:
        return head[4]
    scores = {}
    for separator in SEPARATORS:
        rows = islice(_text_rows(content, Options(encoding, separator)), HEAD)
        try:
            widths = [len(cells) for _line, cells in rows if any(cells)]
        except UnreadableFile:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        scores[separator] = (usual > 1, widths.count(usual), usual)
    return max(scores, key=scores.get, default=",")


def _lines(content, encoding):
    """Give the lines of a text, without its mark and without characters that are none."""
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        for line in io.TextIOWrapper(io.BytesIO(content), encoding=name, newline=""):
            yield line.replace("\x00", "").lstrip("\ufeff")
    except (UnicodeError, LookupError) as error:
        raise UnreadableFile("encoding", encoding) from error


def _text_rows(content, options):
    """Give the number of the line on which a row begins, and its cells."""
    rows = csv.reader(_lines(content, options.encoding), delimiter=options.separator)
    begin = 1
    try:
        for cells in rows:
            if begin > 1 or [*map(str.lower, cells)] not in _sep_rows(options.separator):
                yield begin, [cell.strip() for cell in cells]
            begin = rows.line_num + 1
    except csv.Error as error:
        raise UnreadableFile("broken", rows.line_num) from error


def _sep_rows(separator):
    """How the line `sep=;`, by which a text tells its separator, reads as cells."""
    return (["sep=", ""], [f"sep={separator}"])


# === HEADERS === #


def _find_headers(rows):
    """Return the names of the columns and the line after them.

    Above them may stand a title; they may stand on two lines, the upper one naming groups
    whose cells are merged. The lines in which most words are known are taken.
    """
    head = [row for row in islice(rows, HEADERS_WITHIN) if any(row[1])]
    best, score = None, 0
    for number, (line, cells) in enumerate(head):
        offers = [(line, _texts(cells))]
        if number + 1 < len(head):
            after, lower = head[number + 1]
            offers.append((after, _two_lines(_texts(cells), _texts(lower))))
        for last, names in offers:
            known = sum(map(is_known, names))
            if known > score:
                best, score = (last, names), known
    if best is None:
        best = next(((line, _texts(row)) for line, row in head if len(_filled(row)) > 1), None)
    if best is None:
        raise UnreadableFile("no_headers")
    last, names = best
    return _unique(names), last + 1


def _texts(cells):
    return [cell if isinstance(cell, str) else "" for cell in cells]


def _filled(cells):
    return [cell for cell in cells if cell != ""]


def _two_lines(upper, lower):
    """Put the name of a group before its columns' names, where that says more."""
    names, group = [], ""
    width = max(len(upper), len(lower))
    upper, lower = (row + [""] * (width - len(row)) for row in (upper, lower))
    for above, below in zip(upper, lower, strict=True):
        group = above or group
        joined = f"{group} {below}".strip()
        names.append(joined if below and is_known(joined) else below or above)
    return names


def _unique(names):
    """Name every column; one without a name or with another's gets a number."""
    while names and not names[-1]:
        names = names[:-1]
    found = []
    for number, name in enumerate(names, 1):
        name = " ".join(name.split())[:120] or f"({number})"
        found.append(name if name not in found else f"{name} ({number})")
    return tuple(found)
