"""Xero as a connector: streams, pages, single records."""

from odoo import api, models

from ..base import Absent
from ..models.collections_connector import Listed, Pulled
from ..passes import Pass
from . import mapper, webhooks
from .client import CONNECTIONS, DAY_RESERVE, IDENTITY, PER_MINUTE, XeroClient

#: Streams of which Xero gives several records by their keys in one answer.
BY_KEYS = ("customers", "invoices")
#: What a record is called once Xero does not have it any more.
GONE = {"customers": ("ContactStatus", "ARCHIVED")}


class CollectionsConnectorXero(models.AbstractModel):
    """Xero's receivables."""

    _name = "collections.connector.xero"
    _inherit = "collections.connector"
    _description = "Connector of Xero"

    _label = "Xero"
    _sequence = 10
    _fixed_streams = ("payments",)

    @api.model
    def _identity(self, connection):
        return IDENTITY

    @api.model
    def _allowance(self):
        return PER_MINUTE, DAY_RESERVE

    @api.model
    def _make_client(self, connection, http, token):
        base = connection._address("api_url", CONNECTIONS)
        tenant_id, api_url = connection.tenant_id or "", f"{base}/api.xro/2.0"
        return XeroClient(http, token, tenant_id, api=api_url, connections=base)

    @api.model
    def _streams(self):
        return tuple(mapper.STREAMS)

    @api.model
    def _pull(self, client, stream, cursor, now):
        """One page of the pass; ordered by key, so that a change moves no record between pages."""
        known = Pass(cursor)
        answer = client.page(stream, known.position, known.since)
        known.note_server_time(answer.server_time, now)
        left = known.done() if answer.is_last else known.at(known.position + 1)
        return Pulled(answer.items, left, answer.is_last, answer.total)

    @api.model
    def _list(self, client, stream, position):
        answer = client.page(stream, position or 1, summary=True)
        keys = [key for key, _label in map(lambda item: self._key(stream, item), answer.items)]
        items = [] if stream in BY_KEYS else answer.items
        return Listed(keys, items, None if answer.is_last else answer.page + 1)

    @api.model
    def _pull_some(self, client, stream, keys):
        if stream in BY_KEYS:
            return client.some(stream, keys)
        return list(filter(None, (self._one_or_none(client, stream, key) for key in keys)))

    def _one_or_none(self, client, stream, key):
        try:
            return client.one(stream, key)
        except Absent:
            return None

    @api.model
    def _related(self, stream, item):
        return mapper.related(item)

    @api.model
    def _gone(self, stream, external_id, raw):
        name, value = GONE.get(stream, ("Status", "DELETED"))
        return {**raw, name: value}

    @api.model
    def _read(self, connection, stream, items):
        return mapper.read(stream, items)

    @api.model
    def _key(self, stream, item):
        _list, _reader, key, label = mapper.STREAMS[stream]
        return self._key_of(item, key, label)

    @api.model
    def _verify_webhook(self, raw, headers, secret):
        return webhooks.verify(raw, headers, secret)

    @api.model
    def _parse_webhook(self, raw):
        return webhooks.parse(raw)
