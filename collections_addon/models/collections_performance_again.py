from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

#: How rows are counted. Raised by one when a sum is added: months counted otherwise are then
#: counted again by the daily job, a month at a time.
LAYOUT = 1
#: Months counted when there is nothing yet.
MONTHS = 12
#: Up to this day of a month the one before is counted again: entries come late.
LATE_DAY = 10


class CollectionsPerformance(models.Model):
    """Which months are to be counted: those under way, missing, or asked for again."""

    _inherit = "collections.performance"

    layout = fields.Integer(
        readonly=True, aggregator=None, help="How it was counted; 0: to be counted again."
    )
    is_waiting = fields.Boolean(
        string="To Be Counted Again",
        compute="_compute_is_waiting",
        help="The next daily job counts it again, or the one that was asked for.",
    )

    @api.depends("layout")
    def _compute_is_waiting(self):
        for row in self:
            row.is_waiting = row.layout < LAYOUT

    def _months(self, company, today):
        """Months to be counted on a day: missing ones, those that may have changed, and
        those that were counted otherwise than now."""
        this = today.replace(day=1)
        year = {this - relativedelta(months=n) for n in range(MONTHS + 1)}
        again = {this} | ({this - relativedelta(months=1)} if today.day <= LATE_DAY else set())
        known = {
            month: layout
            for month, layout in self._read_group(
                [("company_id", "=", company.id)], ["month:month"], ["layout:min"]
            )
        }
        stale = {month for month, layout in known.items() if (layout or 0) < LAYOUT}
        return sorted(again | stale | (year - known.keys()))

    def _ask_again(self, companies, first, last):
        """Have months counted again by the daily job, which begins at once.

        What has no row yet gets one that waits, so that it is not forgotten.

        :param companies: `res.company`
        :param datetime.date first: the first day of a month
        :param datetime.date last: the first day of a month
        """
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        months = [first + relativedelta(months=n) for n in range(count)]
        rows = self.search([("company_id", "in", companies.ids), ("month", "in", months)])
        rows.layout = 0
        known = {(row.company_id, row.month) for row in rows}
        self.create(
            [
                {"company_id": company.id, "month": month, "date": month, "rate": 1}
                for company in companies
                for month in months
                if (company, month) not in known
            ]
        )
        self.env.ref("collections_addon.cron_collections_performance").sudo()._trigger()
