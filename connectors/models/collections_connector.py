from collections.abc import Mapping
from typing import Any, NamedTuple

from odoo import api, models

from ..base import Misconfigured

PREFIX = "collections.connector."
#: Most records asked for by their keys in one request.
SOME = 40
LONGEST_KEY, LONGEST_LABEL = 100, 200


class Pulled(NamedTuple):
    """A page as it came from a ledger.

    :param items: the records, as the ledger's JSON
    :param cursor: what to save together with this page, to go on behind it; plain JSON
    :param is_last: nothing more is to be had now
    :param total: how many this pass should bring in all, None where the ledger does not say
    :param lacks_deletions: what was deleted meanwhile is not among them
    """

    items: list[Mapping[str, Any]]
    cursor: dict[str, Any]
    is_last: bool
    total: int | None = None
    lacks_deletions: bool = False


class Listed(NamedTuple):
    """Some of the keys of all records that a ledger has.

    :param items: their records, where the answer held them anyway
    :param following: the position to go on at, None at the end
    """

    keys: list[str]
    items: list[Mapping[str, Any]]
    following: int | None


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
    #: Streams that can be had by their keys one by one only, and whose records, once there, do
    #: not change but go.
    _fixed_streams = ()
    #: Whether the ledger can be asked; else what it holds is brought as files.
    _is_asked = True

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

    # === CALLING === #

    @api.model
    def _identity(self, connection):
        """Where the ledger gives out tokens, and how.

        :rtype: connectors.oauth.Identity
        """
        raise NotImplementedError

    @api.model
    def _allowance(self):
        """Calls allowed in a minute, calls of a day kept for what a person asks for.

        :rtype: tuple[int, int]
        """
        return 60, 0

    @api.model
    def _make_client(self, connection, http, token):
        """The client of this connection, whose methods make the requests.

        :param http: `connectors.http.HttpSession`
        :param str token: the access token, fresh
        """
        raise NotImplementedError

    # === READING === #

    @api.model
    def _streams(self):
        """Names of the streams, in an order in which what is referred to comes first.

        :rtype: tuple[str, ...]
        """
        raise NotImplementedError

    @api.model
    def _pull(self, client, stream, cursor, now):
        """Fetch one page; asks the ledger, not the database, where no transaction is open.

        :param client: as `connection._client` gives it
        :param dict cursor: what the last page of the stream left; empty the first time,
            which brings everything
        :param datetime.datetime now: naive UTC
        :rtype: Pulled
        :raises ConnectorError: of `connectors.base`
        """
        raise NotImplementedError

    @api.model
    def _list(self, client, stream, position):
        """Fetch some of the keys of all records, to find what vanished; as `_pull`.

        :param position: where the last call said to go on, None at the beginning
        :rtype: Listed
        """
        raise NotImplementedError

    @api.model
    def _pull_some(self, client, stream, keys):
        """Fetch the records with these keys, those that are there; as `_pull`.

        :param list[str] keys: at most `SOME`
        :rtype: list[dict]
        """
        raise NotImplementedError

    @api.model
    def _related(self, stream, item):
        """Records that changed together with one, as far as it names them; pure.

        :param dict item: as it was received
        :return: (stream, key) pairs
        :rtype: list[tuple[str, str]]
        """
        return []

    @api.model
    def _gone(self, stream, external_id, raw):
        """What the ledger would say of a record that it does not have any more.

        :param dict raw: as it was last received
        :rtype: dict
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

    @api.model
    def _payment_link(self, client, external_id):
        """Address of the ledger's own page on which an invoice can be paid, "" without one.

        :raises ConnectorError: of `connectors.base`
        """
        return ""

    @api.model
    def _key_of(self, item, key, label):
        """The two fields of a record, as texts that can be kept."""
        known = item if isinstance(item, Mapping) else {}
        key, label = known.get(key), known.get(label)
        key = str(key) if isinstance(key, (str, int)) and not isinstance(key, bool) else ""
        label = label if isinstance(label, str) else ""
        good = key.isprintable() and len(key) <= LONGEST_KEY
        return key if good else "", clean_text(label)[:LONGEST_LABEL]

    # === WRITING === #

    @api.model
    def _can_push(self):
        """Kinds of what can be written back.

        :rtype: tuple[str, ...]
        """
        return ()

    @api.model
    def _push(self, client, kind, values, key):
        """Write one record there, by the adapter's `_push_<kind>(client, values, key)`.

        :param client: as `connection._client` gives it
        :param str kind: one of `_can_push`
        :param dict values: as `collections.outbox` keeps them: `invoice`, `customer` (keys of
            the ledger); of a payment `amount`, `currency`, `date`, `reference` and `account`;
            of a note `text`; of a fee `number`, `currency`, `date`, `reference`, `account`,
            `tax` and `lines` (`text`, `amount`, `tax`); of one taken back (`fee_end`, wherever
            there is `fee`) nothing more
        :param str key: the same for the same record, however often it is tried
        :return: external id of what was written, "" where it has none
        :rtype: str
        :raises ConnectorError: of `connectors.base`
        """
        return getattr(self, f"_push_{kind}")(client, values, key)

    @api.model
    def _find_pushed(self, client, kind, values, key):
        """Look for what an interrupted `_push` may have written, by the adapter's `_find_<kind>`.

        :return: as `_push`, or None when it is not there
        :rtype: str|None
        """
        return getattr(self, f"_find_{kind}")(client, values, key)

    @api.model
    def _fee_reference(self, record):
        """What tells an invoice that `_push` wrote for a fee: its `reference`, "" without one.

        :param connectors.base.Invoice record: as the ledger gives it back
        """
        return record.reference

    @api.model
    def _check_fee(self, values):
        """Make sure that a person entered what an invoice for a fee needs there.

        :raises Misconfigured: with what is missing
        """
        if not values["account"]:
            raise Misconfigured(self.env._("Enter where the ledger is to book fees."))
        if not values["tax"] and any(float(line["tax"]) for line in values["lines"]):
            raise Misconfigured(
                self.env._("The debit note bears tax: enter the ledger's code of it.")
            )

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


def clean_text(text):
    """A text without what PostgreSQL cannot keep: zero bytes, halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
