"""Pure tests of the ledger file; how they are run is told in `domain_loader`."""

from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

ledger_file = domain_module("ledger_file")
formats = domain_module("ledger_formats")
parse_ledger = ledger_file.parse_ledger

HEADER = "Customer,Number,Invoice date,Due date,Amount,Currency,Paid on\n"


def one(row, header=HEADER):
    """Read a text of one row."""
    return parse_ledger(header + row)


class TestColumns(TestCase):
    def test_columns_are_found_by_what_people_call_them(self):
        ledger = one(
            "391,0379-NEVHP,0000611365,1/2/2013,2/13/2013,55.94,No,1/15/2013\n",
            "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,"
            "Disputed,SettledDate\n",
        )
        row = ledger.rows[0]
        self.assertEqual((row.customer, row.number), ("0379-NEVHP", "0000611365"))
        self.assertEqual(row.amount, Decimal("55.94"))
        self.assertEqual(row.invoice_date, date(2013, 1, 2))
        self.assertEqual(row.paid_on, date(2013, 1, 15))
        self.assertIsNone(row.currency)
        self.assertEqual(ledger.ignored, ("countryCode", "Disputed"))
        self.assertEqual(ledger.columns["paid_on"], "SettledDate")

    def test_punctuation_and_case_of_a_header_do_not_matter(self):
        header = "CUSTOMER NAME;Invoice_No.;invoice-date;Due Date;Gross\n"
        row = one("Ann;7;2026-01-31;2026-02-28;1.234,50\n", header).rows[0]
        self.assertEqual(row.amount, Decimal("1234.50"))

    def test_a_missing_column_is_named(self):
        with self.assertRaisesRegex(ledger_file.LedgerError, "due date, amount"):
            parse_ledger("Customer,Number,Invoice date\n")

    def test_a_column_that_is_there_twice_is_refused(self):
        with self.assertRaisesRegex(ledger_file.LedgerError, "two columns “customer”"):
            parse_ledger("Customer,customer,Number,Date,Due,Amount\n")

    def test_an_empty_text_is_refused(self):
        for text in ("", "\n\n", "\ufeff"):
            with self.assertRaisesRegex(ledger_file.LedgerError, "is empty"):
                parse_ledger(text)

    def test_text_that_is_no_table_is_refused(self):
        huge = "x" * 200_000
        with self.assertRaisesRegex(ledger_file.LedgerError, "Line 2 cannot be read"):
            one(f"{huge},1,2026-01-01,2026-01-31,1,EUR,\n")

    def test_a_header_alone_is_a_ledger_without_rows(self):
        ledger = parse_ledger(HEADER)
        self.assertEqual((ledger.rows, ledger.errors), ((), ()))

    def test_the_reading_is_told_in_sentences(self):
        notes = one("Ann,1,03/04/2026,05/06/2026,1.00,EUR,\n").notes()
        self.assertIn("amount: column “Amount”, decimal point", notes)
        self.assertIn(
            "due date: column “Due date”, read as day/month/year (it could be month/day/year)",
            notes,
        )
        noted = one(
            "Ann,1,2026-01-02,2026-01-02,1,x\n",
            HEADER.replace("Paid on", "?").replace("Currency,", "Note,").replace(",?", ""),
        )
        self.assertIn("not used: “Note”", noted.notes())


class TestRows(TestCase):
    def refused(self, row, sentence):
        good = "Ann,1,2026-01-01,2026-01-31,1.50,EUR,\n"
        ledger = one(good + row + "Cid,9,2026-01-01,2026-01-31,2,USD,2026-03-01\n")
        self.assertEqual([r.customer for r in ledger.rows], ["Ann", "Cid"])
        self.assertEqual([e.line for e in ledger.errors], [3])
        self.assertIn(sentence, ledger.errors[0].text)

    def test_an_empty_cell_is_named(self):
        self.refused(",2,2026-01-01,2026-01-31,1,EUR,\n", "customer is empty")
        self.refused("Bob,2,,2026-01-31,1,EUR,\n", "invoice date is empty")

    def test_an_unreadable_date_is_quoted_with_the_columns_format(self):
        self.refused(
            "Bob,2,2026-02-30,2026-03-31,1,EUR,\n",
            "invoice date “2026-02-30” is not a date (read as year-month-day)",
        )
        self.refused("Bob,2,2026-01-01,2026-01-31,1,EUR,soon\n", "“soon”")

    def test_an_unreadable_amount_is_quoted(self):
        self.refused("Bob,2,2026-01-01,2026-01-31,lots,EUR,\n", "“lots” is not a num")

    def test_nothing_to_collect_is_refused(self):
        self.refused("Bob,2,2026-01-01,2026-01-31,0.00,EUR,\n", "nothing to collect")

    def test_due_before_issued_is_refused(self):
        self.refused("Bob,2,2026-01-31,2026-01-01,1,EUR,\n", "before the invoice date")

    def test_a_wrong_currency_is_refused(self):
        self.refused("Bob,2,2026-01-01,2026-01-31,1,euros,\n", "like EUR")

    def test_a_wrong_number_of_cells_is_refused(self):
        self.refused("Bob,2,2026-01-01\n", "3 columns where the first line has 7")

    def test_a_repeated_number_names_the_first_line(self):
        self.refused("Ann,1,2026-01-01,2026-01-31,1,EUR,\n", "already on line 2")

    def test_two_customers_may_have_the_same_number(self):
        ledger = one("Ann,1,2026-01-01,2026-01-31,1,EUR,\nBob,1,2026-01-01,2026-01-31,1,eur,\n")
        self.assertEqual(len(ledger.rows), 2)
        self.assertEqual(ledger.rows[1].currency, "EUR")

    def test_blank_lines_count_as_lines_and_nothing_else(self):
        ledger = one("\n,,,,,,\nAnn,1,2026-01-01,2026-01-31,1,,\n")
        self.assertEqual([row.line for row in ledger.rows], [4])
        self.assertIsNone(ledger.rows[0].currency)

    def test_a_cell_over_two_lines_keeps_the_count(self):
        ledger = one('"Ann\nInc",1,2026-01-01,2026-01-31,1,EUR,\nBob,,,,,,\n')
        self.assertEqual(ledger.rows[0].customer, "Ann\nInc")
        self.assertEqual(ledger.errors[0].line, 4)

    def test_a_credit_keeps_its_sign(self):
        ledger = one("Ann,1,2026-01-01,2026-01-31,-12.5,EUR,\n")
        self.assertEqual(ledger.rows[0].amount, Decimal("-12.5"))


class TestDates(TestCase):
    def test_one_day_above_twelve_decides_the_column(self):
        chosen = formats.choose_date_format(["1/2/2013", "2/1/2013", "3/13/2013"])
        self.assertEqual((chosen.pattern, chosen.ambiguous), ("%m/%d/%Y", False))

    def test_another_column_decides_an_ambiguous_one(self):
        ledger = one("Ann,1,1/2/2013,3/13/2013,1,EUR,\n")
        self.assertEqual(ledger.rows[0].invoice_date, date(2013, 1, 2))

    def test_a_column_in_another_format_keeps_its_own(self):
        ledger = one("Ann,1,2013-01-02,13.03.2013,1,EUR,\n")
        self.assertEqual(ledger.rows[0].due_date, date(2013, 3, 13))

    def test_ambiguous_dates_are_day_first_and_said_so(self):
        chosen = formats.choose_date_format(["1/2/2013"])
        self.assertEqual((chosen.pattern, chosen.ambiguous), ("%d/%m/%Y", True))

    def test_a_time_of_day_is_dropped(self):
        chosen = formats.choose_date_format(["2013-01-02T10:00:00Z"])
        self.assertEqual(chosen.parse("2013-01-02 00:00"), date(2013, 1, 2))

    def test_digits_alone_must_be_eight(self):
        chosen = formats.choose_date_format(["20130102"])
        self.assertEqual(chosen.parse("20130102"), date(2013, 1, 2))
        self.assertIsNone(chosen.parse("201312"))

    @given(
        st.lists(st.dates(date(1990, 1, 1), date(2060, 1, 1)), min_size=1),
        st.sampled_from([p for p in formats.DATE_FORMATS if "%y" not in p]),
    )
    def test_what_is_written_in_a_known_format_is_read_back(self, days, pattern):
        days = [*days, date(2026, 5, 31)]
        texts = [day.strftime(pattern) for day in days]
        chosen = formats.choose_date_format(texts)
        self.assertEqual([chosen.parse(text) for text in texts], days)


class TestAmounts(TestCase):
    def parsed(self, *texts):
        chosen = formats.choose_amount_format(texts)
        return [chosen.parse(text) for text in texts]

    def test_separators_are_decided_for_the_column(self):
        cases = {
            ("1,234.50", "7"): ["1234.50", "7"],
            ("1.234,50", "12,5"): ["1234.50", "12.5"],
            ("1.234.567", "1,5"): ["1234567", "1.5"],
            ("1,234", "2,500"): ["1234", "2500"],
            ("1,2", "2,500"): ["1.2", "2.500"],
            ("1.234",): ["1.234"],
            ("1 234,50 €", "$5"): ["1234.50", "5"],
            ("EUR 12.00", "12.00 USD"): ["12.00", "12.00"],
            ("(3.10)", "4.00-", "-5"): ["-3.10", "-4.00", "-5"],
        }
        for texts, expected in cases.items():
            with self.subTest(texts=texts):
                self.assertEqual(self.parsed(*texts), [Decimal(v) for v in expected])

    def test_what_is_no_number_is_none(self):
        self.assertEqual(self.parsed("12x", "--1", "1e5", "NaN", "()"), [None] * 5)

    @given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([",", "."]))
    def test_what_is_written_with_separators_is_read_back(self, amount, decimal):
        text = f"{amount:,.2f}"
        if decimal == ",":
            text = text.translate({44: ".", 46: ","})
        self.assertEqual(self.parsed(text, f"0{decimal}55")[0], amount)


class TestWhole(TestCase):
    @given(
        st.lists(
            st.tuples(
                st.dates(date(2000, 1, 1), date(2040, 1, 1)),
                st.integers(0, 120),
                st.integers(1, 10**8),
            ),
            max_size=20,
        )
    )
    def test_every_row_is_either_read_or_reported(self, items):
        rows = [
            f"C{n % 3},{n},{day},{day + timedelta(days)},{cents / 100:.2f},EUR,"
            + ("x" if n % 5 == 4 else "")
            for n, (day, days, cents) in enumerate(items)
        ]
        ledger = one("\n".join(rows))
        lines = [row.line for row in ledger.rows] + [e.line for e in ledger.errors]
        self.assertEqual(sorted(lines), list(range(2, len(items) + 2)))
        self.assertEqual(len(ledger.errors), len(items[4::5]))
