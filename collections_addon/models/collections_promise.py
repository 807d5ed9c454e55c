import logging
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_amount, format_date

from ..domain.promises import judge
from .collections_dispute import SOURCES

_logger = logging.getLogger(__name__)

STATES = [
    ("open", "Open"),
    ("kept", "Kept"),
    ("partially_kept", "Partly Kept"),
    ("broken", "Broken"),
    ("cancelled", "Cancelled"),
]
#: Target state -> states it may be reached from. A returned payment reopens the judgment.
TRANSITIONS = {
    "kept": {"open", "partially_kept", "broken"},
    "partially_kept": {"open", "kept", "broken"},
    "broken": {"open", "kept", "partially_kept"},
    "open": {"kept"},
    "cancelled": {"open"},
}


class CollectionsPromise(models.Model):
    """A customer's word to pay an amount by a date.

    Until the date and its grace have passed nothing is asked for on any
    channel. Whether it was kept is judged by the payments reconciled with its
    items, never by a flag; credit notes are no payment.
    """

    _name = "collections.promise"
    _description = "Promise to Pay"
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
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "collections_promise_line_rel",
        "promise_id",
        "line_id",
        string="Open Items",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
        help="What is promised. Empty when saved: every overdue item of the customer in "
        "this currency.",
    )
    amount = fields.Monetary(
        string="Promised",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    made_on = fields.Date(
        string="Made On", required=True, default=fields.Date.context_today, readonly=True
    )
    date = fields.Date(string="Pays By", required=True, tracking=True)
    grace_days = fields.Integer(
        default=lambda self: self.env.company.collections_promise_grace_days,
        help="Days after the date that still count as kept: bank transfers take time.",
    )
    deadline = fields.Date(compute="_compute_deadline", store=True, index=True)
    state = fields.Selection(STATES, required=True, default="open", tracking=True, copy=False)
    amount_paid = fields.Monetary(readonly=True, copy=False, string="Paid in Time")
    source = fields.Selection(SOURCES, required=True, default="collector")
    note = fields.Text()
    user_id = fields.Many2one(
        "res.users", string="Taken By", default=lambda self: self.env.user, readonly=True
    )

    _amount_positive = models.Constraint("CHECK(amount >= 0)", "A promise needs an amount.")
    _date_not_past = models.Constraint(
        "CHECK(date >= made_on)", "A promise cannot be for a day that has passed."
    )
    _grace_positive = models.Constraint(
        "CHECK(grace_days >= 0)", "The days of grace cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "amount", "date")
    def _compute_display_name(self):
        for promise in self:
            amount = format_amount(self.env, promise.amount, promise.currency_id)
            promise.display_name = f"{promise.partner_id.display_name} · {amount}"

    @api.depends("partner_id", "currency_id", "company_id")
    def _compute_line_ids(self):
        today = fields.Date.context_today(self)
        lines = self.env["account.move.line"]
        for promise in self:
            if promise.line_ids or not promise.partner_id:
                continue
            owed = lines.search(
                [
                    *lines._dunning_open_domain(promise.company_id.ids),
                    ("partner_id.commercial_partner_id", "=", promise.partner_id.id),
                    ("currency_id", "=", promise.currency_id.id),
                    ("amount_residual_currency", ">", 0),
                ]
            )
            promise.line_ids = owed.filtered(lambda line: line.date_maturity < today) or owed

    @api.depends("line_ids")
    def _compute_amount(self):
        for promise in self.filtered(lambda promise: not promise.amount):
            promise.amount = sum(promise.line_ids.mapped("amount_residual_currency"))

    @api.depends("date", "grace_days")
    def _compute_deadline(self):
        for promise in self:
            promise.deadline = promise.date and promise.date + timedelta(days=promise.grace_days)

    # === CONSTRAINT METHODS === #

    @api.constrains("line_ids", "partner_id", "currency_id", "company_id", "amount")
    def _check_lines(self):
        for promise in self:
            if not promise.line_ids:
                raise ValidationError(
                    self.env._(
                        "%(customer)s owes nothing in %(currency)s that could be promised.",
                        customer=promise.partner_id.display_name,
                        currency=promise.currency_id.name,
                    )
                )
            for line in promise.line_ids:
                promise._check_line(line)
            if promise.currency_id.compare_amounts(promise.amount, 0) <= 0:
                raise ValidationError(self.env._("A promise needs an amount."))

    def _check_line(self, line):
        if (
            line.partner_id.commercial_partner_id != self.partner_id.commercial_partner_id
            or line.company_id != self.company_id
        ):
            raise ValidationError(
                self.env._("%(item)s belongs to somebody else.", item=line.move_id.name)
            )
        if line.currency_id != self.currency_id:
            raise ValidationError(
                self.env._(
                    "%(item)s is in %(currency)s; take a promise of its own for it.",
                    item=line.move_id.name,
                    currency=line.currency_id.name,
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        promises = super().create(vals_list)
        for promise in promises:
            promise.case_id = self.env["collections.case"]._of(
                promise.partner_id, promise.company_id
            )
            promise._tell_case(
                self.env._("Promise to pay by %s.", format_date(self.env, promise.date))
            )
        promises.case_id._mark_for_refresh()
        return promises

    def write(self, vals):
        written = super().write(vals)
        if vals.keys() & {"date", "grace_days", "line_ids", "state"}:
            self.case_id._mark_for_refresh()
        return written

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A promise belongs to the customer's history: cancel it instead.")
        )

    # === ACTION METHODS === #

    def action_cancel(self):
        """The promise no longer holds; reminders go on."""
        self._transition("cancelled")
        return True

    # === BUSINESS METHODS === #

    def _transition(self, target):
        """The one gate of the state machine.

        :raises UserError: when the state cannot be reached from the present one
        """
        for promise in self:
            if promise.state not in TRANSITIONS[target]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "This promise is %(state)s and cannot become %(target)s.",
                        state=labels[promise.state].lower(),
                        target=labels[target].lower(),
                    )
                )
        _logger.info("Promises %s -> %s", self.ids, target)
        self.write({"state": target})

    def _tell_case(self, text):
        self.ensure_one()
        amount = format_amount(self.env, self.amount, self.currency_id)
        self.case_id.sudo().message_post(body=f"{text} {amount}", subtype_xmlid="mail.mt_note")

    @api.model
    def _cron_judge(self):
        """Judge the promises of every company on its own business date."""
        progress = self.env["ir.cron"]
        for company in self.env["res.company"].search([]):
            today = company._collections_today(fields.Datetime.now())
            self.search([("company_id", "=", company.id), ("state", "=", "open")])._judge(today)
            progress._commit_progress(1)

    def _judge(self, today):
        """Find each promise's state from the payments of its items.

        :param datetime.date today: the evaluated date
        """
        payments = self._payments()
        for promise in self.filtered(lambda promise: promise.state != "cancelled"):
            unit = Decimal(str(promise.currency_id.rounding))
            verdict = judge(
                Decimal(str(promise.amount)),
                promise.made_on,
                promise.date,
                promise.grace_days,
                payments[promise.id],
                today,
                unit,
            )
            paid = float(verdict.paid)
            if promise.currency_id.compare_amounts(promise.amount_paid, paid):
                promise.amount_paid = paid
            if verdict.state != promise.state:
                promise._come_to(verdict.state, today)

    def _come_to(self, state, today):
        self._transition(state)
        if state in ("broken", "partially_kept"):
            self._note_broken(today)

    def _note_broken(self, today):
        """A broken promise raises the case and asks its collector to act."""
        case = self.case_id
        if case.priority == "0":
            case.priority = "1"
        text = (
            self.env._("Promise broken: nothing came by %s.", format_date(self.env, self.deadline))
            if self.state == "broken"
            else self.env._(
                "Promise partly kept: %(paid)s came by %(date)s.",
                paid=format_amount(self.env, self.amount_paid, self.currency_id),
                date=format_date(self.env, self.deadline),
            )
        )
        self._tell_case(text)
        owner = case.collector_id or self.user_id
        if owner.active and not owner.share:
            case.activity_schedule(
                "mail.mail_activity_data_todo", date_deadline=today, user_id=owner.id, summary=text
            )

    def _payments(self):
        """Promise id -> (day, amount) of the payments reconciled with its items."""
        self.env["account.partial.reconcile"].flush_model()
        self.flush_recordset(["line_ids"])
        paid = defaultdict(list)
        if not self.ids:
            return paid
        query = SQL(
            """
            SELECT rel.promise_id, partial.max_date, partial.debit_amount_currency::numeric::text
              FROM collections_promise_line_rel rel
              JOIN account_partial_reconcile partial ON partial.debit_move_id = rel.line_id
              JOIN account_move_line counterpart ON counterpart.id = partial.credit_move_id
              JOIN account_move move ON move.id = counterpart.move_id
             WHERE rel.promise_id IN %s AND move.move_type <> 'out_refund'
            """,
            tuple(self.ids),
        )
        for promise_id, day, amount in self.env.execute_query(query):
            paid[promise_id].append((day, Decimal(amount)))
        return paid


class CollectionsRefresh(models.Model):
    """A payment may keep a promise: it is judged before the figures are refreshed."""

    _inherit = "collections.refresh"

    @api.model
    def _before_refresh(self, company, partner_ids, today):
        super()._before_refresh(company, partner_ids, today)
        promises = self.env["collections.promise"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("state", "!=", "cancelled"),
                ("deadline", ">=", today - timedelta(days=30)),
            ]
        )
        promises._judge(today)
