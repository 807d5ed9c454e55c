from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..domain import forecast as domain
from .collections_aging_sql import flush_ledger, receivable_accounts
from .collections_forecast import RECOUNT_DAYS
from .collections_settlement_sql import is_payment


class CollectionsForecastWeek(models.Model):
    """One week of a forecast: what is expected, the band, and what came."""

    _name = "collections.forecast.week"
    _description = "Week of a Cash-in Forecast"
    _order = "date_start, forecast_id desc"
    _rec_name = "date_start"
    _log_access = False

    forecast_id = fields.Many2one(
        "collections.forecast", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="forecast_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="forecast_id.currency_id", store=True)
    made_on = fields.Date(related="forecast_id.date", store=True)
    is_rebuilt = fields.Boolean(related="forecast_id.is_rebuilt", store=True)
    is_weekly = fields.Boolean(related="forecast_id.is_weekly", store=True)
    ahead = fields.Integer(
        string="Weeks Ahead", readonly=True, aggregator=None, help="1 is the week that begins."
    )
    date_start = fields.Date(string="From", required=True, readonly=True)
    date_end = fields.Date(string="To", required=True, readonly=True)
    mean = fields.Monetary(
        string="Before Correction",
        readonly=True,
        help="Sum of what is owed × probability to be paid in this week.",
    )
    expected = fields.Monetary(
        readonly=True, help="Corrected by how past forecasts as far ahead were off."
    )
    low = fields.Monetary(
        readonly=True,
        help="In nine of ten weeks more than this comes; by what was known when it was made.",
    )
    high = fields.Monetary(
        readonly=True,
        help="In nine of ten weeks less than this comes; by what was known when it was made.",
    )
    actual = fields.Monetary(
        string="Came",
        readonly=True,
        help="Payments of this week on what was owed when the forecast was made. Credit "
        "notes are no money.",
    )
    is_over = fields.Boolean(string="Has Ended", readonly=True)
    is_inside = fields.Boolean(string="Within the Band", compute="_compute_is_inside", store=True)

    _list_idx = models.Index("(company_id, date_end)")

    @api.depends("is_over", "actual", "low", "high")
    def _compute_is_inside(self):
        for week in self:
            is_judged = week.is_over and week.high > 0
            week.is_inside = is_judged and week.low <= week.actual <= week.high

    def _as_past(self):
        """What the domain learns from, of a week that has ended.

        :rtype: Past
        """
        self.ensure_one()
        return domain.Past(self.ahead, self.mean, self.actual, self.made_on.toordinal())

    def action_open_invoices(self):
        """The open invoices that are as likely paid as not by a day of this week."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_prediction"
        )
        return {
            **action,
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("expected_date", ">=", self.date_start),
                ("expected_date", "<=", self.date_end),
            ],
            "context": {},
        }

    @api.model
    def _count_what_came(self, company, today):
        """Write what came in weeks that have ended, again for a while: see RECOUNT_DAYS.

        Computed forecasts have it from the beginning.
        """
        self.flush_model()
        flush_ledger(self.env)
        self.env.cr.execute(self._came_sql(company, today))
        ended = self.search(
            [
                ("company_id", "=", company.id),
                ("date_end", "<", today),
                ("date_end", ">=", today - timedelta(days=RECOUNT_DAYS)),
                ("is_rebuilt", "=", False),
            ]
        )
        ended.invalidate_recordset(["actual"], flush=False)
        ended.is_over = True

    def _came_sql(self, company, today):
        """Payments by day and day of invoicing are added up first: the days are few."""
        return SQL(
            """
            WITH paid AS (
                SELECT part.max_date AS day, COALESCE(move.invoice_date, line.date) AS issued,
                       sum(part.amount) AS amount
                  FROM account_partial_reconcile part
                  JOIN account_move_line line ON line.id = part.debit_move_id
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_move paying ON paying.id = credit.move_id
                 WHERE part.company_id = %(company)s
                   AND part.max_date >= %(since)s AND part.max_date < %(today)s
                   AND line.account_id IN %(accounts)s
                   AND line.parent_state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_receipt')
                   AND %(is_payment)s
              GROUP BY 1, 2)
            UPDATE collections_forecast_week week
               SET actual = COALESCE((
                    SELECT sum(amount) FROM paid
                     WHERE paid.day BETWEEN week.date_start AND week.date_end
                       AND paid.issued <= week.made_on), 0)
             WHERE week.company_id = %(company)s AND week.is_rebuilt IS NOT TRUE
               AND week.date_end < %(today)s AND week.date_end >= %(recounted)s
            """,
            company=company.id,
            accounts=receivable_accounts(self.env),
            is_payment=is_payment("paying"),
            today=today,
            recounted=today - timedelta(days=RECOUNT_DAYS),
            since=today - timedelta(days=RECOUNT_DAYS + 7),
        )
