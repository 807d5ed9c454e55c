from odoo import api, fields, models
from odoo.exceptions import AccessError


class CollectionsPlanItem(models.Model):
    """An invoice that a payment plan pays off."""

    _name = "collections.plan.item"
    _description = "Payment Plan Invoice"
    _order = "plan_id, id"

    plan_id = fields.Many2one(
        "collections.plan", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, index=True, ondelete="restrict"
    )
    amount = fields.Monetary(
        string="Open When Agreed",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
    )
    amount_credited = fields.Monetary(
        string="Credited Before", readonly=True, help="By credit notes, when it was agreed."
    )
    amount_residual = fields.Monetary(related="move_id.amount_residual", string="Open Now")
    invoice_date_due = fields.Date(related="move_id.invoice_date_due")
    is_charge = fields.Boolean(
        string="Cost of the Plan", readonly=True, help="Fee or interest of the plan itself."
    )
    is_active = fields.Boolean(compute="_compute_is_active", store=True)

    _once = models.UniqueIndex("(plan_id, move_id)", "An invoice is in a plan once.")
    _one_active = models.UniqueIndex(
        "(move_id) WHERE is_active", "This invoice is in another payment plan already."
    )

    @api.depends("move_id")
    def _compute_amount(self):
        for item in self:
            item.amount = item.amount or item.move_id.amount_residual

    @api.depends("plan_id.state")
    def _compute_is_active(self):
        for item in self:
            item.is_active = item.plan_id.state == "active"

    def write(self, vals):
        """Override: what was agreed stays as agreed."""
        if not self.env.su and any(
            item.plan_id.state not in ("draft", "proposed") for item in self
        ):
            raise AccessError(self.env._("The invoices of an agreed plan cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if any(item.plan_id.state not in ("draft", "proposed") for item in self):
            raise AccessError(self.env._("The invoices of an agreed plan cannot be changed."))
