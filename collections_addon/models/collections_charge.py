import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_amount

from .collections_charge_words import ChargeWords

_logger = logging.getLogger(__name__)

KINDS = [
    ("fee", "Reminder Fee"),
    ("interest", "Late Interest"),
    ("compensation", "Compensation"),
    ("plan_fee", "Plan Fee"),
    ("plan_interest", "Plan Interest"),
]
#: Kinds that are interest; the others are costs.
INTEREST = ("interest", "plan_interest")
STATES = [
    ("mentioned", "Mentioned"),
    ("draft", "To Book"),
    ("booked", "Booked"),
    ("waived", "Waived"),
    ("reversed", "Reversed"),
]
#: Target state -> states it may be reached from.
TRANSITIONS = {
    "mentioned": set(),
    "draft": {"mentioned"},
    "booked": {"mentioned", "draft"},
    "waived": {"mentioned", "draft"},
    "reversed": {"booked"},
}
#: What is claimed but stands in no account yet.
UNBOOKED = ("mentioned", "draft")
#: What was claimed, and how it was worked out, is not edited afterwards.
FIXED = {
    *("kind", "amount", "currency_id", "partner_id", "company_id", "move_line_id", "terms"),
    *("description", "date", "date_from", "date_to", "level_id", "action_id"),
}
#: Written by the buttons and the scheduler only.
GATED = {"state", "invoice_id", "credit_id", "reason", "book_itself"}


class CollectionsCharge(models.Model):
    """A fee, interest or compensation claimed from a customer beside the invoice.

    *Mentioned* it stands in messages only; *booked* it is an invoice of its own
    (a debit note) and is chased as any other. It stays when the invoice it came
    from is paid. A period or a level is charged once, whatever became of it.
    """

    _name = "collections.charge"
    _description = "Charge"
    _inherit = ["collections.customer.record", "collections.stateful"]
    _order = "date desc, id desc"
    _transitions = TRANSITIONS

    partner_id = fields.Many2one(
        compute="_compute_from_line", store=True, readonly=False, precompute=True
    )
    currency_id = fields.Many2one(
        compute="_compute_from_line", store=True, readonly=False, precompute=True, default=None
    )
    kind = fields.Selection(KINDS, required=True, default="fee")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Open Item",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="What was late. Empty for charges of a payment plan.",
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="For", store=True, index=True)
    level_id = fields.Many2one("dunning.level", ondelete="restrict", index="btree_not_null")
    action_id = fields.Many2one(
        "dunning.action", string="Contact", ondelete="set null", index="btree_not_null"
    )
    amount = fields.Monetary(required=True, help="Before taxes, if the company has set any.")
    date = fields.Date(required=True, default=fields.Date.context_today)
    date_from = fields.Date(string="Interest From", help="First day that bears interest.")
    date_to = fields.Date(string="Interest To", help="Last day that bears interest.")
    terms = fields.Json(readonly=True, help="The figures of the calculation.")
    description = fields.Text(help="The calculation in words; empty: written from its figures.")
    basis = fields.Text(compute="_compute_basis", string="Calculation")
    state = fields.Selection(STATES, required=True, default="draft", copy=False, index=True)
    reason = fields.Char(readonly=True, copy=False, help="Why it was waived or reversed.")
    book_itself = fields.Boolean(
        string="Booked Automatically", help="Booked by the scheduler, without a person."
    )
    failure = fields.Char(string="Could Not Be Booked", readonly=True, copy=False)
    invoice_id = fields.Many2one(
        "account.move", string="Debit Note", readonly=True, copy=False, index="btree_not_null"
    )
    credit_id = fields.Many2one(
        "account.move", string="Credit Note", readonly=True, copy=False, index="btree_not_null"
    )
    payment_state = fields.Selection(related="invoice_id.payment_state", string="Payment")

    _amount_positive = models.Constraint("CHECK(amount > 0)", "A charge needs an amount.")
    _once_per_level = models.UniqueIndex(
        "(move_line_id, level_id, kind) WHERE move_line_id IS NOT NULL AND level_id IS NOT NULL",
        "This item has been charged for this level already.",
    )
    _compensation_once = models.UniqueIndex(
        "(move_line_id) WHERE kind = 'compensation' AND move_line_id IS NOT NULL",
        "The compensation for this item has been claimed already.",
    )
    _to_book_idx = models.Index("(company_id) WHERE state = 'draft' AND book_itself")

    # === COMPUTE METHODS === #

    @api.depends("move_line_id")
    def _compute_from_line(self):
        for charge in self:
            line = charge.move_line_id
            charge.partner_id = charge.partner_id or line.partner_id.commercial_partner_id
            charge.currency_id = (
                charge.currency_id or line.currency_id or charge.company_id.currency_id
            )

    @api.depends("kind", "move_id", "partner_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for charge in self:
            about = charge.move_id.name or charge.partner_id.display_name or ""
            charge.display_name = f"{labels.get(charge.kind, '')} · {about}"

    @api.depends("description", "terms", "amount", "currency_id")
    @api.depends_context("lang")
    def _compute_basis(self):
        words = ChargeWords(self.env)
        for charge in self:
            charge.basis = charge.description or words.basis(
                charge.kind, charge.terms, charge.amount, charge.currency_id
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("move_line_id", "partner_id", "currency_id", "company_id")
    def _check_line(self):
        for charge in self.filtered("move_line_id"):
            line = charge.move_line_id
            charge._check_owner(line)
            if line.currency_id != charge.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(item)s is in %(currency)s, and so is what is charged for it.",
                        item=line.move_id.name,
                        currency=line.currency_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: a charge begins as mentioned or as to book, and joins its case."""
        if not self.env.su and any(v.get("state", "draft") not in UNBOOKED for v in vals_list):
            raise AccessError(self.env._("A charge is booked by its button, not by writing it."))
        charges = super().create(vals_list)
        charges.sudo()._join_cases()
        return charges

    def write(self, vals):
        """Override: the state and what was claimed change by the buttons only."""
        if not self.env.su:
            if vals.keys() & GATED:
                raise AccessError(
                    self.env._("The state of a charge cannot be edited; book, waive or reverse it.")
                )
            if vals.keys() & FIXED:
                self._check_manager()
                if any(charge.state != "draft" for charge in self):
                    raise AccessError(
                        self.env._("What was claimed cannot be edited; waive it and charge anew.")
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A charge belongs to the customer's history: waive it instead."))

    # === ACTION METHODS === #

    def action_book(self):
        """Book these charges today, as debit notes of their customers."""
        self._check_manager()
        invoices = self._book(fields.Date.context_today(self))
        return self._open_invoices(invoices)

    def action_open_invoice(self):
        """The debit note of this charge."""
        return self._open_invoices(self.invoice_id)

    # === BUSINESS METHODS === #

    def _transition(self, target, reason=None):
        """The one gate of the state machine.

        :param str target: the state to reach
        :param str|None reason: why, for waiving and reversing
        :raises UserError: when the state cannot be reached from the present one
        """
        self.check_access("write")
        self._check_transition(target)
        _logger.info("Charges %s -> %s (%s)", self.ids, target, reason or "-")
        self.sudo().write({"state": target, "reason": reason, "failure": False})

    def _waive(self, reason):
        """Give up charges that are not booked, with the reason.

        :raises UserError: for a booked one (reverse it), or without a reason
        """
        self._check_reason(reason)
        self._transition("waived", reason)
        for charge in self:
            charge._tell_case(self.env._("Charge waived: %s.", reason))

    def _check_reason(self, reason):
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: whoever looks at it later will ask."))

    def _check_manager(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(
            "collections_addon.group_collections_manager"
        ):
            raise AccessError(self.env._("Only a collections manager books or reverses charges."))

    def _tell_case(self, text):
        self.ensure_one()
        amount = format_amount(self.env, self.amount, self.currency_id)
        body = f"{self.display_name}, {amount}. {text}"
        self.case_id.sudo().message_post(body=body, subtype_xmlid="mail.mt_note")

    def _open_invoices(self, invoices):
        action = {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "name": self.env._("Debit Notes"),
            "views": [[False, "list"], [False, "form"]],
            "domain": [("id", "in", invoices.ids)],
        }
        if len(invoices) == 1:
            action.update(views=[[False, "form"]], res_id=invoices.id)
        return action
