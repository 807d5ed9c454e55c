from collections import defaultdict
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .channel_answers import cost_of_contact, flush_contacts
from .collections_aging_sql import bucket_case, flush_ledger, open_lines, receivable_accounts
from .collections_performance import DECIDED, PERIOD
from .collections_performance_again import LAYOUT
from .collections_performance_hands import HANDS
from .collections_settlement_sql import is_payment
from .dunning_action import CONTACTED

DAY = timedelta(days=1)


class CollectionsPerformance(models.Model):
    """Counts the results, by a few statements over the whole ledger for each month."""

    _inherit = "collections.performance"

    # === ENTRY POINTS === #

    @api.model
    def action_count(self):
        """Count the past year and this month, for the companies selected.

        :raises AccessError: for anybody but a manager
        """
        self.check_access("create")
        for company in self.env.companies:
            today = company._collections_today(fields.Datetime.now())
            for month in self._months(company, today):
                self.sudo()._count(company, month, today)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _cron_count(self):
        """Count the month of every company, in its first days the one before, too; where
        there is nothing yet, a year, a month at a time. What there is no time for is counted
        by the next call."""
        progress = self.env["ir.cron"]
        todo = [
            (company, month, today)
            for company in self.env["res.company"].search([])
            for today in [company._collections_today(fields.Datetime.now())]
            for month in self._months(company, today)
        ]
        progress._commit_progress(remaining=len(todo))
        for company, month, today in todo:
            self._count(company, month, today)
            if not progress._commit_progress(1):
                return

    @api.model
    def _count_all(self):
        """What the daily job does, in one transaction: for data made up at once."""
        for company in self.env["res.company"].search([]):
            today = company._collections_today(fields.Datetime.now())
            for month in self._months(company, today):
                self._count(company, month, today)

    @api.model
    def _count(self, company, month, today):
        """Count a month of a company, in place of what there was.

        :param datetime.date month: its first day
        :param datetime.date today: the business date
        :rtype: `collections.performance`
        """
        last = min(month + relativedelta(months=1) - DAY, today)
        flush_ledger(self.env)
        flush_contacts(self.env)
        parts = defaultdict(dict)
        with self._hands_of(company, last, today):
            for facts in self._facts(company, month, last, today):
                for part, values in facts.items():
                    parts[part].update(values)
        self.search([("company_id", "=", company.id), ("month", "=", month)]).unlink()
        teams = self.env["collections.team"]._of_collectors(company)
        return self.create(
            [self._row(company, month, last, teams, part, values) for part, values in parts.items()]
            or [self._row(company, month, last, teams, (None, None), {})]
        )

    def _facts(self, company, month, last, today):
        """What the figures of a month are made of.

        :param datetime.date last: the last day counted
        :return: of each kind, (collector id, group id) -> name -> value
        :rtype: list[dict]
        """
        return [
            self._stock(company, last, today),
            self._before(company, last),
            self._sold(company, last),
            self._collected(company, month, last),
            self._promises(company, month, last),
            self._disputes(company, month, last),
            self._contacts(company, month, last),
            self._rolls(company, month, last, today),
        ]

    def _row(self, company, month, last, teams, part, values):
        collector, segment = part
        owed = values.get("receivable", 0)
        exposure = owed - values.pop("credit", 0)
        current = max(min(owed - values.get("overdue", 0), exposure), 0)
        could = values.get("opening", 0) + values.get("sales", 0)
        return {
            **values,
            "company_id": company.id,
            "month": month,
            "date": last,
            "layout": LAYOUT,
            "rate": self._rate(company, last),
            "collector_id": collector,
            "segment_id": segment,
            "team_id": teams.get(collector),
            "exposure": exposure,
            "current": current,
            "late": exposure - current,
            "collected_base": could - exposure,
            "collectable_base": could - current,
        }

    def _rate(self, company, date):
        """Units of the company's currency for one of the currency of reference."""
        return company.currency_id._get_rates(company, date)[company.currency_id.id]

    # === SUMS === #

    def _by_part(self, company, query, names):
        """Sums of a query per collector and group.

        :param SQL query: of a column `customer` and those named
        :return: (collector id, group id) -> name -> amount
        :rtype: dict
        """
        sums = SQL(", ").join(
            SQL("COALESCE(sum(%s), 0)::float8", SQL.identifier("fact", name)) for name in names
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT file.collector_id, file.segment_id, %s FROM (%s) fact
             LEFT JOIN %s file ON file.partner_id = fact.customer
              GROUP BY 1, 2
                """,
                sums,
                query,
                HANDS,
            )
        )
        return {tuple(row[:2]): dict(zip(names, row[2:], strict=True)) for row in rows}

    def _items(self, company, as_of):
        """Open items as of a day (None: now) with customer and due date, as a query."""
        return SQL(
            """
            SELECT item.id, item.residual, partner.commercial_partner_id AS customer,
                   COALESCE(line.date_maturity, line.date) AS due
              FROM (%s) item
              JOIN account_move_line line ON line.id = item.id
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE line.company_id = %s
            """,
            open_lines(self.env, as_of),
            company.id,
        )

    def _stock(self, company, last, today):
        query = SQL(
            """
            SELECT customer, GREATEST(residual, 0) AS receivable, GREATEST(-residual, 0) AS credit,
                   CASE WHEN residual > 0 AND due < %s THEN residual ELSE 0 END AS overdue
              FROM (%s) item
            """,
            last,
            self._items(company, None if last >= today else last),
        )
        return self._by_part(company, query, ("receivable", "credit", "overdue"))

    def _before(self, company, last):
        query = SQL(
            "SELECT customer, residual AS opening FROM (%s) item",
            self._items(company, last - timedelta(days=PERIOD)),
        )
        return self._by_part(company, query, ("opening",))

    def _sold(self, company, last):
        query = SQL(
            """
            SELECT partner.commercial_partner_id AS customer, line.balance AS sales
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE line.account_id IN %s AND line.company_id = %s
               AND line.parent_state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND line.date > %s AND line.date <= %s
            """,
            receivable_accounts(self.env),
            company.id,
            last - timedelta(days=PERIOD),
            last,
        )
        return self._by_part(company, query, ("sales",))

    def _collected(self, company, month, last):
        """Payments on invoices: what credit notes or write-offs settle is no money."""
        query = SQL(
            """
            SELECT partner.commercial_partner_id AS customer, part.amount AS collected
              FROM account_partial_reconcile part
              JOIN account_move_line line ON line.id = part.debit_move_id
              JOIN account_move move ON move.id = line.move_id
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN account_move_line credit ON credit.id = part.credit_move_id
              JOIN account_move paying ON paying.id = credit.move_id
             WHERE part.company_id = %s AND part.max_date >= %s AND part.max_date <= %s
               AND line.account_id IN %s
               AND move.move_type IN ('out_invoice', 'out_receipt')
               AND %s
            """,
            company.id,
            month,
            last,
            receivable_accounts(self.env),
            is_payment("paying"),
        )
        return self._by_part(company, query, ("collected",))

    def _contacts(self, company, month, last):
        query = SQL(
            """
            SELECT action.partner_id AS customer, 1 AS contact_count, %s AS contact_cost
              FROM dunning_action action
             WHERE action.company_id = %s AND action.contact_date BETWEEN %s AND %s
               AND action.state IN %s AND action.test_mode IS NOT TRUE
            """,
            cost_of_contact(),
            company.id,
            month,
            last,
            CONTACTED,
        )
        return self._by_part(company, query, ("contact_count", "contact_cost"))

    def _disputes(self, company, month, last):
        self.env["collections.dispute"].flush_model()
        query = SQL(
            """
            SELECT partner.commercial_partner_id AS customer, 1 AS dispute_count,
                   dispute.closed_on - dispute.opened_on AS dispute_days
              FROM collections_dispute dispute
              JOIN res_partner partner ON partner.id = dispute.partner_id
             WHERE dispute.company_id = %s AND dispute.closed_on BETWEEN %s AND %s
            """,
            company.id,
            month,
            last,
        )
        return self._by_part(company, query, ("dispute_count", "dispute_days"))

    def _promises(self, company, month, last):
        """Promises whose time was up; amounts at the rate of the day they were due."""
        self.env["collections.promise"].flush_model()
        promises = self.env["collections.promise"].search(
            [
                ("company_id", "=", company.id),
                ("state", "in", DECIDED),
                ("deadline", ">=", month),
                ("deadline", "<=", last),
            ]
        )
        table = SQL("SELECT partner_id, collector_id, segment_id FROM %s", HANDS)
        hands = {customer: part for customer, *part in self.env.execute_query(table)}
        parts = defaultdict(lambda: defaultdict(float))
        for promise in promises:
            customer = promise.partner_id.commercial_partner_id.id
            values = parts[tuple(hands.get(customer, (None, None)))]
            values["promise_count"] += 1
            values["promise_kept_count"] += promise.state == "kept"
            paid = min(promise.amount_paid, promise.amount)
            for name, amount in (("promise_amount", promise.amount), ("promise_paid", paid)):
                values[name] += promise.currency_id._convert(
                    amount, company.currency_id, company, promise.date
                )
        return parts

    # === ROLL RATES === #

    def _rolls(self, company, month, last, today):
        """Write the roll rates of the month; their sums are part of the results."""
        self.env["collections.plan"].flush_model()
        self.env["collections.plan.item"].flush_model()
        buckets = self.env["collections.aging.bucket"].sudo()._all()
        order = {bucket.code: place for place, bucket in enumerate(buckets)}
        rows = defaultdict(lambda: defaultdict(float))
        for collector, segment, before, after, begin, left, cured in self.env.execute_query(
            self._flows_sql(company, month, last, today, buckets)
        ):
            row = rows[collector, segment, before]
            row["begin"] += begin
            row["settled"] += begin - left
            row["cured"] += cured
            row[after] += left - cured
        self._write_rolls(company, month, last, order, rows)
        parts = defaultdict(lambda: {"roll_begin": 0.0, "rolled": 0.0})
        oldest = buckets[-1].code if buckets else None
        for (collector, segment, before), row in rows.items():
            if before != oldest:
                parts[collector, segment]["roll_begin"] += row["begin"]
                parts[collector, segment]["rolled"] += _older(order, before, row)
        return parts

    def _flows_sql(self, company, month, last, today, buckets):
        """Of items open at the begin: age before, age after, amount before, left, and of that
        in a payment plan that was under way at the end."""
        start = month - DAY
        left = SQL("GREATEST(LEAST(COALESCE(closing.residual, 0), opening.residual), 0)")
        return SQL(
            """
            SELECT file.collector_id, file.segment_id, %(before)s AS before, %(after)s AS after,
                   sum(opening.residual)::float8, sum(%(left)s)::float8,
                   COALESCE(sum(%(left)s) FILTER (WHERE agreed.id IS NOT NULL), 0)::float8
              FROM (%(opening)s) opening
         LEFT JOIN (%(closing)s) closing ON closing.id = opening.id
         LEFT JOIN (SELECT DISTINCT line.id
                      FROM collections_plan plan
                      JOIN collections_plan_item item ON item.plan_id = plan.id
                      JOIN account_move_line line ON line.move_id = item.move_id
                     WHERE plan.company_id = %(company)s AND plan.activated_on <= %(last)s
                       AND (plan.closed_on IS NULL OR plan.closed_on > %(last)s)
                   ) agreed ON agreed.id = opening.id
         LEFT JOIN %(hands)s file ON file.partner_id = opening.customer
             WHERE opening.residual > 0
          GROUP BY 1, 2, 3, 4
            """,
            before=bucket_case(SQL("(%s::date - opening.due)", start), buckets),
            after=bucket_case(SQL("(%s::date - opening.due)", last), buckets),
            left=left,
            last=last,
            opening=self._items(company, start),
            closing=self._items(company, None if last >= today else last),
            company=company.id,
            hands=HANDS,
        )

    def _write_rolls(self, company, month, last, order, rows):
        rolls = self.env["collections.roll"]
        rolls.search([("company_id", "=", company.id), ("month", "=", month)]).unlink()
        teams = self.env["collections.team"]._of_collectors(company)
        rate = self._rate(company, last)
        rolls.create(
            [
                {
                    "month": month,
                    "company_id": company.id,
                    "bucket_id": before,
                    "collector_id": collector,
                    "team_id": teams.get(collector),
                    "segment_id": segment,
                    "rate": rate,
                    "begin": row["begin"],
                    "settled": row["settled"],
                    "cured": row["cured"],
                    "stayed": row.get(before, 0),
                    "rolled": _older(order, before, row),
                    "flows": {str(code): row[code] for code in order if row.get(code)},
                }
                for (collector, segment, before), row in rows.items()
                if before
            ]
        )


def _older(order, before, row):
    """What of an age is in an older one afterwards."""
    return sum(
        amount for code, amount in row.items() if code in order and order[code] > order[before]
    )
