from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..domain.agreed import KEPT, LEAST_DECIDED
from ..domain.features import HORIZONS
from ..domain.forecast import Expected, with_word

YEAR = timedelta(days=365)


class CollectionsForecastMaker(models.AbstractModel):
    """Gathers the money that is to come: open invoices, promises, installments.

    Amounts are in the company's currency: what is promised or agreed in another is a share
    of what the ledger says the invoices are worth.
    """

    _name = "collections.forecast.maker"
    _description = "Maker of Cash-in Forecasts"

    @api.model
    def _expected(self, company, today):
        """What is to come of what is owed today.

        An invoice comes by its probabilities; the promised part of it on the promised day,
        as often as promises are kept, and the rest of that by the probabilities again. An
        invoice in a payment plan comes on the days of its installments in the same way.

        :rtype: list[Expected]
        """
        kept = self._kept(company, today)
        promised, agreed = self._promised(company), self._agreed(company)
        expected = []
        for line, move, customer, amount, *chances in self._predicted(company):
            curve = tuple(zip(HORIZONS, chances, strict=True))
            shares = agreed.get(move) or promised.get(line, ())
            days = [(share, (date - today).days) for share, date in shares]
            expected += with_word(Expected(amount, customer, curve), days, kept)
        return expected

    def _predicted(self, company):
        self.env["collections.prediction"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT move_line_id, move_id, partner_id, residual::float8,
                       chance_7, chance_30, chance_60
                  FROM collections_prediction WHERE company_id = %s AND residual > 0
                """,
                company.id,
            )
        )

    def _promised(self, company):
        """Open item -> [(share of it that is promised, day)], of promises still open."""
        self.env["collections.promise"].flush_model()
        self.env["account.move.line"].flush_model(["amount_residual_currency"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.line_id, promise.date,
                       ((promise.amount - COALESCE(promise.amount_paid, 0)) / NULLIF(
                        sum(line.amount_residual_currency) OVER (PARTITION BY promise.id), 0)
                       )::float8
                  FROM collections_promise promise
                  JOIN collections_promise_line_rel item ON item.promise_id = promise.id
                  JOIN account_move_line line ON line.id = item.line_id
                 WHERE promise.company_id = %s AND promise.state = 'open'
                   AND line.amount_residual_currency > 0
              ORDER BY promise.date, promise.id
                """,
                company.id,
            )
        )
        shares = defaultdict(list)
        for line, date, share in rows:
            shares[line].append((share or 0.0, date))
        return shares

    def _agreed(self, company):
        """Invoice -> [(share of it that an installment is, day)], of active plans."""
        for name in ("collections.plan", "collections.plan.line", "collections.plan.item"):
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.move_id, line.date, (line.amount_open / NULLIF(
                        sum(line.amount_open) OVER (PARTITION BY item.id), 0))::float8
                  FROM collections_plan plan
                  JOIN collections_plan_line line ON line.plan_id = plan.id
                  JOIN collections_plan_item item ON item.plan_id = plan.id
                 WHERE plan.company_id = %s AND plan.state = 'active' AND line.amount_open > 0
              ORDER BY line.date, line.id
                """,
                company.id,
            )
        )
        shares = defaultdict(list)
        for move, date, share in rows:
            shares[move].append((share or 0.0, date))
        return shares

    def _kept(self, company, today):
        """Share of what was promised that was paid in time, of promises of a year.

        Every promise counts alike, so that no currency needs to be converted.
        """
        self.env["collections.promise"].flush_model()
        [(count, share)] = self.env.execute_query(
            SQL(
                """
                SELECT count(*), avg(LEAST(COALESCE(amount_paid, 0) / NULLIF(amount, 0), 1))::float8
                  FROM collections_promise
                 WHERE company_id = %s AND date BETWEEN %s AND %s AND deadline < %s
                   AND state IN ('kept', 'partially_kept', 'broken')
                """,
                company.id,
                today - YEAR,
                today,
                today,
            )
        )
        return KEPT if count < LEAST_DECIDED or share is None else share
