"""What the Overview is told: totals, currencies, companies, access."""

from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_aging import TODAY, LedgerCase


@tagged("post_install", "-at_install")
class TestOverview(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["dunning.policy"].create(
            {
                "name": "House rules",
                "company_id": cls.company.id,
                "mode": "review",
                "level_ids": [
                    Command.create(
                        {
                            "name": name,
                            "days": days,
                            "step_ids": [Command.create({"channel_code": "email"})],
                        }
                    )
                    for name, days in (("First", 5), ("Second", 20))
                ],
            }
        )
        cls.company.dunning_policy_id = cls.policy
        cls.overview = cls.env["collections.overview"].with_context(
            allowed_company_ids=cls.company.ids
        )

    def _overview(self, **arguments):
        self.overview.refresh_overview()
        return self.overview.get_overview(**arguments)

    def _user(self, login, group, companies=None):
        companies = companies or self.company
        return new_test_user(
            self.env, login, group, company_id=companies[0].id, company_ids=companies.ids
        )

    def test_nothing_at_all(self):
        data = self._overview()
        self.assertEqual(data["figures"]["receivable"], 0)
        self.assertEqual(len(data["aging"]), 6)
        self.assertEqual(data["contacts"], [])
        self.assertEqual(data["skipped"]["reasons"], [])
        self.assertEqual(data["top"], [])
        self.assertEqual([day["count"] for day in data["next"]], [0] * 7)

    def test_before_the_first_figures_it_says_so(self):
        self.env["collections.kpi"].search([]).unlink()
        data = self.overview.get_overview()
        self.assertFalse(data["is_complete"])
        self.assertFalse(data["has_history"])
        self.overview.refresh_overview()
        self.assertTrue(self.overview.get_overview()["is_complete"])

    def test_totals_ages_and_customers(self):
        self._entry(self.partner_a, 100, date(2026, 1, 1))
        self._entry(self.partner_b, 300, date(2026, 2, 20))
        self._entry(self.partner_b, 50, TODAY, TODAY + timedelta(days=30))
        self._entry(self.partner_b, -20, date(2026, 2, 25))
        self.env["dunning.run"]._execute(self.company, TODAY)
        data = self._overview()
        figures = data["figures"]
        self.assertEqual(figures["receivable"], 450)
        self.assertEqual(figures["overdue"], 400)
        self.assertEqual(figures["credit_amount"], 20)
        self.assertEqual(figures["exposure"], 430)
        self.assertEqual(figures["overdue_customers"], 2)
        ages = {row["name"]: row["amount"] for row in data["aging"]}
        self.assertEqual((ages["Not due"], ages["1–30"], ages["61–90"]), (50, 300, 100))
        self.assertEqual(
            [(row["name"], row["overdue"], row["days_overdue"]) for row in data["top"]],
            [(self.partner_b.display_name, 300, 13), (self.partner_a.display_name, 100, 63)],
        )

    def test_contacts_waiting_for_approval_are_counted(self):
        self._entry(self.partner_a, 100, date(2026, 1, 1))
        self._entry(self.partner_b, 100, date(2026, 1, 1))
        run = self.env["dunning.run"]._execute(self.company, TODAY)
        data = self._overview()
        self.assertEqual(data["figures"]["waiting"], 2)
        [row] = data["contacts"]
        self.assertEqual((row["channel"], row["state"], row["count"]), ("email", "draft", 2))
        run.action_ids[0]._approve()
        data = self._overview()
        self.assertEqual(data["figures"]["waiting"], 1)
        self.assertEqual(
            {row["state"]: row["count"] for row in data["contacts"]}, {"draft": 1, "queued": 1}
        )

    def test_who_was_left_alone_by_the_last_run_and_why(self):
        self._entry(self.partner_a, 100, TODAY, TODAY + timedelta(days=30))
        run = self.env["dunning.run"]._execute(self.company, TODAY)
        skipped = self._overview()["skipped"]
        self.assertEqual(skipped["run_ids"], run.ids)
        [reason] = skipped["reasons"]
        self.assertEqual((reason["code"], reason["line_count"]), ("not_due", 1))
        self.assertTrue(reason["text"])

    def test_next_steps_by_day_what_is_late_counts_today(self):
        Case = self.env["collections.case"]
        days = (TODAY - timedelta(days=3), TODAY, TODAY + timedelta(days=2), TODAY + timedelta(8))
        for number, day in enumerate(days):
            partner = self.env["res.partner"].create({"name": f"Customer {number}"})
            Case.create(
                {"partner_id": partner.id, "company_id": self.company.id, "next_step_date": day}
            )
        counts = [day["count"] for day in self._overview()["next"]]
        self.assertEqual(counts, [2, 0, 1, 0, 0, 0, 0])

    def test_trend_has_a_point_a_week_and_a_point_a_day_when_short(self):
        self._entry(self.partner_a, 100, date(2026, 2, 10), date(2026, 2, 20))
        self.env["collections.kpi"]._build_history(self.company, TODAY)
        year = self._overview()["trend"]
        self.assertEqual((year[-1]["date"], year[-1]["overdue"]), (str(TODAY), 100))
        self.assertGreaterEqual(len(year), 52)
        month = self._overview(date_from="2026-02-06")["trend"]
        by_day = {point["date"]: point for point in month}
        self.assertEqual(len(month), 28)
        self.assertEqual(by_day["2026-02-09"]["receivable"], 0)
        self.assertEqual(by_day["2026-02-10"]["receivable"], 100)
        self.assertEqual(by_day["2026-02-20"]["overdue"], 0)
        self.assertEqual(by_day["2026-02-21"]["overdue"], 100)

    def test_p10_companies_of_other_currencies_are_converted_at_each_days_rate(self):
        other = self.setup_other_company()["company"]
        other.currency_id = self.usd
        companies = self.company | other
        overview = self.overview.with_context(allowed_company_ids=companies.ids)
        kpis = self.env["collections.kpi"]
        self._entry(self.partner_a, 100, date(2026, 2, 1))
        self._entry(self.partner_a, 100, date(2025, 11, 1), company=other)
        kpis._build_history(other, TODAY)
        overview.refresh_overview()
        data = overview.get_overview()
        self.assertTrue(data["is_converted"])
        self.assertEqual(data["figures"]["receivable"], 125)
        points = {point["date"]: point["receivable"] for point in data["trend"]}
        self.assertEqual(points["2025-12-25"], 50)
        self.assertEqual(points["2026-01-08"], 25)
        own = overview.get_overview(company_ids=self.company.ids)
        self.assertEqual((own["is_converted"], own["figures"]["receivable"]), (False, 100))

    def test_viewer_reads_and_refreshes(self):
        self._entry(self.partner_a, 100, date(2026, 1, 1))
        viewer = self._user("overview_viewer", "collections_addon.group_collections_viewer")
        overview = self.env["collections.overview"].with_user(viewer)
        overview.refresh_overview()
        data = overview.get_overview()
        self.assertEqual(data["figures"]["overdue"], 100)
        self.assertFalse(data["can_build"])

    def test_manager_may_build_the_past(self):
        manager = self._user("overview_manager", "collections_addon.group_collections_manager")
        self.assertTrue(
            self.env["collections.overview"].with_user(manager).get_overview()["can_build"]
        )

    def test_others_are_refused(self):
        clerk = self._user("overview_clerk", "base.group_user")
        overview = self.env["collections.overview"].with_user(clerk)
        with self.assertRaises(AccessError):
            overview.get_overview()
        with self.assertRaises(AccessError):
            overview.refresh_overview()

    def test_p09_a_company_of_others_is_refused(self):
        other = self.setup_other_company()["company"]
        viewer = self._user("overview_own", "collections_addon.group_collections_viewer")
        overview = self.env["collections.overview"].with_user(viewer)
        with self.assertRaises(AccessError):
            overview.get_overview(company_ids=other.ids)
        with self.assertRaises(AccessError):
            overview.refresh_overview(company_ids=other.ids)

    def test_queries_do_not_grow_with_the_ledger(self):
        def count():
            self.overview.refresh_overview()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.overview.get_overview()
            return self.env.cr.sql_log_count - start

        self._entry(self.partner_a, 100, date(2026, 1, 1))
        self.env["dunning.run"]._execute(self.company, TODAY)
        count()
        few = count()
        for number in range(12):
            partner = self.env["res.partner"].create({"name": f"Customer {number}"})
            self._entry(partner, 100, date(2026, 1, 1))
        self.env["dunning.run"]._execute(self.company, TODAY)
        self.assertLessEqual(count(), few + 2)

    def test_approvals_in_the_list_of_databases(self):
        self._entry(self.partner_a, 100, date(2026, 1, 1))
        self.env["dunning.run"]._execute(self.company, TODAY)
        provider = self.env["kpi.provider"].with_context(allowed_company_ids=self.company.ids)
        values = {kpi["id"]: kpi["value"] for kpi in provider.get_kpi_summary()}
        self.assertEqual(values["collections.waiting"], 1)
        clerk = self._user("kpi_clerk", "base.group_user")
        self.assertEqual(provider.with_user(clerk).get_collections_kpi_summary(), [])
