"""Lists of open items as a connector: what they hold is brought, not fetched."""

from odoo import api, models

from . import mapper


class CollectionsConnectorFile(models.AbstractModel):
    """Any ledger that can write its open items into a file.

    It has no streams to fetch: the wizard takes in a list as a whole, and a synchronization
    mirrors and compares what was taken in.
    """

    _name = "collections.connector.file"
    _inherit = "collections.connector"
    _description = "Connector of Lists of Open Items"

    _label = "Files of Open Items"
    _sequence = 90
    _has_consent = False
    _is_asked = False

    @api.model
    def _streams(self):
        return ()

    @api.model
    def _read(self, connection, stream, items):
        return mapper.read(stream, items)

    @api.model
    def _key(self, stream, item):
        _reader, label = mapper.STREAMS[stream]
        return self._key_of(item, "id", label)
