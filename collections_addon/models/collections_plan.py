from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_amount, format_date

from .collections_dispute import SOURCES
from .collections_plan_offer import FREQUENCIES, to_decimal

STATES = [
    ("draft", "Draft"),
    ("proposed", "Proposed"),
    ("active", "Active"),
    ("completed", "Completed"),
    ("defaulted", "Defaulted"),
    ("cancelled", "Cancelled"),
]
#: Documents that a customer owes.
DEBTS = ("out_invoice", "out_receipt")
#: States in which nothing is agreed yet: the schedule can still be changed.
UNAGREED = ("draft", "proposed")
#: What nobody edits: it is written by the buttons, which know what is allowed.
GUARDED = frozenset(
    (
        "state",
        "accepted_name",
        "accepted_at",
        "accepted_ip",
        "approved_by_id",
        "approved_at",
        "approval_text",
        "fee_amount",
        "interest_amount",
        "fee_net",
        "interest_net",
        "interest_percent",
    )
)


class CollectionsPlan(models.Model):
    """A payment plan: invoices of a customer, paid off in installments.

    Its invoices wait while it is active; its installments are reminded instead, by
    rules of their own. What was paid is derived from the ledger, never noted here.
    """

    _name = "collections.plan"
    _description = "Payment Plan"
    _inherit = [
        "collections.customer.record",
        "collections.stateful",
        "mail.thread.cc",
        "mail.activity.mixin",
    ]
    _order = "id desc"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    partner_id = fields.Many2one(tracking=True)
    offer_id = fields.Many2one(
        "collections.plan.offer",
        string="Terms",
        required=True,
        ondelete="restrict",
        check_company=True,
    )
    policy_id = fields.Many2one(related="offer_id.policy_id", string="Reminders")
    hardship = fields.Boolean(related="offer_id.hardship", store=True)
    user_id = fields.Many2one(
        "res.users", string="Agreed By", default=lambda self: self.env.user, tracking=True
    )
    source = fields.Selection(SOURCES, required=True, default="collector")
    note = fields.Text()

    # What is paid off
    item_ids = fields.One2many("collections.plan.item", "plan_id", string="Invoices", copy=True)
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices in the Plan",
        compute="_compute_move_ids",
        inverse="_inverse_move_ids",
        search="_search_move_ids",
    )
    principal = fields.Monetary(
        string="Debt", compute="_compute_amounts", store=True, help="Open when agreed."
    )
    fee_amount = fields.Monetary(string="Fee", readonly=True)
    interest_amount = fields.Monetary(string="Interest", readonly=True)
    fee_net = fields.Monetary(string="Fee before Taxes", readonly=True)
    interest_net = fields.Monetary(string="Interest before Taxes", readonly=True)
    total = fields.Monetary(compute="_compute_amounts", store=True, tracking=True)

    # The schedule
    frequency = fields.Selection(FREQUENCIES, required=True, default="monthly")
    start_date = fields.Date(
        string="Begins On",
        required=True,
        default=fields.Date.context_today,
        help="Day of the agreement and of the down payment.",
    )
    line_ids = fields.One2many("collections.plan.line", "plan_id", string="Installments")
    count = fields.Integer(string="Number of Installments", compute="_compute_count")
    amount_paid = fields.Monetary(string="Paid", compute="_compute_standing", store=True)
    amount_open = fields.Monetary(string="Open", compute="_compute_standing", store=True)
    next_date = fields.Date(string="Next Installment", compute="_compute_standing", store=True)
    next_amount = fields.Monetary(compute="_compute_standing", store=True)
    last_date = fields.Date(string="Ends On", compute="_compute_standing", store=True)
    grace_days = fields.Integer(readonly=True)
    missed_allowed = fields.Integer(string="Missed Installments Allowed", readonly=True)
    missed_count = fields.Integer(string="Missed", readonly=True, copy=False)

    # How it came about
    state = fields.Selection(
        STATES, required=True, default="draft", tracking=True, copy=False, readonly=True
    )
    valid_until = fields.Date(readonly=True, copy=False)
    approval_text = fields.Text(string="Needs Approval Because", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_at = fields.Datetime(readonly=True, copy=False)
    accepted_name = fields.Char(string="Accepted By", readonly=True, copy=False, tracking=True)
    accepted_at = fields.Datetime(readonly=True, copy=False)
    accepted_ip = fields.Char(
        string="Accepted From", readonly=True, copy=False, help="Network address, on the portal."
    )
    activated_on = fields.Date(readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)

    _active_idx = models.Index("(company_id, partner_id) WHERE state IN ('proposed', 'active')")

    # === COMPUTE METHODS === #

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = f"{plan.name} · {plan.partner_id.display_name}"

    @api.depends("item_ids.move_id")
    def _compute_move_ids(self):
        for plan in self:
            plan.move_ids = plan.item_ids.move_id

    def _inverse_move_ids(self):
        for plan in self:
            gone = plan.item_ids.filtered(lambda item, plan=plan: item.move_id not in plan.move_ids)
            new = plan.move_ids - plan.item_ids.move_id
            plan.item_ids = [
                *[Command.delete(item.id) for item in gone],
                *[Command.create({"move_id": move.id}) for move in new],
            ]

    def _search_move_ids(self, operator, value):
        return [("item_ids.move_id", operator, value)]

    @api.depends("item_ids.amount", "item_ids.is_charge", "fee_amount", "interest_amount")
    def _compute_amounts(self):
        for plan in self:
            debts = plan.item_ids.filtered(lambda item: not item.is_charge)
            plan.principal = sum(debts.mapped("amount"))
            plan.total = plan.principal + plan.fee_amount + plan.interest_amount

    @api.depends("line_ids.number")
    def _compute_count(self):
        for plan in self:
            plan.count = len(plan.line_ids.filtered("number"))

    @api.depends("line_ids.amount_open", "line_ids.amount_paid", "line_ids.date")
    def _compute_standing(self):
        for plan in self:
            lines = plan.line_ids.sorted("date")
            opened = lines.filtered(
                lambda line, plan=plan: not plan.currency_id.is_zero(line.amount_open)
            )
            plan.amount_paid = sum(lines.mapped("amount_paid"))
            plan.amount_open = sum(opened.mapped("amount_open"))
            plan.next_date = opened[:1].date
            plan.next_amount = opened[:1].amount_open
            plan.last_date = lines[-1:].date

    # === CONSTRAINT METHODS === #

    @api.constrains("item_ids", "currency_id", "partner_id", "company_id")
    def _check_items(self):
        for plan in self.filtered(lambda plan: plan.state in UNAGREED):
            if not plan.item_ids:
                raise ValidationError(
                    self.env._("Choose at least one open invoice for the payment plan.")
                )
            for move in plan.item_ids.move_id:
                plan._check_move(move)

    def _check_move(self, move):
        """Refuse what this plan cannot pay off."""
        problems = {
            self.env._("%s belongs to another customer."): move.commercial_partner_id
            != self.partner_id.commercial_partner_id,
            self.env._("%s belongs to another company."): move.company_id != self.company_id,
            self.env._(
                "%s is in another currency; make a plan of its own for it."
            ): move.currency_id != self.currency_id,
            self.env._("%s is not an open invoice of the customer."): (
                move.state != "posted"
                or move.move_type not in DEBTS
                or move.currency_id.compare_amounts(move.amount_residual, 0) <= 0
            ),
            self.env._("%s is disputed: settle the dispute first."): move.sudo().dispute_state
            in ("disputed", "partly"),
            self.env._("%s is in another payment plan already."): move.payment_plan_id
            and move.payment_plan_id != self,
        }
        for text, applies in problems.items():
            if applies:
                raise ValidationError(text % (move.name or move.display_name))

    @api.constrains("line_ids", "item_ids", "fee_amount", "interest_amount", "start_date")
    def _check_lines(self):
        for plan in self.filtered(lambda plan: plan.state in UNAGREED and plan.line_ids):
            plan._check_sum()
            plan._check_dates()

    def _check_sum(self):
        planned = sum(self.line_ids.mapped("amount"))
        if self.currency_id.compare_amounts(planned, self.total):
            raise ValidationError(
                self.env._(
                    "The installments add up to %(planned)s, but %(total)s is to be paid.",
                    planned=format_amount(self.env, planned, self.currency_id),
                    total=format_amount(self.env, self.total, self.currency_id),
                )
            )
        if any(self.currency_id.compare_amounts(line.amount, 0) <= 0 for line in self.line_ids):
            raise ValidationError(self.env._("Every installment needs an amount."))

    def _check_dates(self):
        dates = self.line_ids.sorted(lambda line: (line.number, line.id)).mapped("date")
        if dates[0] < self.start_date:
            raise ValidationError(
                self.env._(
                    "No installment can be due before the plan begins on %s.",
                    format_date(self.env, self.start_date),
                )
            )
        if dates != sorted(dates):
            raise ValidationError(self.env._("The installments are not in the order of dates."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: a plan begins as a draft, with a number and the terms of its offer."""
        for vals in vals_list:
            if not self.env.su:
                self._check_guarded(vals)
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("collections.plan") or "/"
        plans = super().create(vals_list)
        for plan in plans:
            plan._check_items()
            plan._take_over_terms()
        return plans

    def write(self, vals):
        """Override: what was agreed and who agreed cannot be edited."""
        if not self.env.su:
            self._check_guarded(vals)
            fixed = {"item_ids", "move_ids", "line_ids", "partner_id", "currency_id", "offer_id"}
            if vals.keys() & fixed and any(plan.state not in UNAGREED for plan in self):
                raise UserError(
                    self.env._("What was agreed cannot be changed: cancel the plan, make another.")
                )
        return super().write(vals)

    def _check_guarded(self, vals):
        values = {name: value for name, value in vals.items() if name in GUARDED and value}
        if values.keys() - {"state"} or values.get("state", "draft") != "draft":
            raise AccessError(
                self.env._("This cannot be edited: propose, approve, accept or cancel the plan.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(plan.state != "draft" for plan in self):
            raise UserError(
                self.env._("A payment plan belongs to the customer's history: cancel it instead.")
            )

    def _take_over_terms(self):
        """Keep the terms as they are today: the offer may change, the agreement not."""
        self.ensure_one()
        values = {
            "case_id": self.env["collections.case"]._of(self.partner_id, self.company_id).id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "grace_days": self.offer_id.grace_days,
            "missed_allowed": self.offer_id.missed_allowed,
        }
        self.sudo().write(values)

    # === BUSINESS METHODS === #

    @api.model
    def _propose(self, case, moves, offer, choices, source, today):
        """Make a plan from what somebody chose, and propose it if nobody has to approve.

        :param case: `collections.case` of the customer
        :param moves: `account.move`, open invoices of one currency
        :param offer: `collections.plan.offer`
        :param dict choices: see `collections.plan.offer._terms`
        :param str source: where it was made, one of `SOURCES`
        :param datetime.date today: the plan's first day
        :return: a plan that is proposed, or a draft that waits for a manager
        :raises UserError: when such a plan cannot be, or a debtor chose what is not his
        """
        offer = offer.with_env(self.env)
        if not moves or not offer:
            raise UserError(self.env._("Choose at least one open invoice for the payment plan."))
        if not offer._is_open_to(case.company_id):
            raise UserError(self.env._("These terms are those of another company."))
        moves = moves.with_env(self.env)
        currency = moves.currency_id[:1]
        debt = sum(moves.mapped("amount_residual"))
        quote = offer._quote(case.company_id, debt, currency, today, choices)
        beyond = offer._beyond_limits(quote, currency, today)
        if source != "collector" and (beyond or not offer.self_service):
            raise UserError(
                " ".join(beyond) or self.env._("These terms are not offered here: please ask us.")
            )
        plan = self.create(
            {
                "company_id": case.company_id.id,
                "partner_id": case.partner_id.id,
                "currency_id": currency.id,
                "offer_id": offer.id,
                "source": source,
                "frequency": (choices or {}).get("frequency") or offer.frequency,
                "start_date": today,
                "item_ids": [Command.create({"move_id": move.id}) for move in moves],
            }
        )
        plan._write_quote(quote)
        plan._ask_or_propose(today)
        return plan

    def _write_quote(self, quote):
        """Take over a schedule and its costs."""
        self.ensure_one()
        self.line_ids.sudo().unlink()
        self.sudo().write(
            {
                "fee_amount": float(quote.fee),
                "interest_amount": float(quote.interest),
                "fee_net": float(quote.net_fee),
                "interest_net": float(quote.net_interest),
                "line_ids": [
                    Command.create(
                        {
                            "number": installment.number,
                            "date": installment.due,
                            "amount": float(installment.amount),
                        }
                    )
                    for installment in quote.installments
                ],
            }
        )

    def _decimals(self, field_name):
        """Amounts of the installments, exact, in the order of their dates."""
        return [
            to_decimal(line[field_name], self.currency_id)
            for line in self.line_ids.sorted(lambda line: (line.date, line.number))
        ]

    def _tell_case(self, text):
        self.ensure_one()
        amount = format_amount(self.env, self.total, self.currency_id)
        self.case_id.sudo().message_post(
            body=self.env._(
                "%(text)s %(amount)s in %(count)s installments.",
                text=text,
                amount=amount,
                count=len(self.line_ids),
            ),
            subtype_xmlid="mail.mt_note",
        )
