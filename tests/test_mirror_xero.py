"""Xero's books, mirrored: to the cent, whatever happens to them."""

from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from .mirror_common import XeroMirrorCase


@tagged("post_install", "-at_install")
class TestMirrorXero(XeroMirrorCase):
    def setUp(self):
        super().setUp()
        self.env["res.currency"].with_context(active_test=False).search(
            [("name", "in", ("EUR", "GBP"))]
        ).active = True
        self.contact = self.service.add_contact("Cedar Bakery", email="pay@cedar.example")

    def _invoice(self, amount="100.00", **values):
        return self.service.add_invoice(self.contact, amount, due="2026-02-10", **values)

    def test_made_up_books_tie_out(self):
        """Every state an invoice can be in, three currencies: the sums are the ledger's."""
        self.service.fill(customers=12, invoices=120)
        self._sync()
        self.assertTies()
        self.assertGreater(len(self._owed()), 10)

    def test_invoice_is_a_posted_document(self):
        invoice = self._invoice()
        self._sync()
        move = self._doc("invoices", invoice)
        number = self.ledger.invoice(invoice).number
        self.assertEqual((move.move_type, move.state), ("out_invoice", "posted"))
        self.assertEqual((move.name, move.payment_reference), (number, number))
        self.assertEqual(move.invoice_date_due, date(2026, 2, 10))
        self.assertEqual(move.partner_id.name, "Cedar Bakery")
        self.assertEqual((move.amount_total, move.amount_residual), (100, 100))
        self.assertFalse(move.line_ids.tax_ids)
        self.assertEqual(move.journal_id, self.connection.journal_id)

    def test_paid_is_reconciled(self):
        invoice = self._invoice()
        self.service.pay(invoice)
        self._sync()
        move = self._doc("invoices", invoice)
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertTrue(self._items(move).full_reconcile_id)
        self.assertTies()

    def _items(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def test_deleted_payment_opens_the_invoice_again(self):
        invoice = self._invoice()
        payment = self.service.pay(invoice, "40.00")
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).amount_residual, 60)
        entry = self._doc("payments", payment)
        self.service.delete_payment(payment)
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).amount_residual, 100)
        self.assertEqual(entry.state, "cancel")
        self.assertTies()

    def test_allocation_is_done_undone_and_done_again(self):
        invoice = self._invoice()
        note = self.service.add_credit(self.contact, "70.00")
        part = self.service.allocate(note, invoice, "30.00")
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).amount_residual, 70)
        self.assertEqual(self._doc("credit_notes", note).amount_residual, 40)
        self.assertTies()
        credit = self.ledger.documents["CreditNotes"][note]
        self.assertEqual(credit.allocations[0].id, part)
        self.ledger.delete_allocation(credit.allocations[0])
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).amount_residual, 100)
        self.assertTies()
        self.service.allocate(note, invoice, "70.00")
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).amount_residual, 30)
        self.assertTies()

    def test_credits_of_every_kind_used_and_refunded(self):
        for kind in ("CreditNotes", "Prepayments", "Overpayments"):
            invoice = self._invoice()
            credit = self.service.add_credit(self.contact, "90.00", kind)
            self.service.allocate(credit, invoice, "25.00")
            self.ledger.pay(self.ledger.documents[kind][credit], Decimal("15.00"), date(2026, 3, 1))
        self._sync()
        self.assertTies()
        self.assertEqual(self._owed()[self.contact, "USD"], 3 * (100 - 25 - (90 - 25 - 15)))

    def test_pitfall_8_void_is_cancelled(self):
        invoice = self._invoice()
        self._sync()
        self.service.void(invoice)
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).state, "cancel")
        self.assertTies()

    def test_draft_is_nothing(self):
        invoice = self._invoice()
        self.ledger.invoice(invoice).status = "DRAFT"
        self._sync()
        self.assertFalse(self._doc("invoices", invoice))
        self.assertEqual(self._ref("invoices", invoice).state, "ignored")

    def test_edited_in_place(self):
        """Amount, due date and number change; document and item stay the same records."""
        invoice = self._invoice()
        self.service.pay(invoice, "40.00")
        self._sync()
        move = self._doc("invoices", invoice)
        item = self._items(move)
        item.dunning_level_id = move.dunning_level_id = self._level("Firm")
        there = self.ledger.invoice(invoice)
        there.lines[0].amount = there.lines[0].unit_amount = Decimal("125.50")
        there.due, there.number = date(2026, 4, 1), "INV-NEW"
        self._sync()
        self.assertEqual(self._doc("invoices", invoice), move)
        self.assertEqual(self._items(move), item)
        self.assertEqual((move.amount_total, move.amount_residual), (125.5, 85.5))
        self.assertEqual((move.invoice_date_due, item.date_maturity), (date(2026, 4, 1),) * 2)
        self.assertEqual((move.name, move.state), ("INV-NEW", "posted"))
        self.assertEqual(item.dunning_level_id, self._level("Firm"))
        self.assertTies()

    def test_only_the_due_date_moves(self):
        invoice = self._invoice()
        self.service.pay(invoice, "40.00")
        self._sync()
        partial = self._items(self._doc("invoices", invoice)).matched_credit_ids
        self.ledger.invoice(invoice).due = date(2026, 5, 1)
        self._sync()
        move = self._doc("invoices", invoice)
        self.assertEqual(self._items(move).date_maturity, date(2026, 5, 1))
        self.assertEqual(move.invoice_date_due, date(2026, 5, 1))
        self.assertEqual(self._items(move).matched_credit_ids, partial)

    def test_pitfall_8_merged_customers(self):
        other = self.service.add_contact("Cedar Bakery Old", email="old@cedar.example")
        invoice = self.service.add_invoice(other, "100.00", due="2026-02-10")
        self._sync()
        loser = self._ref("customers", other).partner_id
        self.service.merge(other, self.contact)
        self._sync()
        winner = self._ref("customers", self.contact).partner_id
        self.assertEqual(self._doc("invoices", invoice).partner_id, winner)
        self.assertEqual(self._ref("customers", other).partner_id, winner)
        self.assertNotEqual(winner, loser)
        self.assertTies()

    def test_pitfall_13_same_number_twice(self):
        one, two = self._invoice(), self._invoice("50.00")
        number = self.ledger.invoice(one).number
        self.ledger.documents["Invoices"][two].number = number
        self._sync()
        names = [self._doc("invoices", invoice).name for invoice in (one, two)]
        self.assertEqual(names[0], number)
        self.assertTrue(names[1].startswith(f"{number} ("))
        self.assertTies()

    def test_number_with_another_year(self):
        invoice = self._invoice()
        self.ledger.invoice(invoice).number = "INV/2019/0007"
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).name, "INV/2019/0007")

    def test_currency_we_lack_is_set_aside_and_comes_later(self):
        """The rest goes on; once the currency is active, invoice and payment come."""
        currency = self.env["res.currency"].search([("name", "=", "EUR")])
        currency.active = False
        self.ledger.currencies.add("EUR")
        foreign = self._invoice(currency="EUR")
        payment = self.service.pay(foreign, "30.00")
        home = self._invoice()
        self._sync()
        self.assertIn("EUR", self._ref("invoices", foreign).problem)
        self.assertEqual(self._ref("payments", payment).state, "ignored")
        self.assertEqual(self._doc("invoices", home).state, "posted")
        currency.active = True
        self._ref("invoices", foreign)._again()
        self._mirror()
        self.assertEqual(self._doc("invoices", foreign).amount_residual, 70)
        self.assertTies()
