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
