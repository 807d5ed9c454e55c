from datetime import date, timedelta
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..demo import shop
from ..demo.customers import CUSTOMERS
from ..demo.habits import HABITS

TODAY = date(2026, 3, 11)
REPLAY_DAYS = 20
#: Customers of the shop: enough that the draw leaves neither group empty.
SHOP = 24


def some_customers():
    """One customer of every habit and every mark: the whole story in small."""
    wanted = set(HABITS) | {mark for customer in CUSTOMERS for mark in customer.marks}
    chosen = []
    for customer in sorted(CUSTOMERS, key=lambda c: -len(c.marks)):
        shows = {customer.habit, *customer.marks}
        if shows & wanted:
            chosen.append(customer)
            wanted -= shows
    return tuple(chosen)


@tagged("post_install", "-at_install")
class TestDemoData(TransactionCase):
    """The demo firm, told in small to a company that has no chart of accounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Demo without chart"})
        (cls.env.user | cls.env.ref("base.user_admin")).company_ids += cls.company
        cls.customers = some_customers()
        # In so short a replay nobody settles before his reminder is due.
        with (
            patch.object(shop, "SETTLED", 0),
            patch.object(type(cls.env["mail.mail"]), "_send") as cls.transmission,
        ):
            cls.load()
        cls.actions = cls.env["dunning.action"].search([("company_id", "=", cls.company.id)])
        cls.cases = cls.env["collections.case"].search([("company_id", "=", cls.company.id)])

    @classmethod
    def load(cls):
        cls.env["collections.demo"]._load(
            cls.company,
            TODAY,
            customers=cls.customers,
            months=5,
            replay_days=REPLAY_DAYS,
            shop=SHOP,
        )

    def test_company_without_chart_gets_one(self):
        self.assertTrue(self.company.chart_template)

    def test_every_habit_and_mark_is_used_by_some_customer(self):
        shown = {c.habit for c in self.customers} | {m for c in self.customers for m in c.marks}
        self.assertLessEqual(set(HABITS), shown)
        self.assertIn("legal", shown)

    def test_sixty_customers_in_seven_countries(self):
        self.assertEqual(len(CUSTOMERS), 60)
        self.assertEqual(len({customer.country for customer in CUSTOMERS}), 7)
        self.assertEqual(len({customer.name for customer in CUSTOMERS}), 60)

    def test_books_hold_three_currencies(self):
        moves = self.env["account.move"].search(
            [("company_id", "=", self.company.id), ("move_type", "=", "out_invoice")]
        )
        self.assertEqual(set(moves.currency_id.mapped("name")), {"USD", "EUR", "GBP"})
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertTrue(all(move.invoice_date < TODAY for move in moves))
        self.assertLessEqual({"paid", "not_paid"}, set(moves.mapped("payment_state")))

    def test_plans_run_are_missed_and_wait_for_an_answer(self):
        plans = self.env["collections.plan"].search([("company_id", "=", self.company.id)])
        self.assertLessEqual({"active", "proposed"}, set(plans.mapped("state")))
        lines = plans.filtered(lambda plan: plan.state == "active").line_ids
        self.assertLessEqual({"paid", "missed", "open"}, set(lines.mapped("state")))

    def test_what_customers_think_and_wish(self):
        ours = [("company_id", "=", self.company.id)]
        complaints = self.env["collections.complaint"].search([*ours, ("state", "=", "open")])
        self.assertEqual(set(complaints.mapped("source")), {"phone", "portal"})
        self.assertTrue(all(complaint.opened_on < TODAY for complaint in complaints))
        ratings = self.env["rating.rating"].search(
            [("res_model", "=", "collections.case"), ("res_id", "in", self.cases.ids)]
        )
        self.assertEqual(set(ratings.mapped("rating")), {1, 5})
        self.assertTrue(all(rating.create_date.date() < TODAY for rating in ratings))
        refused = self.env["collections.opt.out"].search(ours)
        self.assertEqual(set(refused.mapped("channel_code")), {"email"})
        later = self.actions.filtered(
            lambda a: (
                a.case_id == refused.case_id and a.contact_date and a.contact_date > refused.date
            )
        )
        self.assertNotIn("email", later.mapped("channel_code"))

    def test_customers_write_and_are_answered(self):
        talks = self.company_records("collections.conversation")
        self.assertEqual(set(talks.mapped("state")), {"done", "human"})
        self.assertTrue(all(row.date.date() < TODAY for row in talks.interaction_ids))
        self.assertTrue(talks.filtered(lambda talk: talk.state == "human").case_id.activity_ids)

    def test_no_message_leaves(self):
        self.transmission.assert_not_called()
        mails = self.env["mail.mail"].search([("dunning_action_id", "in", self.actions.ids)])
        self.assertTrue(mails)
        self.assertEqual(set(mails.mapped("state")), {"sent"})

    def test_messages_are_dated_as_the_contacts_are(self):
        mailed = self.actions.filtered("mail_message_id")
        self.assertTrue(mailed)
        for action in mailed.filtered("sent_at"):
            self.assertEqual(action.mail_message_id.date.date(), action.contact_date)
            self.assertTrue(action.body)

    def test_contacts_were_made_on_business_days_of_the_replay(self):
        dates = [day for day in self.actions.mapped("contact_date") if day]
        self.assertTrue(dates)
        self.assertTrue(all(day.weekday() < 5 for day in dates))
        self.assertGreaterEqual(min(dates), TODAY - timedelta(days=REPLAY_DAYS))
        self.assertLess(max(dates), TODAY)
        self.assertTrue(all(a.sent_at.date() == a.contact_date for a in self.actions if a.sent_at))

    def test_levels_are_those_of_the_contacts_made(self):
        lines = self.actions.item_ids.move_line_id
        stored = {line: (line.dunning_level_id, line.dunning_last_date) for line in lines}
        lines._dunning_recompute_levels(lines.ids)
        self.assertTrue(any(level for level, _day in stored.values()))
        self.assertEqual(
            stored, {line: (line.dunning_level_id, line.dunning_last_date) for line in lines}
        )

    def company_records(self, model):
        return self.env[model].search([("company_id", "=", self.company.id)])

    def test_letters_and_calls_are_made_by_people(self):
        by_hand = self.actions.filtered("is_manual")
        self.assertEqual(set(by_hand.mapped("channel_code")), {"letter", "call"})
        calls = by_hand.filtered(lambda action: action.channel_code == "call")
        self.assertTrue(calls.filtered("outcome_id") | calls.activity_ids.dunning_action_id)

    def test_figures_wait_for_nobody(self):
        self.assertFalse(self.company_records("collections.refresh"))
        self.assertTrue(any(case.overdue for case in self.cases))

    def test_stages_and_events_are_told(self):
        self.assertGreaterEqual(len(self.cases), len(self.customers))
        self.assertLessEqual({"legal", "dunning"}, set(self.cases.mapped("stage")))
        holds = self.env["collections.hold"].search([("company_id", "=", self.company.id)])
        self.assertTrue(holds)
        self.assertEqual(self.company_records("collections.dispute").mapped("state"), ["open"])
        self.assertTrue(self.company_records("collections.promise"))
        self.assertIn("bounced", self.actions.mapped("reason_code"))
        self.assertTrue(self.cases.filtered(lambda case: case.credit_amount > 0))

    def test_experiments_were_drawn_by_the_runs_and_obeyed(self):
        first, _second = self.company_records("collections.experiment").sorted("id")
        members = first.member_ids
        self.assertEqual({member.level_id.name for member in members}, {"Reminder"})
        self.assertTrue(all(member.date < TODAY for member in members))
        trial = first._trial()
        for member in members:
            self.assertEqual(member.arm, trial.arm(member.partner_id.id))
        early = {
            action.partner_id
            for action in self.actions
            if action.level_id == first.level_ids
            and action.contact_date
            and action.contact_date <= TODAY - timedelta(days=REPLAY_DAYS - first.days)
        }
        told = {member.arm for member in members if member.partner_id in early}
        self.assertEqual(told, {"treated"})
        self.assertGreater(len(members), 12)
        self.assertEqual(set(members.mapped("arm")), {"control", "treated"})
        self.assertTrue(first.result_ids)

    def test_loading_again_adds_nothing(self):
        before = self.env["res.partner"].search_count([("company_id", "=", self.company.id)])
        self.load()
        after = self.env["res.partner"].search_count([("company_id", "=", self.company.id)])
        self.assertEqual(before, after)

    def test_next_day_runs_on_the_demo_firm(self):
        run = self.env["dunning.run"]._execute(self.company, TODAY)
        self.assertEqual(run.state, "done")
        self.assertGreater(run.line_count, 0)
