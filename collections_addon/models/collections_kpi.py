from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .collections_aging_sql import bucket_case, flush_ledger, history, open_lines
from .dunning_action import CONTACTED

#: Days of the past of which each has a point when the history is built; before, weeks. What
#: was owed 90 days before is so known of every day to come.
DAILY_POINTS = 91
#: Contacts of the last days are counted again: a letter may be marked as posted later.
RECOUNT_DAYS = 14


class CollectionsKpi(models.Model):
    """The figures of one company on one day, kept so that there is a past to compare with.

    A row is taken every day from the ledger as it stands then. Days before the module
    was there are computed from the ledger's own dates (`is_rebuilt`).
    """

    _name = "collections.kpi"
    _description = "Daily Collections Figures"
    _order = "date desc, company_id"
    _rec_name = "date"

    date = fields.Date(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    is_rebuilt = fields.Boolean(
        string="From the Ledger",
        readonly=True,
        help="Computed afterwards from the dates of invoices and payments, not on the day.",
    )
    is_month_end = fields.Boolean(readonly=True)
    receivable = fields.Monetary(readonly=True, help="Open items owed, before credits.")
    credit_amount = fields.Monetary(
        string="Credits", readonly=True, help="Payments and credit notes not yet allocated."
    )
    exposure = fields.Monetary(readonly=True, help="Open items less credits.")
    overdue = fields.Monetary(readonly=True, help="Open items past their due date.")
    line_count = fields.Integer(string="Open Items", readonly=True)
    overdue_count = fields.Integer(string="Overdue Items", readonly=True)
    contact_count = fields.Integer(string="Contacts Made", readonly=True)
    waiting_count = fields.Integer(
        string="Waiting for Approval", readonly=True, help="When the figures were taken."
    )
    bucket_ids = fields.One2many("collections.kpi.bucket", "kpi_id", string="Ages")

    _one_per_day = models.UniqueIndex(
        "(company_id, date)", "This company has figures of this day already."
    )

    # === ACTION METHODS === #

    @api.model
    def action_build_history(self):
        """Compute the past year from the ledger, for the companies selected.

        Days whose figures were taken on the day itself are left alone.

        :raises AccessError: for anybody but a manager
        """
        self.check_access("create")
        for company in self.env.companies:
            self.sudo()._build_history(company, company._collections_today(fields.Datetime.now()))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The past year has been computed from the ledger."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === BUSINESS METHODS === #

    @api.model
    def _cron_snapshot(self):
        """Take the figures of every company; of a new one, its past year as well."""
        progress = self.env["ir.cron"]
        companies = self.env["res.company"].search([])
        progress._commit_progress(remaining=len(companies))
        for company in companies:
            self._catch_up(company, company._collections_today(fields.Datetime.now()))
            if not progress._commit_progress(1):
                break

    @api.model
    def _catch_up_all(self):
        """What the daily job does, in one transaction: for data made up at once."""
        for company in self.env["res.company"].search([]):
            self._catch_up(company, company._collections_today(fields.Datetime.now()))

    @api.model
    def _catch_up(self, company, today):
        """Take the figures of a day; when there are none before it, the past year's as well."""
        before = [("company_id", "=", company.id), ("date", "<", today)]
        if not self.search_count(before, limit=1):
            self._build_history(company, today)
        self._take_snapshot(company, today)

    @api.model
    def _take_snapshot(self, company, date):
        """Keep the figures of a company on a day, from the ledger as it stands.

        Can be repeated: the figures of the day are then replaced.

        :param company: `res.company`, one record
        :param datetime.date date: the business date
        :rtype: `collections.kpi`
        """
        flush_ledger(self.env)
        rows = self.env.execute_query(self._today_sql(company, date))
        kpi = self._replace(company, {date: rows}, is_rebuilt=False)
        kpi.waiting_count = self.env["dunning.action"].search_count(
            [("company_id", "=", company.id), ("state", "=", "draft")]
        )
        self._count_contacts(company, date - timedelta(days=RECOUNT_DAYS))
        return kpi

    @api.model
    def _build_history(self, company, today):
        """Compute the figures of the year before a day from the ledger.

        :return: the days computed; those taken on the day itself are kept as they are
        """
        dates = self._history_dates(today)
        taken = self.search(
            [("company_id", "=", company.id), ("date", "in", dates), ("is_rebuilt", "=", False)]
        )
        dates = sorted(set(dates) - set(taken.mapped("date")))
        points = dict.fromkeys(dates, ())
        points.update(self._past_figures(company, dates))
        first = min(points, default=today)
        kpis = self._replace(company, points, is_rebuilt=True)
        self._count_contacts(company, first)
        return kpis

    @api.model
    def _past_figures(self, company, dates):
        """Aging as of past dates.

        :return: date -> rows of (bucket id, owed, credits, overdue, items, items overdue)
        :rtype: dict[datetime.date, list[tuple]]
        """
        if not dates:
            return {}
        flush_ledger(self.env)
        points = {}
        for date, *row in self.env.execute_query(
            history(self.env, company, dates, self._buckets())
        ):
            points.setdefault(date, []).append(tuple(row))
        return points

    @api.model
    def _history_dates(self, today):
        """Points of the past year: days of the last three months, weeks and month ends before."""
        year_ago = today - relativedelta(years=1)
        days = {today - timedelta(days=n) for n in range(1, DAILY_POINTS + 1)}
        weeks = {today - timedelta(days=7 * n) for n in range(1, 53)}
        months = {
            today.replace(day=1) - relativedelta(months=n) - timedelta(days=1) for n in range(12)
        }
        return sorted(date for date in days | weeks | months if date >= year_ago)

    # === HELPERS === #

    @api.model
    def _buckets(self):
        return self.env["collections.aging.bucket"].sudo()._all()

    def _today_sql(self, company, date):
        days = SQL("(%s::date - COALESCE(line.date_maturity, line.date))", date)
        return SQL(
            """
            SELECT %(bucket)s AS bucket_id,
                   COALESCE(sum(item.residual) FILTER (WHERE item.residual > 0), 0)::float8,
                   COALESCE(-sum(item.residual) FILTER (WHERE item.residual < 0), 0)::float8,
                   COALESCE(sum(item.residual)
                            FILTER (WHERE item.residual > 0 AND %(days)s > 0), 0)::float8,
                   count(*) FILTER (WHERE item.residual > 0),
                   count(*) FILTER (WHERE item.residual > 0 AND %(days)s > 0)
              FROM (%(items)s) item
              JOIN account_move_line line ON line.id = item.id
             WHERE line.company_id = %(company)s
          GROUP BY 1
            """,
            bucket=bucket_case(days, self._buckets()),
            days=days,
            items=open_lines(self.env),
            company=company.id,
        )

    def _replace(self, company, points, is_rebuilt):
        """Write the figures of some days, in place of those there were."""
        self.search([("company_id", "=", company.id), ("date", "in", list(points))]).unlink()
        return self.create(
            [
                self._point_values(company, date, rows, is_rebuilt)
                for date, rows in sorted(points.items())
            ]
        )

    def _point_values(self, company, date, rows, is_rebuilt):
        owed, credits, overdue, items, late = (
            sum(row[position] for row in rows) for position in range(1, 6)
        )
        return {
            "date": date,
            "company_id": company.id,
            "is_rebuilt": is_rebuilt,
            "is_month_end": (date + timedelta(days=1)).day == 1,
            "receivable": owed,
            "credit_amount": credits,
            "exposure": owed - credits,
            "overdue": overdue,
            "line_count": items,
            "overdue_count": late,
            "bucket_ids": [
                fields.Command.create(
                    {
                        "bucket_id": row[0],
                        "amount": row[1],
                        "credit_amount": row[2],
                        "overdue": row[3],
                        "line_count": row[4],
                    }
                )
                for row in rows
                if row[0]
            ],
        }

    def _count_contacts(self, company, since):
        """Write how many contacts were made on each day since one."""
        self.flush_model()
        self.env["dunning.action"].flush_model(["state", "contact_date", "company_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE collections_kpi kpi
                   SET contact_count = (
                        SELECT count(*) FROM dunning_action action
                         WHERE action.company_id = kpi.company_id
                           AND action.contact_date = kpi.date AND action.state IN %s)
                 WHERE kpi.company_id = %s AND kpi.date >= %s
                """,
                CONTACTED,
                company.id,
                since,
            )
        )
        self.invalidate_model(["contact_count"], flush=False)


class CollectionsKpiBucket(models.Model):
    """How old the receivables of a company were on a day: one row per age."""

    _name = "collections.kpi.bucket"
    _description = "Aging History"
    _order = "date desc, company_id, bucket_id"
    _rec_name = "bucket_id"
    _log_access = False

    kpi_id = fields.Many2one("collections.kpi", required=True, index=True, ondelete="cascade")
    date = fields.Date(related="kpi_id.date", store=True, index=True)
    company_id = fields.Many2one(related="kpi_id.company_id", store=True)
    currency_id = fields.Many2one(related="kpi_id.currency_id", store=True)
    is_month_end = fields.Boolean(related="kpi_id.is_month_end", store=True)
    bucket_id = fields.Many2one(
        "collections.aging.bucket", string="Age", required=True, readonly=True, ondelete="cascade"
    )
    amount = fields.Monetary(string="Owed", readonly=True, help="Open items, before credits.")
    overdue = fields.Monetary(readonly=True)
    credit_amount = fields.Monetary(string="Credits", readonly=True)
    line_count = fields.Integer(string="Open Items", readonly=True)

    _one_per_age = models.UniqueIndex("(kpi_id, bucket_id)", "This age has figures of the day.")
