from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..models.collections_plan import DEBTS
from ..models.collections_plan_offer import FREQUENCIES


class CollectionsPlanWizard(models.TransientModel):
    """Makes a payment plan with the customer on the line: every change shows at once what
    would be paid when."""

    _name = "collections.plan.wizard"
    _description = "Make a Payment Plan"

    plan_id = fields.Many2one("collections.plan", help="A plan that gets another schedule.")
    case_id = fields.Many2one("collections.case", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id")
    partner_id = fields.Many2one(related="case_id.partner_id")
    today = fields.Date(required=True, readonly=True)
    available_ids = fields.Many2many("account.move", compute="_compute_available_ids")
    move_ids = fields.Many2many("account.move", string="Invoices")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    debt = fields.Monetary(compute="_compute_debt", string="To Pay Off")
    offer_ids = fields.Many2many("collections.plan.offer", compute="_compute_offer_ids")
    offer_id = fields.Many2one(
        "collections.plan.offer",
        string="Terms",
        compute="_compute_offer_id",
        store=True,
        readonly=False,
    )
    hardship = fields.Boolean(related="offer_id.hardship")
    by = fields.Selection(
        [("count", "Number of installments"), ("size", "Amount of each")],
        string="Choose By",
        required=True,
        default="count",
    )
    count = fields.Integer(
        string="Installments", compute="_compute_from_offer", store=True, readonly=False
    )
    size = fields.Monetary(string="Each Installment")
    frequency = fields.Selection(
        FREQUENCIES, compute="_compute_from_offer", store=True, readonly=False
    )
    first_date = fields.Date(
        string="First Installment", compute="_compute_first_date", store=True, readonly=False
    )
    day_of_month = fields.Integer(
        help="1 to 31; a month without that day uses its last one. 0: as the first installment."
    )
    down_payment = fields.Monetary(
        string="Down Payment Today", compute="_compute_from_offer", store=True, readonly=False
    )

    error = fields.Char(compute="_compute_preview")
    approval_text = fields.Text(compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    # === DEFAULTS === #

    @api.model
    def default_get(self, names):
        """Override: from invoices, a customer's file, or a plan to change."""
        values = super().default_get(names)
        model, ids = self.env.context.get("active_model"), self.env.context.get("active_ids", [])
        case, moves = self.env["collections.case"], self.env["account.move"]
        if model == "account.move":
            moves = moves.browse(ids)
            case = self._case_of(moves)
        elif model == "collections.plan":
            plan = self.env["collections.plan"].browse(ids[:1])
            values |= {"plan_id": plan.id, **self._choices_of(plan)}
            case, moves = plan.case_id, plan.move_ids
        elif model == "collections.case":
            case = case.browse(ids[:1])
            moves = case._plan_moves()
            moves = moves.filtered(lambda move: move.currency_id == moves[:1].currency_id)
        if not case:
            raise UserError(self.env._("Choose open invoices of a customer first."))
        today = case.company_id._collections_today(fields.Datetime.now())
        chosen = [Command.set(moves.ids)]
        return {**values, "case_id": case.id, "today": today, "move_ids": chosen}

    def _choices_of(self, plan):
        """A plan's own schedule, as far as it still lies ahead."""
        down = plan.line_ids.filtered(lambda line: not line.number)
        return {
            "offer_id": plan.offer_id.id,
            "count": plan.count or plan.offer_id.max_count,
            "frequency": plan.frequency,
            "down_payment": down.amount,
        }

    def _case_of(self, moves):
        owed = moves.filtered(lambda move: move.move_type in DEBTS and move.state == "posted")
        if owed != moves or len(moves.commercial_partner_id) != 1 or len(moves.company_id) != 1:
            raise UserError(self.env._("Choose open invoices of one customer for a payment plan."))
        return self.env["collections.case"]._of(moves.commercial_partner_id, moves.company_id)

    # === COMPUTE METHODS === #

    @api.depends("case_id")
    def _compute_available_ids(self):
        for wizard in self:
            wizard.available_ids = wizard.case_id._plan_moves() | wizard.plan_id.move_ids

    @api.depends("move_ids", "case_id")
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard.move_ids.currency_id[:1] or wizard.company_id.currency_id

    @api.depends("move_ids")
    def _compute_debt(self):
        for wizard in self:
            wizard.debt = sum(wizard.move_ids.mapped("amount_residual"))

    @api.depends("case_id", "move_ids")
    def _compute_offer_ids(self):
        for wizard in self:
            wizard.offer_ids = wizard.case_id._plan_offers(wizard.move_ids._origin)

    @api.depends("offer_ids")
    def _compute_offer_id(self):
        for wizard in self:
            if wizard.offer_id not in wizard.offer_ids:
                wizard.offer_id = wizard.offer_ids[:1]

    @api.depends("offer_id", "debt")
    def _compute_from_offer(self):
        for wizard in self.filtered("offer_id"):
            terms = wizard.offer_id._terms(wizard.debt, wizard.currency_id, wizard.today)
            wizard.count = terms.count
            wizard.frequency = terms.frequency
            wizard.down_payment = float(terms.down_payment)

    @api.depends("offer_id")
    def _compute_first_date(self):
        for wizard in self.filtered("offer_id"):
            wizard.first_date = wizard.offer_id._first_date(wizard.today)

    @api.depends(
        "offer_id", "move_ids", "by", "count", "size", "frequency", "first_date",
        "day_of_month", "down_payment",
    )  # fmt: skip
    def _compute_preview(self):
        for wizard in self:
            wizard.error = wizard.approval_text = wizard.preview = False
            try:
                quote = wizard._quote()
            except UserError as error:
                wizard.error = str(error)
                continue
            wizard.preview = wizard._render_preview(quote)
            wizard.approval_text = "\n".join(wizard._approval_reasons(quote))

    def _approval_reasons(self, quote):
        offer, currency, today = self.offer_id, self.currency_id, self.today
        return [
            *offer._beyond_limits(quote, currency, today),
            *offer._needs_approval(quote, currency, self.company_id, today),
        ]

    def _quote(self):
        self.ensure_one()
        if not self.offer_id:
            raise UserError(
                self.env._(
                    "The policy of this customer has no payment plans on offer. An administrator "
                    "can add them in Configuration › Rules › Policies."
                )
            )
        if len(self.move_ids.currency_id) != 1:
            raise UserError(self.env._("Choose open invoices in one currency."))
        return self.offer_id._quote(
            self.company_id, self.debt, self.currency_id, self.today, self._choices()
        )

    def _choices(self):
        by_size = self.by == "size"
        return {
            "count": False if by_size else self.count,
            "size": self.size if by_size else False,
            "frequency": self.frequency,
            "first_date": self.first_date,
            "day_of_month": self.day_of_month,
            "down_payment": self.down_payment,
        }

    def _render_preview(self, quote):
        def money(amount):
            return format_amount(self.env, float(amount), self.currency_id)

        rows = [
            (
                self.env._("Down payment") if not installment.number else installment.number,
                format_date(self.env, installment.due),
                money(installment.amount),
            )
            for installment in quote.installments
        ]
        costs = [
            (self.env._("Debt"), money(quote.principal)),
            (self.env._("Fee"), money(quote.fee) if quote.fee else False),
            (self.env._("Interest"), money(quote.interest) if quote.interest else False),
        ]
        values = {
            "rows": rows,
            "costs": [(label, amount) for label, amount in costs if amount],
            "total": money(quote.total),
        }
        return self.env["ir.qweb"]._render("collections_addon.plan_preview", values)

    # === ACTION METHODS === #

    def action_confirm(self):
        """Make the plan, or give the plan at hand its new schedule, and show it."""
        self.ensure_one()
        plan = self.plan_id._reschedule(self) if self.plan_id else self._make()
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.plan",
            "res_id": plan.id,
            "view_mode": "form",
        }

    def _make(self):
        self._quote()
        return self.env["collections.plan"]._propose(
            self.case_id, self.move_ids, self.offer_id, self._choices(), "collector", self.today
        )


class CollectionsPlanAccept(models.TransientModel):
    """Takes down that the debtor has agreed: on the phone, in writing, by signature."""

    _name = "collections.plan.accept"
    _description = "Agreement to a Payment Plan"

    plan_id = fields.Many2one("collections.plan", required=True)
    name = fields.Char(
        string="Who Agreed",
        required=True,
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    note = fields.Text(string="How", help="Kept in the plan's history.")

    @api.depends("plan_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard.plan_id.partner_id._dunning_recipient().name

    def action_confirm(self):
        """The plan begins."""
        self.ensure_one()
        self.plan_id.check_access("write")
        self.plan_id._accept(self.name, fields.Datetime.now())
        if self.note:
            self.plan_id.message_post(body=self.note, subtype_xmlid="mail.mt_note")
        return {"type": "ir.actions.act_window_close"}


class CollectionsPlan(models.Model):
    _inherit = "collections.plan"

    def _reschedule(self, wizard):
        """Another schedule for a plan that is not agreed yet, over what is open now."""
        self.ensure_one()
        self.check_access("write")
        quote = wizard._quote()
        if self.state == "proposed":
            self.action_back_to_draft()
        self.line_ids.sudo().unlink()
        self.item_ids.sudo().unlink()
        self.write(
            {
                "offer_id": wizard.offer_id.id,
                "frequency": wizard.frequency,
                "start_date": wizard.today,
                "item_ids": [Command.create({"move_id": move.id}) for move in wizard.move_ids],
            }
        )
        self._take_over_terms()
        self._write_quote(quote)
        self._ask_or_propose(wizard.today)
        return self
