from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models

#: Months whose results are added up, this one included.
MONTHS = 3
#: Sums that the figures are made of; those of money are converted.
MONEY = ("collected", "contact_cost", "promise_amount", "promise_paid", "roll_begin", "rolled")
COUNTS = (
    "promise_count", "promise_kept_count", "dispute_count", "dispute_days", "contact_count",
)  # fmt: skip


class CollectionsOverview(models.AbstractModel):
    """What collecting has brought and cost, roll rates, and targets."""

    _inherit = "collections.overview"

    def _overview(self, latest, today):
        return {
            **super()._overview(latest, today),
            "results": self._results(today),
            "rolls": self._rolls(today),
            "targets": self._targets(),
        }

    def _results(self, today):
        """Figures of this month and the two before; None where there is none.

        Money is converted at the rate of the last day of each month.

        :rtype: dict
        """
        since = today.replace(day=1) - relativedelta(months=MONTHS - 1)
        sums = dict.fromkeys((*MONEY, *COUNTS), 0.0)
        this_month = 0.0
        rows = self._monthly("collections.performance", since, (*MONEY, *COUNTS))
        for company, month, values in rows:
            date = min(month + relativedelta(months=1, days=-1), today)
            for name in MONEY:
                values[name] = self._convert(values[name], company, date)
            for name, value in values.items():
                sums[name] += value
            if month == today.replace(day=1):
                this_month += values["collected"]
        return {
            "since": str(since),
            "is_counted": bool(rows),
            "collected": this_month,
            "kept": _share(sums["promise_kept_count"], sums["promise_count"]),
            "kept_amount": _share(sums["promise_paid"], sums["promise_amount"]),
            "promises": int(sums["promise_count"]),
            "cycle": _share(sums["dispute_days"], sums["dispute_count"]),
            "disputes": int(sums["dispute_count"]),
            "roll": _share(sums["rolled"], sums["roll_begin"]),
            "cost": _share(sums["contact_cost"], sums["collected"]),
            "contacts": _share(1000 * sums["contact_count"], sums["collected"]),
        }

    def _monthly(self, model, since, names, groups=()):
        """Sums per company and month.

        :return: [(company, first day of the month, *groups, name -> sum)]
        """
        rows = self.env[model]._read_group(
            [("company_id", "in", self.env.companies.ids), ("month", ">=", since)],
            ["company_id", "month:month", *groups],
            [f"{name}:sum" for name in names],
        )
        keys = 2 + len(groups)
        return [
            (*row[:keys], dict(zip(names, (value or 0.0 for value in row[keys:]), strict=True)))
            for row in rows
        ]

    def _rolls(self, today):
        """Where the money of each age went in the last month that is over.

        :return: `month`; `rows`: of each age, youngest first, what was owed at its begin, and
            the shares that are settled, cured by a payment plan, as old, older
        :rtype: dict
        """
        month = today.replace(day=1) - relativedelta(months=1)
        date = today.replace(day=1) - timedelta(days=1)
        names = ("begin", "settled", "cured", "stayed", "rolled")
        ages = {}
        for company, found, bucket, values in self._monthly(
            "collections.roll", month, names, ["bucket_id"]
        ):
            if found == month:
                age = ages.setdefault(bucket, dict.fromkeys(names, 0.0))
                for name in names:
                    age[name] += self._convert(values[name], company, date)
        return {
            "month": str(month),
            "rows": [
                {
                    "bucket_id": bucket.id,
                    "name": bucket.name,
                    "begin": ages[bucket]["begin"],
                    **{name: ages[bucket][name] / ages[bucket]["begin"] for name in names[1:]},
                }
                for bucket in self.env["collections.aging.bucket"].search([])
                if bucket in ages and ages[bucket]["begin"]
            ],
        }

    def _targets(self):
        """Targets of the companies, with how far they are reached.

        :rtype: list[dict]
        """
        targets = self.env["collections.target"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        figures = dict(targets._fields["figure"]._description_selection(self.env))
        return [
            {
                "id": target.id,
                "figure": figures[target.figure],
                "who": target.collector_id.name or target.team_id.name or target.company_id.name,
                "value": target.value,
                "actual": target.actual if target.has_actual else None,
                "is_met": target.is_met,
            }
            for target in targets
        ]


def _share(above, below):
    return above / below if below else None
