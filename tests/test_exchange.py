"""An invoice in another currency, paid at another rate: the exchange difference is no payment.

Odoo settles the difference with an entry of its own, which it dates at the end of the
payment's month. The customer has paid on the day of the payment, and what he has paid.
"""

from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import SQL

from ..collections_addon.models.channel_answers import answered
from ..collections_addon.models.collections_aging_sql import flush_ledger, history
from .common import CollectionsCommon

TODAY = date(2026, 5, 12)
PAID, MONTH_END = date(2026, 4, 7), date(2026, 4, 30)


@tagged("post_install", "-at_install")
class TestExchange(CollectionsCommon):
    """1,000 foreign are 500 when invoiced and 400 when paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.foreign = cls.setup_other_currency(
            "GBP", rates=[("2026-01-01", 2.0), ("2026-04-01", 2.5)]
        )
        cls.invoice = cls._invoice(
            cls.customer, 1000, issued="2026-03-01", due="2026-04-10", currency=cls.foreign
        )
        cls.line = cls.invoice.line_ids.filtered("date_maturity")
        cls._pay(cls.invoice, day=PAID)
        cls.difference = cls.line.matched_credit_ids.exchange_move_id

    def _open(self, *days):
        """Day -> (owed, credits, items) as the history has them."""
        flush_ledger(self.env)
        buckets = self.env["collections.aging.bucket"]._all()
        rows = self.env.execute_query(history(self.env, self.company, list(days), buckets))
        found = dict.fromkeys(days, (0, 0, 0))
        for day, _bucket, owed, credits, _overdue, items, _late in rows:
            sums = (owed, credits, items)
            found[day] = tuple(a + b for a, b in zip(found[day], sums, strict=True))
        return found

    def test_odoo_books_a_difference_at_the_end_of_the_month(self):
        self.assertTrue(self.line.reconciled)
        self.assertEqual(self.difference.date, MONTH_END)

    def test_nothing_is_open_from_the_day_of_payment(self):
        before, since = date(2026, 4, 6), (PAID, date(2026, 4, 15), MONTH_END, TODAY)
        found = self._open(before, *since)
        self.assertEqual(found.pop(before), (500, 0, 1))
        self.assertEqual(found, dict.fromkeys(since, (0, 0, 0)))
        for day, open_amounts in ((before, [500]), (PAID, []), (MONTH_END, [])):
            with self.subTest(day=day):
                report = self.env["collections.aging.report"].with_context(aging_date=str(day))
                rows = report.search([("company_id", "=", self.company.id)])
                self.assertEqual(rows.mapped("residual"), open_amounts)

    def test_the_customer_paid_once_and_in_time(self):
        ledger = self.env["collections.prediction.ledger"]
        ledger._gather(self.company, TODAY, self.customer.ids)
        [row] = ledger._rows()
        self.assertEqual(row[5], PAID.toordinal())
        self.assertIsNone(row[6], "one payment is no payment in parts")

    def test_collected_is_what_was_paid(self):
        rows = self.env["collections.performance"]._count(self.company, date(2026, 4, 1), TODAY)
        self.assertEqual(sum(rows.mapped("collected")), 400)

    def test_what_came_in_a_week_is_what_was_paid(self):
        parts = self.env["collections.forecast.past"]._parts(self.line.ids)
        self.assertCountEqual(
            parts[self.line.id],
            [[PAID.toordinal(), 400.0, True], [PAID.toordinal(), 100.0, False]],
        )

    def test_a_contact_after_the_payment_is_not_answered_by_the_difference(self):
        action = (
            self.env["dunning.action"]
            .sudo()
            .create(
                {
                    "case_id": self.env["collections.case"]._of(self.customer, self.company).id,
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                    "recipient_id": self.customer.id,
                    "currency_id": self.foreign.id,
                    "level_id": self._level("Friendly").id,
                    "channel_code": "email",
                    "contact_date": "2026-04-20",
                    "item_ids": [(0, 0, {"move_line_id": self.line.id})],
                }
            )
        )
        self.env.flush_all()
        query = SQL(
            "SELECT %s FROM dunning_action action WHERE id = %s", answered(SQL("30")), action.id
        )
        self.assertEqual(self.env.execute_query(query), [(False,)])
        action.contact_date = "2026-04-02"
        self.env.flush_all()
        self.assertEqual(self.env.execute_query(query), [(True,)])

    def test_an_experiment_sees_the_debt_settled_on_the_day_of_payment(self):
        query = SQL(
            "SELECT total, unpaid FROM (SELECT %s::date AS date) member,"
            " (SELECT %s AS id) line, LATERAL (%s) cleared",
            date(2026, 3, 31),
            self.line.id,
            self.env["collections.experiment.member"]._cleared_sql(10),
        )
        self.assertEqual(self.env.execute_query(query), [(500.0, 100.0)])
