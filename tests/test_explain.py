"""The explanation: an answer for every item, and the answer the run then gives."""

import random
from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from .common import CollectionsCommon

TODAY = date(2026, 3, 10)


@tagged("post_install", "-at_install")
class TestExplain(CollectionsCommon):
    def _answer(self, invoice, day=TODAY):
        line = self._lines(invoice)[:1]
        return line._dunning_explain(day)[line.id]

    def test_an_item_that_would_be_contacted_today(self):
        answer = self._answer(self._invoice(self.customer, 100, due="2026-03-05"))
        self.assertEqual(answer["reason_code"], False)
        self.assertEqual(answer["next_level_id"], self._level("Friendly").id)
        self.assertEqual(answer["next_date"], TODAY)
        self.assertIn("Friendly", answer["text"])

    def test_an_item_not_due_says_what_comes_when(self):
        answer = self._answer(self._invoice(self.customer, 100, due="2026-03-20"))
        self.assertEqual((answer["level_id"], answer["reason_code"]), (False, "not_due"))
        self.assertEqual(answer["next_date"], date(2026, 3, 25))
        self.assertIn("03/25/2026", answer["text"])

    def test_after_a_contact_it_says_what_comes_next(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._live(TODAY, TODAY)
        answer = self._answer(invoice)
        self.assertEqual(answer["level_id"], self._level("Friendly").id)
        self.assertEqual(answer["reason_code"], "already_contacted")
        self.assertEqual(answer["next_level_id"], self._level("Firm").id)
        self.assertEqual(answer["next_date"], date(2026, 3, 20))

    def test_at_the_end_of_the_ladder_a_person_decides(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-10", "2026-04-05")
        answer = self._answer(invoice, date(2026, 4, 6))
        self.assertEqual((answer["next_level_id"], answer["next_date"]), (False, False))
        self.assertIn("person", answer["text"])

    def test_what_ends_by_an_event_has_no_date(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._hold(invoice, start="2026-03-01", end="2026-03-31")
        answer = self._answer(invoice)
        self.assertEqual((answer["reason_code"], answer["next_date"]), ("manual_hold", False))

    def test_the_minimum_gap_names_the_first_possible_day(self):
        self.policy.min_gap_days = 7
        invoice = self._invoice(self.customer, 100, due="2026-02-01")
        self._live(TODAY, TODAY)
        answer = self._answer(invoice, date(2026, 3, 11))
        self.assertEqual(answer["reason_code"], "min_gap")
        self.assertEqual(answer["next_date"], date(2026, 3, 17))

    def test_paid_credit_draft_and_vendor_bill_have_an_answer_too(self):
        paid = self._invoice(self.customer, 100, due="2026-03-05")
        self._pay(paid, day="2026-03-06")
        self.assertEqual(self._answer(paid)["reason_code"], "paid")
        credit = self._credit(self.customer, 10, "2026-03-05")
        self.assertIn("credit", self._answer(credit)["text"])
        draft = self._invoice(self.customer, 100, due="2026-03-05").copy()
        answer = self._answer(draft)
        self.assertNotEqual(answer["reason_code"], "paid", "a draft has not been paid")
        self.assertIn("posted", answer["text"])
        bill = self._invoice(self.customer, 50, due="2026-03-05", move_type="in_invoice")
        payable = bill.line_ids.filtered(lambda line: line.account_type == "liability_payable")
        self.assertIn("not owed", payable._dunning_explain(TODAY)[payable.id]["text"])

    def test_without_any_policy_it_says_so(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self.company.dunning_policy_id = False
        self.env["dunning.policy"].search([]).active = False
        self.assertIn("policy", self._answer(invoice)["text"])

    def test_the_answer_is_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        invoice = self._invoice(self.customer, 100, due="2026-03-20")
        [line] = self._lines(invoice)
        answer = line.with_context(lang="fr_FR")._dunning_explain(TODAY)[line.id]
        self.assertIn("25/03/2026", answer["text"])

    def test_a_refused_channel_is_the_reason(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        action = self._run(TODAY).action_ids
        action._transition("skipped", "no_address")
        answer = self._answer(invoice)
        self.assertEqual((answer["reason_code"], answer["next_date"]), ("no_address", False))

    # === THE PROPERTY === #

    def test_what_is_explained_is_what_the_run_then_does(self):
        """A random ledger: every open item is answered, and the run agrees with each."""
        ledger = self._random_ledger(random.Random(20260310), customers=12)
        lines = self._lines(ledger).filtered(lambda line: not line.reconciled)
        debts = lines.filtered(lambda line: line.amount_residual > 0)
        answers = lines._dunning_explain(TODAY)
        self.assertEqual(set(answers), set(lines.ids))
        run = self._run(TODAY)
        steps = {
            item.move_line_id.id: item.level_id.id
            for item in run.action_ids.item_ids
            if item.is_step
        }
        self.assertGreater(len(steps), 5, "the ledger is too tame")
        told = {line.id: answers[line.id] for line in debts}
        expected = {i: a["next_level_id"] for i, a in told.items() if not a["reason_code"]}
        self.assertEqual(expected, steps)
        counted = {}
        for answer in told.values():
            if answer["reason_code"]:
                counted[answer["reason_code"]] = counted.get(answer["reason_code"], 0) + 1
        self.assertEqual(counted, {r.reason_code: r.line_count for r in run.reason_ids})
        self.assertGreater(len(counted), 4, "the ledger is too tame")
        for answer in answers.values():
            self.assertTrue(answer["text"])
            self.assertTrue(answer["reason_code"] or answer["next_date"] == TODAY)

    def test_the_next_date_foretold_is_the_day_it_happens(self):
        ledger = self._random_ledger(random.Random(7), customers=10, gap=0, oldest=25)
        lines = self._lines(ledger).filtered(lambda line: line.amount_residual > 0)
        self._live(TODAY, TODAY)
        tomorrow = TODAY + timedelta(days=1)
        answers = lines._dunning_explain(tomorrow)
        foretold = {i: a["next_date"] for i, a in answers.items() if a["next_date"]}
        last = tomorrow + timedelta(days=45)
        self._live(tomorrow, last)
        happened = {}
        items = self._contacts().item_ids.filtered("is_step")
        for item in items.sorted(lambda i: i.action_id.contact_date):
            if item.action_id.contact_date > TODAY:
                happened.setdefault(item.move_line_id.id, item.action_id.contact_date)
        afterwards = lines._dunning_explain(last)
        for line_id, when in foretold.items():
            if when > last:
                continue
            if line_id not in happened:
                stopped = ("below_tolerance", "covered_by_credit")
                self.assertIn(afterwards[line_id]["reason_code"], stopped)
                continue
            self.assertEqual(happened[line_id], when)
        self.assertGreater(len(happened), 5, "the ledger is too tame")

    def _random_ledger(self, dice, customers, gap=3, oldest=60):
        """Invoices, part payments, credits, holds, flags, earlier contacts."""
        self.policy.write(
            {
                "min_gap_days": gap,
                "tolerance_ids": [
                    Command.create({"currency_id": self.company.currency_id.id, "amount": 15})
                ],
            }
        )
        moves = self.env["account.move"]
        for number in range(customers):
            partner = self._customer(f"Random {number:02}")
            for _invoice in range(dice.randint(1, 4)):
                due = TODAY - timedelta(days=dice.randint(-25, oldest))
                invoice = self._invoice(partner, dice.choice([9.99, 80, 250, 400]), due=due)
                moves |= invoice
                if dice.random() < 0.2:
                    self._pay(invoice, invoice.amount_total / 2, TODAY - timedelta(days=1))
                if dice.random() < 0.1:
                    invoice.line_ids.no_followup = True
                if dice.random() < 0.1:
                    self._hold(invoice, start="2026-01-01")
            if dice.random() < 0.3:
                moves |= self._credit(partner, dice.choice([10, 100, 400]), TODAY)
            if dice.random() < 0.1:
                self._hold(partner, start="2026-01-01")
        for offset in (12, 4):
            self._live(TODAY - timedelta(days=offset), TODAY - timedelta(days=offset))
        return moves
