"""What customers owe by their documents, against what the ledger says."""

import unittest
from datetime import date
from decimal import Decimal

from .connector_loader import connector_module

base, balance = connector_module("base"), connector_module("balance")
Open, Void = base.State.OPEN, base.State.VOID
TODAY = date(2026, 3, 5)


def invoice(amount, customer="a", due=date(2026, 1, 31), currency="USD", state=Open):
    return base.Invoice(
        external_id="i", state=state, customer_id=customer, currency=currency,
        due_date=due, total=Decimal(1000), balance=Decimal(amount),
    )  # fmt: skip


def credit(amount, kind=base.CreditNote, state=Open):
    return kind(external_id="c", state=state, customer_id="a", currency="USD",
                remaining=Decimal(amount))  # fmt: skip


def payment(unapplied, state=base.State.CLOSED):
    return base.Payment(external_id="p", state=state, customer_id="a", currency="USD",
                        unapplied=Decimal(unapplied))  # fmt: skip


def customer(outstanding, overdue=None, key="a", **known):
    told = [None if value is None else Decimal(value) for value in (outstanding, overdue)]
    return base.Customer(external_id=key, name="A", balance=told[0], overdue=told[1], **known)


class BalanceCase(unittest.TestCase):
    records = [
        invoice("100.00"),
        invoice("50.00", due=date(2026, 4, 1)),
        invoice("999.00", state=Void),
        credit("20.00"),
        credit("5.00", base.Prepayment),
        credit("3.00", base.Overpayment),
        credit("99.00", state=Void),
        payment("7.50"),
        payment("44.00", state=Void),
    ]

    def differences(self, *customers, records=None):
        found = balance.tie_out(customers, self.records if records is None else records,
                                "USD", TODAY)  # fmt: skip
        return [(d.customer_id, d.measure, d.amount) for d in found]

    def test_pitfall_9_all_that_lowers_a_balance_counts(self):
        self.assertEqual(balance.outstanding(self.records), {("a", "USD"): Decimal("114.50")})
        self.assertEqual(balance.overdue(self.records, TODAY), {("a", "USD"): Decimal("100.00")})

    def test_what_agrees_is_no_difference(self):
        self.assertEqual(self.differences(customer("114.50", "100.00")), [])

    def test_a_cent_is_a_difference(self):
        self.assertEqual(
            self.differences(customer("114.51", "99.00")),
            [("a", "outstanding", Decimal("0.01")), ("a", "overdue", Decimal("-1.00"))],
        )

    def test_a_credit_forgotten_is_a_difference(self):
        found = self.differences(customer("114.50"), records=self.records[:-2])
        self.assertEqual(found, [("a", "outstanding", Decimal("-7.50"))])

    def test_a_customer_without_documents(self):
        self.assertEqual(self.differences(customer("1.00", key="b")),
                         [("b", "outstanding", Decimal("1.00"))])  # fmt: skip
        self.assertEqual(self.differences(customer("0.00", "0.00", key="b", currency="EUR")), [])

    def test_what_the_ledger_does_not_tell_is_not_compared(self):
        self.assertEqual(self.differences(customer(None)), [])
        self.assertEqual(self.differences(customer("9.00", deleted=True)), [])

    def test_currencies_are_never_mixed(self):
        records = [invoice("10.00"), invoice("20.00", currency="EUR")]
        self.assertEqual(self.differences(customer("30.00"), records=records), [])
        self.assertEqual(len(balance.outstanding(records)), 2)

    def test_the_balance_is_in_the_currency_of_the_documents(self):
        records = [invoice("20.00", currency="EUR")]
        self.assertEqual(self.differences(customer("20.00", currency="USD"), records=records), [])

    def test_due_today_is_not_overdue(self):
        self.assertEqual(balance.overdue([invoice("1.00", due=TODAY)], TODAY), {})
