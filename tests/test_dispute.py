"""Disputes: what is contested waits, the rest is asked, and every end is clean."""

from datetime import date, datetime, time, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .quick_common import QuickAccountingCommon

DUE = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestDispute(QuickAccountingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("collections_addon.group_collections_admin")
        cls.company = cls.env.company
        cls.company.email = "accounts@firm.example"
        cls.policy = cls.env["dunning.policy"].create(
            {
                "name": "House rules",
                "company_id": cls.company.id,
                "mode": "automatic",
                "level_ids": [
                    Command.create({"name": name, "days": days})
                    for name, days in (("First", 5), ("Second", 15), ("Third", 30))
                ],
            }
        )
        cls.company.dunning_policy_id = cls.policy
        cls.customer = cls.env["res.partner"].create(
            {"name": "Debtor", "email": "debtor@example.com"}
        )
        cls.quality = cls.env.ref("collections_addon.dispute_reason_quality")

    def _invoice(self, *prices, taxes=(), partner=None, due=DUE):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.customer).id,
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Work", "price_unit": price, "tax_ids": [Command.set(taxes)]}
                    )
                    for price in prices
                ],
            }
        )
        move.action_post()
        return move

    def _dispute(self, move, amount=None, **values):
        line = {"move_id": move.id}
        if amount:
            line["amount_disputed"] = amount
        return self.env["collections.dispute"].create(
            {
                "partner_id": move.commercial_partner_id.id,
                "company_id": move.company_id.id,
                "currency_id": move.currency_id.id,
                "reason_id": self.quality.id,
                "line_ids": [Command.create(line)],
                **values,
            }
        )

    def _resolve(self, dispute, decision, amount=None):
        wizard = self.env["collections.dispute.resolution"].create(
            {"dispute_id": dispute.id, "decision": decision, "explanation": "Looked into it"}
        )
        if amount is not None:
            wizard.amount = amount
        wizard.action_confirm()

    def _day(self, days):
        """Evaluate and send, so many days after the due date."""
        day = DUE + timedelta(days=days)
        run = self.env["dunning.run"]._execute(self.company, day)
        self.env["dunning.action"]._dispatch(now=datetime.combine(day, time(12)))
        return [(a.level_id.name, a.amount_total, a.state) for a in run.action_ids]

    def _reason(self, move, days):
        line = move._dunning_lines()
        return line._dunning_explain(DUE + timedelta(days=days))[line.id]["reason_code"]

    # === SCENARIO === #

    def test_half_an_invoice_is_disputed_and_the_rest_still_asked(self):
        move = self._invoice(100)
        self.assertEqual(self._day(5), [("First", 100, "sent")])
        dispute = self._dispute(move, 40)
        self.assertEqual((move.dispute_state, move.amount_disputed), ("partly", 40))
        self.assertEqual(self._day(15), [("Second", 60, "sent")])
        item = self.env["dunning.action.item"].search(
            [("move_id", "=", move.id), ("level_id.name", "=", "Second")]
        )
        self.assertEqual((item.amount_residual, item.amount_disputed), (100, 40))
        self._resolve(dispute, "rejected")
        self.assertEqual(self._day(20), [])
        self.assertEqual(self._day(30), [("Third", 100, "sent")])

    def test_a_wholly_disputed_invoice_waits_and_resumes_where_it_stood(self):
        move, other = self._invoice(100), self._invoice(50)
        self.assertEqual(self._day(5), [("First", 150, "sent")])
        dispute = self._dispute(move)
        self.assertEqual(self._reason(move, 15), "disputed")
        self.assertEqual(self._day(15), [("Second", 50, "sent")], "P17: the others go on")
        self.assertEqual(move.dunning_level_id.name, "First")
        self._resolve(dispute, "withdrawn")
        self.assertEqual(self._day(20), [("Second", 150, "sent")])
        self.assertEqual(move.dunning_level_id.name, "Second")
        self.assertEqual(other.dunning_level_id.name, "Second")

    def test_disputed_between_planning_and_sending_stops_the_message(self):
        move = self._invoice(100)
        day = DUE + timedelta(days=5)
        run = self.env["dunning.run"]._execute(self.company, day)
        self._dispute(move)
        self.env["dunning.action"]._dispatch(now=datetime.combine(day, time(12)))
        self.assertEqual(run.action_ids.mapped("state"), ["skipped"])
        self.assertEqual(run.action_ids.reason_code, "disputed")

    # === ACCEPTING === #

    def test_accepting_all_issues_a_credit_note_that_closes_the_invoice(self):
        move = self._invoice(100, taxes=self.tax_sale_a.ids)
        dispute = self._dispute(move)
        self._resolve(dispute, "accepted")
        credit = dispute.credit_move_ids
        self.assertEqual((credit.move_type, credit.state), ("out_refund", "posted"))
        self.assertEqual((credit.amount_total, credit.amount_tax), (115, 15))
        self.assertEqual(move.payment_state, "reversed")
        self.assertEqual((dispute.state, move.dispute_state), ("accepted", "resolved"))

    def test_accepting_a_part_takes_the_taxes_in_proportion(self):
        move = self._invoice(100, 33.33, taxes=self.tax_sale_a.ids)
        dispute = self._dispute(move, 50)
        self._resolve(dispute, "accepted", 30)
        credit = dispute.credit_move_ids
        self.assertEqual(credit.amount_total, 30)
        self.assertAlmostEqual(credit.amount_tax, 3.91, places=2)
        self.assertAlmostEqual(move.amount_residual, move.amount_total - 30, places=2)
        self.assertEqual(move.dispute_state, "resolved")
        self.assertFalse(move.amount_disputed)

    def test_every_cent_can_be_credited(self):
        move = self._invoice(99.99, 0.37, 12.5, taxes=self.tax_sale_a.ids)
        for amount in (0.01, 0.02, 7.77, 33.33):
            with self.subTest(amount):
                before = move.amount_residual
                dispute = self._dispute(move, 40)
                self._resolve(dispute, "accepted", amount)
                self.assertAlmostEqual(before - move.amount_residual, amount, places=2)

    def test_more_than_is_disputed_and_open_cannot_be_credited(self):
        move = self._invoice(100)
        dispute = self._dispute(move, 40)
        for amount in (0, -1, 40.01):
            with self.subTest(amount), self.assertRaises(UserError), self.cr.savepoint():
                self._resolve(dispute, "accepted", amount)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 90, "payment_date": DUE})._create_payments()
        with self.assertRaises(UserError), self.cr.savepoint():
            self._resolve(dispute, "accepted", 40)
        self._resolve(dispute, "accepted", 10)
        self.assertFalse(move.amount_residual)

    # === RULES === #

    def test_a_dispute_cannot_claim_more_than_is_open(self):
        move = self._invoice(100)
        self._dispute(move, 70)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._dispute(move, 31)
        self._dispute(move, 30)
        self.assertEqual(move.dispute_state, "disputed")

    def test_invoices_of_others_are_refused(self):
        stranger = self._invoice(10, partner=self.partner_b)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._dispute(self._invoice(100), line_ids=[Command.create({"move_id": stranger.id})])
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._dispute(self._invoice(100), line_ids=[])

    def test_only_the_ways_of_the_gate_are_open(self):
        dispute = self._dispute(self._invoice(100))
        dispute.action_review()
        dispute._transition("rejected", "Not so")
        with self.assertRaises(UserError):
            dispute._transition("accepted")
        dispute.action_reopen()
        self.assertEqual((dispute.state, dispute.closed_on), ("open", False))
        with self.assertRaises(UserError):
            dispute.unlink()

    def test_a_part_payment_never_leaves_more_disputed_than_open(self):
        move = self._invoice(100)
        self._dispute(move, 80)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 60, "payment_date": DUE})._create_payments()
        self.assertEqual((move.dispute_state, move.amount_disputed), ("disputed", 40))

    def test_past_the_deadline_the_owner_is_told_once(self):
        owner = new_test_user(
            self.env, "dispute_owner", groups="collections_addon.group_collections_collector"
        )
        dispute = self._dispute(self._invoice(100), user_id=owner.id)
        disputes = self.env["collections.dispute"]
        disputes._late(self.company, dispute.deadline)._escalate(dispute.deadline)
        self.assertFalse(dispute.activity_ids)
        for offset in (1, 2):
            day = dispute.deadline + timedelta(days=offset)
            disputes._late(self.company, day)._escalate(day)
        self.assertEqual(dispute.activity_ids.mapped("user_id"), owner)
        self._resolve(dispute, "rejected")
        self.assertFalse(dispute.activity_ids)

    def test_owner_and_deadline_come_from_the_reason(self):
        self.quality.write({"user_id": self.env.user.id, "deadline_days": 9})
        dispute = self._dispute(self._invoice(100))
        self.assertEqual(dispute.user_id, self.env.user)
        self.assertEqual(dispute.deadline - dispute.opened_on, timedelta(days=9))

    def test_from_the_invoice_the_form_is_filled(self):
        move = self._invoice(100)
        action = move.action_dispute()
        form = Form(self.env["collections.dispute"].with_context(**action["context"]))
        form.reason_id = self.quality
        self.assertEqual(form.save().amount_disputed, 100)
        with self.assertRaises(UserError):
            (move | self._invoice(5, partner=self.partner_b)).action_dispute()

    # === PAIRS === #

    def _user(self, group):
        return new_test_user(
            self.env,
            group,
            groups=f"collections_addon.group_collections_{group}",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_a_collector_opens_and_rejects_a_viewer_only_looks(self):
        move = self._invoice(100)
        values = {
            "partner_id": self.customer.id,
            "reason_id": self.quality.id,
            "currency_id": move.currency_id.id,
            "line_ids": [Command.create({"move_id": move.id})],
        }
        collector, viewer = self._user("collector"), self._user("viewer")
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.env["collections.dispute"].with_user(viewer).create(values)
        dispute = self.env["collections.dispute"].with_user(collector).create(values)
        self.assertEqual(dispute.with_user(viewer).amount_disputed, 100)
        with self.assertRaises(AccessError), self.cr.savepoint():
            dispute.with_user(viewer)._transition("rejected")
        dispute._transition("rejected", "Checked")

    def test_accepting_needs_the_right_to_credit(self):
        dispute = self._dispute(self._invoice(100))
        collector = self._user("collector")
        wizard = (
            self.env["collections.dispute.resolution"]
            .with_user(collector)
            .create(
                {"dispute_id": dispute.id, "decision": "accepted", "explanation": "Looked into it"}
            )
        )
        with self.assertRaises(AccessError), self.cr.savepoint():
            wizard.action_confirm()
        self.assertEqual(dispute.state, "open")
        collector.group_ids |= self.env.ref("account.group_account_invoice")
        wizard.action_confirm()
        self.assertEqual(dispute.state, "accepted")

    def test_another_company_does_not_see_it(self):
        dispute = self._dispute(self._invoice(100))
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="collections_addon.group_collections_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        found = (
            self.env["collections.dispute"].with_user(stranger).search([("id", "=", dispute.id)])
        )
        self.assertFalse(found)
