"""The cash-in forecast: what it is made of, what came, and nothing later known."""

from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CollectionsCommon

TODAY = date(2026, 6, 1)


@tagged("post_install", "-at_install")
class TestForecast(CollectionsCommon):
    """Prompt Ltd pays on the day, Tardy Ltd 45 days late; both owe 500."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prompt, cls.tardy = cls._customer("Prompt Ltd"), cls._customer("Tardy Ltd")
        for number in range(4):
            due = date(2026, 1, 5) + timedelta(days=20 * number)
            cls._pay(cls._invoice(cls.prompt, 100, due=due), day=due)
            cls._pay(cls._invoice(cls.tardy, 100, due=due), day=due + timedelta(days=45))
        cls.open_prompt = cls._invoice(cls.prompt, 500, due="2026-06-10", issued="2026-05-20")
        cls.open_tardy = cls._invoice(cls.tardy, 500, due="2026-06-10", issued="2026-05-20")
        cls.forecasts = cls.env["collections.forecast"]

    def _make(self, day=TODAY):
        self.env["collections.prediction.scorer"]._refresh(self.company, day)
        return self.forecasts._make(self.company, day)

    def _expected(self, made):
        return made.week_ids.sorted("ahead").mapped("mean")

    def test_thirteen_weeks_of_what_is_owed(self):
        made = self._make()
        weeks = made.week_ids.sorted("ahead")
        self.assertEqual(weeks.mapped("ahead"), list(range(1, 14)))
        self.assertEqual((weeks[0].date_start, weeks[0].date_end), (TODAY, date(2026, 6, 7)))
        self.assertEqual(made.amount_open, 1000)
        self.assertLessEqual(sum(self._expected(made)), 1000)
        self.assertTrue(made.is_weekly)
        self.assertEqual(self._make(), self.forecasts.search([("date", "=", TODAY)]))

    def test_a_promise_comes_on_its_day_and_its_invoice_not_twice(self):
        before = self._expected(self._make())
        self.env["collections.promise"].create(
            {
                "partner_id": self.tardy.id,
                "company_id": self.company.id,
                "amount": 250,
                "made_on": TODAY,
                "date": TODAY + timedelta(days=7),
                "line_ids": [Command.set(self._lines(self.open_tardy).ids)],
            }
        )
        maker = self.env["collections.forecast.maker"]
        items = maker._expected(self.company, TODAY)
        mine = [item for item in items if item.customer == self.tardy.id]
        self.assertAlmostEqual(mine[0].amount, 250)
        self.assertEqual(mine[0].chances[-1], (9, 0.75), "certain only as promises are kept")
        after = self._expected(self._make())
        self.assertAlmostEqual(after[1] - before[1], 250 * 0.75, delta=30)
        self.assertLess(sum(after), 1000)

    def test_what_came_is_counted_on_what_was_owed_then(self):
        made = self._make()
        late = self._invoice(self.prompt, 70, due="2026-06-30", issued="2026-06-03")
        self._pay(self.open_prompt, 300, day="2026-06-02")
        self._pay(self.open_prompt, 200, day="2026-06-09")
        self._pay(late, day="2026-06-03")
        self._credit(self.tardy, 90, "2026-06-04")
        self._make(TODAY + timedelta(days=9))
        weeks = made.week_ids.sorted("ahead")
        self.assertEqual((weeks[0].actual, weeks[0].is_over), (300, True))
        self.assertFalse(weeks[1].is_over, "not ended yet")
        self._make(TODAY + timedelta(days=15))
        self.assertEqual(weeks[1].actual, 200)

    def test_past_weeks_are_rebuilt_with_nothing_known_that_came_later(self):
        past = self.env["collections.forecast.past"]
        monday = date(2026, 2, 2)
        first = past._rebuild(self.company, monday + timedelta(days=7))
        before = first.filtered(lambda made: made.date == monday)
        known = before.week_ids.sorted("ahead").mapped("mean")
        owed = before.amount_open
        first.unlink()
        again = past._rebuild(self.company, TODAY)
        after = again.filtered(lambda made: made.date == monday)
        self.assertEqual(after.week_ids.sorted("ahead").mapped("mean"), known)
        self.assertEqual((after.amount_open, owed), (400, 400))
        self.assertTrue(after.week_ids[0].is_over)
        self.assertFalse(any(after.week_ids.mapped("high")), "no band could be learnt by then")
        bands = again.week_ids.filtered("high")
        self.assertTrue(bands)
        self.assertTrue(all(week.low <= week.expected <= week.high for week in bands))
        self.assertEqual(sum(after.week_ids.mapped("actual")), 400, "all that was owed then came")

    def test_the_past_knows_promises_and_plans_of_their_time(self):
        """A promise of February is in the forecast of the week after, not in the one before."""
        owed = self._invoice(self.tardy, 600, issued="2026-01-02", due="2026-01-20")
        promise = {
            "partner_id": self.tardy.id,
            "company_id": self.company.id,
            "amount": 600,
            "made_on": "2026-02-05",
            "date": "2026-02-18",
            "line_ids": [Command.set(self._lines(owed).ids)],
        }
        plain = self._rebuilt_means("2026-02-02", "2026-02-09")
        self.env["collections.promise"].create(promise)
        before, after = self._rebuilt_means("2026-02-02", "2026-02-09")
        self.assertEqual(before, plain[0], "it was not made yet")
        self.assertAlmostEqual(after[1] - plain[1][1], 600 * 0.75, delta=80)
        self._pay(owed, 600, day="2026-03-20")
        self.assertEqual(self._rebuilt_means("2026-02-09"), [after], "what came later is not known")

    def test_the_past_knows_when_a_promise_was_moved_and_cancelled(self):
        """Promised on 5 February for the 25th, moved on the 10th to 11 March, cancelled on the
        17th: each week's forecast has what was known that Monday, whatever came after."""
        mondays = ("2026-02-09", "2026-02-16", "2026-02-23")
        owed = self._invoice(self.tardy, 600, issued="2026-01-02", due="2026-01-20")
        plain = self._rebuilt_means(*mondays)
        promise = self.env["collections.promise"].create(
            {
                "partner_id": self.tardy.id,
                "company_id": self.company.id,
                "amount": 600,
                "made_on": "2026-02-05",
                "date": "2026-02-25",
                "line_ids": [Command.set(self._lines(owed).ids)],
            }
        )
        kept = self._rebuilt_means(*mondays)
        with self.day("2026-02-10"):
            promise.write({"date": "2026-03-11", "amount": 600})
            promise.write({"note": "A cheque"})
        moved = self._rebuilt_means(*mondays)
        with self.day("2026-02-17"):
            promise.action_cancel()
        self.assertEqual(promise.cancelled_on, date(2026, 2, 17))
        self.assertEqual(promise.former_words, [["2026-02-10", "2026-02-25", 600]])
        told = self._rebuilt_means(*mondays)
        self.assertEqual(told[0], kept[0], "on the 9th it was for the 25th, and held")
        self.assertAlmostEqual(told[0][2] - plain[0][2], 600 * 0.75, delta=90)
        self.assertEqual(told[1], moved[1], "on the 16th it was for 11 March, and held")
        self.assertAlmostEqual(told[1][3] - plain[1][3], 600 * 0.75, delta=90)
        self.assertEqual(told[2], plain[2], "on the 23rd nothing was promised")
        self.assertNotEqual(told[2], kept[2])

    def _rebuilt_means(self, *mondays):
        rebuilt = self.env["collections.forecast.past"]._rebuild(self.company, TODAY)
        by_day = {str(made.date): self._expected(made) for made in rebuilt}
        rebuilt.unlink()
        return [by_day[monday] for monday in mondays]

    def test_says_when_it_cannot_know_and_learns_when_it_can(self):
        self.company.sudo().collections_prediction_base = False
        self.open_prompt.button_draft()
        made = self._make(date(2026, 2, 2))
        self.assertFalse(made.is_learnt)
        self.assertIn("Not enough history", made.verdict)
        self.forecasts.search([]).unlink()
        made = self._make(date(2026, 7, 6))
        self.assertTrue(made.is_learnt)
        self.assertGreater(made.judged_count, 10)
        self.assertIn("past weeks", made.verdict)

    def test_only_one_of_a_week_is_kept(self):
        for days in (0, 1, 2, 20):
            self._make(TODAY + timedelta(days=days))
        kept = self.forecasts.search([("is_rebuilt", "=", False)])
        self.assertEqual(sorted(kept.mapped("date")), [TODAY, TODAY + timedelta(days=20)])

    def test_a_manager_makes_it_a_collector_reads_it(self):
        self._make()
        mine = self.forecasts.with_user(self.users["collector"])
        self.assertTrue(mine.search([], limit=1).week_ids.mapped("expected"))
        with self.assertRaises(AccessError):
            mine.action_make()
        with self.day("2026-06-02"):
            self.forecasts.with_user(self.users["manager"]).action_make()
        self.assertTrue(self.forecasts.search([("date", "=", "2026-06-02")]))
