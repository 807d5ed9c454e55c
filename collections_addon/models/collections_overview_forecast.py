from datetime import timedelta

from odoo import models
from odoo.fields import Domain

#: A forecast older than this is not shown as if it were today's.
STALE_DAYS = 7
#: Past weeks shown beside the coming ones.
PAST_WEEKS = 6


class CollectionsOverview(models.AbstractModel):
    """The cash-in forecast, of the companies together."""

    _inherit = "collections.overview"

    def _overview(self, latest, today):
        return {**super()._overview(latest, today), "forecast": self._forecast(today)}

    def _forecast(self, today):
        """The coming weeks of the latest forecasts, and what came in the last weeks.

        Ends of bands are added up, which is the careful side: companies do not all have
        their worst week at once.

        :rtype: dict
        """
        forecasts = self._latest_forecasts(today)
        return {
            "can_make": self.env["collections.forecast"].has_access("create"),
            "ids": forecasts.ids,
            "is_learnt": bool(forecasts) and all(forecasts.mapped("is_learnt")),
            "verdicts": [
                {"company": made.company_id.name, "text": made.verdict} for made in forecasts
            ],
            "weeks": self._coming_weeks(forecasts, today),
            "past": self._past_weeks(today) if forecasts else [],
        }

    def _latest_forecasts(self, today):
        forecasts = self.env["collections.forecast"]
        rows = forecasts._read_group(
            [
                ("company_id", "in", self.env.companies.ids),
                ("is_rebuilt", "=", False),
                ("date", ">", today - timedelta(days=STALE_DAYS)),
            ],
            ["company_id"],
            ["date:max"],
        )
        return forecasts.search(
            Domain.OR(
                [("company_id", "=", company.id), ("date", "=", date)] for company, date in rows
            )
        )

    def _coming_weeks(self, forecasts, today):
        weeks = {}
        for week in forecasts.week_ids.sorted("ahead"):
            row = weeks.setdefault(
                week.ahead,
                {
                    "start": str(week.date_start),
                    "end": str(week.date_end),
                    "expected": 0.0,
                    "low": 0.0,
                    "high": 0.0,
                },
            )
            for name in ("expected", "low", "high"):
                row[name] += self._convert(week[name], week.company_id, today)
        return list(weeks.values())

    def _past_weeks(self, today):
        """What came in weeks as they were forecast a week ahead."""
        rows = self.env["collections.forecast.week"].search(
            [
                ("company_id", "in", self.env.companies.ids),
                ("ahead", "=", 1),
                ("is_weekly", "=", True),
                ("is_over", "=", True),
                ("forecast_id.sample_share", ">=", 1),
                ("date_end", ">=", today - timedelta(days=7 * PAST_WEEKS + 6)),
            ]
        )
        weeks = {}
        for row in rows:
            monday = row.date_start - timedelta(days=row.date_start.weekday())
            week = weeks.setdefault(
                monday, {"start": str(row.date_start), "end": str(row.date_end), "actual": 0.0}
            )
            week["actual"] += self._convert(row.actual, row.company_id, row.date_end)
        return [weeks[monday] for monday in sorted(weeks)]
