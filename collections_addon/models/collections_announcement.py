import logging

from odoo import fields, models
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

KINDS = [("transfer", "Bank Transfer"), ("cheque", "Cheque"), ("other", "Other")]
STATES = [
    ("announced", "Announced"),
    ("arrived", "Arrived"),
    ("missing", "Not Arrived"),
    ("cancelled", "Cancelled"),
]
#: Target state -> states it may be reached from. Money may come late, or be taken back.
TRANSITIONS = {
    "arrived": {"announced", "missing"},
    "missing": {"announced", "arrived"},
    "announced": {"arrived"},
    "cancelled": {"announced", "missing"},
}


class CollectionsAnnouncement(models.Model):
    """Money that a customer says is on its way: a transfer, a cheque.

    Nothing is asked for its items until the date and its grace have passed. A
    payment that arrives is matched with it; one that does not is looked into.
    """

    _name = "collections.announcement"
    _description = "Announced Payment"
    _inherit = ["collections.commitment"]
    _transitions = TRANSITIONS

    kind = fields.Selection(KINDS, required=True, default="transfer")
    reference = fields.Char(
        help="What the customer wrote on the transfer, or the number of the cheque."
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "collections_announcement_line_rel",
        "announcement_id",
        "line_id",
        string="Open Items",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
        help="What it pays. Empty when saved: every overdue item of the customer in this currency.",
    )
    made_on = fields.Date(string="Announced On")
    date = fields.Date(string="Arrives By")
    grace_days = fields.Integer(
        default=lambda self: self.env.company.collections_announcement_grace_days,
        help="Days after the date before it counts as not arrived.",
    )
    state = fields.Selection(STATES, required=True, default="announced", tracking=True, copy=False)
    amount_arrived = fields.Monetary(string="Arrived", readonly=True, copy=False)

    def _told(self):
        return self.env._(
            "Payment announced for %(date)s (%(kind)s).",
            date=format_date(self.env, self.date),
            kind=self._kind_label(),
        )

    def _kind_label(self):
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]
