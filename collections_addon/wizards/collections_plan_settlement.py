from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionsPlanSettlement(models.TransientModel):
    """What paying off a payment plan on a day comes to, said before anybody pays."""

    _name = "collections.plan.settlement"
    _description = "Early Settlement of a Payment Plan"

    plan_id = fields.Many2one("collections.plan", required=True, readonly=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date = fields.Date(
        string="Paid On",
        required=True,
        default=lambda self: self._default_date(),
        help="The day on which the money comes in: interest ends with it.",
    )
    amount_open = fields.Monetary(string="Open", compute="_compute_amounts")
    amount_saved = fields.Monetary(string="Interest Not Earned", compute="_compute_amounts")
    amount = fields.Monetary(string="To Pay", compute="_compute_amounts")
    problem = fields.Char(compute="_compute_amounts")

    @api.model
    def _default_date(self):
        plan = self.env["collections.plan"].browse(self.env.context.get("default_plan_id"))
        company = plan.company_id or self.env.company
        return company._collections_today(fields.Datetime.now())

    @api.depends("plan_id", "date")
    def _compute_amounts(self):
        for wizard in self:
            settlement = wizard.date and wizard.plan_id._settlement(wizard.date)
            wizard.amount_open = float(settlement.open) if settlement else 0.0
            wizard.amount_saved = float(settlement.saved) if settlement else 0.0
            wizard.amount = float(settlement.amount) if settlement else 0.0
            wizard.problem = not settlement and self.env._(
                "It cannot be paid off now: it is not active, or a part of it is disputed, on "
                "hold or promised."
            )

    def action_register_payment(self):
        """Register this payment in core's own dialog."""
        self.ensure_one()
        if self.problem:
            raise UserError(self.problem)
        action = self.plan_id.action_register_payment()
        wishes = {
            "default_amount": self.amount,
            "default_custom_user_amount": self.amount,
            "default_payment_date": self.date,
        }
        return {**action, "context": {**action["context"], **wishes}}
