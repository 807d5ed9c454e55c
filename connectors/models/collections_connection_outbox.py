from odoo import fields, models


class CollectionsConnection(models.Model):
    """Where what is written to the ledger goes there."""

    _inherit = "collections.connection"

    push_account = fields.Char(
        string="Bank Account There",
        help="Payments are written to it. Xero: the account's code. QuickBooks: its key; empty"
        " for undeposited funds.",
    )
    push_fees = fields.Boolean(
        string="Write Fees",
        tracking=True,
        help="What is charged for late payment of the ledger's invoices is an invoice there, too.",
    )
    push_fee_account = fields.Char(
        string="Fees There",
        help="Xero: the code of the revenue account. QuickBooks: the key of the product or"
        " service.",
    )
    push_fee_tax = fields.Char(
        string="Tax of Fees There",
        help="The ledger's code of the tax, where debit notes bear one.",
    )
    outbox_ids = fields.One2many("collections.outbox", "connection_id")
    outbox_count = fields.Integer(string="To Be Written", compute="_compute_outbox_count")

    def _writes(self):
        """Whether anything is to be written to the ledger."""
        return self.push_payments or self.push_notes or self.push_fees

    def _takes_fees(self):
        """Whether debit notes for its invoices are written to the ledger.

        :rtype: bool
        """
        return bool(self and self.push_fees and "fee" in self._adapter()._can_push())

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
