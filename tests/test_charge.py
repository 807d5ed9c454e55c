"""Charges: claimed, booked, waived, reversed; through one gate and by the right people."""

from datetime import date

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import CollectionsCommon, SecondCompany


class ChargeCommon(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])

    @staticmethod
    def day_of(day):
        return date.fromisoformat(day)

    def _charge(self, invoice=None, amount=10, **values):
        invoice = invoice or self._invoice(self.customer, 100, due="2026-03-05")
        return self.env["collections.charge"].create(
            {
                "move_line_id": self._lines(invoice)[:1].id,
                "amount": amount,
                "date": "2026-03-20",
                **values,
            }
        )

    def _balance(self, partner=None):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "child_of", (partner or self.customer).id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))


@tagged("post_install", "-at_install")
class TestCharge(ChargeCommon):
    def test_what_is_charged_takes_customer_and_currency_of_the_item(self):
        charge = self._charge()
        self.assertEqual(charge.partner_id, self.customer)
        self.assertEqual(charge.currency_id, self.company.currency_id)
        self.assertEqual(charge.case_id, self._case())
        self.assertEqual(charge.state, "draft")

    def test_booked_it_is_an_invoice_of_its_own(self):
        charge = self._charge(description="Second reminder: 10.00")
        before = self._balance()
        invoice = charge._book(self.env.cr.now().date())
        self.assertEqual((charge.state, charge.invoice_id), ("booked", invoice))
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 10))
        self.assertIn("Second reminder: 10.00", invoice.invoice_line_ids.name)
        self.assertEqual(self._balance() - before, 10)
        self.assertFalse(invoice.invoice_line_ids.tax_ids)

    def test_p12_it_stays_when_the_principal_is_paid(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        mentioned = self._charge(invoice, 4, kind="interest", state="mentioned")
        fee = self._charge(invoice)
        note = fee._book(self.day_of("2026-03-20"))
        self._pay(invoice, day="2026-03-25")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual((mentioned.state, fee.state), ("mentioned", "booked"))
        self.assertEqual(note.amount_residual, 10)
        self.assertEqual(self._balance(), 10)
        later = mentioned._book(self.day_of("2026-04-01"))
        self.assertEqual(later.amount_residual, 4)
        self.assertEqual(self._balance(), 14)

    def test_p12_what_is_booked_is_chased_with_the_customers_ladder(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        charge = self._charge(invoice)
        charge._book(self.day_of("2026-03-20"))
        self._pay(invoice, day="2026-03-20")
        self.assertEqual(
            self._live("2026-03-20", "2026-04-03"), {"2026-03-25": [("Debtor Ltd", "Friendly", 10)]}
        )

    def test_costs_and_interest_of_a_customer_are_booked_apart(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        other = self._invoice(self.customer, 60, due="2026-03-05")
        charges = (
            self._charge(invoice)
            | self._charge(other, 5)
            | self._charge(invoice, 40, kind="compensation")
            | self._charge(invoice, 3, kind="interest")
        )
        invoices = charges._book(self.day_of("2026-03-20"))
        self.assertEqual(sorted(invoices.mapped("amount_total")), [3, 55])
        self.assertEqual(len(invoices[0].invoice_line_ids), 3)

    def test_the_currency_is_that_of_the_item(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05", currency=self.euro)
        note = self._charge(invoice)._book(self.day_of("2026-03-20"))
        self.assertEqual((note.currency_id, note.amount_total), (self.euro, 10))
        self.assertEqual(self._lines(note).balance, 5)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._charge(invoice, currency_id=self.company.currency_id.id)

    def test_journal_product_and_taxes_of_the_settings(self):
        sales = self.company_data["default_journal_sale"]
        journal = sales.copy({"code": "DEB", "name": "Debits"})
        journal.default_account_id = sales.default_account_id
        tax = self.company_data["default_tax_sale"]
        self.company.write(
            {
                "collections_charge_journal_id": journal.id,
                "collections_fee_product_id": self.product_a.id,
                "collections_charge_tax_ids": [Command.set(tax.ids)],
            }
        )
        note = self._charge()._book(self.day_of("2026-03-20"))
        self.assertEqual(note.journal_id, journal)
        self.assertEqual(note.invoice_line_ids.product_id, self.product_a)
        self.assertEqual(note.invoice_line_ids.tax_ids, tax)
        self.assertEqual((note.amount_untaxed, note.amount_tax), (10, 1.5))

    def test_it_goes_to_the_invoice_address_in_the_debtors_language(self):
        child = self.env["res.partner"].create(
            {"name": "Payables", "parent_id": self.customer.id, "type": "invoice"}
        )
        note = self._charge()._book(self.day_of("2026-03-20"))
        self.assertEqual(note.partner_id, child)

    def test_waived_with_a_reason_and_never_booked(self):
        charge = self._charge(state="mentioned")
        with self.assertRaises(UserError):
            charge._waive(" ")
        charge._waive("Goodwill")
        self.assertEqual((charge.state, charge.reason), ("waived", "Goodwill"))
        self.assertIn("Goodwill", charge.case_id.message_ids[0].body)
        with self.assertRaises(UserError):
            charge._book(self.day_of("2026-03-20"))

    def test_reversed_by_a_credit_note_over_its_own_line(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        fee, compensation = self._charge(invoice), self._charge(invoice, 40, kind="compensation")
        note = (fee | compensation)._book(self.day_of("2026-03-20"))
        credit = fee._reverse(self.day_of("2026-03-22"), "Charged by mistake")
        self.assertEqual((credit.amount_total, credit.state), (10, "posted"))
        self.assertEqual((fee.state, compensation.state), ("reversed", "booked"))
        self.assertEqual(note.amount_residual, 40)
        compensation._reverse(self.day_of("2026-03-23"), "Goodwill")
        self.assertEqual(note.payment_state, "reversed")

    def test_reversed_after_it_was_paid_it_is_a_credit_of_the_customer(self):
        charge = self._charge(self._invoice(self.customer, 1, due="2026-03-05"))
        note = charge._book(self.day_of("2026-03-20"))
        self._pay(note, day="2026-03-21")
        charge._reverse(self.day_of("2026-03-22"), "Goodwill")
        self.assertEqual(self._balance(), 1 - 10)

    def test_refused_with_a_sentence(self):
        charge = self._charge()
        with self.assertRaises(UserError):
            charge._reverse(self.day_of("2026-03-20"), "Not booked yet")
        with self.assertRaises(UserError):
            charge.unlink()
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._charge(partner_id=self.partner_a.id)
        self.env["account.journal"].search([("type", "=", "sale")]).active = False
        with self.assertRaisesRegex(UserError, "sales journal"):
            charge._book(self.day_of("2026-03-20"))

    def test_once_per_item_level_and_kind(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        level = self.policy.level_ids[0]
        self._charge(invoice, level_id=level.id)
        self._charge(invoice, level_id=level.id, kind="interest")
        with self.assertRaises(UniqueViolation), self.cr.savepoint(), mute_logger("odoo.sql_db"):
            self._charge(invoice, level_id=level.id)
        self._charge(invoice, 40, kind="compensation", level_id=level.id)
        later = self.policy.level_ids[1]
        with self.assertRaises(UniqueViolation), self.cr.savepoint(), mute_logger("odoo.sql_db"):
            self._charge(invoice, 40, kind="compensation", level_id=later.id)

    def test_the_scheduler_books_and_says_why_it_could_not(self):
        waiting = self._charge(book_itself=True)
        by_hand = self._charge()
        journals = self.env["account.journal"].search([("type", "=", "sale")])
        journals.active = False
        charges = self.env["collections.charge"]
        self.assertFalse(charges._book_waiting(self.company, self.day_of("2026-03-20")))
        self.assertIn("sales journal", waiting.failure)
        journals.active = True
        charges._book_waiting(self.company, self.day_of("2026-03-21"))
        self.assertEqual((waiting.state, waiting.failure), ("booked", False))
        self.assertEqual(by_hand.state, "draft")


@tagged("post_install", "-at_install")
class TestChargeSecurity(SecondCompany, ChargeCommon):
    def _refused(self, do):
        with self.assertRaises(AccessError), self.cr.savepoint():
            do()

    def test_a_manager_books_a_collector_waives_a_viewer_looks(self):
        for name, may_waive, may_book in (
            ("viewer", False, False),
            ("collector", True, False),
            ("manager", True, True),
        ):
            charge = self._charge(state="mentioned").with_user(self.users[name])
            with self.subTest(name):
                self.assertEqual(charge.amount, 10)
                if may_book:
                    charge.action_book()
                    self.assertEqual(charge.state, "booked")
                    charge = self._charge(state="mentioned").with_user(self.users[name])
                else:
                    self._refused(charge.action_book)
                if may_waive:
                    charge._waive("Goodwill")
                    self.assertEqual(charge.state, "waived")
                else:
                    self._refused(lambda charge=charge: charge._waive("Goodwill"))

    def test_only_a_manager_reverses_and_claims_by_hand(self):
        for name, allowed in (("collector", False), ("manager", True)):
            user = self.users[name]
            charge = self._charge()
            charge._book(self.day_of("2026-03-20"))
            wizards = self.env["collections.charge.end"].with_user(user)
            wizard = wizards.create({"charge_ids": [Command.set(charge.ids)], "reason": "Wrong"})
            values = {"move_line_id": charge.move_line_id.id, "amount": 3}
            with self.subTest(name):
                if allowed:
                    wizard.action_confirm()
                    self.assertEqual(charge.state, "reversed")
                    self.env["collections.charge"].with_user(user).create(values)
                else:
                    self._refused(wizard.action_confirm)
                    self._refused(
                        lambda user=user, values=values: (
                            self.env["collections.charge"].with_user(user).create(values)
                        )
                    )

    def test_nobody_writes_state_or_claim_by_hand(self):
        charge = self._charge(state="mentioned").with_user(self.users["admin"])
        self._refused(lambda: charge.write({"state": "booked"}))
        self._refused(lambda: charge.write({"amount": 99}))
        self._refused(lambda: charge.copy({"state": "booked"}))
        self._refused(lambda: charge.write({"description": "Something else"}))
        draft = self._charge()
        draft.with_user(self.users["manager"]).amount = 11
        for values in ({"amount": 12}, {"book_itself": True}):
            self._refused(lambda v=values: draft.with_user(self.users["collector"]).write(v))

    def test_p09_another_company_sees_nothing(self):
        charge = self._charge()
        stranger = new_test_user(
            self.env,
            login="charge_stranger",
            groups="collections_addon.group_collections_admin,account.group_account_readonly",
            company_id=self.other.id,
        )
        theirs = charge.with_user(stranger)
        self.assertFalse(theirs.search([("id", "=", charge.id)]))
        self._refused(lambda: theirs.read(["amount"]))
        self._refused(theirs.action_book)
        self._refused(lambda: theirs._waive("Mine"))
