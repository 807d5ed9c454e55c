"""QuickBooks' books, mirrored: payments of nothing, jobs, what is deleted for good."""

from decimal import Decimal

from odoo.tests import tagged

from .mirror_common import QuickBooksMirrorCase


@tagged("post_install", "-at_install")
class TestMirrorQuickBooks(QuickBooksMirrorCase):
    def setUp(self):
        super().setUp()
        self.env["res.currency"].with_context(active_test=False).search(
            [("name", "in", ("EUR", "GBP"))]
        ).active = True
        self.customer_there = self.service.add_customer("Cedar Bakery")

    def _invoice(self, amount="100.00", customer=None):
        return self.service.add_invoice(customer or self.customer_there, amount, due="2026-02-10")

    def test_made_up_books_tie_out(self):
        """Every state an invoice can be in, three currencies, jobs: the sums are the ledger's."""
        self.service.fill(customers=12, invoices=120)
        self._sync()
        self.assertTies()
        self.assertGreater(len(self._owed()), 8)

    def test_pitfall_9_payment_of_nothing_applies_a_credit(self):
        invoice = self._invoice()
        memo = self.service.add_credit(self.customer_there, "60.00")
        payment = self.service.apply_credit(memo, invoice, "60.00")
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).amount_residual, 40)
        self.assertEqual(self._doc("credit_notes", memo).amount_residual, 0)
        ref = self._ref("payments", payment)
        self.assertEqual((ref.state, ref.move_id.id), ("done", False))
        self.assertTies()

    def test_deleted_payment_of_nothing_takes_the_credit_back(self):
        invoice = self._invoice()
        memo = self.service.add_credit(self.customer_there, "60.00")
        payment = self.service.apply_credit(memo, invoice, "60.00")
        self._sync()
        self.service.delete(payment, "Payment")
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).amount_residual, 100)
        self.assertEqual(self._doc("credit_notes", memo).amount_residual, 60)
        self.assertTies()

    def test_pitfall_9_unapplied_amount_waits(self):
        invoice = self._invoice()
        payment = self.service.pay(invoice, "130.00")
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).amount_residual, 0)
        self.assertEqual(self._owed(), {(self.customer_there, "USD"): Decimal(-30)})
        self.assertTrue(self._doc("payments", payment))

    def test_pitfall_8_deleted_invoice_leaves_the_money(self):
        """Its payment is not applied any more: it waits, there as here."""
        invoice = self._invoice()
        self.service.pay(invoice, "40.00")
        self._sync()
        self.service.delete(invoice)
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).state, "cancel")
        self.assertEqual(self._owed(), {(self.customer_there, "USD"): Decimal(-40)})
        self.assertTies()

    def test_pitfall_8_void(self):
        invoice = self._invoice()
        self.service.pay(invoice, "40.00")
        self._sync()
        self.service.void(invoice)
        self._sync()
        self.assertEqual(self._doc("invoices", invoice).state, "cancel")
        self.assertTies()

    def test_jobs_owe_for_themselves_or_their_parent(self):
        own = self.service.add_customer("Branch", parent=self.customer_there)
        billed = self.service.add_customer(
            "Kitchen", parent=self.customer_there, BillWithParent=True
        )
        self._invoice(customer=own)
        self._invoice("20.00", customer=billed)
        self._sync()
        parent = self._ref("customers", self.customer_there).partner_id
        alone = self._ref("customers", own).partner_id
        with_parent = self._ref("customers", billed).partner_id
        self.assertEqual((alone.parent_id, alone.commercial_partner_id), (parent, alone))
        self.assertEqual(with_parent.commercial_partner_id, parent)
        self.assertTies()

    def test_payment_of_several_invoices_and_a_credit(self):
        first, second = self._invoice(), self._invoice("50.00")
        memo = self.service.add_credit(self.customer_there, "20.00")
        self.books.add(
            "Payment",
            {
                "CustomerRef": {"value": self.customer_there},
                "TotalAmt": Decimal("125.00"),
                "Line": [
                    {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": key, "TxnType": kind}]}
                    for kind, key, amount in (
                        ("Invoice", first, "100.00"),
                        ("Invoice", second, "45.00"),
                        ("CreditMemo", memo, "20.00"),
                    )
                ],
            },
        )
        self._sync()
        self.assertEqual(self._doc("invoices", second).amount_residual, 5)
        self.assertTies()
