"""The ledger's figures beside ours: zero, or with the reason."""

from odoo.tests import tagged

from .mirror_common import NOW, QuickBooksMirrorCase, XeroMirrorCase


def _activate(env):
    env["res.currency"].with_context(active_test=False).search(
        [("name", "in", ("EUR", "GBP"))]
    ).active = True


@tagged("post_install", "-at_install")
class TestDriftXero(XeroMirrorCase):
    def setUp(self):
        super().setUp()
        _activate(self.env)
        self.contact = self.service.add_contact("Cedar Bakery", email="pay@cedar.example")
        self.invoice = self.service.add_invoice(self.contact, "100.00", due="2026-02-10")

    def _figures(self, **where):
        rows = self.env["collections.drift"].search([("connection_id", "=", self.connection.id)])
        return rows.filtered_domain([(name, "=", value) for name, value in where.items()])

    def test_made_up_books_have_no_difference(self):
        """Zero is kept and shown, too."""
        self.service.fill(customers=12, invoices=120)
        self._sync()
        self.assertEqual(self.connection._check_drift(NOW), [])
        rows = self._figures(is_customer=True, measure="outstanding")
        self.assertEqual(len(rows), 13)
        self.assertFalse(self._figures().filtered("difference"))
        self.assertTrue(self._figures(is_customer=True, measure="overdue").filtered("there"))
        self.assertTrue(self._figures(is_customer=False, measure="overdue").filtered("there"))

    def test_two_currencies_and_what_is_not_yet_due(self):
        """A customer's figures: both currencies at home, only what is due in the overdue one."""
        self.service.add_invoice(self.contact, "200.00", due="2026-04-10")
        self.service.add_invoice(self.contact, "50.00", due="2026-02-20", currency="EUR")
        self._sync()
        self.assertEqual(self.connection._check_drift(NOW), [])
        [owed] = self._figures(is_customer=True, measure="outstanding")
        [late] = self._figures(is_customer=True, measure="overdue")
        self.assertEqual((owed.there, late.there), (owed.here, late.here))
        self.assertAlmostEqual(owed.there - late.there, 200)
        self.assertGreater(late.there, 100)

    def test_balance_that_the_documents_do_not_have(self):
        self._sync()
        ref = self._ref("customers", self.contact)
        ref.told_balance = 130
        [found] = self.connection._check_drift(NOW)
        self.assertEqual(
            (found["measure"], found["there"], found["here"]), ("outstanding", 130, 100)
        )
        self.assertEqual(self.connection.drift_open_count, 1)

    def test_what_is_set_aside_explains_itself_and_its_customer(self):
        self.ledger.currencies.add("EUR")
        self.env["res.currency"].search([("name", "=", "EUR")]).active = False
        self.service.add_invoice(self.contact, "50.00", due="2026-02-10", currency="EUR")
        self._sync()
        self.assertEqual(self.connection._check_drift(NOW), [])
        [document] = self._figures(is_customer=False, cause="set_aside", measure="outstanding")
        self.assertIn("EUR", document.explanation)
        [customer] = self._figures(is_customer=True, cause="documents", measure="outstanding")
        self.assertTrue(customer.difference)

    def test_match_undone_by_force_is_a_difference(self):
        self.service.pay(self.invoice, "40.00")
        self._sync()
        items = self._doc("invoices", self.invoice).line_ids
        self.env["collections.mirror"]._at_work(self.connection).env[
            "account.partial.reconcile"
        ].browse(items.matched_credit_ids.ids).unlink()
        found = {
            (row["measure"], row["there"], row["here"]) for row in self.connection._check_drift(NOW)
        }
        self.assertIn(("outstanding", 60.0, 100.0), found)

    def test_compared_again_writes_nothing_new(self):
        self._sync()
        self.connection._check_drift(NOW)
        before = self._figures().ids
        self.connection._check_drift(NOW)
        self.assertEqual(self._figures().ids, before)


@tagged("post_install", "-at_install")
class TestDriftQuickBooks(QuickBooksMirrorCase):
    def test_made_up_books_have_no_difference(self):
        _activate(self.env)
        self.service.fill(customers=12, invoices=120)
        self._sync()
        self.assertEqual(self.connection._check_drift(NOW), [])
        rows = self.env["collections.drift"].search(
            [("connection_id", "=", self.connection.id), ("is_customer", "=", True)]
        )
        self.assertTrue(rows.filtered("there"))
        self.assertFalse(rows.filtered("difference"))

    def test_a_document_in_another_currency_is_not_in_the_customers_balance(self):
        """The ledger tells balances in the customer's currency; nothing else is held to it."""
        _activate(self.env)
        customer = self.service.add_customer("Cedar Bakery")
        self.service.add_invoice(customer, "100.00", due="2026-02-10")
        other = self.service.add_invoice(customer, "50.00", due="2026-02-10")
        self._sync()
        pound = self.env.ref("base.GBP")
        self._ref("invoices", other).told_currency_id = pound
        self._ref("customers", customer).told_balance = 100
        self.connection._check_drift(NOW)
        row = self.env["collections.drift"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("is_customer", "=", True),
                ("measure", "=", "outstanding"),
            ]
        )
        self.assertEqual((row.there, row.here), (100, 100))
