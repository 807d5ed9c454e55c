"""The aging report and its history, against sums made line by line in Python."""

import random
from collections import defaultdict
from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .quick_common import QuickAccountingCommon

TODAY = date(2026, 3, 5)


class LedgerCase(QuickAccountingCommon):
    """A ledger written down entry by entry, on a day of our own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.env.user.group_ids |= cls.env.ref("collections_addon.group_collections_admin")
        cls.company = cls.env.company
        cls.usd = cls.setup_other_currency("GBP", rates=[("2025-01-01", 2.0), ("2026-01-01", 4.0)])

    @classmethod
    def _entry(cls, partner, amount, day, due=None, currency=None, company=None):
        """Post an entry on the customer's account: owed if positive, else paid.

        :return: its receivable line
        """
        company = company or cls.company
        currency = currency or company.currency_id
        balance = currency._convert(amount, company.currency_id, company, day)
        properties = partner.with_company(company)
        accounts = (
            properties.property_account_receivable_id,
            cls.env["account.account"]
            .with_company(company)
            .search([("account_type", "=", "income"), ("company_ids", "=", company.id)], limit=1),
        )
        journal = cls.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", company.id)], limit=1
        )
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "journal_id": journal.id,
                    "date": day,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": partner.id,
                                "currency_id": currency.id,
                                "amount_currency": sign * amount,
                                "balance": sign * balance,
                                "date_maturity": due or day,
                                "no_followup": False,
                            }
                        )
                        for account, sign in zip(accounts, (1, -1), strict=True)
                    ],
                }
            )
        )
        move.action_post()
        return move.line_ids.filtered(lambda line: line.account_id == accounts[0])

    @classmethod
    def _random_ledger(cls, size=24, seed=19):
        """Debts, part payments, full payments and loose credits in two currencies."""
        dice = random.Random(seed)
        for number in range(size):
            partner = dice.choice((cls.partner_a, cls.partner_b))
            currency = dice.choice((cls.company.currency_id, cls.usd))
            day = TODAY - timedelta(days=dice.randint(5, 420))
            amount = dice.randint(100, 99_999) / 100
            debt = cls._entry(
                partner, amount, day, day + timedelta(days=dice.choice((0, 14, 30, 60))), currency
            )
            for share in {0: (), 1: (1.0,), 2: (0.4,), 3: (0.3, 0.7)}[number % 4]:
                paid_on = min(day + timedelta(days=dice.randint(0, 120)), TODAY)
                paid = currency.round(-amount * share)
                credit = cls._entry(partner, paid, paid_on, currency=currency)
                (debt | credit).reconcile()
            if number % 7 == 0:
                cls._entry(partner, -amount / 3, day, currency=currency)

    @classmethod
    def _lines(cls):
        return cls.env["account.move.line"].search(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("company_id", "=", cls.company.id),
            ]
        )

    @classmethod
    def _caused(cls, entries, day):
        """The day of the payment that an exchange difference belongs to; else the given day."""
        causes = cls.env["account.partial.reconcile"].search(
            [("exchange_move_id", "in", entries.ids)]
        )
        return max(causes.mapped("max_date"), default=day)

    @classmethod
    def _residual(cls, line, day):
        """What is open of a line as of a day: its amount less what was reconciled by then."""
        if cls._caused(line.move_id, line.date) > day:
            return 0.0

        def by_then(part):
            entries = (part.debit_move_id | part.credit_move_id).move_id
            return cls._caused(entries, part.max_date) <= day

        paid = sum(line.matched_credit_ids.filtered(by_then).mapped("amount"))
        used = sum(line.matched_debit_ids.filtered(by_then).mapped("amount"))
        return line.company_currency_id.round(line.balance - paid + used)

    def _bucket(self, days):
        buckets = self.env["collections.aging.bucket"].search([])
        return [bucket for bucket in buckets if bucket.days_from <= max(days, 0)][-1]

    def assertAmounts(self, found, expected):
        self.assertEqual(set(found), set(expected))
        for key, amount in expected.items():
            self.assertAlmostEqual(found[key], amount, 2, msg=str(key))


@tagged("post_install", "-at_install")
class TestAgingReport(LedgerCase):
    def _report(self, day=None, user=None):
        report = self.env["collections.aging.report"].with_context(aging_date=day and str(day))
        return report.with_user(user or self.env.user)

    def test_first_days_of_the_ages(self):
        for days, name in (
            (-5, "Not due"),
            (0, "Not due"),
            (1, "1–30"),
            (30, "1–30"),
            (31, "31–60"),
            (121, "Over 120"),
        ):
            with self.subTest(days=days):
                due = TODAY - timedelta(days=days)
                line = self._entry(self.partner_a, 10, min(due, TODAY), due)
                row = self._report().browse(line.id)
                self.assertEqual((row.bucket_id.name, row.days_overdue), (name, days))
                self.assertEqual(row.overdue, 10 if days > 0 else 0)

    def test_groups_come_in_order_of_age(self):
        for days in (200, 3, 45):
            self._entry(self.partner_a, 10, TODAY - timedelta(days=days))
        self._entry(self.partner_a, 10, TODAY)
        groups = self._report()._read_group([], ["bucket_id"], ["residual:sum"])
        names = [bucket.name for bucket, _amount in groups]
        self.assertEqual(names, ["Not due", "1–30", "31–60", "Over 120"])

    def test_part_payment_leaves_the_rest(self):
        debt = self._entry(self.partner_a, 100, date(2026, 1, 1))
        payment = self._entry(self.partner_a, -40, date(2026, 2, 1))
        (debt | payment).reconcile()
        self.assertEqual(self._report().search([]).mapped("residual"), [60])

    def test_as_of_a_past_day_payments_made_since_are_undone(self):
        debt = self._entry(self.partner_a, 100, date(2026, 1, 1))
        payment = self._entry(self.partner_a, -100, date(2026, 2, 1))
        (debt | payment).reconcile()
        self.assertFalse(self._report().search([]))
        self.assertFalse(self._report(date(2026, 2, 1)).search([]))
        [row] = self._report(date(2026, 1, 31)).search_read([], ["residual", "days_overdue"])
        self.assertEqual((row["residual"], row["days_overdue"]), (100, 30))
        self.assertFalse(self._report(date(2025, 12, 31)).search([]))

    def test_draft_and_cancelled_entries_are_not_shown(self):
        line = self._entry(self.partner_a, 100, date(2026, 1, 1))
        line.move_id.button_draft()
        self.assertFalse(self._report().search([]))

    def test_as_of_any_day_the_report_equals_the_sum_of_the_ledger(self):
        self._random_ledger()
        for days in (0, 1, 30, 64, 200, 400, 500):
            day = TODAY - timedelta(days=days)
            with self.subTest(day=day):
                expected = defaultdict(float)
                for line in self._lines():
                    if residual := self._residual(line, day):
                        bucket = self._bucket((day - line.date_maturity).days)
                        expected[line.id, bucket] += residual
                rows = self._report(day)._read_group([], ["id", "bucket_id"], ["residual:sum"])
                found = {(row.id, bucket): amount for row, bucket, amount in rows if amount}
                self.assertAmounts(found, expected)

    def test_p10_currencies_are_converted_not_added(self):
        self._entry(self.partner_a, 100, date(2026, 2, 1))
        self._entry(self.partner_a, 100, date(2026, 2, 1), currency=self.usd)
        [[own, in_currency]] = self._report()._read_group(
            [], [], ["residual:sum", "residual_currency:sum_currency"]
        )
        self.assertEqual(own, 125)
        self.assertEqual(in_currency, 125)
        rows = self._report().search([], order="id")
        self.assertEqual(rows.mapped("residual_currency"), [100, 100])
        self.assertEqual(rows.currency_id, self.company.currency_id | self.usd)

    def test_customers_are_shown_as_a_whole(self):
        contact = self.env["res.partner"].create({"name": "Desk", "parent_id": self.partner_a.id})
        case = self.env["collections.case"]._of(self.partner_a, self.company)
        case.collector_id = self.env.user
        line = self._entry(contact, 100, date(2026, 2, 1))
        row = self._report().browse(line.id)
        self.assertEqual(row.partner_id, self.partner_a)
        self.assertEqual(row.collector_id, self.env.user)
        self.assertEqual(row.action_open_move()["res_id"], line.move_id.id)

    def test_ages_of_a_team_and_of_a_group_of_customers(self):
        case = self.env["collections.case"]._of(self.partner_a, self.company)
        crew = self.env["collections.team"].create(
            {"name": "North", "company_id": self.company.id, "member_ids": self.env.user.ids}
        )
        group = self.env["collections.segment"].search([], limit=1)
        case.write({"collector_id": self.env.user.id, "segment_id": group.id})
        self._entry(self.partner_a, 100, date(2026, 2, 1))
        self._entry(self.partner_b, 30, date(2026, 2, 1))
        for name, record in (("team_id", crew), ("segment_id", group)):
            found = dict(self._report()._read_group([], [name], ["residual:sum"]))
            self.assertEqual(found, {record: 100, record.browse(): 30}, name)

    def test_viewer_reads_the_report(self):
        self._entry(self.partner_a, 100, date(2026, 2, 1))
        viewer = new_test_user(
            self.env,
            "aging_viewer",
            "collections_addon.group_collections_viewer",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        shown = ["residual", "partner_id", "bucket_id", "team_id", "segment_id"]
        rows = self._report(user=viewer).search_read([], shown)
        self.assertEqual([row["residual"] for row in rows], [100])

    def test_others_do_not_read_the_report(self):
        clerk = new_test_user(self.env, "aging_clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self._report(user=clerk).search([])

    def test_p09_another_companys_items_are_not_shown(self):
        other = self.setup_other_company()["company"]
        self._entry(self.partner_a, 100, date(2026, 2, 1))
        self._entry(self.partner_a, 70, date(2026, 2, 1), company=other)
        report = self._report()
        own = report.with_context(allowed_company_ids=self.company.ids).search([])
        both = report.with_context(allowed_company_ids=[self.company.id, other.id]).search([])
        self.assertEqual(own.mapped("residual"), [100])
        self.assertEqual(sorted(both.mapped("residual")), [70, 100])


@tagged("post_install", "-at_install")
class TestAgingHistory(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kpi = cls.env["collections.kpi"]

    def _expected(self, day):
        """Bucket id -> [owed, credits, overdue, items, items overdue], by brute force."""
        rows = defaultdict(lambda: [0.0, 0.0, 0.0, 0, 0])
        for line in self._lines():
            residual = self._residual(line, day)
            if not residual:
                continue
            late = (day - line.date_maturity).days
            row = rows[self._bucket(late).id]
            if residual < 0:
                row[1] -= residual
                continue
            row[0] += residual
            row[3] += 1
            if late > 0:
                row[2] += residual
                row[4] += 1
        return rows

    def _figures(self, rows):
        """The same shape; buckets in which all that ever was is paid are left out."""
        found = {bucket: list(values) for bucket, *values in rows}
        return {b: v for b, v in found.items() if any(round(number, 2) for number in v)}

    def assertFigures(self, found, expected):
        self.assertEqual(set(found), set(expected))
        for bucket, values in expected.items():
            for number, wanted in zip(found[bucket], values, strict=True):
                self.assertAlmostEqual(number, wanted, 2)

    def test_history_equals_the_sum_of_the_ledger_on_every_day(self):
        self._random_ledger()
        dates = [TODAY - timedelta(days=n) for n in (0, 1, 2, 31, 90, 91, 200, 365, 430)]
        history = self.kpi._past_figures(self.company, dates)
        self.assertTrue(history)
        for day in dates:
            with self.subTest(day=day):
                self.assertFigures(self._figures(history.get(day, ())), self._expected(day))

    def test_todays_figures_equal_the_report(self):
        self._random_ledger()
        kpi = self.kpi._take_snapshot(self.company, TODAY)
        self.assertFigures(
            {
                row.bucket_id.id: [row.amount, row.credit_amount, row.overdue, row.line_count]
                for row in kpi.bucket_ids
            },
            {bucket: values[:4] for bucket, values in self._expected(TODAY).items()},
        )
        [[open_amount, overdue]] = self.env["collections.aging.report"]._read_group(
            [], [], ["residual:sum", "overdue:sum"]
        )
        self.assertAlmostEqual(kpi.exposure, open_amount, 2)
        self.assertAlmostEqual(kpi.overdue, overdue, 2)

    def test_taking_the_figures_twice_replaces_them(self):
        self._entry(self.partner_a, 100, date(2026, 2, 1))
        self.kpi._take_snapshot(self.company, TODAY)
        self._entry(self.partner_a, 50, date(2026, 2, 1))
        self.kpi._take_snapshot(self.company, TODAY)
        kpi = self.kpi.search([("company_id", "=", self.company.id)])
        self.assertEqual((len(kpi), kpi.overdue), (1, 150))

    def test_building_the_past_keeps_what_was_taken_on_the_day(self):
        self._entry(self.partner_a, 100, date(2026, 2, 1))
        yesterday = TODAY - timedelta(days=1)
        taken = self.kpi._take_snapshot(self.company, yesterday)
        taken.overdue = 33
        self.kpi._build_history(self.company, TODAY)
        self.kpi._build_history(self.company, TODAY)
        rows = self.kpi.search([("company_id", "=", self.company.id)], order="date")
        self.assertEqual(rows.filtered(lambda row: row.date == yesterday).overdue, 33)
        self.assertEqual(len(rows), len(set(rows.mapped("date"))))
        by_date = {row.date: row for row in rows}
        self.assertEqual(by_date[date(2026, 2, 28)].overdue, 100)
        self.assertTrue(by_date[date(2026, 2, 28)].is_month_end)
        self.assertEqual(by_date[date(2025, 12, 31)].overdue, 0)

    def test_the_history_goes_back_a_year_with_month_ends(self):
        dates = self.kpi._history_dates(TODAY)
        self.assertEqual(dates[0], TODAY - timedelta(days=364))
        self.assertEqual(dates[-1], TODAY - timedelta(days=1))
        self.assertIn(date(2025, 6, 30), dates)
        self.assertIn(date(2025, 3, 31), dates)

    def test_the_daily_job_gives_a_new_company_its_past(self):
        self._entry(self.partner_a, 100, date(2025, 9, 1))
        self.kpi.search([]).unlink()
        with self.enter_registry_test_mode():
            self.env.ref("collections_addon.cron_collections_kpi").method_direct_trigger()
        rows = self.kpi.search([("company_id", "=", self.company.id)], order="date")
        self.assertEqual(rows[-1].date, TODAY)
        self.assertEqual(rows.mapped("is_rebuilt"), [True] * (len(rows) - 1) + [False])
        self.assertEqual(rows[-1].overdue, 100)
        self.assertEqual(rows[0].overdue, 0)

    def test_only_a_manager_builds_the_past(self):
        values = {"company_id": self.company.id, "company_ids": self.company.ids}
        group = "collections_addon.group_collections_%s"
        collector = new_test_user(self.env, "kpi_collector", group % "collector", **values)
        manager = new_test_user(self.env, "kpi_manager", group % "manager", **values)
        with self.assertRaises(AccessError):
            self.kpi.with_user(collector).action_build_history()
        self.kpi.with_user(manager).action_build_history()
        self.assertTrue(self.kpi.search([("is_rebuilt", "=", True)]))
