"""The simulation on a real ledger: it reads, foretells, and writes nothing."""

from datetime import date, datetime, time, timedelta

from odoo import Command
from odoo.tests import Form, tagged

from .quick_common import QuickAccountingCommon

START = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestSimulation(QuickAccountingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("collections_addon.group_collections_admin")
        cls.company = cls.env.company
        cls.company.email = "accounts@firm.example"
        cls.policy = cls._policy("House rules", (("First", 5), ("Second", 15)))
        cls.company.dunning_policy_id = cls.policy
        cls.customer = cls.env["res.partner"].create(
            {"name": "Debtor", "email": "debtor@example.com"}
        )

    @classmethod
    def _policy(cls, name, levels):
        return cls.env["dunning.policy"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "mode": "automatic",
                "level_ids": [
                    Command.create({"name": level, "days": days}) for level, days in levels
                ],
            }
        )

    def _invoice(self, amount, invoice_date, due):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": invoice_date,
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": amount, "tax_ids": []})
                ],
            }
        )
        move.action_post()
        return move

    def _pay(self, move, day, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        values = {"payment_date": day}
        if amount:
            values["amount"] = amount
        return wizard.create(values)._create_payments()

    def _simulation(self, **values):
        simulation = self.env["dunning.simulation"].create(
            {"date_from": START, "date_to": START + timedelta(days=30), **values}
        )
        simulation.action_simulate()
        return simulation

    def _days(self, simulation):
        return [(line.date, line.level_id.name) for line in simulation.line_ids]

    def test_the_coming_days_are_what_the_runs_then_do(self):
        self._invoice(100, "2026-02-01", "2026-03-01")
        self._invoice(50, "2026-02-10", "2026-03-20")
        foretold = self._days(self._simulation())
        done = []
        for offset in range(31):
            day = START + timedelta(days=offset)
            run = self.env["dunning.run"]._execute(self.company, day)
            self.env["dunning.action"]._dispatch(now=datetime.combine(day, time(12)))
            done += [(day, action.level_id.name) for action in run.action_ids]
        self.assertEqual(len(foretold), 3)
        self.assertEqual(foretold, done)

    def test_nothing_is_written(self):
        move = self._invoice(100, "2026-02-01", "2026-03-01")
        self._simulation()
        self.assertFalse(move.dunning_level_id)
        self.assertFalse(self.env["dunning.action"].search([("partner_id", "=", self.customer.id)]))
        self.assertFalse(self.env["dunning.run"].search([("company_id", "=", self.company.id)]))
        self.assertFalse(
            self.env["collections.case"].search([("partner_id", "=", self.customer.id)])
        )

    def test_a_replay_knows_when_each_invoice_was_paid(self):
        late = self._invoice(100, "2026-01-02", "2026-02-25")
        self._pay(late, "2026-03-08")
        part = self._invoice(80, "2026-01-02", "2026-02-28")
        self._pay(part, "2026-03-10", 30)
        replay = self._simulation(mode="replay")
        lines = replay.line_ids
        self.assertEqual(
            [(line.date, line.level_id.name, line.amount_total) for line in lines],
            [
                (date(2026, 3, 2), "First", 180.0),
                (date(2026, 3, 5), "First", 180.0),
                (date(2026, 3, 15), "Second", 50.0),
            ],
        )

    def test_a_changed_policy_is_compared_with_what_was_sent(self):
        self._invoice(100, "2026-02-01", "2026-03-01")
        for offset in range(31):
            day = START + timedelta(days=offset)
            self.env["dunning.run"]._execute(self.company, day)
            self.env["dunning.action"]._dispatch(now=datetime.combine(day, time(12)))
        changed = self._policy("Softer", (("Only", 10),))
        replay = self._simulation(
            mode="replay", policy_id=self.policy.id, other_policy_id=changed.id
        )
        self.assertEqual(self._days(replay), [(date(2026, 3, 11), "Only")])
        rows = {r.level_id.name: (r.simulated_count, r.sent_count) for r in replay.summary_ids}
        self.assertEqual(rows, {"First": (0, 1), "Second": (0, 1), "Only": (1, 0)})
        rows = {r.level_id.name: (r.usual_count, r.difference) for r in replay.summary_ids}
        self.assertEqual(rows, {"First": (1, -1), "Second": (1, -1), "Only": (0, 1)})
        self.assertEqual((replay.contact_count, replay.usual_count), (1, 2))

    def test_what_the_contacts_cost(self):
        self.env["collections.contact.cost"].search([("company_id", "=", self.company.id)]).unlink()
        self.env["collections.contact.cost"].create(
            {"channel_code": "email", "cost": 0.5, "date_start": "2026-01-01"}
        )
        self._invoice(100, "2026-02-01", "2026-03-01")
        softer = self._policy("Softer", (("Only", 10),))
        simulation = self._simulation(policy_id=self.policy.id, other_policy_id=softer.id)
        self.assertEqual((simulation.cost, simulation.usual_cost), (0.5, 1.0))

    def test_the_form_offers_a_month_ahead_and_a_year_back(self):
        form = Form(self.env["dunning.simulation"])
        self.assertEqual((form.date_to - form.date_from).days, 30)
        form = Form(self.env["dunning.simulation"].with_context(default_mode="replay"))
        self.assertEqual((form.date_to - form.date_from).days, 365)
