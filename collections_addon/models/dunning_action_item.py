from odoo import fields, models


class DunningActionItem(models.Model):
    """An open item in a contact, as it was when the contact was decided or sent."""

    _name = "dunning.action.item"
    _description = "Contact Item"
    _order = "days_overdue desc, id"
    _log_access = False

    action_id = fields.Many2one("dunning.action", required=True, ondelete="cascade", index=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Open Item", ondelete="set null", index="btree_not_null"
    )
    move_id = fields.Many2one("account.move", string="Invoice", ondelete="set null")
    currency_id = fields.Many2one(related="action_id.currency_id")
    level_id = fields.Many2one(
        "dunning.level", help="The level this item stands on once the contact is made."
    )
    is_step = fields.Boolean(help="This contact takes the item to its level.")
    days_overdue = fields.Integer()
    due_date = fields.Date(related="move_line_id.date_maturity")
    amount_residual = fields.Monetary(string="Open Amount")
    amount_disputed = fields.Monetary(string="Disputed")
    amount_credit = fields.Monetary(string="Covered by Credit")
    ended_on = fields.Date(
        string="Ladder Ended On",
        help="Since then the item would begin at the first level again: the customer had "
        "cleared what was overdue.",
    )
