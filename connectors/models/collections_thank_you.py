from odoo import models
from odoo.tools import SQL


class CollectionsThankYou(models.Model):
    """Money that an outside ledger tells of is thanked for, too."""

    _inherit = "collections.thank.you"

    def _is_money(self):
        """Override: mirrored payments; lists do not tell a payment from a credit."""
        return SQL(
            "(%s OR paid.move_id IN (SELECT move.id FROM account_move move"
            " JOIN collections_connection connection"
            "   ON connection.id = move.collections_connection_id"
            " WHERE move.id = paid.move_id AND move.move_type = 'entry'"
            "   AND connection.provider <> 'file'))",
            super()._is_money(),
        )
