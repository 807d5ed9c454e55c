"""Payment plans: rules, refusals, races, and who may do what."""

from datetime import date
from unittest.mock import patch

import psycopg2

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SecondCompany
from .dispatch_common import DispatchCase
from .plan_common import PlanCommon

TODAY = "2026-03-04"


@tagged("post_install", "-at_install")
class TestPlanRules(PlanCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.customer, 300, due="2026-03-02")

    def _create(self, *rows, moves=None, **values):
        return self.env["collections.plan"].create(
            {**self._custom(moves or self.invoice, TODAY, *rows), **values}
        )

    def test_a_schedule_of_ones_own_that_adds_up(self):
        plan = self._create(("2026-03-10", 50), ("2026-03-31", 250))
        self.assertEqual((plan.total, plan.count, plan.state), (300, 2, "draft"))
        plan.action_propose()
        self.assertEqual(plan.state, "proposed")

    def test_roll_rates_call_cured_what_is_in_a_plan_at_the_end(self):
        """By the facts of March, also after the plan was over; a third was paid meanwhile."""
        plan = self._agreed(self.invoice, TODAY)
        self._pay(self.invoice, 100, day="2026-03-20")
        late = self._invoice(self._customer("Late Ltd"), 50, issued="2026-02-01", due="2026-02-20")
        for closed, cured in ((False, 200), ("2026-04-02", 200), ("2026-03-31", 0)):
            plan.sudo().closed_on = closed
            self.env.flush_all()
            march, april = date(2026, 3, 1), date(2026, 4, 15)
            self.env["collections.performance"]._count(self.company, march, april)
            rows = self.env["collections.roll"].search([("month", "=", march)])
            with self.subTest(closed):
                self.assertEqual(sum(rows.mapped("cured")), cured)
                self.assertEqual(sum(rows.mapped("begin")), 300 + late.amount_total)
                self.assertEqual(sum(rows.mapped("settled")), 100)
                parts = ("settled", "cured", "stayed", "rolled")
                split = sum(sum(rows.mapped(name)) for name in parts)
                self.assertEqual(split, 350, "every cent went somewhere")

    def test_bad_schedules_are_refused_with_a_sentence(self):
        wrong = {
            "too little": [("2026-03-10", 50), ("2026-03-31", 249.99)],
            "too much": [("2026-03-10", 50), ("2026-03-31", 250.01)],
            "in the past": [("2026-03-03", 50), ("2026-03-31", 250)],
            "backwards": [("2026-04-10", 50), ("2026-03-31", 250)],
        }
        for what, rows in wrong.items():
            with self.subTest(what), self.assertRaises(ValidationError), self.cr.savepoint():
                self._create(*rows)
        with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._create(("2026-03-10", -50), ("2026-03-31", 350))
            self.env.flush_all()

    def test_bad_invoices_are_refused_with_a_sentence(self):
        other = self._customer("Somebody Else")
        euro = self.setup_other_currency("EUR")
        draft = self.invoice.copy({"invoice_date": "2026-03-01"})
        disputed = self._invoice(self.customer, 10, due="2026-03-02")
        self.env["collections.dispute"].create(
            {
                "partner_id": self.customer.id,
                "reason_id": self.env.ref("collections_addon.dispute_reason_price").id,
                "line_ids": [Command.create({"move_id": disputed.id, "amount_disputed": 10})],
            }
        )
        paid = self._invoice(self.customer, 10, due="2026-03-02")
        self._pay(paid, day="2026-03-03")
        wrong = {
            "nothing": self.env["account.move"],
            "another customer": self._invoice(other, 10, due="2026-03-02"),
            "another currency": self._invoice(self.customer, 10, due="2026-03-02", currency=euro),
            "a draft": draft,
            "a credit note": self._credit(self.customer, 10, "2026-03-01"),
            "disputed": disputed,
            "paid": paid,
        }
        for what, move in wrong.items():
            with self.subTest(what), self.assertRaises(UserError), self.cr.savepoint():
                if what == "nothing":
                    self._plan(move, TODAY)
                else:
                    self._plan(self.invoice | move, TODAY)

    def test_choices_nobody_can_mean_are_refused_with_a_sentence(self):
        wrong = (
            {"first": "2026-03-01"},
            {"count": 30001},
            {"count": -2},
            {"count": None, "size": -5},
            {"down_payment": 300},
            {"down_payment": -1},
            {"day_of_month": 32},
        )
        for choices in wrong:
            with self.subTest(choices), self.assertRaises(UserError), self.cr.savepoint():
                self._plan(self.invoice, TODAY, **choices)

    def test_an_invoice_is_in_one_plan_only(self):
        first = self._plan(self.invoice, TODAY)
        second = self._plan(self.invoice, TODAY)
        first._accept("Dora", self._at(TODAY))
        with self.assertRaises(ValidationError):
            second._accept("Dora", self._at(TODAY))
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._plan(self.invoice, TODAY)
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            with self.cr.savepoint():
                second.sudo().write({"state": "active"})
                self.env.flush_all()

    def test_paid_meanwhile_needs_a_new_schedule(self):
        plan = self._plan(self.invoice, TODAY)
        self._pay(self.invoice, 100, day=TODAY)
        with self.assertRaises(UserError):
            plan._accept("Dora", self._at(TODAY))
        self.assertEqual(plan.state, "proposed")

    def test_an_old_proposal_cannot_be_accepted(self):
        plan = self._plan(self.invoice, TODAY, first="2026-03-31")
        with self.assertRaises(UserError):
            plan._accept("Dora", self._at("2026-03-19"))
        plan._accept("Dora", self._at("2026-03-18"))
        self.assertEqual(plan.state, "active")

    def test_nobody_accepts_without_a_name(self):
        plan = self._plan(self.invoice, TODAY)
        for name in ("", "   ", None, False):
            with self.subTest(name), self.assertRaises(UserError):
                plan._accept(name, self._at(TODAY))

    def test_who_accepted_when_and_from_where_is_kept(self):
        plan = self._plan(self.invoice, TODAY)
        plan._accept(" Dora  Debtor ", self._at(TODAY), ip="192.0.2.7")
        self.assertEqual(plan.accepted_name, "Dora Debtor")
        self.assertEqual((plan.accepted_at, plan.accepted_ip), (self._at(TODAY), "192.0.2.7"))
        self.assertEqual(plan.activated_on, date(2026, 3, 4))

    def test_the_gate_knows_every_way(self):
        ways = {
            "draft": {"proposed", "cancelled"},
            "proposed": {"draft", "active", "cancelled"},
            "active": {"completed", "defaulted", "cancelled"},
            "completed": {"active"},
            "defaulted": set(),
            "cancelled": set(),
        }
        plan = self._plan(self.invoice, TODAY)
        for state, targets in ways.items():
            for target in ways:
                with self.subTest(f"{state} -> {target}"), self.cr.savepoint() as savepoint:
                    plan.sudo().write({"state": state})
                    if target in targets:
                        plan._transition(target)
                        self.assertEqual(plan.state, target)
                    else:
                        with self.assertRaises(UserError):
                            plan._transition(target)
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_what_was_agreed_is_not_edited(self):
        plan = self._agreed(self.invoice, TODAY)
        with self.assertRaises(UserError):
            plan.line_ids[0].amount = 5
        with self.assertRaises(UserError):
            plan.line_ids[0].unlink()
        with self.assertRaises(UserError):
            plan.write({"line_ids": [Command.clear()]})
        with self.assertRaises(UserError):
            plan.unlink()

    def test_terms_that_change_later_change_no_agreement(self):
        plan = self._agreed(self.invoice, TODAY)
        self.offer.write({"grace_days": 0, "missed_allowed": 0})
        self.assertEqual((plan.grace_days, plan.missed_allowed), (3, 1))

    def test_a_cancelled_invoice_is_taken_off_the_plan(self):
        other = self._invoice(self.customer, 60, due="2026-03-02")
        plan = self._agreed(self.invoice | other, TODAY, first="2026-03-31")
        other.button_draft()
        self._settled(plan, TODAY)
        self.assertEqual(plan.amount_open, 300)
        self.assertEqual(plan.amount_paid, 0)

    def test_only_the_offers_of_the_policy(self):
        other = self._offer("Elsewhere")
        self.assertEqual(self.case._plan_offers(), self.offer)
        policy = self._policy("Strict", Only=1, values={"plan_offer_ids": [Command.set(other.ids)]})
        self.invoice.dunning_policy_id = policy
        self.assertEqual(self.case._plan_offers(self.invoice), other)
        self.policy.plan_offer_ids = False
        self.assertFalse(self.case._plan_offers())

    def test_rules_for_installments_are_nobodys_policy(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.company.dunning_policy_id = self.ladder
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.policy.is_for_plans = True
        self.company.dunning_policy_id = False
        self.policy.active = False
        self.assertNotEqual(self.env["dunning.policy"]._default_of(self.company), self.ladder)

    def test_hardship_costs_nothing(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._offer("Not so soft", hardship=True, interest_percent=5)

    def test_it_begins_with_the_highest_number_allowed(self):
        self.offer.amount_ids = [
            Command.create({"currency_id": self.company.currency_id.id, "min_installment": 70})
        ]
        plan = self._plan(self.invoice, TODAY, count=None)
        self.assertEqual(plan.count, 4)
        self.assertEqual(plan.state, "proposed")


@tagged("post_install", "-at_install")
class TestPlanCosts(PlanCommon):
    """P12: what a plan costs is owed in the ledger, and paid by its installments."""

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.customer, 300, due="2026-03-02")
        amounts = {"currency_id": self.company.currency_id.id, "fee": 15}
        self.offer.write({"interest_percent": 10, "amount_ids": [Command.create(amounts)]})

    def _check_booked(self, plan, fee, interest):
        self.assertEqual((plan.fee_amount, plan.interest_amount), (fee, interest))
        charges = plan.charge_ids.sorted("kind")
        self.assertEqual(charges.mapped("state"), ["booked", "booked"])
        self.assertEqual(charges.mapped("invoice_id.amount_total"), [fee, interest])
        for amounts in (plan.move_ids.mapped("amount_residual"), plan.line_ids.mapped("amount")):
            self.assertFalse(plan.currency_id.compare_amounts(sum(amounts), plan.total))
        self.assertEqual(plan.move_ids.payment_plan_id, plan)

    def test_fee_and_interest_are_booked_when_it_begins(self):
        plan = self._plan(self.invoice, TODAY, first="2026-03-31")
        # 27 days of 300, 30 of 200, 31 of 100 at 10 %
        self.assertEqual(plan.interest_amount, round((27 * 300 + 30 * 200 + 31 * 100) / 3650, 2))
        self.assertFalse(plan.charge_ids, "a proposal costs nothing")
        plan._accept("Dora", self._at(TODAY))
        self._check_booked(plan, 15, 4.71)
        self.assertEqual(self._why(plan.charge_ids[0].invoice_id, "2026-03-10"), "in_plan")
        self._pay(plan.move_ids, day="2026-03-10")
        self.assertEqual(self._settled(plan, "2026-03-10")[0], "completed")

    def test_their_taxes_are_in_the_installments(self):
        self.company.collections_charge_tax_ids = self.env["account.tax"].create(
            {"name": "19 %", "amount": 19, "type_tax_use": "sale", "company_id": self.company.id}
        )
        plan = self._agreed(self.invoice, TODAY, first="2026-03-31")
        self._check_booked(plan, 17.85, 5.6)

    def test_taxes_that_change_between_need_a_new_schedule(self):
        plan = self._plan(self.invoice, TODAY, first="2026-03-31")
        self.company.collections_charge_tax_ids = self.env["account.tax"].create(
            {"name": "19 %", "amount": 19, "type_tax_use": "sale", "company_id": self.company.id}
        )
        with self.assertRaises(UserError), self.cr.savepoint():
            plan._accept("Dora", self._at(TODAY))
        self.env.invalidate_all()
        self.assertEqual(plan.state, "proposed")
        self.assertFalse(plan.charge_ids)


@tagged("post_install", "-at_install")
class TestPlanApproval(PlanCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.customer, 300, due="2026-03-02")

    def _waits(self, **choices):
        plan = self._plan(self.invoice, TODAY, **choices)
        self.assertEqual(plan.state, "draft")
        self.assertTrue(plan.approval_text)
        self.assertTrue(plan.activity_ids)
        return plan

    def test_beyond_the_terms_a_manager_decides(self):
        self._waits(count=7)
        self._waits(first="2026-05-01")
        self.offer.down_payment_percent = 50
        self._waits(down_payment=149.99)
        self.assertEqual(self._plan(self.invoice, TODAY, down_payment=150).state, "proposed")

    def test_large_or_long_a_manager_decides(self):
        self.offer.approval_amount = 299
        self._waits()
        self.offer.write({"approval_amount": 300, "approval_months": 3})
        self.assertEqual(self._plan(self.invoice, TODAY, first="2026-04-04").state, "proposed")
        self._waits(first="2026-04-04", count=4)

    def test_a_manager_approves_a_collector_cannot(self):
        plan = self._waits(count=7)
        for group in ("viewer", "collector"):
            with self.subTest(group), self.assertRaises(AccessError), self.cr.savepoint():
                plan.with_user(self.users[group]).action_approve()
        plan.with_user(self.users["collector"]).action_propose()
        self.assertEqual(plan.state, "draft", "asking again is no approval")
        plan.with_user(self.users["manager"]).action_approve()
        self.assertEqual((plan.state, plan.approved_by_id), ("proposed", self.users["manager"]))
        self.assertFalse(plan.activity_ids)

    def test_a_manager_needs_nobody(self):
        plan = self._plan(self.invoice, TODAY, count=7, user=self.users["manager"])
        self.assertEqual(plan.state, "proposed")

    def test_the_debtor_gets_no_more_than_is_on_offer(self):
        plans = self.env["collections.plan"].sudo()
        for offer, choices in (
            (self._offer("Ask us", self_service=False), {"count": 3}),
            (self.offer, {"count": 7}),
            (self.offer, {"count": 2, "first_date": date(2026, 5, 1)}),
        ):
            with self.subTest(offer.name), self.assertRaises(UserError):
                plans._propose(self.case, self.invoice, offer, choices, "portal", date(2026, 3, 4))
        plan = plans._propose(
            self.case, self.invoice, self.offer, {"count": 6}, "portal", date(2026, 3, 4)
        )
        self.assertEqual(plan.state, "proposed")


@tagged("post_install", "-at_install")
class TestPlanPairs(SecondCompany, PlanCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.customer, 300, due="2026-03-02")

    def test_collectors_make_plans_viewers_look(self):
        for group in ("collector", "manager", "admin"):
            with self.subTest(group), self.cr.savepoint() as savepoint:
                plan = self._plan(self.invoice, TODAY, user=self.users[group])
                plan._accept("Dora", self._at(TODAY))
                plan.action_cancel()
                savepoint.rollback()
                self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self._plan(self.invoice, TODAY, user=self.users["viewer"])
        plan = self._plan(self.invoice, TODAY)
        self.assertEqual(plan.with_user(self.users["viewer"]).total, 300)
        for name in ("action_propose", "action_cancel", "action_back_to_draft"):
            with self.subTest(name), self.assertRaises(AccessError), self.cr.savepoint():
                getattr(plan.with_user(self.users["viewer"]), name)()

    def test_nobody_writes_what_the_buttons_write(self):
        plan = self._plan(self.invoice, TODAY).with_user(self.users["admin"])
        for values in (
            {"state": "active"},
            {"accepted_name": "Somebody"},
            {"approved_by_id": self.env.uid},
            {"fee_amount": 5},
        ):
            with self.subTest(values), self.assertRaises(AccessError), self.cr.savepoint():
                plan.write(values)
        with self.assertRaises(AccessError):
            plan.line_ids[0].amount_paid = 100
        plan._accept("Dora", self._at(TODAY))
        with self.assertRaises(AccessError):
            plan.item_ids.amount = 1

    def test_offers_are_the_administrators(self):
        self.offer.with_user(self.users["admin"]).max_count = 5
        for group in ("viewer", "collector", "manager"):
            with self.subTest(group), self.assertRaises(AccessError):
                self.offer.with_user(self.users[group]).max_count = 9

    def test_p9_another_company_sees_and_makes_nothing(self):
        plan = self._plan(self.invoice, TODAY)
        stranger = self.users["manager"].copy({"login": "stranger"})
        stranger.write({"company_ids": [Command.set(self.other.ids)], "company_id": self.other.id})
        found = self.env["collections.plan"].with_user(stranger).search([("id", "=", plan.id)])
        self.assertFalse(found)
        with self.assertRaises(AccessError):
            plan.with_user(stranger).action_cancel()
        foreign = self._invoice(self.customer, 50, due="2026-03-02", company=self.other)
        with self.assertRaises(UserError):
            self._plan(self.invoice | foreign, TODAY)
        other_case = self.env["collections.case"]._of(self.customer, self.other)
        self.assertFalse(other_case._plan_offers() & self.offer)

    def test_portal_users_have_no_door(self):
        plan = self._plan(self.invoice, TODAY)
        portal = self._user("x", login="portal_plan", groups="base.group_portal")
        for model in ("collections.plan", "collections.plan.line", "collections.plan.offer"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])
        with self.assertRaises(AccessError):
            plan.with_user(portal).action_cancel()


@tagged("post_install", "-at_install")
class TestPlanSpeed(PlanCommon):
    def test_settling_many_plans_reads_the_ledger_once(self):
        moves = [self._invoice(self.customer, 100 + n, due="2026-03-02") for n in range(12)]
        plans = self.env["collections.plan"]
        for move in moves:
            plans |= self._agreed(move, TODAY)
        plans._settle(fields.Date.to_date(TODAY))
        self.env.flush_all()
        read = type(plans)._read_items
        with patch.object(type(plans), "_read_items", autospec=True, side_effect=read) as reads:
            plans.invalidate_recordset()
            with self.assertQueryCount(30):
                plans._settle(fields.Date.to_date(TODAY))
        self.assertEqual(reads.call_count, 1)


@tagged("post_install", "-at_install")
class TestPlanWorkers(DispatchCase):
    def test_of_two_plans_accepted_at_once_one_begins(self):
        """Two debtors' clicks, two workers, one invoice: it is paid off once."""
        self._do("prepare", port=self.catcher.port, groups=1, size=1)
        plan_ids = self._do("propose_plans", number=4)
        workers = self._order("accept_plans", children=2, plan_ids=plan_ids)
        self.assertEqual([worker["code"] for worker in workers], [0, 0])
        self.assertEqual(sum(worker["result"] for worker in workers), 1)
        result = self._do("running_plans")
        self.assertEqual(sorted(result["states"]), ["active", *["proposed"] * 3])
        self.assertEqual(result["moves"], 1)
