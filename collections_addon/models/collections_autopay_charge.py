import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

_logger = logging.getLogger(__name__)

STATES = [
    ("announced", "Announced"),
    ("charging", "Under Way"),
    ("pending", "Pending"),
    ("retrying", "To Be Tried Again"),
    ("unknown", "In Doubt"),
    ("paid", "Paid"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
#: Target state -> states it may be reached from.
TRANSITIONS = {
    "charging": {"announced", "retrying"},
    "pending": {"charging", "unknown"},
    "paid": {"charging", "pending", "unknown", "failed", "retrying"},
    "retrying": {"charging", "pending", "unknown"},
    "unknown": {"charging"},
    "failed": {"announced", "retrying", "charging", "pending", "unknown"},
    "cancelled": {"announced", "retrying"},
}
#: The item is being collected: it is not announced a second time, nor reminded of.
LIVE = ("announced", "charging", "pending", "retrying", "unknown")


class CollectionsAutopayCharge(models.Model):
    """One collection from a customer's saved method: announced, tried, tried again.

    It never takes more than was announced, and at most once: each attempt is a
    transaction with a number of its own, written and committed before the provider is
    asked. Where nobody can know whether the provider took the money, only a person goes on.
    """

    _name = "collections.autopay.charge"
    _description = "Automatic Charge"
    _inherit = ["collections.stateful", "mail.thread"]
    _order = "date desc, id desc"
    _transitions = TRANSITIONS

    autopay_id = fields.Many2one(
        "collections.autopay", required=True, ondelete="restrict", index=True, readonly=True
    )
    case_id = fields.Many2one(related="autopay_id.case_id", store=True, index=True)
    company_id = fields.Many2one(related="autopay_id.company_id", store=True)
    partner_id = fields.Many2one(related="autopay_id.partner_id", store=True, string="Customer")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True, help="As announced, the most taken.")
    amount_taken = fields.Monetary(readonly=True)
    date = fields.Date(string="Collected On", required=True, readonly=True)
    next_date = fields.Date(string="Next Attempt", required=True, readonly=True, index=True)
    state = fields.Selection(
        STATES, required=True, default="announced", readonly=True, tracking=True, index=True
    )
    reason_code = fields.Selection(
        selection=lambda self: self.env["dunning.action"]._selection_reason(),
        string="Not Collected Because",
        readonly=True,
    )
    failure_text = fields.Char(string="Provider Said", readonly=True)
    plan_line_id = fields.Many2one(
        "collections.plan.line", string="Installment", readonly=True, ondelete="restrict"
    )
    item_ids = fields.One2many(
        "collections.autopay.item", "charge_id", string="Items", readonly=True
    )
    attempt_ids = fields.One2many(
        "collections.autopay.attempt", "charge_id", string="Attempts", readonly=True
    )
    attempt_count = fields.Integer(compute="_compute_attempt_count")
    first_attempt_on = fields.Date(readonly=True)
    notice_mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")
    notified_at = fields.Datetime(string="Customer Told At", readonly=True)
    recipient_id = fields.Many2one("res.partner", compute="_compute_recipient_id")

    _installment = models.UniqueIndex(
        "(plan_line_id) WHERE plan_line_id IS NOT NULL"
        " AND state IN ('announced', 'charging', 'pending', 'retrying', 'unknown')",
        "This installment is being collected already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "amount", "date")
    def _compute_display_name(self):
        for charge in self:
            amount = format_amount(self.env, charge.amount, charge.currency_id)
            charge.display_name = f"{charge.partner_id.display_name} · {amount}"

    @api.depends("attempt_ids")
    def _compute_attempt_count(self):
        for charge in self:
            charge.attempt_count = len(charge.attempt_ids)

    def _compute_recipient_id(self):
        for charge in self:
            charge.recipient_id = charge.partner_id._dunning_recipient()

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An automatic charge belongs to the history: cancel it."))

    # === ACTION METHODS === #

    def action_cancel(self):
        """Do not collect this."""
        self.check_access("write")
        self.sudo()._cancel(False, self.env._("Called off by %s.", self.env.user.name))
        return True

    def action_was_taken(self):
        """The provider's own account says that the money was taken."""
        self._check_in_doubt()
        for charge in self.sudo():
            transaction = charge.attempt_ids[-1:].transaction_id
            transaction._set_done(extra_allowed_states=("cancel",))
            transaction._post_process()
        return True

    def action_was_not_taken(self):
        """The provider's own account says that nothing was taken: it may be tried again."""
        self._check_in_doubt()
        today = fields.Date.context_today(self)
        for charge in self.sudo():
            transaction = charge.attempt_ids[-1:].transaction_id
            if transaction.state == "draft":
                transaction._set_canceled()
            charge.attempt_ids[-1:].outcome = "soft"
            charge._transition("retrying", next_date=today)
        return True

    def _check_in_doubt(self):
        self.check_access("write")
        if any(charge.state != "unknown" for charge in self):
            raise UserError(self.env._("Only a charge in doubt is settled by a person."))

    # === BUSINESS METHODS === #

    def _transition(self, target, **values):
        """The one gate of the state machine.

        :raises UserError: when the state cannot be reached from the present one
        """
        self._check_transition(target)
        _logger.info("Automatic charges %s -> %s", self.ids, target)
        self.write({"state": target, **values})
        self.item_ids.write({"is_live": target in LIVE})
        self.case_id._mark_for_refresh()

    def _cancel(self, reason_code, text):
        """It is not collected: say why, on the case."""
        for charge in self:
            charge._transition("cancelled", reason_code=reason_code, failure_text=text)
            charge._tell_case(text)

    def _tell_case(self, text):
        self.ensure_one()
        self.case_id.sudo().message_post(
            body=self.env._(
                "Automatic payment of %(amount)s on %(date)s: %(text)s",
                amount=format_amount(self.env, self.amount, self.currency_id),
                date=format_date(self.env, self.date),
                text=text,
            ),
            subtype_xmlid="mail.mt_note",
        )

    def _ask_somebody(self, today, text):
        """An activity for who looks after the customer."""
        self._tell_case(text)
        owner = self.case_id._caretaker()
        if owner:
            self.case_id.activity_schedule(
                "mail.mail_activity_data_todo", date_deadline=today, user_id=owner.id, summary=text
            )


class CollectionsAutopayItem(models.Model):
    """An open item that a charge collects."""

    _name = "collections.autopay.item"
    _description = "Item of an Automatic Charge"
    _order = "charge_id, id"

    charge_id = fields.Many2one(
        "collections.autopay.charge", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="charge_id.company_id", store=True)
    currency_id = fields.Many2one(related="charge_id.currency_id")
    move_line_id = fields.Many2one("account.move.line", required=True, ondelete="cascade")
    move_id = fields.Many2one(related="move_line_id.move_id", store=True, index=True)
    amount = fields.Monetary(required=True)
    is_live = fields.Boolean(default=True)

    _once = models.UniqueIndex(
        "(move_line_id) WHERE is_live", "This item is being collected already."
    )


class CollectionsAutopayAttempt(models.Model):
    """One time that the provider was asked to collect a charge."""

    _name = "collections.autopay.attempt"
    _description = "Attempt of an Automatic Charge"
    _order = "charge_id, number"

    charge_id = fields.Many2one(
        "collections.autopay.charge", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="charge_id.company_id", store=True)
    currency_id = fields.Many2one(related="charge_id.currency_id")
    number = fields.Integer(required=True)
    started_at = fields.Datetime(required=True)
    amount = fields.Monetary(required=True)
    transaction_id = fields.Many2one("payment.transaction", required=True, ondelete="restrict")
    outcome = fields.Selection(
        [
            ("taken", "Taken"),
            ("pending", "Pending"),
            ("soft", "Declined for Now"),
            ("hard", "Declined for Good"),
            ("unknown", "Not Known"),
        ]
    )
    message = fields.Char()

    _claim = models.UniqueIndex("(charge_id, number)", "This attempt was already made.")
    _transaction = models.UniqueIndex("(transaction_id)", "A transaction is one attempt.")


class CollectionsDeclineReason(models.Model):
    """Words of providers and banks that mean: do not try this method again."""

    _name = "collections.decline.reason"
    _description = "Final Refusal of a Payment"
    _order = "name"

    name = fields.Char(
        string="Words", required=True, help="Found anywhere in what the provider says."
    )
    active = fields.Boolean(default=True)
    note = fields.Char()
