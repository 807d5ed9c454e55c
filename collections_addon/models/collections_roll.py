from odoo import fields, models


class CollectionsRoll(models.Model):
    """Where the money of one age went in a month, per collector and group.

    What was open at the end of the month before is followed to the end of this one: paid
    or credited, cured, of the same age, or older. Cured is what is in a payment plan under
    way at the end; a dispute that was accepted is credited and so settled. Ages go by the
    due dates that the ledger has when it is counted, for it keeps no others: an item whose
    due date was moved has had the new one always and never becomes younger.
    """

    _name = "collections.roll"
    _description = "Roll Rates"
    _inherit = "collections.part"
    _order = "month desc, company_id, bucket_id"
    _rec_name = "bucket_id"
    _log_access = False
    _ratios = {
        "roll_rate": ("rolled", "begin", 100, True),
        "cured_rate": ("cured", "begin", 100, True),
        "settled_rate": ("settled", "begin", 100, True),
    }

    bucket_id = fields.Many2one(
        "collections.aging.bucket",
        string="Age Before",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    begin = fields.Monetary(string="Owed at Begin", readonly=True)
    settled = fields.Monetary(readonly=True, help="Paid or credited.")
    cured = fields.Monetary(
        readonly=True,
        help="In a payment plan under way at the end. A due date that was moved does not show "
        "here: the ledger keeps no former ones.",
    )
    stayed = fields.Monetary(string="Same Age", readonly=True)
    rolled = fields.Monetary(string="Older", readonly=True, help="Found in an older age.")
    flows = fields.Json(readonly=True, help="Age after -> amount.")
    roll_rate = fields.Float(
        string="Roll Rate (%)",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Older ÷ owed at begin; sums are divided, not rates averaged.",
    )
    cured_rate = fields.Float(
        string="Cured (%)",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="In a payment plan at the end ÷ owed at begin.",
    )
    settled_rate = fields.Float(
        string="Settled (%)",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Paid or credited ÷ owed at begin.",
    )

    _one_per_age = models.UniqueIndex(
        "(company_id, month, bucket_id, COALESCE(collector_id, 0), COALESCE(segment_id, 0))",
        "This month has figures already.",
    )

    def action_open_items(self):
        """The items that are as old now as these were before."""
        domain = [("bucket_id", "=", self.bucket_id.id)]
        return self._open("collections_addon.action_collections_aging", domain)
