"""Results per collector and group, roll rates, targets: against figures worked out by hand."""

from datetime import date, timedelta
from random import Random

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CollectionsCommon
from .domain_loader import domain_module

kpi = domain_module("kpi")
MARCH = date(2026, 3, 1)
APRIL = date(2026, 4, 15)


@tagged("post_install", "-at_install")
class TestPerformance(CollectionsCommon):
    """Ann has one customer, Bob another; only Ann is in a team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.bob = (
            cls._user("collector", login=login, name=login.title()) for login in ("ann", "bob")
        )
        cls.team = cls.env["collections.team"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "member_ids": [Command.set(cls.ann.ids)],
            }
        )
        cls.first, cls.second = cls._customer("First Ltd"), cls._customer("Second Ltd")
        cls.paid = cls._invoice(cls.first, 1000, issued="2026-02-01", due="2026-02-20")
        cls.part = cls._invoice(cls.first, 600, issued="2026-02-01", due="2026-02-20")
        cls.other = cls._invoice(cls.second, 400, issued="2026-02-10", due="2026-03-20")
        cls._pay(cls.paid, day="2026-03-05")
        cls._pay(cls.part, 200, day="2026-03-10")
        cls._credit(cls.second, 50, "2026-03-11")
        cases = cls.env["collections.case"]
        for customer, collector in ((cls.first, cls.ann), (cls.second, cls.bob)):
            cases._of(customer, cls.company).collector_id = collector
        cls.results = cls.env["collections.performance"]

    def _count(self, month=MARCH, today=APRIL):
        return self.results._count(self.company, month, today)

    def _of(self, collector, **args):
        return self._count(**args).filtered(lambda row: row.collector_id == collector)

    def _promise(self, customer, amount, paid, state):
        promise = self.env["collections.promise"].create(
            {
                "partner_id": customer.id,
                "company_id": self.company.id,
                "amount": amount,
                "made_on": "2026-03-01",
                "date": "2026-03-10",
                "grace_days": 2,
            }
        )
        promise.write({"state": state, "amount_paid": paid})

    def test_sums_of_a_collector(self):
        row = self._of(self.ann)
        self.assertEqual((row.team_id, row.date), (self.team, date(2026, 3, 31)))
        self.assertEqual((row.collected, row.receivable, row.overdue), (1200, 400, 400))
        self.assertEqual((row.sales, row.opening), (1600, 0))
        self.assertAlmostEqual(row.dso, 400 / 1600 * 90)
        self.assertAlmostEqual(row.effectiveness, 100 * 1200 / 1600)
        bob = self._of(self.bob)
        self.assertFalse(bob.team_id)
        self.assertEqual((bob.collected, bob.receivable, bob.exposure), (0, 400, 350))
        self.assertEqual(bob.sales, 350)

    def test_figures_are_sums_divided_not_averaged(self):
        self._count()
        [(dso, overdue)] = self.results._read_group(
            [("company_id", "=", self.company.id)], [], ["dso:avg", "overdue:sum"]
        )
        self.assertAlmostEqual(dso, 750 / 1950 * 90)
        self.assertEqual(overdue, 800)

    def test_dso_is_counted_back_per_part_as_brute_force_says(self):
        """Random invoices of four customers; every collector, team, group and all together."""
        drawn = Random(7)
        groups = self.env["collections.segment"].search([], limit=2)
        customers = [self.first, self.second, *(self._customer(f"No. {n}") for n in range(2))]
        owners = [self.ann, self.bob, self.ann, self.env["res.users"]]
        for place, (customer, owner) in enumerate(zip(customers, owners, strict=True)):
            case = self.env["collections.case"]._of(customer, self.company)
            case.write({"collector_id": owner.id, "segment_id": groups[place % 2].id})
            for _invoice in range(3):
                issued = date(2025, 9, 1) + timedelta(days=drawn.randrange(205))
                amount = drawn.randrange(1, 900)
                invoice = self._invoice(customer, amount, issued=str(issued), due=str(issued))
                if drawn.random() < 0.6:
                    self._pay(invoice, amount * drawn.choice((0.3, 1)), day=str(issued))
        self._count()
        whole = [("company_id", "=", self.company.id), ("month", "=", MARCH)]
        back = "dso_back:avg"
        for group in ("company_id", "collector_id", "segment_id", "team_id"):
            for part, found in self.results._read_group(whole, [group], [back]):
                with self.subTest(group=group, part=part):
                    self.assertAlmostEqual(found, self._brute_force(group, part), 4)
        [row] = self.results.search([*whole, ("collector_id", "=", self.bob.id)])
        self.assertAlmostEqual(row.dso_back, self._brute_force("collector_id", self.bob), 1)
        sales = self.env["account.move"].search(row.action_open_sales()["domain"])
        self.assertAlmostEqual(sum(sales.mapped("amount_total_signed")), row.sales)
        self.assertEqual(sales.commercial_partner_id, self.second)

    def _brute_force(self, group, part):
        """DSO counted back, from the entries of the part's customers one by one."""
        cases = self.env["collections.case"].search([("company_id", "=", self.company.id)])
        if group == "team_id":
            cases = cases.filtered(
                lambda case: (case.collector_id in self.team.member_ids) == bool(part)
            )
        elif group != "company_id":
            cases = cases.filtered(lambda case: case[group] == part)
        lines = self.env["account.move.line"].search(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("partner_id", "in", cases.partner_id.ids),
                ("date", "<=", "2026-03-31"),
            ]
        )
        sales = lines.filtered(lambda line: line.move_id.is_sale_document(include_receipts=True))
        last, left, days = date(2026, 3, 31), sum(lines.mapped("balance")), 0.0
        while left > 0 and last >= min(sales.mapped("date")):
            month = last.replace(day=1)
            sold = sum(line.balance for line in sales if month <= line.date <= last)
            sold = max(sold, 0)  # a month of credit notes alone takes nothing off
            days += (min(left / sold, 1) if sold else 1) * ((last - month).days + 1)
            left, last = left - sold, month - timedelta(days=1)
        return days

    def test_promises_and_disputes(self):
        self._promise(self.first, 100, 100, "kept")
        self._promise(self.first, 300, 60, "broken")
        dispute = self.env["collections.dispute"].create(
            {
                "partner_id": self.first.id,
                "company_id": self.company.id,
                "reason_id": self.env["collections.dispute.reason"].search([], limit=1).id,
                "line_ids": [Command.create({"move_id": self.part.id, "amount_disputed": 50})],
            }
        )
        dispute.write({"state": "rejected", "opened_on": "2026-03-02", "closed_on": "2026-03-12"})
        row = self._of(self.ann)
        self.assertEqual((row.promise_count, row.kept_share), (2, 50))
        self.assertAlmostEqual(row.kept_amount_share, 100 * 160 / 400)
        kept = kpi.promises_kept([(True, 100, 100), (False, 300, 60)])
        self.assertAlmostEqual(100 * float(kept.by_amount), row.kept_amount_share)
        self.assertEqual((row.dispute_count, row.dispute_cycle), (1, 10))
        [(share,)] = self.results._read_group([("id", "=", row.id)], [], ["kept_share:avg"])
        self.assertEqual(share, 50)
        self.assertEqual(self._of(self.ann, month=date(2026, 2, 1)).promise_count, 0)

    def test_cost_by_the_price_of_the_day(self):
        self.env["collections.contact.cost"].create(
            {
                "company_id": self.company.id,
                "channel_code": "letter",
                "cost": 2.4,
                "date_start": "2026-01-01",
            }
        )
        case = self._case(self.first)
        self.env["dunning.action"].sudo().create(
            {
                "case_id": case.id,
                "partner_id": self.first.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "channel_code": "letter",
                "recipient_id": self.first.id,
                "level_id": self._level("Friendly").id,
                "state": "sent",
                "sent_at": "2026-03-04 10:00:00",
                "contact_date": "2026-03-04",
            }
        )
        row = self._of(self.ann)
        self.assertEqual((row.contact_count, row.contact_cost), (1, 2.4))
        self.assertAlmostEqual(row.cost_per_unit, 2.4 / 1200)
        self.assertAlmostEqual(row.contacts_per_thousand, 1 / 1.2, 2)

    def test_roll_rates_are_those_of_the_domain(self):
        """Brute force: every item at the begin and at the end of the month."""
        self._count()
        names = {
            bucket.id: bucket.name for bucket in self.env["collections.aging.bucket"].search([])
        }
        ages = list(names.values())
        before = {1: (ages[1], 1000), 2: (ages[1], 600), 3: (ages[0], 400)}
        after = {2: (ages[2], 400), 3: (ages[1], 400)}
        matrix = kpi.roll(before, after)
        rolls = self.env["collections.roll"].search([("month", "=", MARCH)])
        found = {
            (row.bucket_id.name, names[int(age)]): amount
            for row in rolls
            for age, amount in row.flows.items()
        }
        found.update({(row.bucket_id.name, kpi.PAID): row.settled for row in rolls if row.settled})
        self.assertEqual(found, {pair: flow for pair, flow in matrix.flows.items() if flow})
        late = rolls.filtered(lambda row: row.collector_id == self.ann)
        self.assertAlmostEqual(late.roll_rate, 100 * 400 / 1600)
        self.assertAlmostEqual(late.settled_rate, 100 * 1200 / 1600)
        [(rate,)] = rolls._read_group([("id", "in", rolls.ids)], [], ["roll_rate:avg"])
        self.assertAlmostEqual(rate, 100 * 800 / 2000)
        self.assertAlmostEqual(self._of(self.bob).roll_rate, 100)

    def test_several_currencies_are_converted_at_dated_rates(self):
        other = self.setup_other_company(name="Abroad")["company"]
        mine = {"month": MARCH, "date": "2026-03-31", "promise_count": 1}
        here, there = ({"2026-03-01": amount} for amount in (100, 1200))
        self.results.create(
            [
                {
                    **mine,
                    "company_id": self.company.id,
                    "rate": 1,
                    "exposure": 100,
                    "sales": 100,
                    "sold": here,
                },
                {
                    **mine,
                    "company_id": other.id,
                    "rate": 4,
                    "exposure": 400,
                    "sales": 1200,
                    "sold": there,
                },
            ]
        )
        [(dso, back)] = self.results._read_group(
            [("company_id", "in", (self.company | other).ids), ("month", "=", MARCH)],
            [],
            ["dso:avg", "dso_back:avg"],
        )
        self.assertAlmostEqual(dso, (100 + 100) / (100 + 300) * 90)
        self.assertAlmostEqual(back, (100 + 100) / (100 + 300) * 31)
        kpis = self.env["collections.kpi"].create(
            [
                {"date": "2026-03-31", "company_id": company.id, "receivable": 1}
                for company in (self.company, other)
            ]
        )
        pace = self.env["collections.overview"]._pace(kpis)
        self.assertAlmostEqual(pace["dso"], back, msg="the Overview of several companies")
        self.results.search([("company_id", "=", other.id)]).unlink()
        self.assertIsNone(self.env["collections.overview"]._pace(kpis)["dso"], "one is missing")

    def test_counted_once_and_again(self):
        self._count()
        rows = self._count()
        self.assertEqual(rows, self.results.search([("company_id", "=", self.company.id)]))
        months = self.results._months(self.company, APRIL)
        self.assertEqual((months[0], months[-1]), (date(2025, 4, 1), date(2026, 4, 1)))
        self.assertNotIn(MARCH, months)
        self.assertIn(MARCH, self.results._months(self.company, date(2026, 4, 10)))

    def test_a_month_counted_otherwise_heals_itself_and_one_asked_for_is_counted_again(self):
        """Rows from before DSO per part have none; the daily job counts them anew, once."""
        rows = self._count()
        self._count(APRIL.replace(day=1))
        old = self._count(date(2024, 3, 1))
        (rows | old).write({"layout": 0, "sold": False})
        self.assertTrue(all((rows | old).mapped("is_waiting")))
        due = self.results._months(self.company, APRIL)
        self.assertLessEqual({MARCH, date(2024, 3, 1)}, set(due), "of any age")
        with self.day(APRIL):
            self.results.sudo()._count_all()
        mine = [("company_id", "=", self.company.id)]
        self.assertFalse(self.results.search(mine).filtered("is_waiting"))
        march = self.results.search([*mine, ("month", "=", MARCH)])
        self.assertTrue(all(march.mapped("sold")))
        self.assertEqual(self.results._months(self.company, APRIL), [APRIL.replace(day=1)])

    def test_a_manager_has_months_counted_again(self):
        cron = self.env.ref("collections_addon.cron_collections_performance")
        rows = self._count()
        wizard = self.env["collections.recount"].with_user(self.users["manager"])
        with self.day(APRIL):
            asked = wizard.with_context(
                active_model="collections.performance", active_ids=rows.ids
            ).create({"date_from": "2026-02-10", "company_ids": [Command.set(self.company.ids)]})
            self.assertEqual((asked.date_to, asked.span), (MARCH, "February 2026 – March 2026"))
            before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
            told = asked.action_recount()["params"]["title"]
            self.assertIn("February 2026 – March 2026", told)
            after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
            self.assertEqual(after, before + 1)
            due = self.results._months(self.company, APRIL)
            self.assertLessEqual({date(2026, 2, 1), MARCH}, set(due))
            self.assertEqual(set(rows.exists()), set(rows), "what there is stays until then")
            spans = (("2026-04", "2026-03"), ("2020-01", "2026-03"), ("2026-05", "2026-05"))
            for first, last in spans:
                with self.subTest(first), self.assertRaises(ValidationError):
                    asked.write({"date_from": f"{first}-01", "date_to": f"{last}-01"})
        with self.assertRaises(AccessError):
            wizard.with_user(self.users["collector"]).create({})
        stranger = self.setup_other_company(name="Not Mine")["company"]
        with self.assertRaises(AccessError):
            self.results.with_user(self.users["manager"])._ask_again(stranger, MARCH, MARCH)

    def test_a_customer_counts_for_who_had_it_at_the_end_of_the_month(self):
        """First Ltd goes from nobody to Ann on 5 March, to Bob on 10 April (of UTC)."""
        case = self._case(self.first)
        groups = self.env["collections.segment"].search([], limit=2)
        case.write({"collector_id": self.bob.id, "segment_id": groups[1].id})
        for day, old, new in (
            ("2026-03-05 08:00:00", self.env["res.users"], self.ann),
            ("2026-04-10 08:00:00", self.ann, self.bob),
        ):
            self._told_change(case, day, old, new)
        self.env["collections.segment.change"].sudo().create(
            {
                "case_id": case.id,
                "date": "2026-04-01",
                "old_segment_id": groups[0].id,
                "segment_id": groups[1].id,
            }
        )
        expected = {
            date(2026, 2, 1): (self.ann, groups[0]),  # nobody before: the first counts
            MARCH: (self.ann, groups[0]),
            date(2026, 4, 1): (self.bob, groups[1]),
        }
        for month, part in expected.items():
            rows = self._count(month=month, today=date(2026, 5, 2))
            with self.subTest(month=month):
                self.assertIn(part, [(row.collector_id, row.segment_id) for row in rows])
        march = self._of(self.ann, today=date(2026, 5, 2))
        self.assertEqual((march.collected, march.sales), (1200, 1600))
        self.assertEqual(march.sold, {"2026-02-01": 1600})
        roll = self.env["collections.roll"].search([("month", "=", MARCH)])
        self.assertIn(self.ann, roll.collector_id)
        self.assertFalse(roll.filtered(lambda row: row.begin >= 1600).collector_id & self.bob)

    def _told_change(self, case, moment, old, new):
        """A change of the collector as core's tracking keeps it."""
        note = case.message_post(body="", subtype_xmlid="mail.mt_note")
        note.sudo().date = moment
        self.env["mail.tracking.value"].sudo().create(
            {
                "mail_message_id": note.id,
                "field_id": self.env["ir.model.fields"]._get(case._name, "collector_id").id,
                "old_value_integer": old.id or 0,
                "new_value_integer": new.id or 0,
            }
        )

    def test_targets_of_company_team_and_collector(self):
        self._count()
        target = self.env["collections.target"].create
        mine = {"company_id": self.company.id}
        team = target({**mine, "team_id": self.team.id, "figure": "effectiveness", "value": 70})
        bob = target({**mine, "collector_id": self.bob.id, "figure": "dso", "value": 60})
        whole = target({**mine, "figure": "collected", "value": 1000})
        self.assertEqual((round(team.actual), team.is_met), (75, True))
        self.assertAlmostEqual(bob.actual, 31 + 28 * 350 / 400)
        self.assertTrue(bob.is_met)
        self.assertEqual((whole.actual, whole.is_met), (1200, True))
        none = target({**mine, "figure": "kept_share", "value": 80})
        self.assertFalse(none.has_actual or none.is_met)
        with self.assertRaises(ValidationError):
            whole.write({"team_id": self.team.id, "collector_id": self.bob.id, "value": 1})

    def test_the_digest_tells_of_promises_and_targets(self):
        self._promise(self.first, 100, 100, "kept")
        self._promise(self.first, 300, 60, "broken")
        self._count()
        self.env["collections.target"].create(
            {"company_id": self.company.id, "figure": "collected", "value": 1000}
        )
        digest = self.env["digest.digest"].create(
            {"name": "Mine", "periodicity": "monthly", "company_id": self.company.id}
        )
        digest = digest.with_context(
            start_datetime=self._at("2026-03-01"), end_datetime=self._at("2026-04-01")
        )
        self.assertEqual(digest.kpi_collections_kept_value, 50)
        self.assertEqual(digest.kpi_collections_targets_value, 1)
        self.assertEqual(digest.kpi_collections_expected_value, 0, "no forecast is made yet")

    def test_what_stands_behind(self):
        row = self._of(self.ann)
        action = row.action_open_items()
        items = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(items.move_id, self.part)
        for method in ("action_open_promises", "action_open_disputes", "action_open_contacts"):
            action = getattr(row, method)()
            self.assertFalse(self.env[action["res_model"]].search(action["domain"]))
