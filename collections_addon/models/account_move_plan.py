from odoo import fields, models


class AccountMove(models.Model):
    """The payment plan that pays off an invoice."""

    _inherit = "account.move"

    payment_plan_id = fields.Many2one(
        "collections.plan",
        string="Payment Plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="collections_addon.group_collections_viewer",
        help="The active plan in whose installments this invoice is paid.",
    )

    # === ACTION METHODS === #

    def action_open_payment_plan(self):
        """Open the plan of this invoice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.plan",
            "res_id": self.payment_plan_id.id,
            "view_mode": "form",
        }
