"""The file of reference rates: what is read, and what is wrong with the rest."""

import unittest
from datetime import date
from decimal import Decimal

from .domain_loader import domain_module

rate_file = domain_module("rate_file")
HEADER = "code;from;percent;source\n"


class RateFileCase(unittest.TestCase):
    def test_semicolons_and_decimal_commas(self):
        rows, wrong = rate_file.read_rates(HEADER + "ECB;2026-07-01;2,40;Official Journal\n")
        self.assertFalse(wrong)
        self.assertEqual(
            rows,
            [rate_file.RateRow("ECB", date(2026, 7, 1), Decimal("2.40"), "Official Journal")],
        )

    def test_commas_and_columns_in_any_order_and_more(self):
        text = "Source, Percent, from, code, note\nBank, 3.75, 2026-07-01, BOE, x\n"
        [row], wrong = rate_file.read_rates(text)
        self.assertFalse(wrong)
        self.assertEqual((row.code, row.percent), ("BOE", Decimal("3.75")))

    def test_without_the_columns(self):
        for text in ("", "code;percent\nECB;2\n"):
            rows, [(number, problem, _text)] = rate_file.read_rates(text)
            self.assertEqual((rows, number, problem), ([], 1, "columns"))

    def test_each_line_says_what_is_wrong(self):
        lines = {
            ";2026-07-01;2;x": "code",
            "ECB;2026-07-01;2;": "source",
            "ECB;01.07.2026;2;x": "date",
            "ECB;2026-07-01;two;x": "percent",
            "ECB;2026-07-01;2000;x": "percent",
            "ECB;2026-07-01": "source",
        }
        rows, wrong = rate_file.read_rates(HEADER + "\n".join(lines))
        self.assertFalse(rows)
        self.assertEqual([row[1] for row in wrong], list(lines.values()))
        self.assertEqual([row[0] for row in wrong], [2, 3, 4, 5, 6, 7])
