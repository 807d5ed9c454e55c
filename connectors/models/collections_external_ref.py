from odoo import fields, models

STATES = [
    ("pending", "To Be Mirrored"),
    ("done", "Mirrored"),
    ("ignored", "Not Mirrored"),
    ("failed", "Set Aside"),
]


class CollectionsExternalRef(models.Model):
    """A record of an outside ledger, as it came, and what it is here.

    Pages are kept here first, then turned into documents in small steps: what cannot be
    turned stays with its reason, and nothing has to be asked for twice.
    """

    _name = "collections.external.ref"
    _description = "Record of an Outside Ledger"
    _order = "id"
    _rec_name = "label"

    connection_id = fields.Many2one(
        "collections.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    stream = fields.Char(required=True)
    external_id = fields.Char(string="Key", required=True)
    label = fields.Char(help="What a person calls the record, such as its number.")
    raw = fields.Text(string="As Received", groups="collections_addon.group_collections_admin")
    fingerprint = fields.Char(help="Of the record as received: the same again changes nothing.")
    is_gone = fields.Boolean(string="Vanished", help="The ledger does not have it any more.")
    state = fields.Selection(STATES, required=True, default="pending")
    problem = fields.Char(help="Why the record is set aside.")
    pulled_at = fields.Datetime()
    applied_at = fields.Datetime(string="Mirrored On")
    partner_id = fields.Many2one("res.partner", string="Customer", index="btree_not_null")
    move_id = fields.Many2one(
        "account.move", string="Document", index="btree_not_null", ondelete="restrict"
    )

    _unique_key = models.UniqueIndex(
        "(connection_id, stream, external_id)", "A record of a ledger is kept once."
    )
    _to_do = models.Index("(connection_id, state, stream, id) WHERE state IN ('pending', 'failed')")
