"""The statement of account: everything that is open, per currency, as of a date."""

import base64
import io
from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.pdf import PdfReader

from .common import CollectionsCommon, SecondCompany

DAY = date(2026, 3, 31)


@tagged("post_install", "-at_install")
class TestStatement(SecondCompany, CollectionsCommon):
    def _sections(self, day=DAY, partner=None):
        statement = self.env["collections.statement"]
        return statement._document(partner or self.customer, self.company, day).values["sections"]

    def _ages(self, section):
        return {name: amount for name, amount in section["ages"] if amount}

    def test_everything_open_is_listed_the_oldest_first(self):
        self._invoice(self.customer, 200.0, "2026-03-20")
        self._invoice(self.customer, 100.0, "2026-01-10")
        self._invoice(self.customer, 50.0, "2026-04-15")
        [section] = self._sections()
        self.assertEqual([row.open for row in section["debts"]], [100.0, 200.0, 50.0])
        self.assertEqual([row.days for row in section["debts"]], [80, 11, -15])
        self.assertEqual((section["total"], section["overdue"]), (350.0, 300.0))

    def test_each_currency_has_a_section_of_its_own(self):
        """P10: currencies are neither mixed nor left out."""
        euro, yen = self.env.ref("base.EUR"), self.env.ref("base.JPY")
        (euro | yen).active = True
        for currency, amount in ((euro, 10.0), (yen, 5000.0), (self.company.currency_id, 7.0)):
            self._invoice(self.customer, amount, "2026-03-01", currency=currency)
        totals = {s["currency"].name: s["total"] for s in self._sections()}
        self.assertEqual(totals, {"EUR": 10.0, "JPY": 5000.0, "USD": 7.0})

    def test_aging_adds_up_to_what_is_owed(self):
        for amount, due in (
            (1.0, "2026-04-01"),
            (2.0, "2026-03-31"),
            (4.0, "2026-03-30"),
            (8.0, "2026-02-20"),
            (16.0, "2025-11-01"),
        ):
            self._invoice(self.customer, amount, due)
        [section] = self._sections()
        self.assertEqual(
            self._ages(section), {"Not due": 3.0, "1–30": 4.0, "31–60": 8.0, "Over 120": 16.0}
        )
        self.assertEqual(sum(self._ages(section).values()), section["debt"])

    def test_credits_are_shown_and_deducted(self):
        """P6: unallocated payments and credit notes belong to the balance."""
        self._invoice(self.customer, 100.0, "2026-03-01")
        self._credit(self.customer, 30.0, "2026-03-05")
        [section] = self._sections()
        self.assertEqual([row.open for row in section["credits"]], [-30.0])
        self.assertEqual(section["total"], 70.0)
        self.assertEqual(sum(self._ages(section).values()), 100.0)

    def test_part_payment_leaves_the_rest(self):
        """P4: the rest is shown beside the full amount."""
        invoice = self._invoice(self.customer, 100.0, "2026-03-01")
        self._pay(invoice, amount=40.0, day="2026-03-10")
        [section] = self._sections()
        self.assertEqual([(row.original, row.open) for row in section["debts"]], [(100.0, 60.0)])

    def test_past_date_shows_what_was_open_then(self):
        invoice = self._invoice(self.customer, 100.0, "2026-03-01")
        self._pay(invoice, day="2026-03-20")
        with self.day("2026-03-31"):
            self.assertEqual(self._sections(date(2026, 3, 31)), [])
            [section] = self._sections(date(2026, 3, 15))
        self.assertEqual(section["total"], 100.0)

    def test_installments_are_listed_one_by_one(self):
        """P11: each with its own due date."""
        terms = self._terms(10, 40)
        self._invoice(self.customer, 100.0, issued="2026-03-01", due="2026-03-01", terms=terms)
        [section] = self._sections()
        self.assertEqual([row.open for row in section["debts"]], [50.0, 50.0])
        self.assertEqual([row.days > 0 for row in section["debts"]], [True, False])

    def test_contacts_and_company_stand_for_one_customer(self):
        """P8: a contact's invoices are the customer's."""
        child = self.env["res.partner"].create({"parent_id": self.customer.id, "name": "Branch"})
        self._invoice(child, 25.0, "2026-03-01")
        [section] = self._sections(partner=child)
        self.assertEqual(section["total"], 25.0)

    def test_other_companies_are_left_out(self):
        """P9: a statement is of one company, whichever are active."""
        self._invoice(self.customer, 10.0, "2026-03-01")
        self._invoice(self.customer, 99.0, "2026-03-01", company=self.other)
        both = self.env["collections.statement"].with_context(
            allowed_company_ids=(self.company | self.other).ids
        )
        [section] = both._document(self.customer, self.company, DAY).values["sections"]
        self.assertEqual(section["total"], 10.0)

    def test_statement_speaks_the_debtors_language(self):
        """P7"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        self._invoice(self.customer, 1234.5, "2026-03-04")
        document = self.env["collections.statement"]._document(self.customer, self.company, DAY)
        page = self.env["collections.document"].with_context(lang="en_US")._html(document)
        self.assertEqual(document.lang, "de_DE")
        self.assertIn("04.03.2026", page)
        self.assertIn("1.234,50", page)

    def test_empty_statement_says_so(self):
        case = self.env["collections.case"]._of(self.customer, self.company)
        page = self.env["collections.document"]._html(case._statement_document(DAY))
        self.assertIn("Nothing is open on your account.", page)

    # === PRINTING === #

    def test_viewer_prints_from_case_and_customer(self):
        self._invoice(self.customer, 10.0, "2026-03-01")
        case = self.env["collections.case"]._of(self.customer, self.company)
        viewer = self.users["viewer"]
        reports = (
            self.env["ir.actions.report"]
            .with_user(viewer)
            .with_context(force_report_rendering=True)
        )
        for name, record in (("case", case), ("partner", self.customer)):
            pdf, kind = reports._render_qweb_pdf(
                f"collections_addon.report_statement_{name}", record.ids
            )
            self.assertEqual((kind, pdf[:5]), ("pdf", b"%PDF-"))

    def test_case_of_another_company_is_refused(self):
        case = self.env["collections.case"]._of(self.customer, self.other)
        reports = (
            self.env["ir.actions.report"]
            .with_user(self.users["viewer"])
            .with_context(force_report_rendering=True)
        )
        with self.assertRaises(AccessError):
            reports._render_qweb_pdf("collections_addon.report_statement_case", case.ids)

    def test_wizard_prints_several_customers_as_of_a_date(self):
        cases = self.env["collections.case"]
        for name in ("One", "Two"):
            partner = self._customer(name)
            self._invoice(partner, 10.0, "2026-03-01")
            cases |= cases._of(partner, self.company)
        wizard = (
            self.env["collections.statement.print"]
            .with_user(self.users["viewer"])
            .with_context(active_model="collections.case", active_ids=cases.ids)
            .create({"date": DAY})
        )
        self.assertEqual(wizard.case_ids, cases)
        self.assertIn("download=true", wizard.action_print()["url"])
        pages = PdfReader(io.BytesIO(base64.b64decode(wizard.document))).pages
        self.assertEqual(len(pages), 2)

    def test_long_statement_ends_without_a_blank_page(self):
        """The last page holds something, however many lines there are."""
        case = self.env["collections.case"]._of(self.customer, self.company)
        for count in range(45, 49):
            while len(self._sections()[0]["debts"] if self._sections() else ()) < count:
                self._invoice(self.customer, 10.0, "2026-03-01")
            pages = PdfReader(io.BytesIO(case._statement_pdf(DAY))).pages
            self.assertFalse(self.env["collections.document"]._is_blank(pages[-1]))
