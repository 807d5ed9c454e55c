"""DSO and its kin of a day, from the ledger."""

from odoo.tests import tagged

from .common import CollectionsCommon

DAY = "2026-03-31"


@tagged("post_install", "-at_install")
class TestKpiFigures(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        january = cls._invoice(cls.customer, 70000, issued="2026-01-10", due="2026-02-09")
        cls._invoice(cls.customer, 80000, issued="2026-02-10", due="2026-03-12")
        cls._invoice(cls.customer, 110000, issued="2026-03-10", due="2026-04-09")
        cls._credit(cls.customer, 10000, "2026-03-20")
        cls._pay(january, 38000, day="2026-03-25")

    def _kpi(self, date=DAY):
        with self.day(date):
            return self.env["collections.kpi"]._take_snapshot(self.company, self._at(date).date())

    def test_counted_back_by_real_months(self):
        """Receivables 212,000; sales 100,000 in 31 days, 80,000 in 28, 70,000 in 31."""
        kpi = self._kpi()
        self.assertEqual(kpi.exposure, 212000)
        self.assertAlmostEqual(kpi.dso, 31 + 28 + 32 / 70 * 31, 1)
        self.assertFalse(kpi.is_dso_least)

    def test_figures_of_ninety_days(self):
        kpi = self._kpi()
        self.assertEqual(kpi.sales, 250000)
        self.assertAlmostEqual(kpi.dso_simple, 212 / 250 * 90, 1)
        self.assertAlmostEqual(kpi.dso_best, 110 / 250 * 90, 1)
        self.assertAlmostEqual(kpi.days_delinquent, 102 / 250 * 90, 1)
        self.assertFalse(kpi.has_effectiveness, "nothing is known of the begin")

    def test_effectiveness_needs_the_begin(self):
        self.env["collections.kpi"]._build_history(self.company, self._at(DAY).date())
        kpi = self._kpi()
        self.assertTrue(kpi.has_effectiveness)
        self.assertAlmostEqual(kpi.effectiveness, (250 - 212) / (250 - 110) * 100, 1)

    def test_a_past_day_has_its_own_figures(self):
        self.env["collections.kpi"]._build_history(self.company, self._at(DAY).date())
        kpi = self.env["collections.kpi"].search(
            [("company_id", "=", self.company.id), ("date", "=", "2026-02-28")]
        )
        self.assertEqual((kpi.exposure, kpi.sales), (150000, 150000))
        self.assertAlmostEqual(kpi.dso, 28 + 31, 1)

    def test_without_sales_blank(self):
        kpi = self._kpi("2027-03-31")
        self.assertFalse(kpi.has_sales)
        self.assertEqual((kpi.dso_simple, kpi.dso_best), (0, 0))
        self.assertGreater(kpi.dso, 365, "counted back to the months with sales")

    def test_more_owed_than_was_ever_sold(self):
        self.env["account.move"].search(
            [("company_id", "=", self.company.id), ("amount_total", "in", (110000, 80000))]
        ).line_ids.filtered(lambda line: line.display_type == "product").move_id.button_cancel()
        kpi = self._kpi()
        self.assertEqual(kpi.exposure, 22000)
        self.assertFalse(kpi.is_dso_least)
