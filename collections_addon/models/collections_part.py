from odoo import api, fields, models
from odoo.tools import SQL, format_date


def ratio_of(records, query, above, below, factor=1, converted=True):
    """Sum ÷ sum as SQL; amounts in one currency, at the rate of each row.

    :rtype: SQL
    """
    table = records._table
    rate = SQL("1")
    if converted:
        rate = SQL("NULLIF(%s, 0)", records._field_to_sql(table, "rate", query))
    parts = [
        SQL("SUM(%s::float8 / %s)", records._field_to_sql(table, name, query), rate)
        for name in (above, below)
    ]
    return SQL("(%s * %s / NULLIF(%s, 0))::float8", parts[0], factor, parts[1])


class CollectionsPart(models.AbstractModel):
    """A month of one collector and one group of customers, kept as sums.

    Every figure is a sum divided by a sum, so that it can be asked for any part of the
    customers: a company, a team, a collector, a group, several months. A customer counts
    for the collector and group it had at the end of the month.
    """

    _name = "collections.part"
    _description = "Month of a Collector and Customer Group"

    #: Figure -> (what is added up above the line, below it, factor, amounts are converted).
    _ratios = {}

    month = fields.Date(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    collector_id = fields.Many2one("res.users", string="Collector", readonly=True)
    team_id = fields.Many2one("collections.team", readonly=True)
    segment_id = fields.Many2one("collections.segment", string="Customer Group", readonly=True)
    rate = fields.Float(
        string="Rate of the Currency",
        digits=0,
        readonly=True,
        aggregator=None,
        help="On the last day; sums of several companies are converted by it.",
    )

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = format_date(self.env, row.month, date_format="MMMM y")

    @api.depends(lambda self: {name for ratio in self._ratios.values() for name in ratio[:2]})
    def _compute_ratios(self):
        for row in self:
            for name, (above, below, factor, _converted) in self._ratios.items():
                row[name] = row[below] and row[above] * factor / row[below]

    def _read_group_select(self, aggregate_spec, query):
        """Override: sums are divided, never figures averaged."""
        name, _colon, function = aggregate_spec.partition(":")
        if name not in self._ratios or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        return ratio_of(self, query, *self._ratios[name])

    def _open(self, xmlid, domain):
        """A screen with what belongs to the collector and group of this row now."""
        self.ensure_one()
        mine = [
            ("company_id", "=", self.company_id.id),
            ("case_id.collector_id", "=", self.collector_id.id),
            ("case_id.segment_id", "=", self.segment_id.id),
        ]
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, "domain": [*mine, *domain], "context": {}}
