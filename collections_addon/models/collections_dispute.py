import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount

_logger = logging.getLogger(__name__)

STATES = [
    ("open", "Open"),
    ("under_review", "Under Review"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
]
#: Target state -> states it may be reached from.
TRANSITIONS = {
    "under_review": {"open"},
    "accepted": {"open", "under_review"},
    "rejected": {"open", "under_review"},
    "withdrawn": {"open", "under_review"},
    "open": {"under_review", "rejected", "withdrawn"},
}
ACTIVE = ("open", "under_review")
SOURCES = [
    ("collector", "Collector"),
    ("portal", "Portal"),
    ("chat", "Chat"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("whatsapp", "WhatsApp"),
]


class CollectionsDispute(models.Model):
    """A contested amount. What is contested is not asked for until it is resolved;
    the undisputed rest of an invoice still is."""

    _name = "collections.dispute"
    _description = "Dispute"
    _inherit = [
        "collections.customer.record",
        "collections.stateful",
        "mail.thread.cc",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _transitions = TRANSITIONS

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    partner_id = fields.Many2one(tracking=True)
    reason_id = fields.Many2one(
        "collections.dispute.reason",
        required=True,
        tracking=True,
        domain=[("is_dispute", "=", True)],
    )
    line_ids = fields.One2many(
        "collections.dispute.line", "dispute_id", string="Contested Invoices", copy=True
    )
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices",
        compute="_compute_move_ids",
        inverse="_inverse_move_ids",
        search="_search_move_ids",
    )
    amount_disputed = fields.Monetary(
        string="Disputed", compute="_compute_amount_disputed", store=True, tracking=True
    )
    state = fields.Selection(STATES, required=True, default="open", tracking=True, copy=False)
    source = fields.Selection(SOURCES, required=True, default="collector")
    description = fields.Text(string="What the Customer Says")
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        compute="_compute_from_reason",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    deadline = fields.Date(
        compute="_compute_from_reason", store=True, readonly=False, precompute=True, tracking=True
    )
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    escalated_on = fields.Date(readonly=True, copy=False)
    resolution = fields.Text(copy=False, tracking=True)
    credit_move_ids = fields.Many2many(
        "account.move",
        "collections_dispute_credit_rel",
        string="Credit Notes",
        readonly=True,
        copy=False,
    )
    opened_on = fields.Date(
        required=True, default=fields.Date.context_today, readonly=True, copy=False
    )
    closed_on = fields.Date(readonly=True, copy=False)
    cycle_days = fields.Integer(
        string="Days to Resolution",
        compute="_compute_cycle_days",
        store=True,
        aggregator="avg",
        help="From the day it was opened to the day it was resolved.",
    )

    _deadline_after_opening = models.Constraint(
        "CHECK(deadline >= opened_on)", "The deadline cannot lie before the dispute was opened."
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.move_id")
    def _compute_move_ids(self):
        for dispute in self:
            dispute.move_ids = dispute.line_ids.move_id

    def _inverse_move_ids(self):
        """Contest these invoices wholly; amounts already given stay."""
        for dispute in self:
            moves = dispute.move_ids
            kept = dispute.line_ids.filtered_domain([("move_id", "in", moves.ids)])
            new = moves - kept.move_id
            dispute.line_ids = [
                *[fields.Command.delete(line.id) for line in dispute.line_ids - kept],
                *[
                    fields.Command.create(
                        {"move_id": move.id, "amount_disputed": move.amount_residual}
                    )
                    for move in new
                ],
            ]

    def _search_move_ids(self, operator, value):
        return [("line_ids.move_id", operator, value)]

    @api.depends("line_ids.amount_disputed")
    def _compute_amount_disputed(self):
        for dispute in self:
            dispute.amount_disputed = sum(dispute.line_ids.mapped("amount_disputed"))

    @api.depends("reason_id")
    def _compute_from_reason(self):
        for dispute in self.filtered("reason_id"):
            opened = dispute.opened_on or fields.Date.context_today(dispute)
            dispute.deadline = opened + timedelta(days=dispute.reason_id.deadline_days)
            dispute.user_id = dispute.reason_id.user_id or dispute._collector()

    def _collector(self):
        """The collector of the customer's case."""
        self.ensure_one()
        case = self.env["collections.case"].search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)],
            limit=1,
        )
        return case.collector_id

    @api.depends("deadline", "state")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for dispute in self:
            late = dispute.deadline and dispute.deadline < today
            dispute.is_late = bool(late) and dispute.state in ACTIVE

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("deadline", "<", fields.Date.context_today(self)) & Domain(
            "state", "in", ACTIVE
        )
        return late if True in value else ~late

    @api.depends("opened_on", "closed_on")
    def _compute_cycle_days(self):
        for dispute in self:
            closed = dispute.closed_on
            dispute.cycle_days = (closed - dispute.opened_on).days if closed else 0

    # === CONSTRAINT METHODS === #

    @api.constrains("line_ids", "currency_id", "partner_id", "state")
    def _check_lines(self):
        for dispute in self:
            if not dispute.line_ids:
                raise ValidationError(self.env._("Choose at least one invoice to dispute."))
            dispute._check_same_account()

    def _check_same_account(self):
        for move in self.line_ids.move_id:
            if move.currency_id != self.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(invoice)s is in %(currency)s; open a dispute of its own for it.",
                        invoice=move.name,
                        currency=move.currency_id.name,
                    )
                )
            if move.commercial_partner_id != self.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._("%(invoice)s belongs to another customer.", invoice=move.name)
                )
            if move.company_id != self.company_id:
                raise ValidationError(
                    self.env._("%(invoice)s belongs to another company.", invoice=move.name)
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("collections.dispute") or "/"
        disputes = super().create(vals_list)
        disputes._join_cases()
        for dispute in disputes:
            dispute._tell_case(self.env._("Dispute %s opened.", dispute.name))
        disputes._touch_cases()
        return disputes

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A dispute is evidence: withdraw it instead of deleting it."))

    # === ACTION METHODS === #

    def action_review(self):
        """Somebody is looking into it."""
        self._transition("under_review")
        return True

    def action_reopen(self):
        """Take up a dispute again that was rejected or withdrawn."""
        self._transition("open")
        return True

    def action_resolve(self):
        """Open the resolution wizard."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.dispute.resolution",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dispute_id": self.id},
            "name": self.env._("Resolve Dispute"),
        }

    def action_view_credit_notes(self):
        """The credit notes that settled the dispute."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.credit_move_ids.ids)],
            "name": self.env._("Credit Notes"),
        }

    # === BUSINESS METHODS === #

    def _transition(self, target, reason=None):
        """The one gate of the state machine.

        :param str target: the state to reach
        :param str|None reason: written as the resolution
        :raises UserError: when the state cannot be reached from the present one
        """
        self._check_transition(target)
        closed = fields.Date.context_today(self) if target not in ACTIVE else False
        values = {"state": target, "closed_on": closed}
        if reason:
            values["resolution"] = reason
        self.write(values)
        _logger.info("Disputes %s -> %s", self.ids, target)
        if target not in ACTIVE:
            self.activity_unlink(["collections_addon.activity_dispute_escalation"])
        self._touch_cases()

    def _touch_cases(self):
        """The customer's next step may be another now."""
        self.case_id._mark_for_refresh()

    def _tell_case(self, text):
        self.ensure_one()
        amount = format_amount(self.env, self.amount_disputed, self.currency_id)
        body = f"{text} {self.reason_id.name}, {amount}: {', '.join(self.move_ids.mapped('name'))}"
        self.case_id.sudo().message_post(body=body, subtype_xmlid="mail.mt_note")

    @api.model
    def _cron_escalate(self):
        """Disputes past their deadline get an activity for their owner, once."""
        progress = self.env["ir.cron"]
        for company in self.env["res.company"].search([]):
            today = company._collections_today(fields.Datetime.now())
            self._late(company, today)._escalate(today)
            progress._commit_progress(1)

    @api.model
    def _late(self, company, day):
        return self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ACTIVE),
                ("deadline", "<", day),
                ("escalated_on", "=", False),
            ]
        )

    def _escalate(self, day):
        for dispute in self:
            owner = dispute.user_id or dispute._collector() or dispute._a_manager()
            dispute.activity_schedule(
                "collections_addon.activity_dispute_escalation",
                date_deadline=day,
                user_id=owner.id,
                summary=self.env._("Dispute %s is past its deadline", dispute.name),
            )
            dispute.escalated_on = day

    def _a_manager(self):
        """A manager of collections who may see the company; else whoever runs this."""
        group = self.env.ref("collections_addon.group_collections_manager")
        managers = group.sudo().all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids and not user.share
        )
        return managers[:1] or self.env.user
