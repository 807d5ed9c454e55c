from collections import defaultdict
from datetime import date as Date
from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..domain import kpi as formulas
from .collections_aging_sql import receivable_accounts
from .collections_performance import PERIOD
from .collections_performance_hands import HANDS

#: So many months are counted back at most.
MONTHS = 24
#: The figure that no sum divided by a sum gives.
BACK = "dso_back:avg"


class CollectionsPerformance(models.Model):
    """DSO counted back, of any part of the customers.

    Each row keeps the sales of the months before it, of the customers that belong to its
    collector and group at its end: so what is owed and what was sold are of the same
    customers, also after some have changed hands.
    """

    _inherit = "collections.performance"

    sold = fields.Json(readonly=True, help="First day of a month -> credit sales of it.")
    dso_back = fields.Float(
        string="DSO",
        digits=(16, 1),
        compute="_compute_dso_back",
        store=True,
        aggregator="avg",
        help="Days sales outstanding, counted back: sales of the latest months are taken off "
        "what is owed until it is used up; the days of these months are the figure. A sale "
        "belongs to whoever has the customer at the end of the month. Of several parts sums "
        "are counted back, of several months it is the mean.",
    )
    is_dso_least = fields.Boolean(
        string="DSO at Least",
        compute="_compute_dso_back",
        store=True,
        help="The sales on record do not reach back far enough: it is at least so many days.",
    )

    # === COMPUTE METHODS === #

    @api.depends("exposure", "sold", "date")
    def _compute_dso_back(self):
        for row in self:
            found = row._counted_back()
            row.dso_back = float(found.value) if found else 0
            row.is_dso_least = bool(found and found.is_least)

    def _counted_back(self):
        """DSO of rows of one month taken together, each at its own rate.

        :rtype: Days|None
        """
        parts = [row._sold_part() for row in self]
        return formulas.dso_of_parts(parts, max(self.mapped("date"))) if parts else None

    def _sold_part(self):
        rate = self.rate or 1
        months = (self.sold or {}).items()
        return (
            Decimal(str(self.exposure / rate)),
            {Date.fromisoformat(day): Decimal(str(sales / rate)) for day, sales in months},
        )

    # === GROUPING === #

    def _read_group_select(self, aggregate_spec, query):
        """Override: of a group its rows are asked for; what they give is worked out then."""
        if aggregate_spec != BACK:
            return super()._read_group_select(aggregate_spec, query)
        return SQL("ARRAY_AGG(%s)", self._field_to_sql(self._table, "id", query))

    def _read_group_postprocess_aggregate(self, aggregate_spec, raw_values):
        """Override: the rows of each group, month by month."""
        values = super()._read_group_postprocess_aggregate(aggregate_spec, raw_values)
        if aggregate_spec != BACK:
            return values
        groups = [ids or () for ids in values]
        everything = self.browse({row_id for ids in groups for row_id in ids})
        everything.fetch(["month", "date", "rate", "exposure", "sold"])
        return [self._mean_of_months(everything.browse(ids)) for ids in groups]

    def _mean_of_months(self, rows):
        found = [month._counted_back() for month in rows.grouped("month").values()]
        days = [float(one.value) for one in found if one]
        return sum(days) / len(days) if days else None

    def _read_group_orderby(self, order, groupby_terms, query):
        """Override: the database can sort by the simple figure, not by this one."""
        order = order.replace(BACK, "dso:avg") if order else order
        return super()._read_group_orderby(order, groupby_terms, query)

    # === COUNTING === #

    def _facts(self, company, month, last, today):
        """Override: the sales of the months before, for counting back."""
        return [
            *super()._facts(company, month, last, today),
            self._sold_by_month(company, last),
        ]

    def _sold_by_month(self, company, last):
        """Credit sales per part and month, of the parts at the end of the month counted.

        :return: (collector id, group id) -> {"sold": first day of a month -> amount}
        """
        since = last.replace(day=1) - relativedelta(months=MONTHS - 1)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT file.collector_id, file.segment_id, sale.month, sum(sale.amount)::float8
                  FROM (SELECT partner.commercial_partner_id AS customer,
                               date_trunc('month', line.date)::date AS month,
                               sum(line.balance) AS amount
                          FROM account_move_line line
                          JOIN account_move move ON move.id = line.move_id
                          JOIN res_partner partner ON partner.id = line.partner_id
                         WHERE line.account_id IN %(accounts)s
                           AND line.company_id = %(company)s AND line.parent_state = 'posted'
                           AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                           AND line.date BETWEEN %(since)s AND %(last)s
                      GROUP BY 1, 2) sale
             LEFT JOIN %(hands)s file ON file.partner_id = sale.customer
              GROUP BY 1, 2, 3
                """,
                accounts=receivable_accounts(self.env),
                company=company.id,
                hands=HANDS,
                since=since,
                last=last,
            )
        )
        parts = defaultdict(lambda: {"sold": {}})
        for collector, segment, month, amount in rows:
            parts[collector, segment]["sold"][str(month)] = amount
        return parts

    # === ACTION METHODS === #

    def action_open_sales(self):
        """The invoices and credit notes of the 90 days that sales are made of."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit Sales"),
            "res_model": "account.move",
            "views": [(self.env.ref("account.view_out_invoice_tree").id, "list"), (False, "form")],
            "domain": [
                ("company_id", "=", self.company_id.id),
                *self._of_customers(),
                ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
                ("state", "=", "posted"),
                ("date", ">", str(self.date - timedelta(days=PERIOD))),
                ("date", "<=", str(self.date)),
            ],
            "context": {"create": False, "default_move_type": "out_invoice"},
        }

    def _of_customers(self):
        """A domain of documents: their customers belong to this row's part now."""
        cases = "commercial_partner_id.collections_case_ids"
        in_company = ("company_id", "=", self.company_id.id)
        mine = [
            in_company,
            ("collector_id", "=", self.collector_id.id),
            ("segment_id", "=", self.segment_id.id),
        ]
        if self.collector_id or self.segment_id:
            return [(cases, "any", mine)]
        return ["|", (cases, "any", mine), (cases, "not any", [in_company])]
