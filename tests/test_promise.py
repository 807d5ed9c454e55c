"""Promises: they pause, the money judges them, a broken one is not forgotten."""

from datetime import date, datetime, time, timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .quick_common import QuickAccountingCommon

DUE = date(2026, 3, 2)


def day(days):
    return DUE + timedelta(days=days)


@tagged("post_install", "-at_install")
class TestPromise(QuickAccountingCommon):
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
                    for name, days in (("First", 5), ("Second", 15))
                ],
            }
        )
        cls.company.dunning_policy_id = cls.policy
        cls.other_currency = cls.setup_other_currency("EUR")
        cls.customer = cls.env["res.partner"].create(
            {"name": "Debtor", "email": "debtor@example.com"}
        )

    def _invoice(self, amount, partner=None, currency=None):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.customer).id,
                "invoice_date": day(-30),
                "invoice_date_due": DUE,
                "invoice_payment_term_id": False,
                "currency_id": (currency or self.company.currency_id).id,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": amount, "tax_ids": []})
                ],
            }
        )
        move.action_post()
        return move

    def _pay(self, move, amount, when):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        return wizard.create({"amount": amount, "payment_date": when})._create_payments()

    def _promise(self, by=12, **values):
        return self.env["collections.promise"].create(
            {
                "partner_id": self.customer.id,
                "made_on": day(6),
                "date": day(by),
                "grace_days": 2,
                **values,
            }
        )

    def _run(self, days):
        run = self.env["dunning.run"]._execute(self.company, day(days))
        self.env["dunning.action"]._dispatch(now=datetime.combine(day(days), time(12)))
        return [(a.level_id.name, a.amount_total, a.state) for a in run.action_ids]

    def test_a_year_that_was_mistyped_is_refused(self):
        self._invoice(100)
        wrong = (
            ({"date": "2206-03-12"}, "more than five years ahead"),
            ({"date": "9999-12-31"}, "more than five years ahead"),
            ({"date": day(5)}, "a day that has passed"),
            ({"grace_days": -1}, "cannot be negative"),
        )
        for values, text in wrong:
            with (
                self.subTest(**values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError) as caught,
                self.cr.savepoint(),
            ):
                self._promise(**values)
                self.env.flush_all()
            sentence = self.env["collections.promise"]._sql_error_to_message(caught.exception)
            self.assertIn(text, sentence)

    # === SCENARIOS === #

    def test_a_promise_pauses_and_when_broken_dunning_goes_on(self):
        self._invoice(100)
        self.assertEqual(self._run(5), [("First", 100, "sent")])
        promise = self._promise(by=16)
        self.assertEqual(promise.amount, 100)
        for quiet in (15, 16, 18):
            self.assertEqual(self._run(quiet), [], quiet)
            promise._judge(day(quiet))
            self.assertEqual(promise.state, "open")
        promise._judge(day(19))
        self.assertEqual((promise.state, promise.amount_paid), ("broken", 0))
        self.assertEqual(promise.case_id.priority, "1")
        self.assertEqual(promise.case_id.broken_promise_count, 1)
        self.assertTrue(promise.case_id.activity_ids)
        self.assertEqual(self._run(19), [("Second", 100, "sent")])

    def test_kept_by_a_payment_within_the_grace(self):
        move = self._invoice(100)
        promise = self._promise(by=12)
        self._pay(move, 100, day(14))
        promise._judge(day(14))
        self.assertEqual((promise.state, promise.amount_paid), ("kept", 100))
        self.assertEqual(promise.case_id.priority, "0")

    def test_partly_kept_and_what_is_left_is_asked_for(self):
        move = self._invoice(100)
        self._run(5)
        promise = self._promise(by=12)
        self._pay(move, 30, day(10))
        promise._judge(day(15))
        self.assertEqual((promise.state, promise.amount_paid), ("partially_kept", 30))
        self.assertEqual(self._run(15), [("Second", 70, "sent")])

    def test_a_returned_payment_breaks_it_again(self):
        move = self._invoice(100)
        promise = self._promise(by=12)
        self._pay(move, 100, day(10))
        promise._judge(day(11))
        self.assertEqual(promise.state, "kept")
        move.line_ids.remove_move_reconcile()
        promise._judge(day(15))
        self.assertEqual(promise.state, "broken")

    def test_a_credit_note_is_no_payment(self):
        move = self._invoice(100)
        promise = self._promise(by=12)
        move._credit_partly(100, day(8), "Goodwill")
        promise._judge(day(15))
        self.assertEqual(promise.state, "broken")

    def test_a_payment_before_the_promise_does_not_keep_it(self):
        move = self._invoice(100)
        self._pay(move, 40, day(2))
        promise = self._promise(by=12)
        self.assertEqual(promise.amount, 60)
        promise._judge(day(15))
        self.assertEqual(promise.state, "broken")

    def test_only_the_promised_invoice_waits(self):
        first, second = self._invoice(100), self._invoice(50)
        line = first._dunning_lines()
        self._promise(by=20, line_ids=[Command.set(line.ids)])
        self.assertEqual(line._dunning_explain(day(7))[line.id]["reason_code"], "promised")
        self.assertEqual(self._run(7), [("First", 50, "sent")])
        self.assertFalse(first.dunning_level_id)
        self.assertEqual(second.dunning_level_id.name, "First")

    def test_promised_between_planning_and_sending_stops_the_message(self):
        self._invoice(100)
        run = self.env["dunning.run"]._execute(self.company, day(5))
        self._promise(by=20, made_on=day(5))
        self.env["dunning.action"]._dispatch(now=datetime.combine(day(5), time(12)))
        self.assertEqual(run.action_ids.mapped("state"), ["skipped"])
        self.assertEqual(run.action_ids.reason_code, "promised")

    def test_cancelled_reminders_go_on(self):
        self._invoice(100)
        self._promise(by=20).action_cancel()
        self.assertEqual(self._run(7), [("First", 100, "sent")])

    def test_a_payment_judges_it_without_the_daily_run(self):
        move = self._invoice(100)
        today = self.company._collections_today(datetime.now())
        promise = self._promise(made_on=today, date=today)
        self._pay(move, 100, today)
        self.env["collections.refresh"]._refresh_batch()
        self.assertEqual(promise.state, "kept")

    # === RULES === #

    def test_refused_with_a_sentence(self):
        move = self._invoice(100)
        stranger = self._invoice(10, self.partner_b)
        foreign = self._invoice(10, currency=self.other_currency)
        wrong = (
            {"date": day(5)},
            {"amount": -5},
            {"line_ids": [Command.set(stranger._dunning_lines().ids)]},
            {"line_ids": [Command.set((move | foreign)._dunning_lines().ids)]},
        )
        for values in wrong:
            with self.subTest(values), self.assertRaises(Exception) as caught:
                with self.cr.savepoint():
                    self._promise(**values)
            self.assertNotIsInstance(caught.exception, (TypeError, KeyError, AttributeError))
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._promise(partner_id=self.partner_a.id)

    def test_the_gate_and_the_history(self):
        self._invoice(100)
        promise = self._promise()
        promise.action_cancel()
        with self.assertRaises(UserError):
            promise._transition("kept")
        with self.assertRaises(UserError):
            promise.unlink()

    def test_the_quick_form_proposes_what_is_overdue(self):
        self._invoice(80)
        case = self.env["collections.case"]._of(self.customer, self.company)
        action = case.action_new_promise()
        form = Form(
            self.env["collections.promise"].with_context(**action["context"]),
            "collections_addon.view_collections_promise_form_quick",
        )
        self.assertEqual(form.amount, 80)

    # === PAIRS === #

    def test_a_collector_takes_promises_a_viewer_only_looks(self):
        self._invoice(100)
        users = {
            group: new_test_user(
                self.env,
                f"promise_{group}",
                groups=f"collections_addon.group_collections_{group}",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for group in ("viewer", "collector")
        }
        values = {"partner_id": self.customer.id, "made_on": day(6), "date": day(12)}
        promises = self.env["collections.promise"]
        with self.assertRaises(AccessError), self.cr.savepoint():
            promises.with_user(users["viewer"]).create(values)
        promise = promises.with_user(users["collector"]).create(values)
        self.assertEqual(promise.with_user(users["viewer"]).amount, 100)
        with self.assertRaises(AccessError), self.cr.savepoint():
            promise.with_user(users["viewer"]).action_cancel()
        promise.action_cancel()
