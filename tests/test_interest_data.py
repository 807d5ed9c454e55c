"""Laws and reference rates: dated, sourced, never silently out of date."""

import base64
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CollectionsCommon

#: code of a reference rate -> what it was on a day, as published.
PUBLISHED = {
    "ECB": {"2024-07-01": 4.25, "2025-01-01": 3.15, "2025-07-01": 2.15, "2026-01-01": 2.15},
    "DE-BASE": {"2023-01-01": 1.62, "2026-01-01": 1.27},
    "BOE": {"2024-01-01": 5.25, "2023-07-01": 5.0},
    "TCMB-1530": {"2024-01-01": 48, "2025-01-01": 53.25, "2026-01-01": 43},
}


@tagged("post_install", "-at_install")
class TestInterestData(CollectionsCommon):
    def _reference(self, code):
        return self.env["collections.interest.reference"].search([("code", "=", code)])

    def _law(self, name):
        return self.env.ref(f"collections_addon.interest_law_{name}")

    def test_the_values_that_come_with_the_module(self):
        for code, values in PUBLISHED.items():
            rates = {str(r.date_from): r.percent for r in self._reference(code).rate_ids}
            for day, percent in values.items():
                with self.subTest(code=code, day=day):
                    self.assertEqual(rates[day], percent)

    def test_everything_names_its_source_and_when_it_was_looked_at(self):
        for model in ("collections.interest.rate", "collections.interest.law"):
            for record in self.env[model].search([]):
                with self.subTest(record.display_name):
                    self.assertTrue(record.source)
                    self.assertTrue(record.checked_on)
        self.assertFalse(self.env["collections.compensation"].search([("source", "=", False)]))

    def test_values_hold_until_the_next_one_and_the_newest_for_its_period(self):
        reference = self._reference("ECB")
        first, second = reference.rate_ids.sorted("date_from")[:2]
        self.assertEqual((first.date_to, second.date_from), (date(2023, 6, 30), date(2023, 7, 1)))
        newest = reference.rate_ids.sorted("date_from")[-1]
        self.assertEqual(newest.date_to, reference.known_until)
        self.assertEqual(reference.known_until, date(2026, 12, 31))

    def test_outdated_the_day_after_and_everybody_is_told(self):
        reference = self._reference("ECB")
        level = self.policy.level_ids[1]
        level.write({"charge_mode": "mention", "interest": "statutory"})
        self.company.collections_business_law_id = self._law("pt")
        reference.rate_ids.needs_check = False
        model = self.env["collections.interest.reference"]
        for day, outdated in (("2026-12-31", False), ("2027-01-01", True)):
            with self.day(day):
                self.env.invalidate_all()
                self.assertEqual(reference.is_outdated, outdated)
                found = model.search([("is_outdated", "=", True)])
                self.assertEqual(reference in found, outdated)
                self.assertEqual(
                    reference in model.search([("is_outdated", "=", False)]), not outdated
                )
                self.assertEqual(bool(level.charge_warning), outdated)
                warned = model._warn(date.fromisoformat(day))
                self.assertEqual(reference in warned, outdated)
        self.assertIn("ECB", reference.activity_ids.summary)
        self.assertNotIn(reference, model._warn(date(2027, 1, 2)), "told once")

    def test_a_level_says_what_is_to_be_verified_or_missing(self):
        level = self.policy.level_ids[1]
        level.write({"charge_mode": "mention", "charge_compensation": True})
        self.company.country_id = self.env.ref("base.aq")
        self.assertIn("No law", level.charge_warning)
        law = self._law("us")
        self.company.collections_business_law_id = law
        level.invalidate_recordset()
        self.assertFalse(level.charge_warning)
        law.needs_check = True
        level.invalidate_recordset()
        self.assertIn("verify before use", level.charge_warning)

    def test_the_law_of_the_companys_country_unless_another_is_chosen(self):
        for country, kind, wanted in (
            ("de", "business", "de_business"),
            ("de", "consumer", "de_consumer"),
            ("uk", "business", "gb"),
            ("lt", "business", "lt"),
            ("tr", "business", "tr"),
            ("br", "consumer", "br_consumer"),
        ):
            self.company.country_id = self.env.ref(f"base.{country}")
            with self.subTest(country=country, kind=kind):
                self.assertEqual(self.company._collections_law(kind), self._law(wanted))
        self.company.country_id = self.env.ref("base.uk")
        self.assertFalse(self.company._collections_law("consumer"))
        self.company.collections_business_law_id = self._law("pt")
        self.assertEqual(self.company._collections_law("business"), self._law("pt"))
        self.company.write({"country_id": False, "collections_business_law_id": False})
        self.assertFalse(self.company._collections_law("business"))

    def test_what_the_laws_come_to(self):
        """Thirty days late in 2025 and 2026, worked out by hand."""
        self.customer.is_company = True
        self._level("Final").unlink()
        self._level("Firm").unlink()
        level = self._level("Friendly")
        level.write(
            {"days": 30, "charge_mode": "mention", "interest": "statutory",
             "charge_compensation": True}
        )  # fmt: skip
        stories = {
            # 15 days at 10.15 %, 15 at 10.15 %; 1,000 × 10.15 % × 30/365
            "pt": ("2025-12-16", {"compensation": 40, "interest": 8.34}),
            # rate of the first day of delay, 30 June 2025: 8 + 4.75
            "gb": ("2025-06-29", {"compensation": 70, "interest": 10.48}),
            # rate of the first day, in the first half of 2025: 8 + 3.15
            "lt": ("2025-06-29", {"compensation": 40, "interest": 9.16}),
            # base + 9: 30 June at 11.27 %, 29 days at 10.27 %
            "de_business": ("2025-06-29", {"compensation": 40, "interest": 8.47}),
            # 1 % for a month of thirty days, and 2 % once
            "br_business": ("2025-06-15", {"compensation": 20, "interest": 10}),
            "us": ("2025-06-15", {}),
            # 16 days at 53.25 %, 14 at 43 %
            "tr": ("2025-12-15", {"compensation": 1475, "interest": 39.84}),
        }
        for law, (due, wanted) in stories.items():
            laws = self._law(law)
            laws.compensation_ids.currency_id = self.company.currency_id
            self.company.collections_business_law_id = laws
            with self.subTest(law), self.cr.savepoint() as savepoint:
                self._invoice(self.customer, 1000, due=due)
                day = date.fromordinal(date.fromisoformat(due).toordinal() + 30)
                self._live(day, day)
                charges = self.env["collections.charge"].search([])
                self.assertEqual({c.kind: c.amount for c in charges}, wanted)
                savepoint.rollback()
                self.env.invalidate_all()

    # === IMPORT === #

    def _import(self, text, user=None):
        wizards = self.env["collections.interest.import"].with_user(user or self.env.user)
        wizard = wizards.create({"file": base64.b64encode(text.encode())})
        return wizard.action_import()

    def test_new_values_come_from_a_file(self):
        reference = self._reference("BNR")
        self.assertEqual(reference.known_until, date(2026, 6, 30))
        with self.day("2026-12-01"):
            self._import(
                "code;from;percent;source\n"
                "BNR;2026-07-01;6,25;BNR of 1 July 2026\n"
                "ECB;2026-07-01;2.4;Official Journal\n"
            )
        self.assertEqual((reference.known_until, reference.percent), (date(2026, 12, 31), 6.25))
        self.assertEqual(reference.checked_on, date(2026, 12, 1))
        value = self._reference("ECB").rate_ids.filtered(lambda r: r.date_from == date(2026, 7, 1))
        self.assertEqual((len(value), value.needs_check), (1, False))

    def test_a_wrong_file_changes_nothing_and_says_why(self):
        before = self.env["collections.interest.rate"].search_count([])
        good = "ECB;2027-01-01;2;Official Journal\n"
        for text, why in (
            (good, "first line"),
            ("code;from;percent;source\n" + good + "ECB;soon;2;x\n", "Line 3"),
            ("code;from;percent;source\n" + good + "XYZ;2027-01-01;2;x\n", "XYZ"),
        ):
            with self.subTest(why), self.assertRaisesRegex(UserError, why):
                self._import(text)
        with self.assertRaisesRegex(UserError, "UTF-8"):
            self.env["collections.interest.import"].create(
                {"file": base64.b64encode(b"\xff\xfe\xfa")}
            ).action_import()
        self.assertEqual(self.env["collections.interest.rate"].search_count([]), before)

    def test_only_an_administrator_imports(self):
        text = "code;from;percent;source\nECB;2027-01-01;2;Official Journal\n"
        for name in ("viewer", "collector", "manager"):
            with self.subTest(name), self.assertRaises(AccessError), self.cr.savepoint():
                self._import(text, self.users[name])
        self._import(text, self.users["admin"])

    # === RULES OF A LEVEL === #

    def test_interest_as_agreed_needs_a_rate(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.policy.level_ids[0].interest = "contract"
        self.policy.level_ids[0].write({"interest": "contract", "interest_percent": 9})

    def test_fees_are_copied_with_their_policy(self):
        self.policy.level_ids[1].fee_ids = [
            Command.create({"currency_id": self.company.currency_id.id, "amount": 5})
        ]
        self.assertEqual(self.policy.copy().level_ids.fee_ids.mapped("amount"), [5])
