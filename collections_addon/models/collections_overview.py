from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .collections_case import MANUAL_STAGES
from .dunning_action import CONTACTED

TOP_COUNT = 10
NEXT_DAYS = 7
#: A trend over more days than this has one point a week.
DAILY_TREND = 31
OPEN_STATES = ("draft", "queued", "sending")


class CollectionsOverview(models.AbstractModel):
    """What the Overview screen shows, as plain data.

    Reads the daily figures and the cases, never the ledger line by line, so that it
    opens as fast on a million open items as on a hundred.
    """

    _name = "collections.overview"
    _description = "Collections Overview"

    # === PUBLIC METHODS === #

    @api.model
    @api.readonly
    def get_overview(self, company_ids=None, date_from=None, date_to=None):
        """Figures of the receivables of some companies.

        All amounts are in the currency of the current company. Those of a company with
        another currency are converted at the rate of the day the figure is of.

        :param list[int]|None company_ids: companies of the user; the selected ones if None
        :param str|None date_from: first day of the trend; a year before `date_to` if None
        :param str|None date_to: last day of the trend; today if None
        :return: see the methods named after the keys
        :rtype: dict
        :raises AccessError: without the group Viewer, or for a company of others
        """
        self = self._for_companies(company_ids)
        today = fields.Date.context_today(self)
        end = fields.Date.to_date(date_to) or today
        start = fields.Date.to_date(date_from) or end - relativedelta(years=1)
        latest = self._latest()
        currencies = self.env.companies.currency_id
        return {
            "date_from": str(start),
            "date_to": str(end),
            "is_converted": bool(currencies - self.env.company.currency_id),
            "is_complete": len(latest) == len(self.env.companies),
            "has_history": self._has_history(),
            "can_build": self.env["collections.kpi"].has_access("create"),
            "trend": self._trend(start, end),
            **self._overview(latest, today),
        }

    @api.model
    def refresh_overview(self, company_ids=None):
        """Take today's figures of some companies anew, from the ledger as it stands.

        :param list[int]|None company_ids: as for :meth:`get_overview`
        :return: True
        :raises AccessError: without the group Viewer, or for a company of others
        """
        self = self._for_companies(company_ids)
        now = fields.Datetime.now()
        for company in self.env.companies:
            self.env["collections.kpi"].sudo()._take_snapshot(
                company, company._collections_today(now)
            )
        return True

    def _overview(self, latest, today):
        """The figures of a day: what other features show on the Overview they add here.

        :param latest: `collections.kpi`, the latest of each company
        :rtype: dict
        """
        return {
            "today": str(today),
            "currency_id": self.env.company.currency_id.id,
            "companies": self._companies(latest),
            "figures": self._figures(latest, today),
            "aging": self._aging(latest),
            "contacts": self._contacts(today),
            "skipped": self._skipped(),
            "top": self._top(today),
            "next": self._next(today),
            "ledgers": self._ledgers(),
        }

    # === ACCESS AND CURRENCY === #

    def _for_companies(self, company_ids):
        if not self.env.user.has_group("collections_addon.group_collections_viewer"):
            raise AccessError(
                self.env._("You need the access right Collections / Viewer to see this.")
            )
        if not company_ids:
            return self
        main = self.env.company.id
        ids = sorted(company_ids, key=lambda company_id: company_id != main)
        return self.with_context(allowed_company_ids=ids)

    def _convert(self, amount, company, date):
        """An amount of a company in the current company's currency, at its rate of a day."""
        target = self.env.company.currency_id
        if company.currency_id == target:
            return amount
        return company.currency_id._convert(amount, target, self.env.company, date)

    # === AGING AND TREND === #

    def _latest(self):
        """The latest figures of each company.

        :rtype: `collections.kpi`
        """
        kpi = self.env["collections.kpi"]
        rows = kpi._read_group(
            [("company_id", "in", self.env.companies.ids), ("is_rebuilt", "=", False)],
            ["company_id"],
            ["date:max"],
        )
        return kpi.search(
            Domain.OR(
                [("company_id", "=", company.id), ("date", "=", date)] for company, date in rows
            )
        )

    def _has_history(self):
        return bool(self.env["collections.kpi"].search_count([("is_rebuilt", "=", True)], limit=1))

    def _companies(self, latest):
        """Each company with its currency and the moment its figures were taken."""
        taken = {kpi.company_id: kpi.create_date for kpi in latest}
        return [
            {
                "id": company.id,
                "name": company.name,
                "currency": company.currency_id.name,
                "taken_at": fields.Datetime.to_string(taken.get(company)) or False,
            }
            for company in self.env.companies
        ]

    def _figures(self, latest, today):
        """Totals: amounts, and counts of customers and contacts."""
        names = ("receivable", "credit_amount", "exposure", "overdue")
        totals = {
            name: sum(self._convert(kpi[name], kpi.company_id, kpi.date) for kpi in latest)
            for name in names
        }
        in_companies = [("company_id", "in", self.env.companies.ids)]
        actions = self.env["dunning.action"]
        return {
            **totals,
            "line_count": sum(latest.mapped("line_count")),
            "overdue_count": sum(latest.mapped("overdue_count")),
            "overdue_customers": self.env["collections.case"].search_count(
                [*in_companies, ("overdue", ">", 0)]
            ),
            "waiting": actions.search_count([*in_companies, ("state", "=", "draft")]),
            "contacts_today": actions.search_count(
                [*in_companies, ("contact_date", "=", today), ("state", "in", CONTACTED)]
            ),
        }

    def _aging(self, latest):
        """One row per age, youngest first: what is owed, and credits."""
        totals = {}
        for row in latest.bucket_ids:
            amounts = totals.setdefault(row.bucket_id.id, [0.0, 0.0, 0])
            amounts[0] += self._convert(row.amount, row.company_id, row.date)
            amounts[1] += self._convert(row.credit_amount, row.company_id, row.date)
            amounts[2] += row.line_count
        rows = []
        for bucket in self.env["collections.aging.bucket"].search([]):
            owed, credit, count = totals.get(bucket.id, (0.0, 0.0, 0))
            rows.append(
                {
                    "bucket_id": bucket.id,
                    "name": bucket.name,
                    "days_to": bucket.days_to,
                    "amount": owed,
                    "credit_amount": credit,
                    "line_count": count,
                }
            )
        return rows

    def _trend(self, start, end):
        """What was owed and overdue: a point a week, or a day when the time is short.

        A company's point is its latest figures up to then; without any for longer than
        two steps it counts nothing.
        """
        step = 1 if (end - start).days <= DAILY_TREND else 7
        kpis = self.env["collections.kpi"].search(
            [
                ("company_id", "in", self.env.companies.ids),
                ("date", ">", start - timedelta(days=2 * step)),
                ("date", "<=", end),
            ],
            order="date",
        )
        by_company = {company: list(rows) for company, rows in kpis.grouped("company_id").items()}
        days = [end - timedelta(days=n) for n in range(0, (end - start).days + 1, step)]
        points = [self._trend_point(by_company, day, step) for day in reversed(days)]
        return [point for point in points if point]

    def _trend_point(self, by_company, day, step):
        found = [
            kpi
            for rows in by_company.values()
            if (kpi := next((row for row in reversed(rows) if row.date <= day), None))
            and (day - kpi.date).days < 2 * step
        ]
        if not found:
            return None
        return {
            "date": str(day),
            "receivable": sum(self._convert(k.receivable, k.company_id, k.date) for k in found),
            "overdue": sum(self._convert(k.overdue, k.company_id, k.date) for k in found),
        }

    # === CONTACTS === #

    def _contacts(self, today):
        """Contacts under way, made today, or of today's runs: counts by channel and state."""
        actions = self.env["dunning.action"]
        runs = self.env["dunning.run"].search(
            [("company_id", "in", self.env.companies.ids), ("date", "=", today)]
        )
        domain = Domain("company_id", "in", self.env.companies.ids) & (
            Domain("state", "in", OPEN_STATES)
            | Domain("contact_date", "=", today)
            | Domain("run_id", "in", runs.ids)
        )
        rows = actions._read_group(domain, ["channel_code", "state"], ["__count"])
        channels, states = self._labels("channel_code"), self._labels("state")
        order = {code: position for position, code in enumerate([*channels, *states])}
        return [
            {
                "channel": channel,
                "channel_name": channels.get(channel, channel),
                "state": state,
                "state_name": states[state],
                "count": count,
            }
            for channel, state, count in sorted(
                rows, key=lambda row: (order.get(row[0], -1), order[row[1]])
            )
        ]

    def _labels(self, field):
        return dict(self.env["dunning.action"]._fields[field]._description_selection(self.env))

    def _ledgers(self):
        """Outside ledgers that need somebody: `id`, `name`, `text`, `is_down` of each."""
        return []

    def _skipped(self):
        """Of the last run of each company: why open items were left alone."""
        runs = self.env["dunning.run"]
        for company in self.env.companies:
            runs |= runs.search(
                [("company_id", "=", company.id), ("state", "=", "done")],
                order="date desc",
                limit=1,
            )
        reasons = self.env["dunning.run.reason"]
        rows = reasons._read_group(
            [("run_id", "in", runs.ids)], ["reason_code"], ["line_count:sum", "customer_count:sum"]
        )
        labels = dict(reasons._fields["reason_code"]._description_selection(self.env))
        sentences = self.env["dunning.reason"]._sentences()
        return {
            "run_ids": runs.ids,
            "date": str(max(runs.mapped("date"))) if runs else False,
            "reasons": [
                {
                    "code": code,
                    "name": labels[code],
                    "text": sentences[code],
                    "line_count": lines,
                    "customer_count": customers,
                }
                for code, lines, customers in sorted(rows, key=lambda row: -row[1])
            ],
        }

    # === CUSTOMERS === #

    def _top(self, today):
        """The customers with most overdue."""
        cases = self.env["collections.case"]
        for company in self.env.companies:
            cases |= cases.search(
                [("company_id", "=", company.id), ("overdue", ">", 0)],
                order="overdue desc, id",
                limit=TOP_COUNT,
            )
        rows = [self._top_row(case, today) for case in cases]
        return sorted(rows, key=lambda row: -row["overdue"])[:TOP_COUNT]

    def _top_row(self, case, today):
        return {
            "case_id": case.id,
            "name": case.partner_id.display_name,
            "company": case.company_id.name,
            "overdue": self._convert(case.overdue, case.company_id, today),
            "exposure": self._convert(case.exposure, case.company_id, today),
            "days_overdue": case.days_overdue,
            "level": case.level_id.name or "",
            "collector": case.collector_id.name or "",
        }

    def _next(self, today):
        """How many customers come to their next step on each of the coming days.

        What should have happened before is counted on the first.
        """
        last = today + timedelta(days=NEXT_DAYS - 1)
        rows = self.env["collections.case"]._read_group(
            [
                ("company_id", "in", self.env.companies.ids),
                ("stage", "not in", MANUAL_STAGES),
                ("next_step_date", "<=", last),
            ],
            ["next_step_date:day"],
            ["__count"],
        )
        counts = {}
        for date, count in rows:
            day = max(date, today)
            counts[day] = counts.get(day, 0) + count
        days = [today + timedelta(days=n) for n in range(NEXT_DAYS)]
        return [{"date": str(day), "count": counts.get(day, 0)} for day in days]
