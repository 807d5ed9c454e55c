from odoo import fields, models


class CollectionsConnection(models.Model):
    """Where what is written to the ledger goes there."""

    _inherit = "collections.connection"

    push_account = fields.Char(
        string="Bank Account There",
        help="Payments are written to it. Xero: the account's code. QuickBooks: its key; empty"
        " for undeposited funds.",
    )
    outbox_ids = fields.One2many("collections.outbox", "connection_id")
    outbox_count = fields.Integer(string="To Be Written", compute="_compute_outbox_count")

    def _compute_outbox_count(self):
        groups = self.env["collections.outbox"]._read_group(
            [("connection_id", "in", self.ids), ("state", "in", ("waiting", "sending", "failed"))],
            ["connection_id"],
            ["__count"],
        )
        counts = {connection.id: count for connection, count in groups}
        for connection in self:
            connection.outbox_count = counts.get(connection.id, 0)

    def action_open_outbox(self):
        """Show what waits to be written to this ledger, and what was set aside."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_outbox"
        )
        return {**action, "domain": [("connection_id", "=", self.id)]}
