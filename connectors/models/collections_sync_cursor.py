from odoo import api, fields, models


class CollectionsSyncCursor(models.Model):
    """How far a stream of a connection was read.

    It is saved in the transaction that keeps the page it covers, so that a process that
    dies has neither lost a page nor forgotten one.
    """

    _name = "collections.sync.cursor"
    _description = "Position in a Stream of an Outside Ledger"
    _order = "connection_id, id"
    _rec_name = "stream"

    connection_id = fields.Many2one(
        "collections.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    stream = fields.Char(required=True)
    value = fields.Json(help="What the ledger's connector needs to go on; empty: everything anew.")
    pass_number = fields.Integer(help="Counts the passes: each marks the records it has seen.")
    is_complete = fields.Boolean(help="Everything was read at least once.")
    needs_check = fields.Boolean(
        help="Deletions may be missing: what vanished is to be found by the keys of all records."
    )
    checked_at = fields.Datetime(string="Checked for Vanished Records On")

    _unique_stream = models.UniqueIndex(
        "(connection_id, stream)", "A stream of a connection has one position."
    )

    @api.model
    def _of(self, connection, streams):
        """Cursors of these streams, in their order; missing ones are made.

        :param connection: `collections.connection`, one record
        """
        known = {row.stream: row for row in self.search([("connection_id", "=", connection.id)])}
        missing = [stream for stream in streams if stream not in known]
        for row in self.create(
            [{"connection_id": connection.id, "stream": stream} for stream in missing]
        ):
            known[row.stream] = row
        return self.concat(*(known[stream] for stream in streams))

    def _restart(self):
        """Read everything anew the next time."""
        self.write({"value": False})

    def _is_between_passes(self):
        """Whether the next page is the first of its pass."""
        return not (self.value or {}).get("position")
