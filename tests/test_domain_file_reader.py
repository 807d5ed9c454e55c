"""From the bytes of a file to rows: encodings, separators, headers, workbooks."""

import io
import tracemalloc
import unittest
import unittest.mock
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from .connector_loader import connector_module

reader = connector_module("file.reader")
columns = connector_module("file.columns")

GERMAN = "Kunde;Rechnungsnr.;Fällig am;Offener Betrag\nBäckerei Süß;R-1;31.01.2026;1.234,50\n"


def book(*rows, merge=(), title="Sheet1", more=()):
    """Return the bytes of a workbook."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    for name in more:
        made.create_sheet(name).append(["Customer", "Number"])
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


class TableCase(unittest.TestCase):
    def rows(self, content, options=None):
        return list(reader.open_table(content, options).rows())

    def refuses(self, content, code, options=None):
        with self.assertRaises(reader.UnreadableFile) as caught:
            self.rows(content, options)
        self.assertEqual(caught.exception.code, code)


class TestText(TableCase):
    def test_any_encoding_gives_the_same_rows(self):
        for name in ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"):
            with self.subTest(name):
                [(line, cells)] = self.rows(GERMAN.encode(name))
                self.assertEqual(line, 2)
                self.assertEqual(cells, ("Bäckerei Süß", "R-1", "31.01.2026", "1.234,50"))

    def test_an_encoding_that_was_chosen_is_used(self):
        content = "Klient;Numer faktury\nŁódź;1\n".encode("cp1250")
        [(_line, cells)] = self.rows(content, reader.Options(encoding="cp1250"))
        self.assertEqual(cells[0], "Łódź")
        self.refuses(GERMAN.encode("cp1252"), "encoding", reader.Options(encoding="utf-8"))
        self.refuses(b"a;b\n", "encoding", reader.Options(encoding="no-such"))

    def test_any_separator_is_found(self):
        for separator in reader.SEPARATORS:
            text = f"Customer{separator}Number{separator}Amount\nAnn{separator}1{separator}5.00\n"
            table = reader.open_table(text.encode())
            self.assertEqual(table.options.separator, separator)
            self.assertEqual(table.headers, ("Customer", "Number", "Amount"))

    def test_a_comma_in_amounts_is_no_separator(self):
        table = reader.open_table(b"Customer;Number;Amount\nAnn;1;1,50\nBen;2;2,50\n")
        self.assertEqual(table.options.separator, ";")

    def test_a_first_line_that_names_the_separator_is_believed(self):
        for first in ("sep=|", "SEP=|"):
            table = reader.open_table(f"{first}\r\nCustomer|Number\r\nA;B;C|1\r\n".encode())
            self.assertEqual(table.headers, ("Customer", "Number"))
            self.assertEqual(list(table.rows()), [(3, ("A;B;C", "1"))])
        table = reader.open_table(b'"sep=,"\nCustomer,Number\nA,1\n')
        self.assertEqual(table.headers, ("Customer", "Number"))

    def test_a_line_break_in_quotes_is_part_of_the_cell(self):
        content = b'Customer,Number\r\n"Ann\r\nand Ben",1\r\nCarl,2\r\n'
        self.assertEqual(self.rows(content), [(2, ("Ann\r\nand Ben", "1")), (4, ("Carl", "2"))])

    def test_lines_end_as_they_like_and_blank_ones_are_skipped(self):
        for end in ("\n", "\r\n", "\r"):
            content = end.join(["Customer,Number", "", "Ann,1", ",", "Ben,2"]).encode()
            self.assertEqual([line for line, _cells in self.rows(content)], [3, 5])

    def test_characters_that_are_none_are_dropped(self):
        [(_line, cells)] = self.rows(b"Customer,Number\nA\x00nn,1\n")
        self.assertEqual(cells, ("Ann", "1"))

    def test_rows_too_short_are_filled(self):
        self.assertEqual(self.rows(b"Customer,Number,Amount\nAnn\n")[0][1], ("Ann", "", ""))

    def test_what_holds_no_table_is_refused(self):
        self.refuses(b"", "empty")
        self.refuses(b"\r\n \x00\n", "empty")
        self.refuses(b"%PDF-1.7 and so on", "not_a_table")
        self.refuses(b"\xd0\xcf\x11\xe0\xa1\xb1", "old_workbook")
        self.refuses(b"just a sentence\n", "no_headers")
        huge = b"Customer,Number\n" + b"x" * (reader.LARGEST_CELL + 10) + b",1\n"
        self.refuses(huge, "broken")
        self.refuses(b"x" * (reader.LARGEST_CELL + 10), "broken")

    def test_rows_are_given_again(self):
        table = reader.open_table(GERMAN.encode())
        self.assertEqual(list(table.rows()), list(table.rows()))


class TestHeaders(TableCase):
    def test_titles_above_the_headers_are_skipped(self):
        content = (
            b"Open items of Demo Ltd.;;\nas of;31.01.2026;\n\nCustomer;Number;Due date\nA;1;x\n"
        )
        table = reader.open_table(content)
        self.assertEqual(table.headers, ("Customer", "Number", "Due date"))
        self.assertEqual(table.first, 5)

    def test_two_lines_with_groups_are_joined(self):
        content = b"Customer,,Invoice,,Amount,\nName,City,Number,Date,Total,Open\nA,B,1,x,5,5\n"
        table = reader.open_table(content)
        found = ("Customer Name", "City", "Invoice Number", "Invoice Date", "Total", "Open")
        self.assertEqual(table.headers[0], found[0])
        self.assertEqual(columns.find_columns(table.headers)["number"], 2)
        self.assertEqual(columns.find_columns(table.headers)["date"], 3)
        self.assertEqual(table.first, 3)

    def test_unknown_headers_are_taken_from_the_first_row_of_several(self):
        table = reader.open_table(b"Hello\nfoo,bar\n1,2\n")
        self.assertEqual(table.headers, ("foo", "bar"))

    def test_every_column_gets_a_name_of_its_own(self):
        table = reader.open_table(b"Customer,,Number,Number,,\nA,1,2,3\n")
        self.assertEqual(table.headers, ("Customer", "(2)", "Number", "Number (4)"))


class TestWorkbook(TableCase):
    simulation = True

    def test_numbers_and_dates_stay_what_they_are(self):
        rows = (
            ["Customer", "Number", "Due Date", "Open"],
            ["Ann", 1001, datetime(2026, 1, 31), 0.1 + 0.2],
            [" Ben ", "B-2", date(2026, 2, 28), 10**20],
            ["Carl", None, True, 5.0],
        )
        content = book(*rows)
        found = [cells for _line, cells in self.rows(content)]
        self.assertEqual(found[0], ("Ann", Decimal(1001), date(2026, 1, 31), Decimal("0.3")))
        self.assertEqual(found[1][0], "Ben")
        self.assertEqual(found[2][1:3], ("", "True"))

    def test_cells_are_read_as_the_program_shows_them(self):
        workbook = connector_module("file.workbook")
        self.assertEqual(workbook._cell(10**400), Decimal(10**400))
        self.assertEqual(workbook._cell(date(2026, 1, 1)), date(2026, 1, 1))

    def test_merged_titles_and_groups_are_understood(self):
        content = book(
            ["Open items", None, None, None],
            ["Customer", "Invoice", None, "Open Amount"],
            [None, "Number", "Due Date", None],
            ["Ann", "1", datetime(2026, 1, 31), 5],
            merge=("A1:D1", "B2:C2", "A2:A3", "D2:D3"),
        )
        table = reader.open_table(content)
        self.assertEqual(columns.missing(columns.find_columns(table.headers)), [])
        self.assertEqual([line for line, _cells in table.rows()], [4])

    def test_a_sheet_is_chosen(self):
        content = book(["Customer", "Number"], ["Ann", "1"], title="First", more=("Second",))
        table = reader.open_table(content)
        self.assertEqual((table.sheets, table.options.sheet), (("First", "Second"), "First"))
        self.assertEqual(self.rows(content, reader.Options(sheet="Second")), [])
        self.refuses(content, "no_sheet", reader.Options(sheet="Third"))

    def test_wrong_dimensions_and_blank_rows_do_no_harm(self):
        rows = [["Customer", "Number"], ["Ann", "1"], *[[""]] * 100, ["Ben", "2"]]
        content = self.changed(book(*rows), b'ref="A1:B103"', b'ref="A1"')
        self.assertEqual(
            [cells for _line, cells in self.rows(content)], [("Ann", "1"), ("Ben", "2")]
        )

    def test_what_follows_endless_blank_rows_is_not_looked_for(self):
        workbook = connector_module("file.workbook")
        content = book(["Customer", "Number"], *[[""]] * (workbook.BLANKS + 1), ["Ben", "2"])
        self.assertEqual(self.rows(content), [])

    def test_archives_that_are_no_workbook_are_refused(self):
        self.refuses(b"PK\x03\x04 and then nothing", "not_a_table")
        good = book(["Customer", "Number"], ["Ann", "1"])
        self.refuses(self.changed(good, b"<worksheet", b"<!DOCTYPE x><worksheet"), "not_a_table")
        self.refuses(self.changed(good, b"</sheetData>", b"</nonsense>"), "broken")

    def test_an_archive_that_unpacks_without_end_is_refused(self):
        workbook = connector_module("file.workbook")
        with unittest.mock.patch.object(workbook, "LARGEST", 100):
            self.refuses(book(["Customer", "Number"]), "too_large")

    def test_a_workbook_of_charts_alone_is_refused(self):
        made = openpyxl.Workbook()
        made.remove(made.active)
        made.create_chartsheet("Chart")
        stream = io.BytesIO()
        made.save(stream)
        with self.assertRaises(reader.UnreadableFile):
            self.rows(stream.getvalue())

    def changed(self, content, old, new):
        """Return a workbook with a text of its sheet replaced."""
        stream = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            with zipfile.ZipFile(stream, "w") as target:
                for entry in source.infolist():
                    target.writestr(entry, source.read(entry).replace(old, new))
        return stream.getvalue()


class TestAnything(TableCase):
    simulation = True

    @given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-16")))
    def test_no_bytes_break_it(self, content):
        """Every file gives rows, or the reason why there are none."""
        try:
            table = reader.open_table(content)
            for line, cells in table.rows():
                self.assertGreaterEqual(line, table.first)
                self.assertGreaterEqual(len(cells), len(table.headers))
        except reader.UnreadableFile as error:
            self.assertTrue(error.code)

    @given(
        st.lists(
            st.lists(st.text("aä;,\t|\"'\n\r 1", max_size=6), min_size=3, max_size=3), max_size=6
        ),
        st.sampled_from(reader.SEPARATORS),
        st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    )
    def test_what_a_program_writes_is_read_back(self, body, separator, encoding):
        import csv

        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerows([["Customer", "Number", "Amount"], *body])
        options = reader.Options(encoding=encoding, separator=separator)
        found = [cells for _line, cells in self.rows(stream.getvalue().encode(encoding), options)]
        wanted = [tuple(cell.strip() for cell in row) for row in body]
        self.assertEqual(found, [row for row in wanted if any(row)])

    def test_a_hundred_thousand_rows_are_not_held(self):
        line = "Cedar Bakery;INV-%06d;2026-01-31;1234.50;EUR\n"
        text = "Customer;Number;Due Date;Open;Currency\n" + "".join(
            line % n for n in range(100_000)
        )
        content = text.encode()
        del text
        table = reader.open_table(content)
        tracemalloc.start()
        try:
            count = sum(1 for _row in table.rows())
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        self.assertEqual(count, 100_000)
        self.assertLess(peak, 1_000_000)
