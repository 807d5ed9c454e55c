"""Mirrored documents on accounts of revenue and tax, where a connection has such."""

from decimal import Decimal

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .emulators.xero.ledger import Line
from .mirror_common import QuickBooksMirrorCase, XeroMirrorCase


class PartsMixin:
    def setUp(self):
        super().setUp()
        self.env["res.currency"].with_context(active_test=False).search(
            [("name", "=", "EUR")]
        ).active = True
        self.connection.books_lines = True
        self.revenue = self.account("Mirrored sales", "400900", "income")
        self.tax = self.account("Mirrored tax", "250900", "liability_current")

    def account(self, name, code, kind):
        accounts = self.env["account.account"].with_company(self.connection.company_id)
        return accounts.create({"name": name, "code": code, "account_type": kind})

    def give(self, kind, code, account):
        return self.env["collections.connection.account"].create(
            {
                "connection_id": self.connection.id,
                "kind": kind,
                "code": code,
                "account_id": account.id,
            }
        )

    def lines(self, move):
        """Account -> (amount in the document's currency, balance) of all but the receivable."""
        self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0)
        own = move.line_ids.filtered(
            lambda line: line.account_id.account_type != "asset_receivable"
        )
        return {line.account_id: (line.amount_currency, line.balance) for line in own}


@tagged("post_install", "-at_install")
class TestMirrorPartsXero(PartsMixin, XeroMirrorCase):
    def setUp(self):
        super().setUp()
        self.contact = self.service.add_contact("Cedar Bakery", email="pay@cedar.example")
        self.give("revenue", "200", self.revenue)
        self.give("tax", "OUTPUT", self.tax)

    def invoice(self, *parts, **values):
        """An invoice of lines: (account, amount, tax)."""
        key = self.service.add_invoice(self.contact, "1.00", due="2026-02-10", **values)
        self.rewrite(key, *parts)
        return key

    def rewrite(self, key, *parts):
        document = self.ledger.document("Invoices", key)
        document.lines = [
            Line(
                self.service.new_id(), "", Decimal(1), Decimal(amount), Decimal(amount),
                Decimal(tax), "OUTPUT" if Decimal(tax) else "NONE", account,
            )
            for account, amount, tax in parts
        ]  # fmt: skip
        self.ledger.touch(document, changes="Edited")

    def test_lines_stand_on_their_accounts_and_the_rest_on_the_counterpart(self):
        key = self.invoice(("200", "60.00", "6.00"), ("260", "40.00", "4.00"))
        self._sync()
        move = self._doc("invoices", key)
        self.assertEqual((move.amount_total, move.amount_residual), (110, 110))
        self.assertEqual(
            self.lines(move),
            {
                self.revenue: (-60, -60),
                self.tax: (-10, -10),
                self.connection.account_id: (-40, -40),
            },
        )
        self.assertFalse(move.line_ids.tax_ids)
        self.assertTies()

    def test_not_chosen_is_one_counterpart(self):
        self.connection.books_lines = False
        key = self.invoice(("200", "60.00", "6.00"))
        self._sync()
        self.assertEqual(
            self.lines(self._doc("invoices", key)), {self.connection.account_id: (-66, -66)}
        )

    def test_a_credit_note_is_booked_the_other_way_round(self):
        credit = self.service.add_credit(self.contact, "30.00")
        self._sync()
        self.assertEqual(self.lines(self._doc("credit_notes", credit)), {self.revenue: (30, 30)})
        self.assertTies()

    def test_a_deducted_line_and_a_currency_with_odd_rates_balance(self):
        key = self.invoice(
            ("200", "33.33", "3.33"), ("200", "-0.10", "0"), ("260", "7.77", "0"), currency="EUR"
        )
        self.ledger.document("Invoices", key).rate = Decimal("0.913")
        self._sync()
        move = self._doc("invoices", key)
        found = self.lines(move)
        self.assertEqual(
            {account: amounts[0] for account, amounts in found.items()},
            {self.revenue: -33.23, self.tax: -3.33, self.connection.account_id: -7.77},
        )
        self.assertTies()

    def test_many_documents_have_each_their_own_lines(self):
        keys = {self.invoice(("200", str(n), "0"), ("260", "1", "0")): n for n in range(1, 13)}
        self._sync()
        for key, number in keys.items():
            lines = self.lines(self._doc("invoices", key))
            self.assertEqual(lines[self.revenue], (-number, -number))
        self.assertTies()

    def test_other_lines_of_the_same_sum_are_followed_in_place(self):
        key = self.invoice(("260", "100.00", "0"))
        self._sync()
        move = self._doc("invoices", key)
        self.rewrite(key, ("200", "80.00", "0"), ("260", "20.00", "0"))
        self._sync()
        self.assertEqual(self._doc("invoices", key), move)
        self.assertEqual(self.lines(move)[self.revenue], (-80, -80))
        self.rewrite(key, ("260", "100.00", "0"))
        self._sync()
        self.assertEqual(self.lines(move), {self.connection.account_id: (-100, -100)})
        self.assertTies()

    def test_paid_documents_stay_paid_when_their_accounts_are_given(self):
        self.connection.account_map_ids.unlink()
        key = self.invoice(("200", "60.00", "6.00"))
        self.service.pay(key, "16.00")
        self._sync()
        move = self._doc("invoices", key)
        self.connection.action_find_codes()
        codes = {(row.kind, row.code) for row in self.connection.account_map_ids}
        self.assertEqual(codes, {("revenue", "200"), ("tax", "OUTPUT")})
        for row in self.connection.account_map_ids:
            row.account_id = self.revenue if row.kind == "revenue" else self.tax
        self.connection.action_book_lines_again()
        self._mirror()
        self.assertEqual(self._doc("invoices", key), move)
        self.assertEqual(self.lines(move), {self.revenue: (-60, -60), self.tax: (-6, -6)})
        self.assertEqual(move.amount_residual, 50)
        self.assertTies()

    def test_receivables_are_no_account_for_lines(self):
        with self.assertRaises(ValidationError):
            self.give("revenue", "999", self.connection.receivable_account_id or self.receivable())

    def receivable(self):
        return self.connection._find_receivable()


@tagged("post_install", "-at_install")
class TestMirrorPartsQuickbooks(PartsMixin, QuickBooksMirrorCase):
    def test_products_and_tax_stand_on_their_accounts(self):
        customer = self.service.add_customer("Cedar Bakery")
        key = self.service.add_invoice(customer, "100.00", due="2026-02-10")
        entity = self.books.get("Invoice", key)
        changes = {"TxnTaxDetail": {"TotalTax": Decimal("8.00")}}
        self.books.change("Invoice", key, str(entity.token), changes, True)
        [line] = [row for row in entity.values["Line"] if row["DetailType"].startswith("Sales")]
        self.give("revenue", line["SalesItemLineDetail"]["ItemRef"]["value"], self.revenue)
        self.give("tax", "-", self.tax)
        self._sync()
        self.assertEqual(
            self.lines(self._doc("invoices", key)),
            {self.revenue: (-100, -100), self.tax: (-8, -8)},
        )
        self.assertTies()
