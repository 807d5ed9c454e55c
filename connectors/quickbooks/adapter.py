"""QuickBooks Online as a connector: streams, pages, changes, single records."""

from datetime import timedelta, timezone

from odoo import api, models

from ..models.collections_connector import Listed, Pulled
from ..passes import Pass
from . import mapper, webhooks
from .client import API, CDC_DAYS, IDENTITY, PAGE_SIZE, PER_MINUTE, QuickBooksClient

#: Rows that a page has in common with the one before: a deletion moves the others up.
OVERLAP = 10
#: The service forgets changes after thirty days; a margin for the way there.
REMEMBERED = timedelta(days=CDC_DAYS) - timedelta(hours=1)
QUERY = "query"


class CollectionsConnectorQuickBooks(models.AbstractModel):
    """QuickBooks Online's receivables."""

    _name = "collections.connector.quickbooks"
    _inherit = "collections.connector"
    _description = "Connector of QuickBooks Online"

    _label = "QuickBooks Online"
    _sequence = 20

    @api.model
    def _identity(self, connection):
        return IDENTITY

    @api.model
    def _allowance(self):
        return PER_MINUTE, 0

    @api.model
    def _make_client(self, connection, http, token):
        base = connection._address("api_url", API)
        return QuickBooksClient(http, token, connection.tenant_id or "", api=base)

    @api.model
    def _streams(self):
        return tuple(mapper.STREAMS)

    @api.model
    def _pull(self, client, stream, cursor, now):
        """The first pass asks by query, later ones for what changed, with what was deleted."""
        known = Pass(cursor)
        if known.since is None or known.way == QUERY:
            return self._pull_page(client, stream, known, now)
        now_utc = now.replace(tzinfo=timezone.utc)
        if now_utc - known.since > REMEMBERED:
            return self._pull_page(client, stream, known, now)
        return self._pull_changes(client, stream, known, now_utc)

    def _pull_changes(self, client, stream, known, now):
        answer = client.changes([stream], known.since, now)
        if answer.truncated:  # nobody knows what was cut off: ask for all of it, page by page
            return self._pull_page(client, stream, known, now.replace(tzinfo=None))
        known.note_server_time(answer.server_time, now)
        return Pulled(answer.items[stream], known.done(), True)

    def _pull_page(self, client, stream, known, now):
        answer = client.page(stream, known.position, known.since)
        known.note_server_time(answer.server_time, now)
        by_change = known.since is not None
        if len(answer.items) >= PAGE_SIZE:
            position = known.position + len(answer.items) - OVERLAP
            left = known.at(position, QUERY if by_change else "")
            return Pulled(answer.items, left, False)
        total = None if by_change else client.count(stream)
        return Pulled(answer.items, known.done(), True, total, lacks_deletions=by_change)

    @api.model
    def _list(self, client, stream, position):
        position = position or 1
        keys = client.keys(stream, position)
        following = position + len(keys) - OVERLAP if len(keys) >= PAGE_SIZE else None
        return Listed(keys, [], following)

    @api.model
    def _pull_some(self, client, stream, keys):
        return client.some(stream, keys)

    @api.model
    def _related(self, stream, item):
        return mapper.related(item)

    @api.model
    def _gone(self, stream, external_id, raw):
        return {"Id": external_id, "status": "Deleted", "domain": "QBO"}

    @api.model
    def _read(self, connection, stream, items):
        return mapper.read(stream, items, connection.currency_id.name or "")

    @api.model
    def _key(self, stream, item):
        _entity, _reader, label = mapper.STREAMS[stream]
        return self._key_of(item, "Id", label)

    @api.model
    def _verify_webhook(self, raw, headers, secret):
        return webhooks.verify(raw, headers, secret)

    @api.model
    def _parse_webhook(self, raw):
        return webhooks.parse(raw)
