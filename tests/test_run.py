"""The run: repeated, raced, refused; what it counts and what it leaves alone."""

import threading
from contextlib import contextmanager
from datetime import date

from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo import Command, api
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import CollectionsCommon, SecondCompany


@tagged("post_install", "-at_install")
class TestRun(CollectionsCommon):
    def test_the_same_date_twice_is_the_same_run_and_no_second_contact(self):
        """P2: however often the scheduler ticks."""
        self._invoice(self.customer, 100, due="2026-03-05")
        run = self._run("2026-03-10")
        first = run.action_ids
        for _tick in range(3):
            self.assertEqual(self._run("2026-03-10"), run)
        self.assertEqual(run.action_ids, first)
        with self.day("2026-03-10") as now:
            self.assertEqual(self._dispatch(now), {"sent": 1})
            self.assertEqual(self._run("2026-03-10"), run)
            self.assertEqual(self._dispatch(now), {})
        self.assertEqual(len(self._actions()), 1)

    def test_a_repeated_run_takes_up_what_came_since(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        run = self._run("2026-03-10")
        other = self._customer("Other")
        self._invoice(other, 50, due="2026-03-05")
        self._run("2026-03-10")
        self.assertEqual(run.action_ids.partner_id, self.customer | other)

    def test_a_date_before_the_last_run_is_refused_with_a_reason(self):
        self._run("2026-03-10")
        with self.assertRaisesRegex(UserError, "2026-03-10"):
            self._run("2026-03-09")
        self._run("2026-03-11")

    def test_without_any_policy_the_run_says_what_to_do(self):
        self.company.dunning_policy_id = False
        self.env["dunning.policy"].search([]).active = False
        with self.assertRaisesRegex(UserError, "has no dunning policy"):
            self._run("2026-03-10")

    def test_every_open_item_is_counted_once_by_contact_or_by_reason(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 20, due="2026-03-09")
        held = self._customer("Held")
        self._invoice(held, 50, due="2026-03-05")
        self._hold(held, start="2026-03-01")
        run = self._run("2026-03-10")
        reasons = {row.reason_code: row.line_count for row in run.reason_ids}
        self.assertEqual(reasons, {"not_due": 1, "manual_hold": 1})
        steps = run.action_ids.item_ids.filtered("is_step")
        self.assertEqual(run.line_count, len(steps) + sum(reasons.values()))
        self.assertEqual(run.customer_count, 2)

    def test_a_second_contact_of_the_run_is_refused_by_the_database(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        action = self._run("2026-03-10").action_ids
        with self.day("2026-03-10") as now:
            self._dispatch(now)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            action.sudo().copy({"state": "cancelled"})
            self.env.flush_all()

    def test_two_contacts_under_way_on_one_channel_are_refused_by_the_database(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        action = self._run("2026-03-10").action_ids
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            action.copy({"run_id": False, "state": "draft"})
            self.env.flush_all()

    def test_two_runs_on_one_date_are_refused_by_the_database(self):
        run = self._run("2026-03-10")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["dunning.run"].create({"company_id": run.company_id.id, "date": run.date})
            self.env.flush_all()

    def test_nothing_to_do_is_a_finished_run_too(self):
        run = self._run("2026-03-10")
        self.assertEqual((run.state, run.line_count, len(run.action_ids)), ("done", 0, 0))


@tagged("post_install", "-at_install")
class TestRunOfCompanies(SecondCompany, CollectionsCommon):
    def test_the_scheduler_evaluates_every_company_by_its_own_policy(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 70, due="2026-03-01", company=self.other)
        with self.day("2026-03-11"), self.enter_registry_test_mode():
            self.env.ref("collections_addon.cron_dunning_run").method_direct_trigger()
        actions = self.env["dunning.action"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(
            {(a.company_id, a.level_id.name, a.amount_total) for a in actions},
            {(self.company, "Friendly", 100.0), (self.other, "Only", 70.0)},
        )

    @mute_logger("odoo.addons.collections_addon.collections_addon.models.dunning_run")
    def test_a_company_that_refuses_does_not_stop_the_next(self):
        self._run("2026-04-01")  # somebody has run the first company ahead of time
        self._invoice(self.customer, 70, due="2026-03-01", company=self.other)
        with self.day("2026-03-11"), self.enter_registry_test_mode():
            self.env.ref("collections_addon.cron_dunning_run").method_direct_trigger()
        run = self.env["dunning.run"].search([("company_id", "=", self.other.id)])
        self.assertEqual(run.action_ids.amount_total, 70.0)

    def test_each_company_has_its_own_business_date(self):
        """P18: half past midnight in Tokyo is yesterday's afternoon in London."""
        self.other.partner_id.tz = "Asia/Tokyo"
        self.company.partner_id.tz = "Europe/London"
        with self.day("2026-03-10", 15.5), self.enter_registry_test_mode():
            self.env.ref("collections_addon.cron_dunning_run").method_direct_trigger()
        runs = self.env["dunning.run"].search(
            [("company_id", "in", (self.company | self.other).ids)]
        )
        self.assertEqual(
            {run.company_id: str(run.date) for run in runs},
            {self.company: "2026-03-10", self.other: "2026-03-11"},
        )

    def test_a_branch_follows_the_policy_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        branch.partner_id.tz = "UTC"
        policies = self.env["dunning.policy"]
        self.assertEqual(policies._default_of(branch), self.policy)
        self.assertNotIn(self.other_policy, policies._for_company(branch))


@tagged("post_install", "-at_install", "collections_race")
class TestRunRace(TransactionCase):
    """Two schedulers at once, on committed data and their own connections."""

    DAY = date(2099, 3, 10)

    def setUp(self):
        super().setUp()
        with self._own_transaction() as env:
            company = env["res.company"].create({"name": "Race (test)"})
            policy = env["dunning.policy"].create(
                {
                    "name": "Race (test)",
                    "company_id": company.id,
                    "level_ids": [Command.create({"name": "Only", "days": 5})],
                }
            )
            company.dunning_policy_id = policy
            env["account.account"].create(
                {
                    "name": "Receivable",
                    "code": "RACE1",
                    "account_type": "asset_receivable",
                    "company_ids": [Command.set(company.ids)],
                }
            )
            self.company_id, self.policy_id = company.id, policy.id
        self.addCleanup(self._remove)

    def _remove(self):
        with self._own_transaction() as env:
            env["dunning.run"].search([("company_id", "=", self.company_id)]).unlink()
            company = env["res.company"].browse(self.company_id)
            company.dunning_policy_id = False
            env["dunning.policy"].browse(self.policy_id).unlink()
            env["payment.provider"].search([("company_id", "=", company.id)]).unlink()
            accounts = env["account.account"].with_company(company)
            accounts.search([("company_ids", "in", company.ids)]).unlink()
            partner = company.partner_id
            company.unlink()
            partner.unlink()

    @contextmanager
    def _own_transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {})

    def _runs(self):
        with self._own_transaction() as env:
            runs = env["dunning.run"].search([("company_id", "=", self.company_id)])
            return [(run.id, run.state) for run in runs]

    @mute_logger("odoo.sql_db")
    def test_two_schedulers_on_one_date_make_one_run(self):
        """P15: the loser waits for the winner, then is told to try again, or finds its run."""
        outcome = []

        def run_second():
            try:
                company = second["res.company"].browse(self.company_id)
                outcome.append(second["dunning.run"]._execute(company, self.DAY).id)
            except SerializationFailure:
                outcome.append("again")

        thread = threading.Thread(target=run_second)
        # environments are made here: a thread cannot ask for the registry during tests
        with self._own_transaction() as second, self._own_transaction() as first:
            company = first["res.company"].browse(self.company_id)
            run_id = first["dunning.run"]._execute(company, self.DAY).id
            thread.start()
            thread.join(0.5)
            self.assertTrue(thread.is_alive(), "the second waits for the first")
            first.cr.commit()
            thread.join(10)
            self.assertFalse(thread.is_alive())
            second.cr.rollback()
        self.assertEqual(self._runs(), [(run_id, "done")])
        self.assertIn(outcome, ([run_id], ["again"]))
