from bisect import bisect_left
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate

from odoo import api, fields, models
from odoo.tools import SQL

from ..domain import kpi as formulas
from .collections_aging_sql import flush_ledger, receivable_accounts

#: The period of the figures that need one, in days.
PERIOD = 90
#: So many months are counted back at most.
MONTHS = 24
DAY = timedelta(days=1)


class DailySales:
    """Credit sales of a company by day, and of any period.

    :param rows: (day, amount)
    """

    def __init__(self, rows):
        rows = sorted(rows)
        self._days = [day for day, amount in rows]
        amounts = [Decimal(str(amount)) for day, amount in rows]
        self._sums = [Decimal(), *accumulate(amounts)]

    def between(self, first, last):
        """The sales of a period, both days included, as the domain's `Sales`."""
        start, end = (bisect_left(self._days, day) for day in (first, last + DAY))
        return formulas.Sales(first, last, self._sums[end] - self._sums[start])

    def months(self, day):
        """Those of the months up to a day, the latest first, as far as sales reach."""
        if not self._days:
            return []
        periods = formulas.month_periods(day, MONTHS)
        return [self.between(*span) for span in periods if span[1] >= self._days[0]]


class CollectionsKpi(models.Model):
    """How fast customers pay, and how much of what could be collected was.

    Receivables are what is open less credits; what is not due is what is open less what is
    overdue, credits going to the oldest first. Credit sales are invoices less credit notes
    of the period, tax included, as receivables have them.
    """

    _inherit = "collections.kpi"

    sales = fields.Monetary(
        string="Credit Sales",
        readonly=True,
        help="Invoices less credit notes of the 90 days up to this day.",
    )
    opening = fields.Monetary(
        string="Owed 90 Days Before",
        readonly=True,
        help="Receivables less credits at the begin of the period.",
    )
    dso = fields.Float(
        string="DSO",
        digits=(16, 1),
        readonly=True,
        aggregator=None,
        help="Days sales outstanding, counted back: sales of the latest months are taken off "
        "what is owed until it is used up; the days of these months are the figure.",
    )
    is_dso_least = fields.Boolean(
        string="At Least",
        readonly=True,
        help="The sales on record do not reach back far enough: it is at least so many days.",
    )
    has_sales = fields.Boolean(
        readonly=True, help="Without sales there are no days of sales: such figures stay blank."
    )
    dso_simple = fields.Float(
        string="DSO, Simple",
        digits=(16, 1),
        readonly=True,
        aggregator=None,
        help="Receivables ÷ credit sales of 90 days × 90.",
    )
    dso_best = fields.Float(
        string="Best Possible DSO",
        digits=(16, 1),
        readonly=True,
        aggregator=None,
        help="Receivables not yet due ÷ credit sales of 90 days × 90: what DSO would be if "
        "everybody paid on the due date.",
    )
    days_delinquent = fields.Float(
        string="ADD",
        digits=(16, 1),
        readonly=True,
        aggregator=None,
        help="Average days delinquent: simple DSO less the best possible one.",
    )
    effectiveness = fields.Float(
        string="CEI",
        digits=(16, 1),
        readonly=True,
        aggregator=None,
        help="Collection effectiveness index of the last 90 days, in per cent: (receivables at "
        "the begin + credit sales − receivables at the end) ÷ (receivables at the begin + "
        "credit sales − receivables not yet due at the end) × 100.",
    )
    has_effectiveness = fields.Boolean(
        readonly=True, help="There was something to collect, and the figures reach back 90 days."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _replace(self, company, points, is_rebuilt):
        """Work out the figures of the days as well."""
        kpis = super()._replace(company, points, is_rebuilt)
        kpis._work_out(company)
        return kpis

    def _work_out(self, company):
        """Write DSO and its kin of these days, from the ledger's sales.

        :param company: `res.company`, the one of all of them
        """
        if not self:
            return
        sales = self._daily_sales(company, max(self.mapped("date")))
        begins = self._begins(company)
        for kpi in self:
            kpi.write(kpi._figures_of(sales, begins.get(kpi.date - timedelta(days=PERIOD))))

    @api.model
    def _daily_sales(self, company, last):
        """Credit sales of a company by day, in its currency.

        :rtype: DailySales
        """
        flush_ledger(self.env)
        return DailySales(
            self.env.execute_query(
                SQL(
                    """
                    SELECT line.date, sum(line.balance)
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                     WHERE line.account_id IN %(accounts)s
                       AND line.company_id = %(company)s
                       AND line.parent_state = 'posted'
                       AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                       AND line.date <= %(last)s
                  GROUP BY line.date
                    """,
                    accounts=receivable_accounts(self.env),
                    company=company.id,
                    last=last,
                )
            )
        )

    def _begins(self, company):
        """What was owed, less credits, a period before each of these days.

        :return: date -> amount; a day without figures takes those of at most a week before
        :rtype: dict
        """
        dates = [date - timedelta(days=PERIOD) for date in self.mapped("date")]
        found = self.search(
            [
                ("company_id", "=", company.id),
                ("date", ">=", min(dates) - timedelta(days=7)),
                ("date", "<=", max(dates)),
            ],
            order="date",
        )
        known = found.mapped("date")
        begins = {}
        for date in dates:
            place = bisect_left(known, date + DAY) - 1
            if place >= 0 and (date - known[place]).days <= 7:
                begins[date] = found[place].exposure
        return begins

    def _figures_of(self, sales, begin):
        """The values of one day.

        :param DailySales sales: of the company
        :param float|None begin: what was owed a period before, None if unknown
        """
        self.ensure_one()
        owed, overdue, receivable = (
            Decimal(str(amount)) for amount in (self.exposure, self.overdue, self.receivable)
        )
        current = max(min(receivable - overdue, owed), Decimal())
        period = sales.between(self.date - timedelta(days=PERIOD - 1), self.date)
        simple = formulas.dso_simple(owed, period.amount, PERIOD)
        best = formulas.best_possible_dso(current, period.amount, PERIOD)
        back = formulas.dso_count_back(owed, sales.months(self.date))
        cei = begin is not None and formulas.collection_effectiveness(
            Decimal(str(begin)), period.amount, owed, current
        )
        return {
            "sales": float(period.amount),
            "opening": begin or 0,
            "dso": float(back.value) if back else 0,
            "is_dso_least": bool(back and back.is_least),
            "has_sales": simple is not None,
            "dso_simple": float(simple or 0),
            "dso_best": float(best or 0),
            "days_delinquent": float(formulas.average_days_delinquent(simple, best) or 0),
            "effectiveness": float(cei or 0),
            "has_effectiveness": bool(begin is not None and cei is not None),
        }
