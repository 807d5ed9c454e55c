"""Calendar stories about money: part payments, credits, installments, currencies, bounces."""

from odoo.tests import tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestScenarioMoney(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rates = [("2020-01-01", 2.0)]
        cls.euro = cls.setup_other_currency("EUR", rates=rates)
        cls.pound = cls.setup_other_currency("GBP", rates=rates)

    def test_after_a_part_payment_only_the_rest_is_asked(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        diary = self._live(
            "2026-03-01",
            "2026-05-30",
            {
                "2026-03-12": lambda: self._pay(invoice, 30, "2026-03-12"),
                "2026-03-25": lambda: self._pay(invoice, 69.5, "2026-03-25"),
            },
        )
        self.assertEqual(
            diary,
            {
                "2026-03-10": [("Debtor Ltd", "Friendly", 100.0)],
                "2026-03-20": [("Debtor Ltd", "Firm", 70.0)],
                "2026-04-04": [("Debtor Ltd", "Final", 0.5)],
            },
        )

    def test_a_rest_within_tolerance_is_forgotten(self):
        self.policy.tolerance_ids = [
            (0, 0, {"currency_id": self.company.currency_id.id, "amount": 0.5})
        ]
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._live(
            "2026-03-01",
            "2026-05-30",
            {"2026-03-12": lambda: self._pay(invoice, 99.5, "2026-03-12")},
        )
        self.assertEqual(list(self.sent()), ["2026-03-10"])
        self.assertEqual(self._why(invoice, "2026-05-30"), "below_tolerance")

    def test_a_payment_nobody_allocated_stops_the_reminders_it_covers(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._live(
            "2026-03-01",
            "2026-05-30",
            {"2026-03-12": lambda: self._pay_unallocated(self.customer, 100, "2026-03-12")},
        )
        self.assertEqual(list(self.sent()), ["2026-03-10"])

    def test_a_credit_note_lowers_what_is_asked_and_is_shown(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._credit(self.customer, 40, "2026-03-01")
        diary = self._live("2026-03-01", "2026-03-12")
        self.assertEqual(diary, {"2026-03-10": [("Debtor Ltd", "Friendly", 60.0)]})
        self.assertEqual(self._contacts().amount_credit, 40.0)

    def test_credits_go_to_the_oldest_debt_first(self):
        old = self._invoice(self.customer, 100, due="2026-03-05")
        new = self._invoice(self.customer, 100, due="2026-03-08")
        self._credit(self.customer, 120, "2026-03-01")
        diary = self._live("2026-03-01", "2026-03-15")
        # the old one is covered, and the rest of the credit is taken off the new one
        self.assertEqual(diary, {"2026-03-13": [("Debtor Ltd", "Friendly", 80.0)]})
        self.assertEqual(self._why(old, "2026-03-15"), "covered_by_credit")
        self.assertEqual(new.dunning_level_id.name, "Friendly")
        self.assertFalse(old.dunning_level_id)

    def test_each_installment_has_its_own_ladder(self):
        terms = self._terms(30, 60, 90)
        invoice = self._invoice(self.customer, 300, issued="2026-02-03", terms=terms)
        lines = self._lines(invoice)
        self.assertEqual(
            [str(line.date_maturity) for line in lines], ["2026-03-05", "2026-04-04", "2026-05-04"]
        )
        diary = self._live("2026-02-03", "2026-05-03")
        self.assertEqual(
            diary,
            {
                "2026-03-10": [("Debtor Ltd", "Friendly", 300.0)],
                "2026-03-20": [("Debtor Ltd", "Firm", 300.0)],
                "2026-04-04": [("Debtor Ltd", "Final", 300.0)],
                "2026-04-09": [("Debtor Ltd", "Final", 300.0)],  # second one friendly
                "2026-04-19": [("Debtor Ltd", "Final", 300.0)],  # second one firm
            },
        )
        overdue = {str(a.contact_date): a.amount_overdue for a in self._contacts()}
        self.assertEqual(overdue["2026-03-10"], 99.0, "only one installment is late")
        self.assertEqual(overdue["2026-04-09"], 198.0)
        self.assertEqual(
            lines.mapped("dunning_level_id.name"), ["Final", "Firm"], "the third is not due"
        )

    def test_an_installment_paid_leaves_the_next_on_its_own_ladder(self):
        terms = self._terms(30, 60)
        invoice = self._invoice(self.customer, 200, issued="2026-02-03", terms=terms)
        self._live(
            "2026-03-01",
            "2026-05-30",
            {"2026-03-22": lambda: self._pay(invoice, 100, "2026-03-22")},
        )
        self.assertEqual(
            self._levels_sent(),
            {
                "2026-03-10": ["Friendly"],
                "2026-03-20": ["Firm"],
                "2026-04-09": ["Friendly"],
                "2026-04-19": ["Firm"],
                "2026-05-04": ["Final"],
            },
        )

    def test_three_currencies_make_three_messages_never_one_sum(self):
        for currency, amount in ((None, 100), (self.euro, 70), (self.pound, 50)):
            self._invoice(self.customer, amount, due="2026-03-05", currency=currency)
        self._live("2026-03-01", "2026-03-12")
        actions = self._contacts()
        self.assertEqual({str(a.contact_date) for a in actions}, {"2026-03-10"})
        self.assertEqual(
            {a.currency_id.name: a.amount_total for a in actions},
            {"USD": 100.0, "EUR": 70.0, "GBP": 50.0},
        )
        self.assertEqual(self._case().overdue, 100 + 35 + 25)

    def test_a_credit_in_one_currency_pays_nothing_in_another(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._credit(self.customer, 500, "2026-03-01", currency=self.euro)
        diary = self._live("2026-03-01", "2026-03-12")
        self.assertEqual(diary, {"2026-03-10": [("Debtor Ltd", "Friendly", 100.0)]})
        self.assertEqual(self._contacts().currency_id.name, "USD")

    def test_a_payment_returned_after_all_was_cleared_starts_the_ladder_anew(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        paid = []
        self._live(
            "2026-03-01",
            "2026-05-30",
            {
                "2026-03-22": lambda: paid.append(self._pay(invoice, day="2026-03-22")),
                "2026-03-28": lambda: self._bounce(paid[0]),
            },
        )
        self.assertEqual(
            self._levels_sent(),
            {
                "2026-03-10": ["Friendly"],
                "2026-03-20": ["Firm"],
                "2026-03-28": ["Friendly"],
                "2026-03-29": ["Firm"],
                "2026-04-04": ["Final"],
            },
        )

    def test_a_payment_returned_while_other_debts_remained_goes_on(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 10, due="2026-03-06")
        paid = []
        self._live(
            "2026-03-01",
            "2026-04-04",
            {
                "2026-03-22": lambda: paid.append(self._pay(invoice, day="2026-03-22")),
                "2026-03-28": lambda: self._bounce(paid[0]),
            },
        )
        self.assertEqual(
            [levels for when, levels in self._levels_sent().items() if when > "2026-03-22"],
            [["Final"]],
        )
        self.assertEqual(invoice.dunning_level_id.name, "Final")

    def test_a_new_invoice_after_the_old_was_cleared_begins_friendly(self):
        old = self._invoice(self.customer, 100, due="2026-03-05")
        self._live(
            "2026-03-01",
            "2026-05-20",
            {
                "2026-04-10": lambda: self._pay(old, day="2026-04-10"),
                "2026-04-12": lambda: self._invoice(self.customer, 60, due="2026-05-12"),
            },
        )
        self.assertEqual(
            self._levels_sent(),
            {
                "2026-03-10": ["Friendly"],
                "2026-03-20": ["Firm"],
                "2026-04-04": ["Final"],
                "2026-05-17": ["Friendly"],
            },
        )
