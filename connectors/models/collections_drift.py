from odoo import api, fields, models

MEASURES = [("outstanding", "Outstanding"), ("overdue", "Overdue")]
CAUSES = [
    ("pending", "Not mirrored yet"),
    ("set_aside", "Set aside"),
    ("other_set_aside", "A record that pays it is set aside"),
    ("paid_here", "Paid here, and not there yet"),
    ("matched_here", "Matched here by hand"),
    ("documents", "As its documents"),
    ("rounding", "Rounding of currencies"),
    ("unknown", "Not explained"),
]


class CollectionsDrift(models.Model):
    """A figure of an outside ledger beside ours, as of the last comparison."""

    _name = "collections.drift"
    _description = "Figure Compared with an Outside Ledger"
    _order = "is_explained, difference_size desc, id"
    _rec_name = "ref_id"
    _log_access = False

    connection_id = fields.Many2one(
        "collections.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    ref_id = fields.Many2one(
        "collections.external.ref",
        string="Record",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    stream = fields.Char(related="ref_id.stream")
    is_customer = fields.Boolean(string="Of a Customer", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one("account.move", string="Document", related="ref_id.move_id")
    measure = fields.Selection(MEASURES, required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    there = fields.Monetary(readonly=True, help="What the ledger says.")
    here = fields.Monetary(readonly=True, help="What our books say.")
    difference = fields.Monetary(readonly=True, help="What the ledger has more than we.")
    difference_size = fields.Float(readonly=True, digits=0)
    cause = fields.Selection(CAUSES, readonly=True)
    explanation = fields.Char(readonly=True)
    is_explained = fields.Boolean(readonly=True)

    _unique_figure = models.UniqueIndex("(ref_id, measure)", "A figure is compared once.")
    _differing = models.Index("(connection_id) WHERE difference <> 0")

    def action_open(self):
        """Open the document, else the customer."""
        self.ensure_one()
        record = self.move_id or self.partner_id
        return record._get_records_action() if record else False

    @api.model
    def _differences(self, connection):
        """Figures that are not the same there and here."""
        return self.search([("connection_id", "=", connection.id), ("difference", "!=", 0)])

    def _summary(self):
        """The figure as plain data."""
        self.ensure_one()
        return {
            "record": self.ref_id.label or self.ref_id.external_id,
            "partner_id": self.partner_id.id,
            "measure": self.measure,
            "currency": self.currency_id.name,
            "there": self.there,
            "here": self.here,
            "text": self.explanation,
        }
