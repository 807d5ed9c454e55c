from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

#: So many months are counted again at once.
MOST_MONTHS = 60


class CollectionsRecount(models.TransientModel):
    """Count the results of some months again, after the books were put right, say."""

    _name = "collections.recount"
    _description = "Count Again"

    date_from = fields.Date(string="From Month", required=True)
    date_to = fields.Date(string="To Month", required=True)
    company_ids = fields.Many2many("res.company", string="Companies", required=True)
    span = fields.Char(string="Months", compute="_compute_span")

    @api.model
    def default_get(self, fields_list):
        """Override: the latest month that is over, or those of the rows chosen."""
        values = super().default_get(fields_list)
        context = self.env.context
        rows = self.env["collections.performance"]
        if context.get("active_model") == rows._name:
            rows = rows.browse(context.get("active_ids", [])).exists()
        last = self._this_month(self.env.company) - relativedelta(months=1)
        months = rows.mapped("month") or [last]
        return {
            **values,
            "date_from": min(months),
            "date_to": max(months),
            "company_ids": [fields.Command.set((rows.company_id or self.env.companies).ids)],
        }

    @api.depends("date_from", "date_to")
    @api.depends_context("lang")
    def _compute_span(self):
        for wizard in self:
            wizard.span = wizard._span()

    def _span(self):
        """The months in words, as “February 2026 – March 2026”."""
        months = self._months()
        ends = sorted({*months[:1], *months[-1:]})
        return " – ".join(format_date(self.env, day, date_format="MMMM y") for day in ends)

    @api.constrains("date_from", "date_to", "company_ids")
    def _check_months(self):
        for wizard in self:
            if not 1 <= len(wizard._months()) <= MOST_MONTHS:
                raise ValidationError(
                    self.env._("Choose 1 to %s months, the first one first.", MOST_MONTHS)
                )
            for company in wizard.company_ids:
                if wizard.date_to.replace(day=1) > self._this_month(company):
                    raise ValidationError(self.env._("The last month has not begun yet."))

    def _this_month(self, company):
        return company._collections_today(fields.Datetime.now()).replace(day=1)

    def _months(self):
        """The first day of each month chosen; none where the last is before the first."""
        if not self.date_from or not self.date_to:
            return []
        first, last = self.date_from.replace(day=1), self.date_to.replace(day=1)
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return [first + relativedelta(months=n) for n in range(count)]

    def action_recount(self):
        """Ask for the months to be counted again, in the background.

        :raises AccessError: for anybody but a manager of the companies
        """
        self.ensure_one()
        months = self._months()
        self.env["collections.performance"]._ask_again(self.company_ids, months[0], months[-1])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("To be counted again: %s", self.span),
                "message": self.env._(
                    "It happens in the background, a month at a time. Until then the months stay "
                    "as they are, marked as to be counted again."
                ),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
