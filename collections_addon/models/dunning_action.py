import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

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
    "sent": {"sending", "queued", "failed"},
    "delivered": {"sending", "sent"},
    "opened": {"sending", "sent", "delivered"},
    "failed": {"queued", "sending", "sent", "delivered"},
    "skipped": {"draft", "queued", "sending"},
    "cancelled": {"draft", "queued", "sending", "failed"},
}
#: States in which the customer has been contacted.
CONTACTED = ("sent", "delivered", "opened")


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
        changed = allowed.filtered(lambda a: (a.state in CONTACTED) != (target in CONTACTED))
        _logger.info("Contacts %s -> %s (%s)", allowed.ids, target, reason or "-")
        allowed.sudo().write({"state": target, "reason_code": reason})
        if changed:
            self.env["account.move.line"].sudo()._dunning_recompute_levels(
                changed.sudo().item_ids.move_line_id.ids
            )
        if target in CONTACTED or changed:
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
