import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .collections_dispute import SOURCES

_logger = logging.getLogger(__name__)

STATES = [
    ("draft", "Waits for a Method"),
    ("active", "Active"),
    ("suspended", "Method Refused"),
    ("revoked", "Ended"),
]
#: Target state -> states it may be reached from.
TRANSITIONS = {
    "active": {"draft", "suspended"},
    "suspended": {"active"},
    "revoked": {"draft", "active", "suspended"},
}
SCOPES = [
    ("plans", "Installments of payment plans"),
    ("all", "Everything when it falls due"),
]
#: Charges that are still to come, or whose end is not known.
OPEN_CHARGES = ("announced", "charging", "pending", "retrying", "unknown")
#: Who gave consent, when and to what is not edited.
GUARDED = frozenset(
    (
        *("state", "token_id", "max_amount"),
        *("consent_text", "consent_name", "consent_at", "consent_ip"),
    )
)


class CollectionsAutopay(models.Model):
    """A customer's consent that what falls due is collected from a saved method.

    The method itself is the provider's: here is only a reference to it. What is
    collected is announced before, and nothing is collected while it is disputed,
    promised, on hold or paid by other means.
    """

    _name = "collections.autopay"
    _description = "Automatic Payment"
    _inherit = ["collections.stateful", "mail.thread"]
    _order = "id desc"
    _check_company_auto = True
    _transitions = TRANSITIONS

    case_id = fields.Many2one("collections.case", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, string="Customer")
    state = fields.Selection(STATES, required=True, default="draft", tracking=True, copy=False)
    scope = fields.Selection(SCOPES, required=True, default="plans")
    token_id = fields.Many2one(
        "payment.token",
        string="Payment Method",
        ondelete="restrict",
        copy=False,
        groups="collections_addon.group_collections_collector",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    max_amount = fields.Monetary(
        string="At Most per Collection",
        readonly=True,
        copy=False,
        help="The customer agreed to no more than this at once. What is more is not collected: "
        "the customer and the case are told. 0: no limit.",
    )
    method_name = fields.Char(compute="_compute_method_name", string="Method")
    notice_days = fields.Integer(string="Notice (days)", required=True)
    consent_text = fields.Text(readonly=True, copy=False)
    consent_name = fields.Char(string="Agreed By", readonly=True, copy=False)
    consent_at = fields.Datetime(string="Agreed At", readonly=True, copy=False)
    consent_ip = fields.Char(string="Agreed From", readonly=True, copy=False)
    source = fields.Selection(SOURCES, required=True, default="portal", readonly=True)
    ended_reason = fields.Char(readonly=True, copy=False)
    charge_ids = fields.One2many("collections.autopay.charge", "autopay_id", string="Charges")
    charge_count = fields.Integer(compute="_compute_charge_count")

    _one_per_case = models.UniqueIndex(
        "(case_id) WHERE state IN ('active', 'suspended')",
        "This customer pays automatically already.",
    )
    _max_positive = models.Constraint("CHECK(max_amount >= 0)", "A limit cannot be negative.")
    _notice_positive = models.Constraint(
        "CHECK(notice_days >= 1)", "The customer must know at least one day before."
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_display_name(self):
        for autopay in self:
            autopay.display_name = autopay.partner_id.display_name

    @api.depends("token_id")
    def _compute_method_name(self):
        for autopay in self.sudo():
            autopay.method_name = autopay.token_id.display_name

    def _compute_charge_count(self):
        rows = self.env["collections.autopay.charge"]._read_group(
            [("autopay_id", "in", self.ids)], ["autopay_id"], ["__count"]
        )
        counts = {autopay.id: count for autopay, count in rows}
        for autopay in self:
            autopay.charge_count = counts.get(autopay.id, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("token_id", "case_id")
    def _check_token(self):
        for autopay in self.sudo().filtered("token_id"):
            token = autopay.token_id
            owner = token.partner_id.commercial_partner_id
            if owner != autopay.partner_id or token.company_id != autopay.company_id:
                raise ValidationError(self.env._("This payment method belongs to somebody else."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: consent is given by the customer, not typed in."""
        if not self.env.su and any(vals.keys() & GUARDED for vals in vals_list):
            raise AccessError(self.env._("Consent is given by the customer, on its own page."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and vals.keys() & GUARDED:
            raise AccessError(self.env._("Consent is given by the customer, on its own page."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Consent to automatic payment is kept as evidence: end it instead.")
        )

    # === ACTION METHODS === #

    def action_revoke(self):
        """The customer has called it off: nothing more is collected."""
        self.check_access("write")
        self.sudo()._revoke(self.env._("Ended by %s.", self.env.user.name))
        return True

    def action_open_charges(self):
        """What was and will be collected."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_autopay_charge"
        )
        return {**action, "domain": [("autopay_id", "in", self.ids)], "context": {}}

    # === BUSINESS METHODS === #

    def _transition(self, target, reason=None):
        """The one gate of the state machine.

        :raises UserError: when the state cannot be reached from the present one
        """
        self._check_transition(target)
        _logger.info("Automatic payments %s -> %s", self.ids, target)
        self.write({"state": target, "ended_reason": reason or False})
        for autopay in self:
            label = dict(self._fields["state"]._description_selection(self.env))[target]
            text = self.env._("Automatic payment: %s.", label)
            autopay.case_id.message_post(
                body=f"{text} {reason or ''}".strip(), subtype_xmlid="mail.mt_note"
            )

    @api.model
    def _agree(self, case, scope, name, text, address, now, source="portal", limit=None):
        """Note a customer's consent; it counts once there is a method to collect from.

        :param str name: who agrees
        :param str text: what was shown and agreed to
        :param str address: where it came from
        :param float|None limit: the most for one collection, in the company's currency
        :raises UserError: with a sentence for the customer
        """
        name = (name or "").strip()
        if not name:
            raise UserError(self.env._("Please enter your name."))
        if scope not in dict(SCOPES):
            raise UserError(self.env._("Please choose what is collected."))
        if limit is not None and case.company_id.currency_id.compare_amounts(limit, 0.0) <= 0:
            raise UserError(self.env._("The most for one collection is more than nothing."))
        case.autopay_ids.filtered(lambda one: one.state == "draft")._revoke()
        return self.create(
            {
                "case_id": case.id,
                "scope": scope,
                "max_amount": limit or 0.0,
                "notice_days": case.company_id.collections_autopay_notice_days,
                "consent_text": text,
                "consent_name": name[:128],
                "consent_at": now,
                "consent_ip": address,
                "source": source,
            }
        )

    def _activate(self, token):
        """A method is there: collect from it, instead of from any other before."""
        self.ensure_one()
        others = self.case_id.autopay_ids - self
        others.filtered(lambda one: one.state != "revoked")._revoke(
            self.env._("Replaced by a new method.")
        )
        self.flush_model()
        self.token_id = token
        if self.state != "active":
            self._transition("active")

    def _revoke(self, reason=None):
        """Nothing more is collected; what is announced is called off."""
        charges = self.charge_ids.filtered(lambda one: one.state in ("announced", "retrying"))
        charges._cancel(False, self.env._("Automatic payment was ended."))
        self._transition("revoked", reason)

    def _suspend(self, reason):
        """The method will not work any more: the customer has to give another."""
        charges = self.charge_ids.filtered(lambda one: one.state in ("announced", "retrying"))
        charges._cancel(False, reason)
        self._transition("suspended", reason)


class PaymentToken(models.Model):
    """A method that is no longer there collects nothing."""

    _inherit = "payment.token"

    def _handle_archiving(self):
        """Override of `payment`: automatic payments from these methods end."""
        super()._handle_archiving()
        autopays = self.env["collections.autopay"].search(
            [("token_id", "in", self.ids), ("state", "=", "active")]
        )
        for autopay in autopays:
            autopay._suspend(self.env._("The payment method was removed."))
