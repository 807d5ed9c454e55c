from odoo import api, fields, models

from .collections_performance import ratio_of


class CollectionsRoll(models.Model):
    """Where the money of one age went in a month, per collector and group.

    What was open at the end of the month before is followed to the end of this one: paid
    or credited, of the same age, or older. Ages go by the due dates that the ledger has when
    it is counted: an item whose due date was moved has had the new one always.
    """

    _name = "collections.roll"
    _description = "Roll Rates"
    _order = "month desc, company_id, bucket_id"
    _rec_name = "bucket_id"
    _log_access = False

    month = fields.Date(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    bucket_id = fields.Many2one(
        "collections.aging.bucket",
        string="Age Before",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    collector_id = fields.Many2one("res.users", string="Collector", readonly=True)
    team_id = fields.Many2one("collections.team", readonly=True)
    segment_id = fields.Many2one("collections.segment", string="Customer Group", readonly=True)
    rate = fields.Float(
        string="Rate of the Currency", readonly=True, aggregator=None, help="On the last day."
    )
    begin = fields.Monetary(string="Owed at Begin", readonly=True)
    settled = fields.Monetary(readonly=True, help="Paid or credited.")
    stayed = fields.Monetary(string="Same Age", readonly=True)
    rolled = fields.Monetary(string="Older", readonly=True, help="Found in an older age.")
    flows = fields.Json(readonly=True, help="Age after -> amount.")
    roll_rate = fields.Float(
        string="Roll Rate (%)",
        digits=(16, 1),
        compute="_compute_rates",
        store=True,
        aggregator="avg",
        help="Older ÷ owed at begin; sums are divided, not rates averaged.",
    )
    settled_rate = fields.Float(
        string="Settled (%)",
        digits=(16, 1),
        compute="_compute_rates",
        store=True,
        aggregator="avg",
        help="Paid or credited ÷ owed at begin.",
    )

    _one_per_age = models.UniqueIndex(
        "(company_id, month, bucket_id, COALESCE(collector_id, 0), COALESCE(segment_id, 0))",
        "This month has figures already.",
    )

    @api.depends("begin", "rolled", "settled")
    def _compute_rates(self):
        for row in self:
            row.roll_rate = row.begin and 100 * row.rolled / row.begin
            row.settled_rate = row.begin and 100 * row.settled / row.begin

    def _read_group_select(self, aggregate_spec, query):
        """Override: sums are divided, converted at the rate of each month."""
        parts = {"roll_rate:avg": "rolled", "settled_rate:avg": "settled"}
        if aggregate_spec not in parts:
            return super()._read_group_select(aggregate_spec, query)
        return ratio_of(self, query, parts[aggregate_spec], "begin", 100)

    def action_open_items(self):
        """The items that are as old now as these were before."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_aging"
        )
        domain = [
            ("company_id", "=", self.company_id.id),
            ("bucket_id", "=", self.bucket_id.id),
            ("case_id.collector_id", "=", self.collector_id.id),
            ("case_id.segment_id", "=", self.segment_id.id),
        ]
        return {**action, "domain": domain, "context": {}}
