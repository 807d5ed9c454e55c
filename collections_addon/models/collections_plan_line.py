from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

LINE_STATES = [
    ("open", "Open"),
    ("partly_paid", "Partly Paid"),
    ("paid", "Paid"),
    ("missed", "Missed"),
]
#: What follows from the ledger.
DERIVED = frozenset(("amount_paid", "amount_credited", "state"))


class CollectionsPlanLine(models.Model):
    """One installment of a payment plan. What was paid is derived from the ledger."""

    _name = "collections.plan.line"
    _description = "Payment Plan Installment"
    _order = "plan_id, number, id"

    plan_id = fields.Many2one(
        "collections.plan", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    number = fields.Integer(required=True, help="0 is the down payment.")
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
    amount_paid = fields.Monetary(string="Paid", readonly=True)
    amount_credited = fields.Monetary(string="Credited", readonly=True)
    amount_open = fields.Monetary(string="Open", compute="_compute_amount_open", store=True)
    state = fields.Selection(LINE_STATES, required=True, default="open", readonly=True)
    label = fields.Char(compute="_compute_label")

    _amount_positive = models.Constraint("CHECK(amount > 0)", "Every installment needs an amount.")

    @api.depends("amount", "amount_paid", "amount_credited")
    def _compute_amount_open(self):
        for line in self:
            rest = line.amount - line.amount_paid - line.amount_credited
            line.amount_open = line.currency_id.round(rest) if line.currency_id else rest

    @api.depends("number", "plan_id.line_ids.number", "plan_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.plan_id.name} · {line.label}"

    @api.depends("number", "plan_id.line_ids.number")
    @api.depends_context("lang")
    def _compute_label(self):
        for line in self:
            count = len(line.plan_id.line_ids.filtered("number"))
            line.label = (
                self.env._("Installment %(number)s of %(count)s", number=line.number, count=count)
                if line.number
                else self.env._("Down payment")
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Override: an agreed schedule stays as agreed."""
        lines = super().create(vals_list)
        lines._check_unagreed()
        return lines

    def write(self, vals):
        if vals.keys() & {"plan_id", "number", "date", "amount", "principal"}:
            self._check_unagreed()
        if vals.keys() & DERIVED and not self.env.su:
            raise AccessError(self.env._("What was paid is read from the ledger, not edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self._check_unagreed()

    def _check_unagreed(self):
        if any(line.plan_id.state not in ("draft", "proposed") for line in self):
            raise UserError(
                self.env._("What was agreed cannot be changed: cancel the plan, make another.")
            )

    def _state_on(self, is_missed):
        """State of an installment of which is known whether it was missed."""
        self.ensure_one()
        if self.currency_id.is_zero(self.amount_open):
            return "paid"
        if is_missed:
            return "missed"
        return "partly_paid" if self.amount_paid else "open"
