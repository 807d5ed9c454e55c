import logging
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

from ..domain.promises import judge

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
    _inherit = ["collections.commitment"]
    _transitions = TRANSITIONS

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
    amount = fields.Monetary(string="Promised")
    made_on = fields.Date(string="Made On")
    date = fields.Date(string="Pays By")
    grace_days = fields.Integer(
        default=lambda self: self.env.company.collections_promise_grace_days,
        help="Days after the date that still count as kept: bank transfers take time.",
    )
    state = fields.Selection(STATES, required=True, default="open", tracking=True, copy=False)
    amount_paid = fields.Monetary(readonly=True, copy=False, string="Paid in Time")
    _amount_positive = models.Constraint("CHECK(amount >= 0)", "A promise needs an amount.")
    _date_not_past = models.Constraint(
        "CHECK(date >= made_on)", "A promise cannot be for a day that has passed."
    )

    def _told(self):
        return self.env._("Promise to pay by %s.", format_date(self.env, self.date))

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
