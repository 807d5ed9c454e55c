from datetime import date

from odoo import api, models
from odoo.tools import SQL

from ..domain.agreed import Decided, Known, Plan, Promise, worded
from .collections_performance import DECIDED


class CollectionsForecastKnown(models.AbstractModel):
    """Promises and plans as they were known on past days, for the back-test.

    Days of making, of beginning and of the end are kept, and what a promise was before it
    was moved (`former_words`).
    """

    _name = "collections.forecast.known"
    _description = "Promises and Plans as Known on Past Days"

    @api.model
    def _gather(self, company):
        """All promises and plans of a company, in its currency.

        :rtype: Known
        """
        for name in ("collections.promise", "collections.plan", "collections.plan.line"):
            self.env[name].flush_model()
        self.env["collections.plan.item"].flush_model()
        promises = [
            one
            for row in self.env.execute_query(self._promises_sql(company))
            for one in self._worded(*row)
        ]
        plans = [
            Plan(
                begun.toordinal(),
                ended and ended.toordinal(),
                tuple((day.toordinal(), due) for day, due in zip(days, amounts, strict=True)),
                tuple(items),
            )
            for begun, ended, days, amounts, items in self.env.execute_query(
                self._plans_sql(company)
            )
        ]
        return Known(promises, plans, self._decided(company))

    def _worded(self, made, day, amount, rate, items, cancelled, former):
        """A promise as it read one time after another, in the currency of the company."""
        promise = Promise(
            made.toordinal(),
            day.toordinal(),
            amount * rate,
            tuple(items),
            ended=cancelled and cancelled.toordinal(),
        )
        return worded(
            promise,
            [
                (_ordinal(until), _ordinal(day), amount * rate)
                for until, day, amount in former or ()
            ],
        )

    def _promises_sql(self, company):
        """What is promised in another currency is worth what the ledger says of its items."""
        return SQL(
            """
            SELECT promise.made_on, promise.date, promise.amount::float8,
                   (sum(line.balance) / sum(line.amount_currency))::float8,
                   array_agg(line.id), promise.cancelled_on, promise.former_words
              FROM collections_promise promise
              JOIN collections_promise_line_rel item ON item.promise_id = promise.id
              JOIN account_move_line line ON line.id = item.line_id
             WHERE promise.company_id = %s
          GROUP BY promise.id
            HAVING sum(line.amount_currency) > 0
            """,
            company.id,
        )

    def _plans_sql(self, company):
        """Installments are converted as the invoices of the plan are by the ledger."""
        return SQL(
            """
            SELECT plan.activated_on, plan.closed_on, due.days, due.amounts, item.lines
              FROM collections_plan plan
              JOIN LATERAL (
                    SELECT array_agg(line.id) AS lines,
                           sum(line.balance) / NULLIF(sum(line.amount_currency), 0) AS rate
                      FROM collections_plan_item item
                      JOIN account_move_line line ON line.move_id = item.move_id
                     WHERE item.plan_id = plan.id AND line.display_type = 'payment_term'
                   ) item ON item.rate > 0
              JOIN LATERAL (
                    SELECT array_agg(due.date ORDER BY due.date, due.id) AS days,
                           array_agg((due.amount * item.rate)::float8
                                     ORDER BY due.date, due.id) AS amounts
                      FROM collections_plan_line due
                     WHERE due.plan_id = plan.id
                   ) due ON due.days IS NOT NULL
             WHERE plan.company_id = %s AND plan.activated_on IS NOT NULL
            """,
            company.id,
        )

    def _decided(self, company):
        promises = self.env["collections.promise"].search(
            [("company_id", "=", company.id), ("state", "in", DECIDED), ("amount", ">", 0)]
        )
        return [
            Decided(
                promise.date.toordinal(),
                promise.deadline.toordinal(),
                min(promise.amount_paid / promise.amount, 1.0),
            )
            for promise in promises
        ]


def _ordinal(day):
    return date.fromisoformat(day).toordinal()
