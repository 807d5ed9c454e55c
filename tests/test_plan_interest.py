"""A plan bears interest only as long as its debt is open, to the cent, in the ledger."""

from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .plan_common import PlanCommon

TODAY = "2026-03-04"


@tagged("post_install", "-at_install")
class TestPlanInterest(PlanCommon):
    """300.00 in three installments, 10 % a year: 27 days of 300, 30 of 200, 31 of 100."""

    def setUp(self):
        super().setUp()
        self.offer.interest_percent = 10
        self.invoice = self._invoice(self.customer, 300, due="2026-03-02")
        self.plan = self._agreed(self.invoice, TODAY, first="2026-03-31")
        self.charge = self.plan.charge_ids

    def _check(self, day, saved, state="active"):
        """What was taken off by a day, in the plan and in the ledger alike."""
        self._settled(self.plan, day)
        self.assertEqual(self.plan.state, state)
        self.assertAlmostEqual(self.plan.interest_saved, saved, 2)
        opened = sum(self.plan.item_ids.move_id.mapped("amount_residual"))
        self.assertFalse(self.plan.currency_id.compare_amounts(opened, self.plan.amount_open))

    def test_settled_early_only_what_was_earned_is_paid(self):
        # on the tenth: 6 days of 300
        settlement = self.plan._settlement(date(2026, 3, 10))
        self.assertEqual(str(settlement.amount), str(300 + round(6 * 300 / 3650, 2)))
        self.assertEqual(str(settlement.saved), "4.22")
        self._pay(self.plan.move_ids, float(settlement.amount), day="2026-03-10")
        self._check("2026-03-10", 4.22, "completed")
        credit = self.plan.interest_credit_ids
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 4.22))
        self.assertEqual(credit.reversed_entry_id, self.charge.invoice_id)
        self.assertFalse(any(self.plan.move_ids.mapped("amount_residual")))
        self._check("2026-03-20", 4.22, "completed")
        self.assertEqual(len(self.plan.interest_credit_ids), 1, "once")

    def test_settled_on_the_first_day_it_costs_nothing(self):
        self.assertEqual(self.plan._settlement(date(2026, 3, 4)).amount, 300)
        self._pay(self.plan.move_ids, 300, day=TODAY)
        self._check(TODAY, 4.71, "completed")
        self.assertEqual(self.charge.invoice_id.payment_state, "reversed")

    def test_who_pays_too_much_has_a_credit(self):
        self._pay(self.plan.move_ids, 304.71, day="2026-03-10")
        self._check("2026-03-10", 4.22, "completed")
        free = self.plan.interest_credit_ids.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertEqual(free.amount_residual, -4.22)

    def test_an_installment_paid_early_lowers_the_last(self):
        saved = self.plan._saved_by(self.plan._decimals("amount")[0], date(2026, 3, 21))
        self.assertEqual(str(saved), str(round(100 * 10 / 3650, 2)))
        self._pay(self.invoice, 101.57, day="2026-03-21")
        self._check("2026-03-21", 0.27)
        self.assertEqual(self._line(1, self.plan).state, "paid")
        self.assertAlmostEqual(self._line(3, self.plan).amount_credited, 0.27, 2)

    def test_kept_to_the_day_or_late_nothing_changes(self):
        self._pay(self.plan.move_ids, 101.57, day="2026-03-31")
        self._check("2026-03-31", 0)
        self._pay(self.plan.move_ids, 101.57, day="2026-05-02")
        self._check("2026-05-02", 0)
        self.assertFalse(self.plan.interest_credit_ids)

    def test_a_payment_taken_back_owes_its_interest_again(self):
        payment = self._pay(self.plan.move_ids, 300.49, day="2026-03-10")
        self._check("2026-03-10", 4.22, "completed")
        self._bounce(payment)
        self._check("2026-03-12", 0)
        self.assertEqual(self.plan.amount_open, 304.71)
        self._pay(self.plan.move_ids, float(self.plan._settlement(date(2026, 3, 20)).amount),
                  day="2026-03-20")  # fmt: skip
        self._check("2026-03-20", round(4.71 - 16 * 300 / 3650, 2), "completed")

    def test_taxes_on_interest_are_credited_as_well(self):
        tax = self.env["account.tax"].create(
            {"name": "19 %", "amount": 19, "type_tax_use": "sale", "company_id": self.company.id}
        )
        self.company.collections_charge_tax_ids = tax
        other = self._invoice(self.customer, 300, due="2026-03-02")
        plan = self._agreed(other, TODAY, first="2026-03-31")
        self.assertEqual(plan.interest_amount, 5.6)
        amount = plan._settlement(date(2026, 3, 10)).amount
        self.assertEqual(str(amount), "300.58")  # 0.49 and 19 %
        self._pay(plan.move_ids, float(amount), day="2026-03-10")
        self._settled(plan, "2026-03-10")
        self.assertEqual(plan.state, "completed")
        self.assertIn(tax, plan.interest_credit_ids.invoice_line_ids.tax_ids)

    def test_a_plan_that_ends_bears_no_interest_for_the_time_after(self):
        self._live("2026-03-04", "2026-05-10")
        self.assertEqual(self.plan.state, "defaulted")
        ended = self.plan.closed_on
        self.assertEqual(str(ended), "2026-05-04")
        opened = sum(self.plan.item_ids.move_id.mapped("amount_residual"))
        self.assertFalse(self.plan.currency_id.compare_amounts(opened, self.plan.amount_open))
        # By schedule until then, and the last installment until the end instead of the 31st
        self.assertAlmostEqual(self.plan.interest_saved, round(27 * 100 / 3650, 2), 2)

    def test_p20_nothing_is_quoted_while_a_part_is_held(self):
        self._hold(self.invoice, start="2026-03-05")
        self.assertIsNone(self.plan._settlement(date(2026, 3, 10)))

    @mute_logger("odoo.addons.collections_addon.collections_addon.models.collections_plan_interest")
    def test_what_accounting_refuses_is_said_and_done_later(self):
        self._pay(self.plan.move_ids, 300.49, day="2026-03-10")
        refuse = patch.object(
            self.env.registry["account.move"], "_credit_partly", side_effect=UserError("Locked.")
        )
        with refuse:
            self._settled(self.plan, "2026-03-10")
        self.assertEqual((self.plan.interest_failure, self.plan.state), ("Locked.", "active"))
        self._check("2026-03-11", 4.22, "completed")
        self.assertFalse(self.plan.interest_failure)

    def test_the_wizard_says_it_before_anybody_pays(self):
        wizard = (
            self.env["collections.plan.settlement"]
            .with_user(self.users["collector"])
            .create({"plan_id": self.plan.id, "date": "2026-03-10"})
        )
        self.assertEqual(
            (wizard.amount_open, wizard.amount_saved, wizard.amount), (304.71, 4.22, 300.49)
        )
        action = wizard.sudo().action_register_payment()
        self.assertEqual(action["context"]["default_amount"], 300.49)
        self._hold(self.invoice, start="2026-03-05")
        again = self.env["collections.plan.settlement"].create(
            {"plan_id": self.plan.id, "date": "2026-03-10"}
        )
        self.assertTrue(again.problem)

    def test_without_interest_nothing_is_credited(self):
        self.offer.interest_percent = 0
        self.offer.amount_ids = [
            Command.create({"currency_id": self.company.currency_id.id, "fee": 15})
        ]
        other = self._invoice(self.customer, 90, due="2026-03-02")
        plan = self._agreed(other, TODAY, first="2026-03-31")
        self.assertEqual(plan._settlement(date(2026, 3, 10)).amount, 105)
        self._pay(plan.move_ids, day="2026-03-10")
        self.assertEqual(self._settled(plan, "2026-03-10")[0], "completed")
        self.assertFalse(plan.interest_credit_ids)
