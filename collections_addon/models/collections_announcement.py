import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount, format_date

from .collections_dispute import SOURCES

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
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        domain=[("parent_id", "=", False)],
    )
    case_id = fields.Many2one("collections.case", readonly=True, index="btree_not_null")
    kind = fields.Selection(KINDS, required=True, default="transfer")
    reference = fields.Char(
        help="What the customer wrote on the transfer, or the number of the cheque."
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
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
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    made_on = fields.Date(
        string="Announced On", required=True, default=fields.Date.context_today, readonly=True
    )
    date = fields.Date(string="Arrives By", required=True, tracking=True)
    grace_days = fields.Integer(
        default=lambda self: self.env.company.collections_announcement_grace_days,
        help="Days after the date before it counts as not arrived.",
    )
    deadline = fields.Date(compute="_compute_deadline", store=True, index=True)
    state = fields.Selection(STATES, required=True, default="announced", tracking=True, copy=False)
    amount_arrived = fields.Monetary(string="Arrived", readonly=True, copy=False)
    source = fields.Selection(SOURCES, required=True, default="collector")
    note = fields.Text()
    user_id = fields.Many2one(
        "res.users", string="Taken By", default=lambda self: self.env.user, readonly=True
    )

    _grace_positive = models.Constraint(
        "CHECK(grace_days >= 0)", "The days of grace cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "amount", "kind")
    def _compute_display_name(self):
        for announcement in self:
            amount = format_amount(self.env, announcement.amount, announcement.currency_id)
            announcement.display_name = f"{announcement.partner_id.display_name} · {amount}"

    @api.depends("partner_id", "currency_id", "company_id")
    def _compute_line_ids(self):
        today = fields.Date.context_today(self)
        lines = self.env["account.move.line"]
        for announcement in self:
            if announcement.line_ids or not announcement.partner_id:
                continue
            owed = lines.search(
                [
                    *lines._dunning_open_domain(announcement.company_id.ids),
                    ("partner_id.commercial_partner_id", "=", announcement.partner_id.id),
                    ("currency_id", "=", announcement.currency_id.id),
                    ("amount_residual_currency", ">", 0),
                ]
            )
            overdue = owed.filtered(lambda line: line.date_maturity < today)
            announcement.line_ids = overdue or owed

    @api.depends("line_ids")
    def _compute_amount(self):
        for announcement in self.filtered(lambda announcement: not announcement.amount):
            announcement.amount = sum(announcement.line_ids.mapped("amount_residual_currency"))

    @api.depends("date", "grace_days")
    def _compute_deadline(self):
        for announcement in self:
            grace = timedelta(days=announcement.grace_days)
            announcement.deadline = announcement.date and announcement.date + grace

    # === CONSTRAINT METHODS === #

    @api.constrains("line_ids", "partner_id", "currency_id", "company_id", "amount")
    def _check_lines(self):
        for announcement in self:
            if not announcement.line_ids:
                raise ValidationError(
                    self.env._(
                        "%(customer)s owes nothing in %(currency)s that this could pay.",
                        customer=announcement.partner_id.display_name,
                        currency=announcement.currency_id.name,
                    )
                )
            if announcement.currency_id.compare_amounts(announcement.amount, 0) <= 0:
                raise ValidationError(self.env._("An announcement needs an amount."))
            announcement._check_own_lines()

    def _check_own_lines(self):
        for line in self.line_ids:
            owner = line.partner_id.commercial_partner_id
            if owner != self.partner_id.commercial_partner_id or line.company_id != self.company_id:
                raise ValidationError(
                    self.env._("%(item)s belongs to somebody else.", item=line.move_id.name)
                )
            if line.currency_id != self.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(item)s is in %(currency)s; announce it by itself.",
                        item=line.move_id.name,
                        currency=line.currency_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        announcements = super().create(vals_list)
        for announcement in announcements:
            announcement.case_id = self.env["collections.case"]._of(
                announcement.partner_id, announcement.company_id
            )
            announcement._tell_case(
                self.env._(
                    "Payment announced for %(date)s (%(kind)s).",
                    date=format_date(self.env, announcement.date),
                    kind=announcement._kind_label(),
                )
            )
        announcements.case_id._mark_for_refresh()
        return announcements

    def write(self, vals):
        written = super().write(vals)
        if vals.keys() & {"date", "grace_days", "line_ids", "state"}:
            self.case_id._mark_for_refresh()
        return written

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("An announcement belongs to the customer's history: cancel it instead.")
        )

    # === ACTION METHODS === #

    def action_cancel(self):
        """It is not coming; reminders go on."""
        self._transition("cancelled")
        return True

    # === BUSINESS METHODS === #

    def _transition(self, target):
        """The one gate of the state machine.

        :raises UserError: when the state cannot be reached from the present one
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for announcement in self:
            if announcement.state not in TRANSITIONS[target]:
                raise UserError(
                    self.env._(
                        "This announcement is “%(state)s” and cannot become “%(target)s”.",
                        state=labels[announcement.state],
                        target=labels[target],
                    )
                )
        _logger.info("Announcements %s -> %s", self.ids, target)
        self.write({"state": target})

    def _kind_label(self):
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _tell_case(self, text):
        self.ensure_one()
        amount = format_amount(self.env, self.amount, self.currency_id)
        self.case_id.sudo().message_post(body=f"{text} {amount}", subtype_xmlid="mail.mt_note")
