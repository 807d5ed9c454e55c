import logging
from collections import Counter
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .dunning_reason import REASONS
from .fields_unchecked import UncheckedMany2one

_logger = logging.getLogger(__name__)

STATES = [
    ("draft", "To Approve"),
    ("queued", "Queued"),
    ("sending", "Under Way"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("opened", "Opened"),
    ("failed", "Failed"),
    ("skipped", "Skipped"),
    ("cancelled", "Cancelled"),
]
#: Target state -> states it may be reached from.
TRANSITIONS = {
    "queued": {"draft", "sending", "failed"},
    "sending": {"queued"},
    "sent": {"sending", "queued"},
    "delivered": {"sending", "sent"},
    "opened": {"sending", "sent", "delivered"},
    "failed": {"queued", "sending", "sent", "delivered"},
    "skipped": {"draft", "queued", "sending"},
    "cancelled": {"draft", "queued", "sending", "failed"},
}
#: States in which the customer has been contacted.
CONTACTED = ("sent", "delivered", "opened")
BATCH_SIZE = 100
MAX_ATTEMPTS = 3
#: Batches in a row that other transactions may get in the way of.
MAX_CONFLICTS = 5


class DunningAction(models.Model):
    """One contact: a customer, a company, a currency, a channel, its open items.

    A row is the outbox: written by the transaction that decided it, sent later
    by :meth:`_dispatch` in a separate step that can be repeated. A run writes them by
    the hundred thousand: links that something else protects have no foreign key (the
    company by the case, the currency by the ledger, the run by its own rule).
    """

    _name = "dunning.action"
    _description = "Contact"
    _order = "id desc"
    _check_company_auto = True

    run_id = UncheckedMany2one("dunning.run")
    case_id = fields.Many2one("collections.case", required=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    recipient_id = fields.Many2one("res.partner", required=True)
    company_id = UncheckedMany2one("res.company", required=True)
    currency_id = UncheckedMany2one("res.currency", required=True)
    level_id = fields.Many2one("dunning.level", required=True, ondelete="restrict")
    step_id = fields.Many2one("dunning.level.step", string="Level Channel", ondelete="set null")
    policy_id = fields.Many2one(related="level_id.policy_id")
    channel_code = fields.Selection(
        selection=lambda self: self.env["collections.channel"]._selection(),
        string="Channel",
        required=True,
    )
    is_manual = fields.Boolean(help="A person makes this contact: a call, a letter to post.")
    state = fields.Selection(STATES, required=True, default="draft")
    reason_code = fields.Selection(selection="_selection_reason", string="Reason")
    reason_text = fields.Char(compute="_compute_reason_text", string="Explanation")
    item_ids = fields.One2many("dunning.action.item", "action_id", string="Open Items")
    move_ids = fields.Many2many("account.move", compute="_compute_move_ids", string="Invoices")

    # Amounts, in the currency of the contact
    amount_total = fields.Monetary(help="All items listed, credits deducted, disputes left out.")
    amount_overdue = fields.Monetary(help="The part that is past its due date.")
    amount_credit = fields.Monetary(string="Credits", help="Credits deducted from the items.")

    # Planning and sending
    scheduled_at = fields.Datetime(help="Not before. Empty: as soon as allowed.")
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_at = fields.Datetime(readonly=True, copy=False)
    sent_at = fields.Datetime(readonly=True, copy=False)
    contact_date = fields.Date(
        readonly=True, copy=False, help="Business date of the contact, in the company's time zone."
    )
    attempt_count = fields.Integer(string="Attempts", readonly=True, copy=False)
    external_id = fields.Char(string="Provider ID", readonly=True, copy=False)
    failure_type = fields.Char(readonly=True, copy=False)
    failure_text = fields.Char(string="Failure", readonly=True, copy=False)
    test_mode = fields.Boolean(readonly=True, copy=False)

    # What was said
    subject = fields.Char(readonly=True, copy=False)
    body = fields.Html(readonly=True, copy=False, sanitize=False)
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, index="btree_not_null"
    )
    attachment_id = fields.Many2one("ir.attachment", string="Document", readonly=True, copy=False)
    lang = fields.Char(string="Language", readonly=True, copy=False)
    change_note = fields.Text(
        string="Changed Before Sending",
        readonly=True,
        copy=False,
        help="What the check at the moment of sending found different from the plan.",
    )

    # What came of it
    outcome_id = fields.Many2one("dunning.outcome", readonly=True, copy=False)
    outcome_note = fields.Text(readonly=True, copy=False)
    callback_date = fields.Date(readonly=True, copy=False)

    _one_under_way = models.UniqueIndex(
        "(company_id, partner_id, currency_id, channel_code)"
        " WHERE state IN ('draft', 'queued', 'sending')",
        "A contact with this customer on this channel is under way already.",
    )
    _one_per_run = models.UniqueIndex(
        "(run_id, partner_id, currency_id, channel_code)",
        "This run has contacted the customer on this channel already.",
    )
    _outbox_idx = models.Index("(scheduled_at, id) WHERE state IN ('queued', 'sending')")
    _recent_idx = models.Index("(company_id, contact_date) WHERE contact_date IS NOT NULL")
    _partner_idx = models.Index("(partner_id, company_id)")

    # === COMPUTE METHODS === #

    @api.model
    def _selection_reason(self):
        return REASONS

    @api.depends("partner_id", "level_id", "channel_code")
    def _compute_display_name(self):
        for action in self:
            action.display_name = f"{action.partner_id.display_name} · {action.level_id.name}"

    @api.depends("reason_code")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        sentences = self.env["dunning.reason"]._sentences()
        for action in self:
            action.reason_text = sentences.get(action.reason_code, "")

    def _compute_move_ids(self):
        for action in self:
            action.move_ids = action.item_ids.move_id

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: nobody writes down a contact that was not made."""
        if not self.env.su and any(v.get("state", "draft") != "draft" for v in vals_list):
            raise AccessError(self.env._("A contact begins as a draft and is then approved."))
        return super().create(vals_list)

    def write(self, vals):
        """Override: the state changes by the buttons only, which know what is allowed."""
        if "state" in vals and not self.env.su:
            raise AccessError(
                self.env._("The state of a contact cannot be edited; approve, cancel or retry it.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_contacted(self):
        if any(action.state not in ("draft", "cancelled") for action in self):
            raise UserError(
                self.env._("A contact that was made is evidence and cannot be deleted.")
            )

    # === ACTION METHODS === #

    def action_approve(self):
        """Approve contacts: they are sent by the next dispatch."""
        self._approve()
        return True

    def action_cancel(self):
        """Cancel contacts that have not been made."""
        for action in self:
            if action.state not in TRANSITIONS["cancelled"]:
                raise UserError(
                    self.env._("This contact has been made already and cannot be cancelled.")
                )
            action._transition("cancelled")
        return True

    def action_retry(self):
        """Queue failed contacts again, as a new attempt."""
        for action in self.filtered(lambda a: a.state == "failed"):
            action._transition("queued")
            action.write({"scheduled_at": False, "failure_type": False, "failure_text": False})
        self._wake_dispatch()
        return True

    # === BUSINESS METHODS - STATES === #

    def _transition(self, target, reason=None):
        """The one gate of the state machine.

        :param str target: the state to reach
        :param str|None reason: reason code kept on the contact
        :return: the contacts that changed; others are logged and left alone
        """
        allowed = self.filtered(lambda action: action.state in TRANSITIONS[target])
        for refused in (self - allowed).filtered(lambda action: action.state != target):
            _logger.warning("Contact %s: %s -> %s refused", refused.id, refused.state, target)
        if not allowed:
            return allowed
        allowed.check_access("write")
        changes_levels = target in CONTACTED or any(a.state in CONTACTED for a in allowed)
        _logger.info("Contacts %s -> %s (%s)", allowed.ids, target, reason or "-")
        allowed.sudo().write({"state": target, "reason_code": reason})
        if changes_levels:
            self.env["account.move.line"].sudo()._dunning_recompute_levels(
                allowed.sudo().item_ids.move_line_id.ids
            )
            allowed.case_id._mark_for_refresh()
        return allowed

    def _mark_sent(self, now, state="sent"):
        """The contact has been made at this moment."""
        for company, actions in self.grouped("company_id").items():
            day = company._collections_today(now)
            reached = actions.filtered(lambda a: a.state not in CONTACTED)
            reached.write({"sent_at": now, "contact_date": day})
            for reason, group in actions.grouped(lambda a: a.test_mode).items():
                group._transition(state, "test_mode" if reason else None)

    def _mark_failed(self, failure_type, failure_text, reason=None):
        """The contact could not be made; try the next channel of its level, unless it
        may have been made after all (`unknown`): then a person decides."""
        failed = self._transition("failed", reason)
        failed.write({"failure_type": failure_type, "failure_text": failure_text})
        if failure_type != "unknown":
            failed._start_fallback()

    def _approve(self):
        """A person approves these contacts, or the policy does in automatic mode."""
        drafts = self.filtered(lambda action: action.state == "draft")
        drafts.write({"approved_by_id": self.env.uid, "approved_at": fields.Datetime.now()})
        drafts._transition("queued")
        self._wake_dispatch()
        return drafts

    @api.model
    def _wake_dispatch(self):
        cron = self.env.ref("collections_addon.cron_dunning_dispatch", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    # === BUSINESS METHODS - DISPATCH === #

    @api.model
    def _cron_dispatch(self):
        """Send what is queued, in small committed steps, until nothing or no time is left."""
        self._recover(fields.Datetime.now(), commit=True)
        self.env["ir.cron"]._commit_progress()
        conflicts, goes_on = 0, True
        while goes_on:
            try:
                goes_on = self._dispatch_batch()
                conflicts = 0
            except psycopg2.OperationalError:
                # Another worker, or somebody who books a payment, was quicker. What was
                # handed over already is settled from the journal.
                self.env.cr.rollback()
                conflicts += 1
                if conflicts > MAX_CONFLICTS:
                    raise
        self._recover(fields.Datetime.now(), commit=True)

    @api.model
    def _dispatch_batch(self):
        """Send some contacts, committing between the steps.

        :return: whether to go on
        :rtype: bool
        """
        progress, now = self.env["ir.cron"], fields.Datetime.now()
        actions = self._claim(now, BATCH_SIZE)
        if not actions:
            return False
        actions._send_claimed(now)
        progress._commit_progress(len(actions))
        actions._deliver(now, commit=True)
        return bool(progress._commit_progress(remaining=self._count_queued(now)))

    @api.model
    def _dispatch(self, now=None, limit=None):
        """Decide again under lock, and send what may be sent now.

        Never commits; :meth:`_cron_dispatch` does, between the same steps.

        :param datetime.datetime|None now: naive UTC; the clock when not given
        :param int|None limit: most contacts to take up
        :return: state or `rescheduled` -> number of contacts
        :rtype: dict[str, int]
        """
        now = now or fields.Datetime.now()
        counts = Counter()
        self._recover(now)
        while limit is None or limit > 0:
            size = BATCH_SIZE if limit is None else min(limit, BATCH_SIZE)
            actions = self._claim(now, size)
            if not actions:
                break
            limit = None if limit is None else limit - len(actions)
            actions._send_claimed(now)
            actions._deliver(now)
            counts.update(
                "rescheduled" if action.state == "queued" else action.state for action in actions
            )
        return dict(counts)

    @api.model
    def _queued_domain(self, now):
        return Domain("state", "=", "queued") & (
            Domain("scheduled_at", "=", False) | Domain("scheduled_at", "<=", now)
        )

    @api.model
    def _count_queued(self, now):
        return self.search_count(self._queued_domain(now))

    @api.model
    def _claim(self, now, size):
        """Lock some queued contacts; those of another worker are left to it.

        Contacts of one customer from several runs are taken up one run at a time, so
        that the second is decided knowing of the first.
        """
        self.flush_model(["state", "scheduled_at"])
        query = self._search(self._queued_domain(now), order="scheduled_at, id", limit=size)
        # One statement, the first of its transaction: nobody can change a row between
        # the moment it is seen and the moment it is locked.
        claim = SQL("%s FOR UPDATE SKIP LOCKED", query.select())
        self.env.cr.execute(claim, log_exceptions=False)
        queued = self.browse(row[0] for row in self.env.cr.fetchall())
        queued.invalidate_recordset(["state", "scheduled_at"], flush=False)
        first_runs = {}
        for action in queued:
            first_runs.setdefault(action.case_id, action.run_id)
        return queued.filtered(lambda action: first_runs[action.case_id] == action.run_id)

    def _send_claimed(self, now):
        """Check these locked contacts again and hand the good ones to their channels."""
        ready = self.browse()
        for company, actions in self.grouped("company_id").items():
            ready |= actions._gate(company, now)
        for code, actions in ready.grouped("channel_code").items():
            actions._send_by_channel(code, now)

    def _send_by_channel(self, code, now):
        channel = self.env["collections.channel"]._by_code(code)
        for action in self:
            action.attempt_count += 1
        self._transition("sending")
        channel._hand_over(self, now)

    def _apply_receipt(self, receipt, now):
        """Write down what a channel says of one contact."""
        self.ensure_one()
        if receipt.external_id:
            self.external_id = receipt.external_id
        if receipt.state == "failed":
            if receipt.retry is not None:
                self._retry_later(now, receipt.retry, receipt.failure_type, receipt.failure_text)
            else:
                self._mark_failed(receipt.failure_type, receipt.failure_text)
        elif receipt.state != "sending":
            self._mark_sent(now, receipt.state)

    def _deliver(self, now, commit=False):
        """Transmit what the channels have put in an outbox of their own."""
        for code, actions in (
            self.filtered(lambda a: a.state == "sending").grouped("channel_code").items()
        ):
            self.env["collections.channel"]._by_code(code)._deliver(actions, now, commit=commit)

    @api.model
    def _recover(self, now, commit=False):
        """Bring contacts left under way by a crash to a known end."""
        for code in self.env["collections.channel"]._codes():
            self.env["collections.channel"]._by_code(code)._recover(now, commit=commit)

    def _reschedule(self, when, reason):
        """Not now: try again at a later moment, and say why."""
        self.write({"scheduled_at": when, "reason_code": reason})
        cron = self.env.ref("collections_addon.cron_dunning_dispatch", raise_if_not_found=False)
        if cron and when:
            cron.sudo()._trigger(when)

    def _retry_later(self, now, delay, failure_type, failure_text, endless=False):
        """A passing failure: try again after `delay` seconds, a few times; without end
        when it is nothing of the customer's (no mail server)."""
        spent = self.filtered(lambda a: a.attempt_count >= MAX_ATTEMPTS and not endless)
        spent._mark_failed(failure_type, failure_text)
        again = (self - spent)._transition("queued")
        again.write({"failure_type": failure_type, "failure_text": failure_text})
        again._reschedule(now + timedelta(seconds=delay), False)
