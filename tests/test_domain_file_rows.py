"""From rows to open items, from items to records, and what happened between two lists."""

import unittest
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .connector_loader import connector_module
from .mapper_cases import MapperCase

base = connector_module("base")
columns = connector_module("file.columns")
mapper = connector_module("file.mapper")
reader = connector_module("file.reader")
rows = connector_module("file.rows")
settlement = connector_module("file.settlement")

HEADER = "Customer,Customer No,Number,Invoice Date,Due Date,Total,Open,Currency,Type,Key,E-mail\n"
DAY = date(2026, 3, 5)
CURRENCIES = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}


def read(text, **options):
    """Read a text as its formats seem to be."""
    table = reader.open_table(text.encode())
    found = columns.find_columns(table.headers)
    guess = rows.guess_formats(table, found)
    values = {"date_format": guess.date_format, "decimal": guess.decimal}
    values |= {"currency": "EUR", "currencies": CURRENCIES} | options
    return list(rows.Reader(table, rows.Layout(found, **values)))


def one(line, header=HEADER, **options):
    return read(header + line + "\n", **options)[0]


class TestColumns(unittest.TestCase):
    def test_headers_of_many_languages_are_known(self):
        for text in (
            "Customer Name;Invoice No.;Due Date;Outstanding",
            "Kunde;Rechnungsnr.;Fälligkeit;Offener Betrag",
            "Client;N° facture;Échéance;Solde dû",
            "Cliente;Número de factura;Vencimiento;Saldo pendiente",
            "Ragione sociale;Numero fattura;Scadenza;Residuo",
            "Nome do cliente;Número da fatura;Vencimento;Saldo devedor",
            "Klant;Factuurnummer;Vervaldatum;Openstaand bedrag",
            "Nazwa kontrahenta;Numer faktury;Termin płatności;Pozostało",
            "Pirkėjas;Sąskaitos numeris;Apmokėti iki;Skola",
            "Denumire client;Nr. factură;Scadență;Rest de plată",
            "Cari Ünvan;Fatura No;Vade Tarihi;Kalan Tutar",
            "Kundnamn;Fakturanummer;Förfallodatum;Restbelopp",
        ):
            with self.subTest(text):
                found = columns.find_columns(text.split(";"))
                self.assertEqual(
                    found, {"customer": 0, "number": 1, "due_date": 2, "balance": 3}, text
                )

    def test_a_word_of_two_fields_goes_where_it_is_needed(self):
        self.assertEqual(columns.find_columns(["Reference"]), {"number": 0})
        found = columns.find_columns(["Reference", "Invoice number"])
        self.assertEqual(found, {"number": 1, "reference": 0})

    def test_what_a_person_chose_before_wins(self):
        headers = ["Kunde", "Feld 7", "Betrag"]
        chosen = {"Feld 7": "number", "betrag": "", "Kunde": "customer_number"}
        found = columns.find_columns(headers, chosen)
        self.assertEqual(found, {"number": 1, "customer_number": 0})

    def test_what_is_missing_is_told(self):
        self.assertEqual(len(columns.missing({})), len(columns.NEEDED))
        self.assertFalse(
            columns.missing({"customer": 0, "number": 1, "due_date": 2, "total": 3}),
        )


class TestFormats(unittest.TestCase):
    def test_day_and_month_that_could_be_turned_round_are_told(self):
        table = reader.open_table(b"Due date,Amount\n01/02/2026,1\n03/04/2026,2\n")
        guess = rows.guess_formats(table, {"due_date": 0, "total": 1})
        self.assertEqual((guess.date_format, guess.ambiguous), ("%d/%m/%Y", True))
        table = reader.open_table(b"Due date,Amount\n01/02/2026,1\n03/14/2026,2\n")
        guess = rows.guess_formats(table, {"due_date": 0, "total": 1})
        self.assertEqual((guess.date_format, guess.ambiguous), ("%m/%d/%Y", False))

    def test_columns_not_yet_known_are_guessed_by_their_looks(self):
        table = reader.open_table(b"Foo;Bar;Baz\nA;01/02/2026;1.234,50\n")
        guess = rows.guess_formats(table, {})
        self.assertEqual((guess.date_format, guess.ambiguous), ("%d/%m/%Y", True))
        self.assertEqual(guess.decimal, ",")
        self.assertEqual(rows.guess_formats(reader.open_table(b"Due date;x\n"), {}).decimal, ".")

    def test_a_decimal_comma_is_seen(self):
        table = reader.open_table(b"Total;Open\n1.234,50;12,00\n")
        self.assertEqual(rows.guess_formats(table, {"total": 0, "balance": 1}).decimal, ",")


class TestRows(unittest.TestCase):
    def item(self, line, **options):
        found = one(line, **options)
        self.assertIsInstance(found, rows.Item, found)
        return found

    def left(self, line, code, **options):
        found = one(line, **options)
        self.assertIsInstance(found, rows.Left, found)
        self.assertEqual(found.problem.code, code)
        return found

    def test_a_row_becomes_an_item(self):
        found = self.item(
            "Cedar  Bakery,C1,INV-1,2026-01-01,2026-01-31,100,40.5,usd,,,A@b.example; c@d.example"
        )
        self.assertEqual((found.line, found.stream), (2, "invoices"))
        self.assertEqual(found.customer["id"], "C1")
        self.assertEqual(found.customer["email"], "A@b.example, c@d.example")
        wanted = {
            "id": "INV-1 / C1",
            "customer": "C1",
            "number": "INV-1",
            "reference": "",
            "date": "2026-01-01",
            "due_date": "2026-01-31",
            "currency": "USD",
            "total": "100.00",
            "balance": "40.50",
            "link": "",
        }
        self.assertEqual(found.document, wanted)

    def test_one_customer_in_other_letters_is_the_same(self):
        text = HEADER + "Ann,,1,,2026-01-31,5,,,,,\nANN,,2,,2026-01-31,5,,,,,\n"
        first, second = read(text)
        self.assertEqual(first.customer["id"], second.customer["id"])

    def test_only_what_is_open_may_be_known(self):
        found = one('A,1,31.01.2026,"1,50"', "Customer,Number,Due Date,Open\n")
        self.assertIsNone(found.document["total"])
        self.assertEqual(found.document["balance"], "1.50")
        self.assertEqual(found.document["date"], "2026-01-31")
        found = one("A,1,31.01.2026,5", "Customer,Number,Due Date,Amount\n")
        self.assertEqual(found.document["balance"], "5.00")

    def test_an_empty_open_amount_means_paid(self):
        found = self.item("A,,1,,2026-01-31,100,,,,,")
        self.assertEqual((found.document["total"], found.document["balance"]), ("100.00", "0.00"))

    def test_a_credit_is_known_by_its_sign_or_its_kind(self):
        for line in (
            "A,,1,2026-01-31,,-100,-40,,,,",
            "A,,1,2026-01-31,,100,40,,Credit Note,,",
            "A,,1,2026-01-31,,(100),(40),,Gutschrift,,",
        ):
            found = self.item(line)
            self.assertEqual(found.stream, "credit_notes", line)
            self.assertEqual(found.document["balance"], "40.00")
            self.assertEqual(found.document["due_date"], "2026-01-31")

    def test_a_key_of_its_own_is_used(self):
        found = self.item("A,,1,,2026-01-31,5,,,,K-1,")
        self.assertEqual(found.document["id"], "K-1")
        long = self.item("A,,1,,2026-01-31,5,,,," + "k" * 190 + ",").document["id"]
        self.assertEqual(len(long), 82)

    def test_links_are_taken_where_they_are_safe(self):
        header = "Customer,Number,Due Date,Open,Payment Link\n"
        self.assertTrue(one("A,1,2026-01-31,5,https://x.example/1", header).document["link"])
        self.assertFalse(one("A,1,2026-01-31,5,javascript:1", header).document["link"])

    def test_amounts_keep_the_decimals_of_their_currency(self):
        self.assertEqual(self.item("A,,1,,2026-01-31,5,5,JPY,,,").document["total"], "5")
        self.assertEqual(self.item("A,,1,,2026-01-31,5.125,,KWD,,,").document["total"], "5.125")
        self.left("A,,1,,2026-01-31,5.5,5.5,JPY,,,", "decimals")
        found = self.item("A,,1,,2026-01-31,5.0000001,-0.00,,,,")
        self.assertEqual((found.document["total"], found.document["balance"]), ("5.00", "0.00"))

    def test_what_cannot_be_taken_says_why(self):
        for line, code in {
            ",,1,,2026-01-31,5,5,,,,": "missing",
            "A,,,,2026-01-31,5,5,,,,": "missing",
            "A,,1,2026-01-31,,5,5,,,,": "missing",
            "A,,1,,2026-13-31,5,5,,,,": "not_a_date",
            "A,,1,,1926-01-31,5,5,,,,": "absurd_date",
            "A,,1,,2026-01-31,five,5,,,,": "not_an_amount",
            "A,,1,,2026-01-31," + "9" * 20 + ",5,,,,": "not_an_amount",
            "A,,1,,2026-01-31,,,,,,": "no_amount",
            "A,,1,,2026-01-31,-5,-5,,Invoice,,": "negative",
            "A,,1,,2026-01-31,5,5,Euro,,,": "currency",
            "A,,1,,2026-01-31,5,5,XXX,,,": "unknown_currency",
            "A,,1,,2026-01-31,5,5,,Horoscope,,": "kind",
            "A,,1,,2026-01-31,5,7,,,,": "too_much",
            "A,,1,,2026-01-31,-5,2,,,,": "too_much",
        }.items():
            with self.subTest(line):
                found = self.left(line, code)
                self.assertEqual(found.line, 2)
                self.assertEqual(found.key, "1 / a" if line.startswith("A,,1") else "")
                self.assertIn(code, str(found.problem))
        self.left("A,,1,,2026-01-31,5,5,,,,", "currency", currency="")
        self.item("A,,1,,2026-01-31,5,5,€,,,", currency="")

    def test_the_same_document_twice_is_told_with_the_first_line(self):
        line = "A,,1,,2026-01-31,5,5,,,,\n"
        first, second, other = read(HEADER + line + line + line.replace("A,,1", "B,,1"))
        self.assertIsInstance(first, rows.Item)
        self.assertEqual((second.problem.code, second.problem.value), ("repeated", "2"))
        self.assertIsInstance(other, rows.Item)

    def test_cells_of_a_workbook_are_taken_as_they_are(self):
        found = {"customer": 0, "number": 1, "due_date": 2, "total": 3, "vat": 4, "zip": 5}
        layout = rows.Layout(found, "%d/%m/%Y", ",", "EUR", CURRENCIES)

        class Sheet:
            def rows(self):
                amount = Decimal("1234.5")
                yield 2, ("A", Decimal("1001"), date(2026, 1, 31), amount, date(2026, 1, 1), "")
                yield 3, ("A", Decimal("1002"), Decimal(46053), amount, Decimal("NaN"))
                yield 4, ("A", Decimal("1003"), Decimal("1.5"), amount, "", "")
                yield 5, ("A", Decimal("1004"), date(2026, 1, 31), date(2026, 1, 31), "", "")

        first, second, third, fourth = rows.Reader(Sheet(), layout)
        self.assertEqual((first.document["number"], first.document["total"]), ("1001", None))
        self.assertEqual(first.document["balance"], "1234.50")
        self.assertEqual(first.customer["vat"], "2026-01-01")
        self.assertEqual(second.document["due_date"], "2026-01-31")
        self.assertEqual(third.problem.code, "not_a_date")
        self.assertEqual(fourth.problem.code, "not_an_amount")

    def test_rows_come_in_batches(self):
        lines = [f"A,,{n},,2026-01-31,{'x' if n == 3 else 5},,,,," for n in range(5)]
        batches = list(rows.split(read(HEADER + "\n".join(lines), currency="EUR"), 2))
        self.assertEqual([(len(a), len(b)) for a, b in batches], [(2, 0), (1, 1), (1, 0)])

    @given(
        st.lists(
            st.lists(
                st.sampled_from(["A", "1", "5", "-5", "5,5", "2026-01-31", "EUR", "=1+1", "#N/A"])
                | st.text(max_size=8),
                min_size=11,
                max_size=11,
            ),
            max_size=4,
        )
    )
    def test_no_cells_break_it(self, body):
        """Every row is an item that can be read as a record, or has its reason."""
        headers = HEADER.strip().split(",")

        class Table:
            def rows(self):
                yield from enumerate(map(tuple, body), 2)

        layout = rows.Layout(columns.find_columns(headers), "%Y-%m-%d", ".", "EUR", CURRENCIES)
        found = list(rows.Reader(Table(), layout))
        self.assertEqual(len(found), len(body))
        for row in found:
            if isinstance(row, rows.Item):
                document, _payments = settlement.carry_on(row.stream, row.document, None, DAY)
                self.assertFalse(mapper.read(row.stream, [document]).problems)
                self.assertFalse(mapper.read("customers", [row.customer]).problems)


class TestSettlement(unittest.TestCase):
    """What happened between two lists."""

    def document(self, balance, total="100"):
        return {
            "id": "I1",
            "customer": "C",
            "number": "1",
            "date": "2026-01-01",
            "due_date": "2026-01-31",
            "currency": "EUR",
            "total": total,
            "balance": balance,
        }

    def carry(self, balance, known=None, day=DAY, total="100", stream="invoices"):
        return settlement.carry_on(stream, self.document(balance, total), known, day)

    def amounts(self, payments):
        return [(p["id"], p["amount"], p["state"]) for p in payments]

    def test_what_is_missing_was_paid(self):
        made, payments = self.carry("60")
        self.assertEqual(self.amounts(payments), [("I1#1", "40", "closed")])
        self.assertEqual(made["settled"], [["2026-03-05", "40"]])

    def test_each_list_adds_a_payment_of_its_day(self):
        first, _payments = self.carry("60")
        again, payments = self.carry("60", first, date(2026, 3, 6))
        self.assertEqual(again, first)
        second, payments = self.carry("10", first, date(2026, 4, 1))
        self.assertEqual([p["date"] for p in payments], ["2026-03-05", "2026-04-01"])
        self.assertEqual([p["amount"] for p in payments], ["40", "50"])

    def test_a_payment_that_bounced_is_taken_off_the_latest(self):
        known, _payments = self.carry("60")
        known, _payments = self.carry("10", known, date(2026, 4, 1))
        made, payments = self.carry("40", known, date(2026, 5, 1))
        self.assertEqual([p["amount"] for p in payments], ["40", "20"])
        made, payments = self.carry("100", known, date(2026, 5, 1))
        self.assertEqual([p["state"] for p in payments], ["deleted", "deleted"])
        self.assertEqual(made["settled"], [])

    def test_a_list_of_open_amounts_alone_keeps_the_first_as_total(self):
        known, payments = self.carry("100", total=None)
        self.assertFalse(payments)
        made, payments = self.carry("30", known, total=None)
        self.assertEqual((made["total"], payments[0]["amount"]), ("100", "70"))
        made, payments = self.carry("120", known, total=None)
        self.assertEqual((made["total"], payments), ("120", []))

    def test_what_is_on_the_list_no_more_is_closed(self):
        known, _payments = self.carry("60")
        made, payments = settlement.close("invoices", known, date(2026, 4, 1), "paid")
        self.assertEqual([p["amount"] for p in payments], ["40", "60"])
        self.assertFalse(settlement.is_open(made))
        again, payments = self.carry("20", made, date(2026, 5, 1))
        self.assertEqual([p["amount"] for p in payments], ["40", "40"])
        self.assertTrue(settlement.is_open(again))
        made, payments = settlement.close("invoices", known, date(2026, 4, 1), "cancelled")
        self.assertEqual((made["state"], payments[0]["state"]), ("void", "deleted"))
        self.assertFalse(settlement.is_open(made))

    def test_payments_of_a_credit_have_keys_of_their_own(self):
        _made, payments = self.carry("60", stream="credit_notes")
        self.assertEqual(payments[0]["id"], "I1#1-")

    @given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8))
    def test_payments_always_make_what_is_missing(self, lists):
        """Whatever the lists say, the payments are what the total lacks, none below zero."""
        known, keys = None, set()
        for balance, more in lists:
            known, payments = self.carry(str(balance), known, total=str(balance + more))
            alive = [Decimal(p["amount"]) for p in payments if p["state"] == "closed"]
            self.assertEqual(sum(alive), more)
            self.assertTrue(all(amount > 0 for amount in alive))
            self.assertLessEqual(keys, {p["id"] for p in payments} | self.gone(keys, payments))
            keys = {p["id"] for p in payments if p["state"] == "closed"}
            self.assertFalse(mapper.read("payments", payments).problems)
            self.assertFalse(mapper.read("invoices", [known]).problems)

    def gone(self, keys, payments):
        return keys & {p["id"] for p in payments if p["state"] == "deleted"}

    def test_totals_are_per_currency_with_credits_deducted(self):
        documents = [
            ("invoices", {"balance": "5", "currency": "EUR"}),
            ("credit_notes", {"balance": "7", "currency": "EUR"}),
            ("invoices", {"balance": "1", "currency": "USD"}),
        ]
        found = settlement.totals(documents)
        self.assertEqual(found, {"EUR": Decimal(-2), "USD": Decimal(1)})


class TestMapper(MapperCase):
    mapper = mapper
    good = {
        "customers": {"id": "C", "name": "Cedar", "email": "a@b.example, c@d.example"},
        "invoices": {
            "id": "I",
            "customer": "C",
            "number": "1",
            "date": "2026-01-01",
            "due_date": "2026-01-31",
            "currency": "EUR",
            "total": "100.00",
            "balance": "40.00",
            "link": "https://x.example",
        },
        "payments": {
            "id": "I#1",
            "customer": "C",
            "document": "I",
            "stream": "invoices",
            "date": "2026-03-05",
            "currency": "EUR",
            "amount": "60.00",
            "state": "closed",
        },
    }
    good["credit_notes"] = good["invoices"]

    def test_a_customer_is_read(self):
        found = self.taken("customers", self.good["customers"])
        self.assertEqual(found.emails, ("a@b.example", "c@d.example"))

    def test_documents_are_open_closed_or_void(self):
        good = self.good["invoices"]
        found = self.taken("invoices", good)
        self.assertEqual((found.balance, found.state), (Decimal("40.00"), base.State.OPEN))
        self.assertEqual(found.due_date, date(2026, 1, 31))
        self.assertEqual(self.taken("credit_notes", good).remaining, Decimal("40.00"))
        closed = self.taken("invoices", good | {"balance": "0"})
        self.assertEqual(closed.state, base.State.CLOSED)
        void = self.taken("invoices", good | {"balance": "0", "state": "void"})
        self.assertEqual(void.state, base.State.VOID)

    def test_payments_are_applied(self):
        good = self.good["payments"]
        found = self.taken("payments", good)
        self.assertEqual(found.applications[0].target_id, "I")
        self.assertFalse(found.refund)
        self.assertTrue(self.taken("payments", good | {"stream": "credit_notes"}).refund)
        gone = self.taken("payments", good | {"state": "deleted", "date": None})
        self.assertEqual(gone.state, base.State.DELETED)

    def test_nonsense_is_set_aside(self):
        good = self.good["invoices"]
        self.assertEqual(
            self.problem("invoices", good | {"balance": "101"}).code, "does_not_add_up"
        )
        self.assertEqual(self.problem("invoices", good | {"currency": ""}).code, "missing")

    @given(st.data())
    def test_anything_is_taken_or_set_aside(self, data):
        for stream in self.good:
            self.holds_out(stream, data.draw(st.lists(self.variants(stream), max_size=3)))
