from collections.abc import Mapping
from typing import Any, NamedTuple

from odoo import api, models

PREFIX = "collections.connector."


class Pulled(NamedTuple):
    """A page as it came from a ledger.

    :param items: the records, as the ledger's JSON
    :param cursor: what to save together with this page, to go on behind it; plain JSON
    :param is_last: nothing more is to be had now
    :param total: how many there are in all, None where the ledger does not say
    """

    items: list[Mapping[str, Any]]
    cursor: dict[str, Any]
    is_last: bool
    total: int | None = None


class CollectionsConnector(models.AbstractModel):
    """The contract of a connector. A connector is an abstract model
    `collections.connector.<code>` that inherits this one; nothing else has to know of it.

    Its methods know the outside ledger and no document of ours: they raise the errors of
    `connectors.base`, write nothing, and may be called again at any time.
    """

    _name = "collections.connector"
    _description = "Connector of an Outside Ledger"

    #: What a person calls the ledger.
    _label = ""
    _sequence = 10
    #: Whether balances of customers are in the ledger's own currency, or in the customer's.
    _home_balances = False
    #: Whether a person consents in the ledger's own pages (OAuth 2).
    _has_consent = True

    # === REGISTRY === #

    @api.model
    def _codes(self):
        """Codes of the installed connectors, in the order they are offered."""
        names = [name for name in self.env.registry if name.startswith(PREFIX)]
        names.sort(key=lambda name: (self.env[name]._sequence, name))
        return [name.removeprefix(PREFIX) for name in names]

    @api.model
    def _by_code(self, code):
        """The connector with this code.

        :raises KeyError: when none is installed
        """
        return self.env[PREFIX + code]

    @api.model
    def _selection(self):
        return [(code, self._by_code(code)._label) for code in self._codes()]

    # === READING === #

    @api.model
    def _streams(self):
        """Names of the streams, in an order in which what is referred to comes first.

        :rtype: tuple[str, ...]
        """
        raise NotImplementedError

    @api.model
    def _pull(self, connection, stream, cursor):
        """Fetch one page.

        :param dict cursor: what the last page of the stream left; empty the first time,
            which brings everything
        :rtype: Pulled
        :raises ConnectorError: of `connectors.base`
        """
        raise NotImplementedError

    @api.model
    def _read(self, connection, stream, items):
        """Understand records; pure, one that cannot be understood is a problem of its own.

        :rtype: connectors.reading.Page
        """
        raise NotImplementedError

    @api.model
    def _key(self, stream, item):
        """External id and label of a raw record, "" where it has none.

        :rtype: tuple[str, str]
        """
        raise NotImplementedError

    @api.model
    def _source_url(self, connection, stream, external_id):
        """Address of a document in the ledger's own pages, False where there is none.

        :rtype: str|False
        """
        return False

    # === WRITING === #

    @api.model
    def _can_push(self):
        """Kinds of what can be written back.

        :rtype: tuple[str, ...]
        """
        return ()

    @api.model
    def _push(self, connection, kind, values, key):
        """Write one record there.

        :param str key: the same for the same record, however often it is tried
        :return: external id of what was written, its raw record
        :rtype: tuple[str, dict]
        """
        raise NotImplementedError

    @api.model
    def _find_pushed(self, connection, kind, values, key):
        """Look for what an interrupted `_push` may have written.

        :return: as `_push`, or None when it is not there
        """
        raise NotImplementedError

    # === WEBHOOKS === #

    @api.model
    def _verify_webhook(self, raw, headers, secret):
        """Whether the ledger signed these bytes; False for anything doubtful.

        :param bytes raw: the body as it came
        """
        return False

    @api.model
    def _parse_webhook(self, raw):
        """Read what a verified body tells.

        :rtype: list[connectors.base.Event]
        """
        return []
