from odoo import fields, models
from odoo.tools import SQL

from ..models.collections_aging_sql import bucket_case, flush_ledger, open_lines


class CollectionsAgingReport(models.Model):
    """One row per open receivable line, aged on a date.

    The date is the context's `aging_date`, else the user's today. Today shows the
    ledger as it stands, what dunning works on; a past date shows what was open as
    of that date, without what was reconciled later.

    Amounts exist in the currency of the line and in that of the company. Both carry
    their currency, so that totals over several are converted and not just added.
    """

    _name = "collections.aging.report"
    _description = "Receivables Aging"
    _auto = False
    _order = "days_overdue desc, id"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True)
    move_line_id = fields.Many2one("account.move.line", string="Open Item", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    case_id = fields.Many2one("collections.case", string="Case", readonly=True)
    collector_id = fields.Many2one("res.users", string="Collector", readonly=True)
    team_id = fields.Many2one("collections.team", string="Team", readonly=True)
    segment_id = fields.Many2one("collections.segment", string="Customer Group", readonly=True)
    invoice_user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    level_id = fields.Many2one("dunning.level", string="Dunning Level", readonly=True)
    bucket_id = fields.Many2one("collections.aging.bucket", string="Age", readonly=True)
    date = fields.Date(readonly=True)
    date_maturity = fields.Date(string="Due Date", readonly=True)
    days_overdue = fields.Integer(
        readonly=True, aggregator="max", help="Days past due; negative before the due date."
    )
    residual = fields.Monetary(
        string="Open Amount",
        currency_field="company_currency_id",
        readonly=True,
        help="What is open, in the currency of the company; credits are negative.",
    )
    overdue = fields.Monetary(
        string="Overdue Amount",
        currency_field="company_currency_id",
        readonly=True,
        help="What is owed and past its due date, before credits, in company currency.",
    )
    residual_currency = fields.Monetary(
        string="Open Amount in Currency",
        currency_field="currency_id",
        readonly=True,
        help="What is open, in the currency of the document.",
    )

    @property
    def _table_query(self):
        flush_ledger(self.env)
        self.env["collections.case"].flush_model(["collector_id", "segment_id"])
        self.env["collections.team"].flush_model()
        today = fields.Date.context_today(self)
        date = fields.Date.to_date(self.env.context.get("aging_date")) or today
        as_of = date if date < today else None
        return SQL("%s %s", self._select(date, as_of), self._from(as_of))

    def _select(self, date, as_of):
        days = SQL("(%s::date - COALESCE(line.date_maturity, line.date))", date)
        return SQL(
            """
            SELECT line.id, line.id AS move_line_id, line.move_id, line.company_id,
                   line.company_currency_id, line.currency_id,
                   customer.id AS partner_id, customer.country_id,
                   file.id AS case_id, file.collector_id, crew.team_id, file.segment_id,
                   move.invoice_user_id,
                   %(level)s AS level_id, %(bucket)s AS bucket_id,
                   line.date, COALESCE(line.date_maturity, line.date) AS date_maturity,
                   %(days)s AS days_overdue, item.residual, item.residual_currency,
                   CASE WHEN %(days)s > 0 THEN GREATEST(item.residual, 0) ELSE 0 END AS overdue
            """,
            level=SQL("line.dunning_level_id") if as_of is None else SQL("NULL::int"),
            bucket=bucket_case(days, self.env["collections.aging.bucket"].sudo()._all()),
            days=days,
        )

    def _from(self, as_of):
        return SQL(
            """
                 FROM (%s) item
                 JOIN account_move_line line ON line.id = item.id
                 JOIN account_move move ON move.id = line.move_id
            LEFT JOIN res_partner partner ON partner.id = line.partner_id
            LEFT JOIN res_partner customer ON customer.id = partner.commercial_partner_id
            LEFT JOIN collections_case file ON file.partner_id = customer.id
                                           AND file.company_id = line.company_id
            LEFT JOIN (SELECT member.user_id, team.company_id, min(team.id) AS team_id
                         FROM collections_team team
                         JOIN collections_team_member_rel member ON member.team_id = team.id
                        WHERE team.active
                     GROUP BY member.user_id, team.company_id) crew
                   ON crew.user_id = file.collector_id AND crew.company_id = line.company_id
            """,
            open_lines(self.env, as_of),
        )

    def action_open_move(self):
        """Open the invoice, or whatever entry the open item belongs to."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
