"""Paying online: what is asked, what is taken, and where it goes. P4, P5, P6, P10, P11."""

from decimal import Decimal
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import SecondCompany
from .pay_common import PayCommon

TODAY = "2026-03-20"


@tagged("post_install", "-at_install")
class TestCheckout(PayCommon):
    def setUp(self):
        super().setUp()
        self.old = self._invoice(self.customer, 100, due="2026-03-01")
        self.young = self._invoice(self.customer, 50, due="2026-03-10")

    def _open(self, *moves):
        return [move.amount_residual for move in moves]

    def _dispute(self, move, amount):
        return self.env["collections.dispute"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": move.currency_id.id,
                "reason_id": self.env["collections.dispute.reason"].search([], limit=1).id,
                "line_ids": [Command.create({"move_id": move.id, "amount_disputed": amount})],
            }
        )

    # === WHAT IS PAID === #

    def test_everything(self):
        payment = self._pay_online(TODAY)
        self.assertEqual(payment.amount, 150)
        self.assertEqual(self._open(self.old, self.young), [0, 0])
        self.assertEqual(payment.reconciled_invoice_ids, self.old | self.young)

    def test_one_of_two(self):
        self._pay_online(TODAY, self.young)
        self.assertEqual(self._open(self.old, self.young), [100, 0])

    def test_an_amount_goes_to_the_oldest_first(self):
        self._pay_online(TODAY, amount=120)
        self.assertEqual(self._open(self.old, self.young), [0, 30])

    def test_an_amount_for_a_chosen_invoice(self):
        self._pay_online(TODAY, self.young, amount=20)
        self.assertEqual(self._open(self.old, self.young), [100, 30])

    def test_p04_what_is_left_of_a_part_payment_is_asked_and_no_more(self):
        self._pay(self.old, 70, "2026-03-05")
        self.assertEqual(self._quote(TODAY).amount, Decimal(80))

    def test_p05_several_invoices_and_a_part_payment_add_up(self):
        self._pay(self.old, 70, "2026-03-05")
        payment = self._pay_online(TODAY)
        self.assertEqual(payment.amount, 80)
        self.assertEqual(self._open(self.old, self.young), [0, 0])

    def test_p06_credits_are_deducted_and_used(self):
        self._credit(self.customer, 30, "2026-03-05")
        payment = self._pay_online(TODAY)
        self.assertEqual(payment.amount, 120)
        self.assertEqual(self._open(self.old, self.young), [0, 0])
        self.assertFalse(self.case._checkout_credit(self.company.currency_id))

    def test_p11_one_installment_of_an_invoice(self):
        terms = self._terms(10, 40)
        parted = self._invoice(self.customer, 200, issued="2026-03-01", terms=terms)
        first, second = self._lines(parted)
        with self.day(TODAY):
            quote = self._quote(TODAY, [first.id])
            self.assertEqual(quote.amount, Decimal(100))
            self.assertEqual([share.key for share in quote.shares], [first.id])
        values = self.case._checkout_transaction_values(
            quote, self.company.currency_id, self._at(TODAY).date()
        )
        tx = self._begin(TODAY, parted)
        tx.collections_share_ids.filtered(lambda s: s.move_line_id == second).unlink()
        tx.amount = 100
        self._come(tx, "done", TODAY)
        self.assertEqual([first.amount_residual, second.amount_residual], [0, 100])
        self.assertEqual(len(values["collections_share_ids"]), 1)

    # === WHAT IS CONTESTED === #

    def test_only_what_is_not_contested_is_asked(self):
        self._dispute(self.old, 40)
        payment = self._pay_online(TODAY)
        self.assertEqual(payment.amount, 110)
        self.assertEqual(self._open(self.old, self.young), [40, 0])
        self.assertEqual(self.old.dispute_state, "disputed")

    def test_two_contested_invoices_each_keep_their_contested_part(self):
        self._dispute(self.old, 40)
        self._dispute(self.young, 10)
        payment = self._pay_online(TODAY)
        self.assertEqual(payment.amount, 100)
        self.assertEqual(self._open(self.old, self.young), [40, 10])
        self.assertTrue(payment.is_reconciled)

    # === MANY ITEMS === #

    def test_many_items_need_no_more_queries_than_few(self):
        few = self._count_queries()
        for number in range(30):
            self._invoice(self.customer, 10 + number, due="2026-03-02")
        self.assertLessEqual(self._count_queries(), few + 2)
        self.assertLess(few, 50)

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._quote(TODAY)
        return self.env.cr.sql_log_count - before

    # === WHAT HAPPENS MEANWHILE === #

    def test_what_was_paid_meanwhile_stays_as_credit(self):
        tx = self._begin(TODAY)
        self._pay(self.old, day=TODAY)
        self._come(tx, "done", TODAY)
        self.assertEqual(self._open(self.old, self.young), [0, 0])
        self.assertEqual(self.case._checkout_credit(self.company.currency_id), Decimal(100))

    def test_a_contested_part_stays_open_though_too_much_was_paid(self):
        tx = self._begin(TODAY)
        self._pay(self.young, day=TODAY)
        tx.collections_share_ids.filtered(lambda s: s.move_id == self.old).amount = 60
        self._come(tx, "done", TODAY)
        self.assertEqual(self._open(self.old, self.young), [40, 0])
        self.assertEqual(self.case._checkout_credit(self.company.currency_id), Decimal(90))

    def test_a_payment_under_way_is_not_asked_again(self):
        tx = self._begin(TODAY, self.old)
        self._come(tx, "pending", TODAY)
        self.assertEqual(self._quote(TODAY).amount, Decimal(50))
        with self.assertRaises(UserError):
            self._quote(TODAY, self._lines(self.old).ids)
        self._come(tx, "done", TODAY)
        self.assertEqual(self._open(self.old, self.young), [0, 50])

    def test_a_payment_under_way_rests_but_not_for_ever(self):
        self._come(self._begin(TODAY, self.old), "pending", TODAY)
        self.assertEqual(self._why(self.old, "2026-04-03"), "promised")
        self.assertNotEqual(self._why(self.young, "2026-04-03"), "promised")
        self.assertNotEqual(self._why(self.old, "2026-04-04"), "promised")
        self.assertEqual(self._quote("2026-04-04").amount, Decimal(150))

    def test_a_payment_confirmed_but_not_booked_is_not_asked_again(self):
        tx = self._begin(TODAY, self.old)
        with self.day(TODAY):
            tx._set_done()
        self.assertEqual(self._quote(TODAY).amount, Decimal(50))

    def test_a_payment_of_cores_own_form_counts_too(self):
        self.env["payment.transaction"].sudo().create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": 30,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.customer.id,
                "operation": "online_direct",
                "state": "pending",
                "invoice_ids": [Command.set(self.old.ids)],
            }
        )
        self.assertEqual(self._quote(TODAY).amount, Decimal(120))

    def _book_without_entries(self):
        """Banks are reconciled in Odoo: payments have no entry until the statement comes."""
        self.startPatcher(
            patch.object(
                type(self.env["account.move"]),
                "_get_invoice_in_payment_state",
                lambda _move: "in_payment",
            )
        )
        self.env["account.payment.method.line"].search([]).payment_account_id = False

    def test_p01_a_registered_payment_waits_for_the_statement(self):
        self._book_without_entries()
        payment = self._pay(self.old, day=TODAY)
        self.assertFalse(payment.move_id)
        self.assertEqual(self._open(self.old), [100])
        self.assertEqual(self._why(self.old, TODAY), "promised")
        self.assertNotEqual(self._why(self.young, TODAY), "promised")
        self.assertEqual(self._quote(TODAY).amount, Decimal(50))
        self.assertEqual(self._why(self.old, "2026-04-19"), "promised")
        self.assertNotEqual(self._why(self.old, "2026-04-20"), "promised", "for ever is too long")
        payment.action_reject()
        self.assertNotEqual(self._why(self.old, TODAY), "promised")

    def test_p01_who_paid_online_is_not_asked_again_before_the_statement(self):
        self._book_without_entries()
        tx = self._begin(TODAY, self.old)
        self._come(tx, "done", TODAY)
        self.assertTrue(tx.payment_id)
        self.assertEqual(self._quote(TODAY).amount, Decimal(50))

    def test_a_refused_payment_changes_nothing(self):
        tx = self._begin(TODAY)
        self._come(tx, "error", TODAY)
        self.assertEqual(self._open(self.old, self.young), [100, 50])
        self.assertEqual(self._quote(TODAY).amount, Decimal(150))

    def test_a_confirmation_that_comes_twice_is_booked_once(self):
        tx = self._begin(TODAY)
        first = self._come(tx, "done", TODAY)
        self.assertEqual(self._come(tx, "done", TODAY), first)
        payments = self.env["account.payment"].search([("payment_transaction_id", "=", tx.id)])
        self.assertEqual(payments, first)

    # === WHAT IS REFUSED === #

    def test_nothing_to_pay(self):
        with self.assertRaises(UserError):
            self._quote(TODAY, [])

    def test_more_than_is_owed(self):
        with self.assertRaisesRegex(UserError, "150.00"):
            self._quote(TODAY, amount=150.01)
        self.assertEqual(self._quote(TODAY, amount=150).amount, Decimal(150))

    def test_an_amount_that_is_none(self):
        for amount in ("0", "-5", "0.001"):
            with self.subTest(amount), self.assertRaises(UserError):
                self._quote(TODAY, amount=amount)

    def test_the_items_of_another_customer(self):
        other = self._invoice(self._customer("Neighbor"), 70, due="2026-03-01")
        with self.assertRaises(ValidationError):
            self._quote(TODAY, self._lines(other).ids)

    def test_a_settled_item(self):
        line = self._lines(self.old)
        self._pay(self.old, day=TODAY)
        with self.assertRaises(ValidationError):
            self._quote(TODAY, line.ids)

    # === CURRENCIES === #

    def test_p10_each_currency_is_paid_by_itself(self):
        euro = self.setup_other_currency("EUR")
        foreign = self._invoice(self.customer, 80, due="2026-03-01", currency=euro)
        self.assertEqual(self.case._checkout_currencies(), self.company.currency_id | euro)
        self.assertEqual(self._quote(TODAY).amount, Decimal(150))
        payment = self._pay_online(TODAY, currency=euro)
        self.assertEqual((payment.amount, payment.currency_id), (80, euro))
        self.assertEqual(self._open(self.old, self.young, foreign), [100, 50, 0])
        with self.assertRaises(ValidationError):
            self._quote(TODAY, self._lines(foreign).ids)

    def test_p10_a_foreign_amount_in_part(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 2), ("2026-03-15", 3)])
        foreign = self._invoice(self.customer, 80, due="2026-03-01", currency=euro)
        self._pay_online(TODAY, amount=30, currency=euro)
        self.assertEqual(foreign.amount_residual, 50)


@tagged("post_install", "-at_install")
class TestCheckoutCompanies(SecondCompany, PayCommon):
    def test_p09_the_items_of_another_company_are_not_offered(self):
        journal = self.other_data["default_journal_sale"]
        theirs = self._invoice(
            self.customer, 70, due="2026-03-01", company=self.other, journal_id=journal.id
        )
        own = self._invoice(self.customer, 50, due="2026-03-01")
        quote = self._quote(TODAY)
        self.assertEqual([share.key for share in quote.shares], self._lines(own).ids)
        with self.assertRaises(ValidationError):
            self._quote(TODAY, self._lines(theirs).ids)


@tagged("post_install", "-at_install")
class TestCheckoutScreen(PayCommon):
    def test_an_admin_sees_on_the_transaction_what_was_paid_of_what(self):
        move = self._invoice(self.customer, 100, due="2026-03-01")
        self._pay_online(TODAY, move)
        admin = new_test_user(
            self.env,
            "pay_admin",
            "base.group_system,collections_addon.group_collections_admin",
            company_ids=[(6, 0, self.company.ids)],
            company_id=self.company.id,
        )
        transaction = (
            self.env["payment.transaction"]
            .search([("invoice_ids", "in", move.ids)])
            .with_user(admin)
        )
        with Form(transaction) as form:
            [share] = form.collections_share_ids
        self.assertEqual((share.move_id, share.amount), (move, 100))
        self.assertEqual(transaction.collections_case_id.partner_id, self.customer)
        plain = new_test_user(self.env, "pay_plain", "base.group_system")
        arch = transaction.with_user(plain).get_view(view_type="form")["arch"]
        self.assertNotIn("collections_share_ids", arch)
