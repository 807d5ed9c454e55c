from odoo import api, fields, models
from odoo.tools import SQL

from .fields_unchecked import UncheckedMany2one


class DunningActionItem(models.Model):
    """An open item in a contact, as it was when the contact was decided or sent.

    A run writes these rows by the hundred thousand, so their links have no foreign
    keys: what they point to clears or guards them when it is deleted.
    """

    _name = "dunning.action.item"
    _description = "Contact Item"
    _order = "days_overdue desc, id"
    _log_access = False

    action_id = UncheckedMany2one("dunning.action", required=True, index=True)
    move_line_id = UncheckedMany2one(
        "account.move.line", string="Open Item", index="btree_not_null"
    )
    move_id = UncheckedMany2one("account.move", string="Invoice", index="btree_not_null")
    currency_id = fields.Many2one(related="action_id.currency_id")
    level_id = UncheckedMany2one(
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

    def _line_id(self):
        """Id of what is listed, as the decision names it: a receivable item."""
        self.ensure_one()
        return self.move_line_id.id

    @api.model
    def _forget(self, name, records):
        """Clear the links to records that are about to be deleted.

        :param str name: `move_line_id` or `move_id`
        :param records: what is deleted
        """
        ids = tuple(records.ids)
        if not ids:
            return
        self.flush_model([name])
        column = SQL.identifier(name)
        query = SQL(
            "UPDATE dunning_action_item SET %s = NULL WHERE %s IN %s",
            column,
            column,
            ids,
        )
        self.env.cr.execute(query)
        self.invalidate_model([name], flush=False)


class DunningAction(models.Model):
    _inherit = "dunning.action"

    def unlink(self):
        """Override: the items go with their contact."""
        items = self.sudo().item_ids
        result = super().unlink()
        items.unlink()
        return result
