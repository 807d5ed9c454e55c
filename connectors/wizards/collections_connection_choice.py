from odoo import fields, models
from odoo.exceptions import UserError

from ..base import ConnectorError


class CollectionsConnectionChoice(models.TransientModel):
    """Which of several organisations a connection mirrors."""

    _name = "collections.connection.choice"
    _description = "Choice of an Organisation"

    connection_id = fields.Many2one("collections.connection", required=True, ondelete="cascade")
    line_ids = fields.One2many("collections.connection.choice.line", "choice_id")

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose the Organisation"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class CollectionsConnectionChoiceLine(models.TransientModel):
    """An organisation that was consented to."""

    _name = "collections.connection.choice.line"
    _description = "Organisation to Choose"

    choice_id = fields.Many2one("collections.connection.choice", required=True, ondelete="cascade")
    key = fields.Char(required=True)
    name = fields.Char(string="Organisation")

    def action_choose(self):
        """Mirror this one."""
        self.ensure_one()
        connection = self.choice_id.connection_id
        connection.check_access("write")
        try:
            connection._choose(self.key, fields.Datetime.now())
        except ConnectorError as error:
            raise UserError(str(error)) from None
        return {"type": "ir.actions.act_window_close"}
