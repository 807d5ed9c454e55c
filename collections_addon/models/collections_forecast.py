from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..domain import forecast as domain

WEEKS = 13
#: Days for which every day's forecast is kept; of those before, one a week.
KEPT_DAYS = 14
#: Past weeks that a band is learnt from.
LEARNT_DAYS = 365
#: A payment may be entered later than it is dated: what came is counted again for so long.
RECOUNT_DAYS = 35


class CollectionsForecast(models.Model):
    """What will come in, week by week, of what a company is owed on a day.

    Of every week one forecast is kept and held against what came: so it learns its band
    and its bias, and says how often the band held.
    """

    _name = "collections.forecast"
    _description = "Cash-in Forecast"
    _order = "date desc, company_id"
    _rec_name = "date"

    date = fields.Date(string="Made On", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    week_ids = fields.One2many("collections.forecast.week", "forecast_id", string="Weeks")
    is_rebuilt = fields.Boolean(
        string="From the Ledger",
        readonly=True,
        help="Computed afterwards, by the scorecard, with nothing known that came later.",
    )
    is_weekly = fields.Boolean(
        string="Of the Week", readonly=True, help="Kept, and held against what came."
    )
    sample_share = fields.Float(
        string="Share Looked At",
        readonly=True,
        aggregator="avg",
        help="Of a large ledger a computed forecast looks at some customers only.",
    )
    amount_open = fields.Monetary(string="Owed", readonly=True, help="When it was made.")
    amount_expected = fields.Monetary(
        string="Expected", readonly=True, help="In all weeks together."
    )
    is_learnt = fields.Boolean(
        string="Band Is Learnt",
        readonly=True,
        help="From past forecasts and what came; otherwise it is computed from the "
        "probabilities of the invoices.",
    )
    past_count = fields.Integer(string="Past Weeks", readonly=True, aggregator=None)
    judged_count = fields.Integer(
        string="Weeks Judged",
        readonly=True,
        aggregator=None,
        help="Past weeks for which a band could be learnt from what was known by then.",
    )
    coverage = fields.Float(
        readonly=True,
        aggregator=None,
        help="Share of the weeks judged in which what came lay within the band; four of five "
        "are meant to.",
    )
    error = fields.Float(
        string="Error Uncorrected",
        readonly=True,
        aggregator=None,
        help="Sum of what past forecasts were off ÷ sum of what came.",
    )
    corrected_error = fields.Float(
        string="Error",
        readonly=True,
        aggregator=None,
        help="The same of the weeks judged, each forecast corrected by what was known by then.",
    )
    bias = fields.Float(
        readonly=True,
        aggregator=None,
        help="Sum of past forecasts ÷ sum of what came, less 1, before correction: below zero "
        "they were too low.",
    )

    verdict = fields.Text(string="How Good", compute="_compute_verdict")

    _one_per_day = models.UniqueIndex(
        "(company_id, date)", "This company has a forecast of this day already."
    )

    # === COMPUTE METHODS === #

    @api.depends("past_count", "judged_count", "coverage", "corrected_error", "bias")
    @api.depends_context("lang")
    def _compute_verdict(self):
        for made in self:
            made.verdict = made._verdict()

    def _verdict(self):
        """How far the forecast may be trusted, in words."""
        self.ensure_one()
        if self.is_rebuilt:
            return self.env._("Computed afterwards, to learn from.")
        if not self.judged_count:
            return self.env._(
                "Not enough history yet to say how good forecasts are: %(count)s past weeks. "
                "The band is computed from the probabilities of the invoices.",
                count=self.past_count,
            )
        direction = self.env._("too low") if self.bias < 0 else self.env._("too high")
        return self.env._(
            "In %(inside)s %% of %(count)s past weeks what came lay within the band; four of "
            "five are meant to. A week was off by %(error)s %% on average. Uncorrected "
            "forecasts were %(bias)s %% %(direction)s.",
            inside=round(100 * self.coverage),
            count=self.judged_count,
            error=round(100 * self.corrected_error),
            bias=round(100 * abs(self.bias)),
            direction=direction,
        )

    # === ACTION METHODS === #

    @api.model
    def action_make(self):
        """Forecast for the companies selected, the past included where there is none.

        :raises AccessError: for anybody but a manager
        """
        self.check_access("create")
        for company in self.env.companies:
            self.sudo()._make(company, company._collections_today(fields.Datetime.now()))
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_weeks(self):
        """The weeks of this forecast."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_forecast_week"
        )
        return {**action, "domain": [("forecast_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #

    @api.model
    def _cron_make(self):
        """Forecast for every company on its own business date."""
        progress = self.env["ir.cron"]
        companies = self.env["res.company"].search([])
        progress._commit_progress(remaining=len(companies))
        for company in companies:
            self._make(company, company._collections_today(fields.Datetime.now()))
            if not progress._commit_progress(1):
                break

    @api.model
    def _make_all(self):
        """What the daily job does, in one transaction: for data made up at once."""
        for company in self.env["res.company"].search([]):
            self._make(company, company._collections_today(fields.Datetime.now()))

    @api.model
    def _make(self, company, today):
        """Make the forecast of a day, in place of one there is.

        :param company: `res.company`, one record
        :param datetime.date today: its business date
        :rtype: `collections.forecast`
        """
        maker = self.env["collections.forecast.maker"]
        if not self.search_count([("company_id", "=", company.id), ("is_rebuilt", "=", True)]):
            self.env["collections.forecast.past"]._rebuild(company, today)
        self.env["collections.forecast.week"]._count_what_came(company, today)
        past = self._past(company, today)
        items = maker._expected(company, today)
        found = domain.forecast(items, WEEKS, past)
        self.search([("company_id", "=", company.id), ("date", "=", today)]).unlink()
        made = self.create(self._values(company, today, found, domain.quality(past)))
        made.amount_open = sum(item.amount for item in items)
        self._forget(company, today)
        return made

    def _values(self, company, today, found, quality):
        monday = today - timedelta(days=today.weekday())
        in_week = Domain("company_id", "=", company.id) & Domain("date", ">=", monday)
        return {
            "date": today,
            "company_id": company.id,
            "is_weekly": not self.search_count(in_week & Domain("is_weekly", "=", True)),
            "sample_share": 1.0,
            "is_learnt": found.is_learnt,
            "amount_expected": sum(week.mean for week in found.weeks),
            "past_count": quality.count,
            "judged_count": quality.judged,
            "coverage": quality.coverage or 0,
            "error": quality.error or 0,
            "corrected_error": quality.corrected or 0,
            "bias": quality.bias or 0,
            "week_ids": [
                fields.Command.create(
                    {
                        "ahead": position,
                        **week_dates(today, position),
                        "mean": mean,
                        "expected": week.mean,
                        "low": week.low,
                        "high": week.high,
                    }
                )
                for position, (week, mean) in enumerate(
                    zip(found.weeks, found.means, strict=True), 1
                )
            ],
        }

    @api.model
    def _past(self, company, today):
        """Weeks forecast before that have ended.

        :rtype: list[Past]
        """
        weeks = self.env["collections.forecast.week"].search(
            [
                ("company_id", "=", company.id),
                ("forecast_id.is_weekly", "=", True),
                ("forecast_id.date", ">=", today - timedelta(days=LEARNT_DAYS)),
                ("date_end", "<", today),
            ]
        )
        return [week._as_past() for week in weeks]

    def _forget(self, company, today):
        """Of the forecasts of former weeks one each stays."""
        self.search(
            [
                ("company_id", "=", company.id),
                ("is_weekly", "=", False),
                ("date", "<", today - timedelta(days=KEPT_DAYS)),
            ]
        ).unlink()


def week_dates(made, ahead):
    """First and last day of a week of a forecast; the first week begins on its own day."""
    start = made + timedelta(days=7 * (ahead - 1))
    return {"date_start": start, "date_end": start + timedelta(days=6)}
