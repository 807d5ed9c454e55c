from odoo import models


class CollectionsOverview(models.AbstractModel):
    """The Overview tells of ledgers whose customers are not reminded."""

    _inherit = "collections.overview"

    def _ledgers(self):
        connections = self.env["collections.connection"].search(
            [
                ("company_id", "in", self.env.companies.ids),
                "|",
                ("state", "=", "reconnect"),
                "&",
                ("state", "=", "connected"),
                ("sync_problem", "!=", False),
            ]
        )
        return [
            {
                "id": connection.id,
                "name": connection.name,
                "text": connection._overview_text(),
                "is_down": connection.state == "reconnect",
            }
            for connection in connections
        ]
