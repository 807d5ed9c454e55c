from dateutil.relativedelta import relativedelta

from odoo import fields, models

from .dunning_action import CONTACTED

#: Days of the figures that need a period.
PERIOD = 90
#: States of promises whose time is up.
DECIDED = ("kept", "partially_kept", "broken")
#: Figure -> (what is added up above the line, below it, factor, amounts are converted).
RATIOS = {
    "dso": ("exposure", "sales", PERIOD, True),
    "dso_best": ("current", "sales", PERIOD, True),
    "days_delinquent": ("late", "sales", PERIOD, True),
    "effectiveness": ("collected_base", "collectable_base", 100, True),
    "roll_rate": ("rolled", "roll_begin", 100, True),
    "kept_share": ("promise_kept_count", "promise_count", 100, False),
    "kept_amount_share": ("promise_paid", "promise_amount", 100, True),
    "dispute_cycle": ("dispute_days", "dispute_count", 1, False),
    "cost_per_unit": ("contact_cost", "collected", 1, True),
    "contacts_per_thousand": ("contact_count", "collected", 1000, False),
}


class CollectionsPerformance(models.Model):
    """The results of a month, per collector and group of customers."""

    _name = "collections.performance"
    _description = "Results of Collections"
    _inherit = "collections.part"
    _order = "month desc, company_id, collector_id, segment_id"
    _rec_name = "month"
    _log_access = False
    _ratios = RATIOS

    date = fields.Date(string="As Of", required=True, readonly=True)

    # On the day
    receivable = fields.Monetary(string="Owed", readonly=True, help="Before credits.")
    exposure = fields.Monetary(readonly=True, help="Open items less credits.")
    overdue = fields.Monetary(readonly=True)
    current = fields.Monetary(
        string="Not Yet Due", readonly=True, help="Credits go to what is overdue first."
    )
    late = fields.Monetary(string="Overdue Less Credits", readonly=True)
    opening = fields.Monetary(string="Owed 90 Days Before", readonly=True)
    sales = fields.Monetary(
        string="Credit Sales",
        readonly=True,
        help="Invoices less credit notes of 90 days, of the customers that the collector and "
        "group have at the end of the month.",
    )
    collected_base = fields.Monetary(
        string="Settled in 90 Days", readonly=True, help="Owed before + sales − owed now."
    )
    collectable_base = fields.Monetary(
        string="Collectable in 90 Days", readonly=True, help="Owed before + sales − not yet due."
    )

    # In the month
    collected = fields.Monetary(readonly=True, help="Payments on invoices; no credit notes.")
    roll_begin = fields.Monetary(
        string="Owed at Begin", readonly=True, help="Of all ages but the oldest."
    )
    rolled = fields.Monetary(
        string="Became Older", readonly=True, help="Of that, found in an older age at the end."
    )
    promise_count = fields.Integer(string="Promises Decided", readonly=True)
    promise_kept_count = fields.Integer(string="Promises Kept", readonly=True)
    promise_amount = fields.Monetary(string="Promised", readonly=True)
    promise_paid = fields.Monetary(string="Paid of Promises", readonly=True)
    dispute_count = fields.Integer(string="Disputes Ended", readonly=True)
    dispute_days = fields.Integer(string="Days of Disputes", readonly=True)
    contact_count = fields.Integer(string="Contacts", readonly=True)
    contact_cost = fields.Monetary(string="Cost of Contacts", readonly=True)

    # Figures
    dso = fields.Float(
        string="DSO, Simple",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Receivables less credits ÷ credit sales of 90 days × 90, of the customers that the "
        "collector and group have at the end of the month.",
    )
    dso_best = fields.Float(
        string="Best Possible DSO",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Receivables not yet due ÷ credit sales of 90 days × 90.",
    )
    days_delinquent = fields.Float(
        string="ADD",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Average days delinquent: simple DSO less the best possible one.",
    )
    effectiveness = fields.Float(
        string="CEI (%)",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Collection effectiveness index: (owed 90 days before + credit sales − owed now) ÷ "
        "(owed 90 days before + credit sales − not yet due now). All of it goes with who has the "
        "customer at the end of the month. Credits are used up within each part, so that "
        "collectors and groups make up the whole only roughly.",
    )
    roll_rate = fields.Float(
        string="Roll Rate (%)",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Of what was owed at the begin of the month, the oldest age left out, the share "
        "that was an age older at its end.",
    )
    kept_share = fields.Float(
        string="Promises Kept (%)",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Promises paid in full by their date and grace ÷ promises whose time was up.",
    )
    kept_amount_share = fields.Float(
        string="Promised Money Kept (%)",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Paid in time ÷ promised, of promises whose time was up.",
    )
    dispute_cycle = fields.Float(
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Mean days from the opening to the end of disputes that ended in the month.",
    )
    cost_per_unit = fields.Float(
        string="Cost per Unit Collected",
        digits=(16, 4),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Cost of contacts ÷ payments of the month.",
    )
    contacts_per_thousand = fields.Float(
        string="Contacts per 1,000 Collected",
        digits=(16, 2),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="In the currency of the company; several companies are not converted.",
    )

    _one_per_part = models.UniqueIndex(
        "(company_id, month, COALESCE(collector_id, 0), COALESCE(segment_id, 0))",
        "This month has results already.",
    )

    # === ACTION METHODS === #

    def action_open_items(self):
        """The open items that this row stands for now."""
        action = "collections_addon.action_collections_aging"
        return self._open(action, [("residual", ">", 0)])

    def action_open_promises(self):
        """The promises that were decided in the month."""
        domain = [("state", "in", DECIDED), *self._in_month("deadline")]
        return self._open("collections_addon.action_collections_promise", domain)

    def action_open_disputes(self):
        """The disputes that ended in the month."""
        domain = self._in_month("closed_on")
        return self._open("collections_addon.action_collections_dispute", domain)

    def action_open_contacts(self):
        """The contacts made in the month."""
        domain = [("state", "in", CONTACTED), *self._in_month("contact_date")]
        return self._open("collections_addon.action_dunning_action", domain)

    def _in_month(self, name):
        last = self.month + relativedelta(months=1, days=-1)
        return [(name, ">=", self.month), (name, "<=", last)]
