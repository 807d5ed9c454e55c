"""Rows of a sheet of an XLSX file, one by one."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

from .reader import UnreadableFile

#: Bytes of an unpacked file; blank rows in a row after which nothing is looked for.
LARGEST, BLANKS = 1 << 30, 20_000
#: An external or recursive definition has no place in a workbook.
FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")


def _open(content):
    """Open a workbook for reading in one pass.

    :raises UnreadableFile: when it is none, or a trap
    """
    import openpyxl

    try:
        _check(content)
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise UnreadableFile("not_a_table", type(error).__name__) from error


def _check(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise UnreadableFile("too_large")
        for entry in archive.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                with archive.open(entry) as part:
                    if any(word in part.read(1000) for word in FORBIDDEN):
                        raise UnreadableFile("not_a_table", entry.filename)


class Book:
    """An opened workbook, whose rows can be given as often as they are asked for.

    Opening is what takes long: all its texts stand in one place and are read first.

    :ivar names: the sheets that hold cells, the one on top first
    :raises UnreadableFile: when it is no workbook
    """

    def __init__(self, content: bytes):
        self._book = _open(content)
        self.names = tuple(sheet.title for sheet in self._book.worksheets)
        if not self.names:
            raise UnreadableFile("no_sheet")

    def rows(self, name: str):
        """Give the number and the cells of every row of a sheet.

        :raises UnreadableFile: when there is no such sheet, or it is broken
        """
        if name not in self.names:
            raise UnreadableFile("no_sheet", name)
        try:
            sheet = self._book[name]
            sheet.reset_dimensions()  # some programs write wrong ones
            yield from _rows(sheet)
        except UnreadableFile:
            raise
        except Exception as error:
            raise UnreadableFile("broken", type(error).__name__) from error


def _rows(sheet):
    blanks = 0
    for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        row = [_cell(value) for value in cells]
        blanks = 0 if any(cell != "" for cell in row) else blanks + 1
        if blanks > BLANKS:
            return
        yield line, row


def _cell(value):
    """Return a cell as it is shown: numbers have fifteen digits there."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float):
        return Decimal(f"{value:.15g}")
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return str(value).replace("\x00", "").strip()
