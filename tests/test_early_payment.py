"""Discounts for paying early: of the payment terms, and of a policy for good payers."""

from odoo import Command
from odoo.tests import tagged

from .pay_common import PayCommon

ISSUED, EARLY, LATE, DUE = "2026-03-01", "2026-03-05", "2026-03-15", "2026-03-31"


@tagged("post_install", "-at_install")
class TestEarlyPayment(PayCommon):
    def _terms_with_discount(self, computation="included"):
        return self.env["account.payment.term"].create(
            {
                "name": "2% in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": computation,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )

    def _discounted(self, amount=100, **args):
        terms = self._terms_with_discount()
        return self._invoice(self.customer, amount, issued=ISSUED, terms=terms, **args)

    def _good_payer(self, late=0, invoices=3):
        for number in range(invoices):
            move = self._invoice(self.customer, 10, due="2026-01-20")
            self._pay(move, day="2026-02-20" if number < late else "2026-01-15")
        self.policy.early_discount_percent = 3

    # === PAYMENT TERMS === #

    def test_the_discount_of_the_terms_is_deducted_and_written_off(self):
        move = self._discounted()
        payment = self._pay_online(EARLY)
        self.assertEqual(payment.amount, 98)
        self.assertEqual(move.amount_residual, 0)
        self.assertTrue(payment.is_reconciled)
        account = self.company.account_journal_early_pay_discount_loss_account_id
        written = payment.move_id.line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual(sum(written.mapped("balance")), 2)

    def test_the_discounts_of_several_invoices(self):
        moves = self._discounted() | self._discounted(50)
        plain = self._invoice(self.customer, 30, issued=ISSUED, due=DUE)
        payment = self._pay_online(EARLY)
        self.assertEqual(payment.amount, 177)
        self.assertEqual((moves | plain).mapped("amount_residual"), [0, 0, 0])

    def test_with_tax_and_in_a_foreign_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 2), ("2026-03-04", 4)])
        move = self._discounted(currency=euro)
        move.button_draft()
        move.invoice_line_ids.tax_ids = self.company_data["default_tax_sale"]
        move.action_post()
        self.assertEqual(move.amount_total, 115)
        payment = self._pay_online(EARLY, currency=euro)
        self.assertEqual(payment.amount, 112.7)
        self.assertEqual(move.amount_residual, 0)
        self.assertTrue(payment.is_reconciled)

    def test_too_late_or_in_part_there_is_none(self):
        move = self._discounted()
        self.assertEqual(float(self._quote(LATE).amount), 100)
        self._pay_online(EARLY, amount=40)
        self.assertEqual(move.amount_residual, 60)
        self.assertEqual(float(self._quote(EARLY).amount), 60)

    def test_paid_in_time_and_confirmed_later(self):
        move = self._discounted()
        tx = self._begin(EARLY)
        self._come(tx, "done", LATE)
        self.assertEqual(move.amount_residual, 0)

    def test_a_part_paid_meanwhile_takes_the_discount_away(self):
        move = self._discounted()
        tx = self._begin(EARLY)
        self._pay(move, 10, EARLY)
        self._come(tx, "done", EARLY)
        self.assertEqual(move.amount_residual, 0)
        credit = self.case._checkout_credit(self.company.currency_id)
        self.assertEqual(float(credit), 8)

    # === OFFER OF A POLICY === #

    def test_a_good_payer_gets_a_credit_note_with_the_payment(self):
        self._good_payer()
        move = self._invoice(self.customer, 200, issued=ISSUED, due=DUE)
        tx = self._begin(EARLY)
        self.assertEqual(tx.amount, 194)
        credits = [("move_type", "=", "out_refund"), ("partner_id", "=", self.customer.id)]
        self.assertFalse(self.env["account.move"].search(credits))
        payment = self._come(tx, "done", EARLY)
        self.assertEqual(move.amount_residual, 0)
        self.assertTrue(payment.is_reconciled)
        self.assertEqual(self.env["account.move"].search(credits).amount_total, 6)

    def test_a_payment_that_fails_leaves_no_credit_note(self):
        self._good_payer()
        self._invoice(self.customer, 200, issued=ISSUED, due=DUE)
        self._come(self._begin(EARLY), "error", EARLY)
        self.assertFalse(self.env["account.move"].search([("move_type", "=", "out_refund")]))

    def _amount_asked(self, day=EARLY):
        return float(self._quote(day).amount)

    def test_who_gets_no_offer(self):
        self._good_payer(late=1)
        self._invoice(self.customer, 200, issued=ISSUED, due=DUE)
        self.assertEqual(self._amount_asked(), 200, "one of three was paid late")
        self.policy.early_discount_share = 60
        self.assertEqual(self._amount_asked(), 194)
        self.policy.early_discount_invoices = 4
        self.assertEqual(self._amount_asked(), 200, "too few invoices to tell")
        self.policy.early_discount_invoices = 3
        self.assertEqual(self._amount_asked("2026-03-22"), 200, "too late")
        self._invoice(self.customer, 20, due="2026-03-01")
        self.assertEqual(self._amount_asked(), 220, "something is overdue")

    def test_the_offer_is_taken_once(self):
        self._good_payer()
        move = self._invoice(self.customer, 200, issued=ISSUED, due=DUE)
        self._pay_online(EARLY, amount=100)
        self.assertEqual(move.amount_residual, 100)
        self.assertEqual(self._amount_asked(), 100)
