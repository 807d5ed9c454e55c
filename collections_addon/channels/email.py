from odoo import api, models

from .base import Receipt


class CollectionsChannelEmail(models.AbstractModel):
    _name = "collections.channel.email"
    _inherit = "collections.channel"
    _description = "E-mail Channel"

    @api.model
    def _label(self):
        return self.env._("E-mail")

    @api.model
    def _send(self, actions):
        return {action.id: Receipt("sent") for action in actions}
