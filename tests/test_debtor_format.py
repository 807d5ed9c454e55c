"""Amounts and dates as debtors read them are written as core writes them."""

import random
from datetime import date

from odoo.tests import TransactionCase, tagged
from odoo.tools import format_amount, format_date

from ..collections_addon.models.debtor_format import DebtorFormat

SEED = 20260322
ISOLATES = str.maketrans("", "", "\N{LEFT-TO-RIGHT ISOLATE}\N{POP DIRECTIONAL ISOLATE}")
#: Language -> (digits in groups, between the groups, before the cents).
LANGUAGES = {
    "en_US": ("[3,0]", ",", "."),
    "de_CH": ("[3,0]", "'", "."),
    "fr_FR": ("[3,0]", " ", ","),
    "hi_IN": ("[3,2,0]", ",", "."),
    "ar_001": ("[3,0]", "٬", "٫"),
    "es_ES": ("[3,2,0]", False, ","),
    "pt_BR": ("[3,0]", "-", ","),
}
#: Rounding, position and symbol of currencies.
CURRENCIES = (
    (0.01, "before", "$"),
    (0.01, "after", "€"),
    (0.05, "before", "CHF"),
    (0.001, "after", "د.ك"),
    (1.0, "before", "¥"),
    (10.0, "after", "%s"),
)
EDGES = (0.0, -0.0, 0.004, -0.004, 0.005, 2.675, -1.005, 999.995, 1e3, -1e6, 123456789.5, 1e12)


@tagged("post_install", "-at_install")
class TestDebtorFormat(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code, (grouping, separator, point) in LANGUAGES.items():
            language = cls.env["res.lang"]._activate_lang(code)
            language.write(
                {"grouping": grouping, "thousands_sep": separator, "decimal_point": point}
            )
        cls.currencies = cls.env["res.currency"].create(
            [
                {"name": f"T{number}", "rounding": rounding, "position": position, "symbol": sign}
                for number, (rounding, position, sign) in enumerate(CURRENCIES)
            ]
        )

    def test_amounts_are_those_of_core_in_every_language_and_currency(self):
        dice = random.Random(SEED)
        values = [
            *EDGES,
            *(round(dice.uniform(-1, 1) * 10 ** dice.randint(0, 9), 4) for _ in range(150)),
        ]
        for code in LANGUAGES:
            form = DebtorFormat(self.env, code)
            for currency in self.currencies:
                for value in values:
                    ours = form.amount(value, currency).translate(ISOLATES)
                    core = format_amount(self.env, value, currency, lang_code=code)
                    self.assertEqual(ours, core, f"{value!r} {code} {currency.name} (seed {SEED})")

    def test_dates_are_those_of_core_in_every_language(self):
        for code in LANGUAGES:
            form = DebtorFormat(self.env, code)
            for day in (date(2026, 1, 31), date(2024, 2, 29), date(1999, 12, 1)):
                core = format_date(self.env, day, lang_code=code, date_format="medium")
                self.assertEqual(form.date(day).strip("\u2068\u2069"), core, code)

    def test_an_amount_is_kept_together_in_text_from_right_to_left(self):
        arabic = DebtorFormat(self.env, "ar_001").amount(1, self.currencies[0])
        self.assertEqual((arabic[0], arabic[-1]), ("\u2066", "\u2069"))
        self.assertNotIn("\u2066", DebtorFormat(self.env, "en_US").amount(1, self.currencies[0]))
