from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..domain import forecast as domain
from ..domain.agreed import Payments
from ..domain.features import HORIZONS, Chronicle
from ..domain.payers import Item
from ..domain.scoring import scorecard
from .collections_aging_sql import receivable_accounts
from .collections_forecast import WEEKS, week_dates
from .collections_prediction_ledger import TABLE, ordinal
from .collections_settlement_sql import exchange_days, is_exchange, is_payment

#: So many past weeks are forecast afterwards.
PAST_WEEKS = 40
#: Scores computed for that at most; of a larger ledger some customers are looked at.
MOST_SCORES = 150000
#: Spreads customers evenly whatever their numbers (Knuth's multiplicative hash).
HASH = 2654435761


class CollectionsForecastPast(models.AbstractModel):
    """Forecasts of past weeks, as they would have been made then: the back-test.

    The scorecard is asked with what had happened before the day, which is all that a
    `Chronicle` tells; what came is read from the payments afterwards. A learnt model takes
    no part: it knows the very payments. Promises and plans count as they were known then
    (`collections.forecast.known`).
    """

    _name = "collections.forecast.past"
    _description = "Cash-in Forecasts of the Past"

    @api.model
    def _rebuild(self, company, today):
        """Make the forecasts of the past weeks that have none.

        :param company: `res.company`, one record
        :param datetime.date today: its business date
        :rtype: `collections.forecast`
        """
        forecasts = self.env["collections.forecast"]
        monday = today - timedelta(days=today.weekday())
        dates = [monday - timedelta(days=7 * n) for n in range(PAST_WEEKS, 0, -1)]
        known = forecasts.search([("company_id", "=", company.id), ("date", "in", dates)])
        dates = [date for date in dates if date not in known.mapped("date")]
        ledger = self.env["collections.prediction.ledger"]
        ledger._gather(company, today)
        items = [Item._make(row) for row in ledger._rows()]
        credited = [Item._make(row) for row in self.env.execute_query(self._credited_sql(company))]
        self.env.cr.execute(SQL("DROP TABLE %s", TABLE))
        looked_at, share = self._sample([*items, *credited], dates)
        known = self.env["collections.forecast.known"]._gather(company)
        parts = self._parts([*{item.id for item in looked_at} | known.items])
        known.payments = Payments({item.id: item.amount for item in looked_at}, parts)
        chronicle = Chronicle(items)
        values = [
            self._values(company, today, date, share, looked_at, known, chronicle) for date in dates
        ]
        made = forecasts.create([vals for vals in values if vals])
        self._write_bands(made.week_ids)
        return made

    def _write_bands(self, weeks):
        """Give each past week the band that could have been learnt when it was forecast."""
        past = [week._as_past() for week in weeks if week.is_over]
        known = {(row.made, row.ahead): band for row, band in domain.judge(past)}
        for week in weeks:
            band = known.get((week.made_on.toordinal(), week.ahead), domain.Band(1.0, 0.0, 0.0))
            week.write(
                {
                    "expected": week.mean * band.middle,
                    "low": week.mean * band.low,
                    "high": week.mean * band.high,
                }
            )

    def _sample(self, items, dates):
        """Items open on any of the days, of all customers or of some.

        :return: the items, and the share of customers that is looked at
        """
        days = [date.toordinal() for date in dates]
        if not days:
            return [], 1.0
        asked = [item for item in items if item.settled is None or item.settled >= days[0]]
        scores = sum(sum(is_open(item, day) for day in days) for item in asked)
        step = -(-scores // MOST_SCORES) or 1
        return [item for item in asked if item.customer * HASH % 2**32 % step == 0], 1 / step

    def _values(self, company, today, date, share, items, known, chronicle):
        """The values of one past forecast; None when nothing was owed."""
        day = date.toordinal()
        chronicle.move_to(day)
        given, kept = known.on(day)
        expected, came = [], [0.0] * WEEKS
        for item in items:
            left = known.payments.left(item.id, day) if is_open(item, day) else 0
            if left <= 0:
                continue
            chances = scorecard(chronicle, item, day).chances
            curve = tuple(zip(HORIZONS, chances, strict=True))
            whole = domain.Expected(left, item.customer, curve)
            expected += domain.with_word(whole, given.get(item.id, ()), kept)
            known.payments.add_weeks(item.id, day, came)
        return expected and self._forecast(company, today, date, share, expected, came)

    def _forecast(self, company, today, date, share, expected, came):
        weeks = domain.forecast(expected, WEEKS).weeks
        return {
            "date": date,
            "company_id": company.id,
            "is_rebuilt": True,
            "is_weekly": True,
            "sample_share": share,
            "amount_open": sum(item.amount for item in expected),
            "amount_expected": sum(week.mean for week in weeks),
            "week_ids": [
                fields.Command.create(self._week(today, date, ahead, week, came[ahead - 1]))
                for ahead, week in enumerate(weeks, 1)
            ],
        }

    def _week(self, today, date, ahead, week, came):
        dates = week_dates(date, ahead)
        is_over = dates["date_end"] < today
        return {
            **dates,
            "ahead": ahead,
            "mean": week.mean,
            "expected": week.mean,
            "low": week.low,
            "high": week.high,
            "actual": came if is_over else 0,
            "is_over": is_over,
        }

    def _parts(self, line_ids):
        """Item -> [(day number, amount, whether it is money)], all that settled it."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT part.debit_move_id, %s, part.amount::float8,
                       %s
                  FROM (SELECT debit_move_id, amount, credit.move_id AS paying_id,
                               COALESCE(exchange.day, max_date) AS day
                          FROM account_partial_reconcile
                          JOIN account_move_line credit ON credit.id = credit_move_id
                     LEFT JOIN (%s) exchange ON exchange.move_id = credit.move_id
                         WHERE debit_move_id = ANY(%s)) part
                  JOIN account_move paying ON paying.id = part.paying_id
                """,
                ordinal("day"),
                is_payment("paying"),
                exchange_days(),
                line_ids,
            )
        )
        parts = defaultdict(list)
        for line, *part in rows:
            parts[line].append(part)
        return parts

    def _credited_sql(self, company):
        """Items that credit notes alone have settled: owed then, though never paid."""
        return SQL(
            """
            SELECT id, customer, %s, %s, amount, %s, NULL FROM (
                SELECT line.id, partner.commercial_partner_id AS customer,
                       COALESCE(move.invoice_date, line.date) AS issued,
                       COALESCE(line.date_maturity, line.date) AS due,
                       line.balance::float8 AS amount, max(part.max_date) AS settled
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN account_partial_reconcile part ON part.debit_move_id = line.id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_move paying ON paying.id = credit.move_id
                 WHERE line.account_id IN %s AND line.company_id = %s
                   AND line.parent_state = 'posted' AND line.balance > 0
                   AND move.move_type IN ('out_invoice', 'out_receipt') AND line.reconciled
              GROUP BY line.id, customer, move.id
                HAVING bool_and(paying.move_type = 'out_refund' OR %s)) item
            """,
            ordinal("issued"),
            ordinal("due"),
            ordinal("settled"),
            receivable_accounts(self.env),
            company.id,
            is_exchange("paying"),
        )


def is_open(item, day):
    """Whether an item was owed on the morning of a day."""
    return item.issued <= day and (item.settled is None or item.settled >= day)
