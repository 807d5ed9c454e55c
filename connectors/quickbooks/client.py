"""Calls to QuickBooks Online.

python-quickbooks writes the requests (query, change data capture, single records, batch)
and here nothing else: it would send without a timeout, lose the status of a refusal, fetch a
document over the network when it is made, and empty fields when it saves an object. So
requests leave by our session, which says what a refusal means before the library sees it,
and changes are sparse texts of our own. docs/adr tells which call and why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ..base import Absent, AuthExpired, Misconfigured, RateLimited, Rejected, Stale, Transient
from ..http import Answer, HttpSession, check_address, write_json
from ..oauth import Identity
from .mapper import STREAMS

API = "https://quickbooks.api.intuit.com"
SANDBOX_API = "https://sandbox-quickbooks.api.intuit.com"
MINOR_VERSION = 75
PAGE_SIZE = 1000
#: What one answer of change data capture holds at most; as many may have been cut off.
CDC_LIMIT = 1000
CDC_DAYS = 30
BATCH_LIMIT = 30
#: Calls per minute this module allows itself; the service allows 500.
PER_MINUTE = 450
IDENTITY = Identity(
    authorize_url="https://appcenter.intuit.com/connect/oauth2",
    token_url="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    revoke_url="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
    scopes=("com.intuit.quickbooks.accounting",),
    pkce=False,
    refresh_days=100,
)
#: Codes of faults -> what they mean.
THROTTLED, STALE_OBJECT, ABSENT = {"3001", "003001"}, {"5010"}, {"610"}
#: The token is not good any more; the company does not allow this application.
FORBIDDEN = {"3100", "003100"}
AUTHORIZATION = {"3200", "003200", "3202", "003202"} | FORBIDDEN


@dataclass(frozen=True)
class Rows:
    """Records as they came."""

    items: list[Any]
    server_time: datetime | None


@dataclass(frozen=True)
class Changes:
    """What changed since a moment.

    :param truncated: there may be more: ask for a shorter time, or by query
    """

    items: dict[str, list[Any]]
    truncated: bool
    server_time: datetime | None


class QuickBooksClient:
    """Calls for one company.

    :param token: the access token, fresh
    :param realm_id: the company
    """

    def __init__(self, http: HttpSession, token: str, realm_id: str, *, api: str = API):
        if not realm_id.isascii() or not realm_id.isdigit():
            raise Misconfigured("No company was chosen for this connection.")
        http.redactor.add(token)
        self._way = _OurWay(http, token)
        self._calls = _make_calls(self._way, realm_id, check_address(api))
        self.realm_id = realm_id

    @property
    def calls(self) -> int:
        """How many requests were made."""
        return self._way.calls

    def close(self):
        """Close the connections of its session."""
        self._way.close()

    def company(self) -> dict[str, Any]:
        """Return the company's own record."""
        body = self._calls.get_single_object("companyinfo", self.realm_id)
        return _record(body, "CompanyInfo")

    def home_currency(self) -> str:
        """Return the company's currency, "" where its preferences do not say."""
        known = _rows(self._calls.query("SELECT * FROM Preferences"), "Preferences")
        for name in ("CurrencyPrefs", "HomeCurrency", "value"):
            known = known[0] if isinstance(known, list) and known else known
            known = known.get(name) if isinstance(known, Mapping) else None
        return known if isinstance(known, str) else ""

    def page(self, stream: str, start: int, since: datetime | None = None) -> Rows:
        """Return up to 1,000 records in the order of their keys, from the start-th (from 1).

        What changes meanwhile stays where it is in that order.

        :param since: what changed then or later: the same second may come twice
        """
        return self._page("*", stream, start, since)

    def keys(self, stream: str, start: int) -> list[str]:
        """Return up to 1,000 keys of all records, from the start-th (from 1)."""
        rows = self._page("Id", stream, start, None).items
        return [str(row.get("Id")) for row in rows if isinstance(row, Mapping)]

    def _page(self, columns, stream, start, since):
        entity = STREAMS[stream][0]
        text = f"SELECT {columns} FROM {entity}{_where(entity, since)} ORDERBY Id"
        text += f" STARTPOSITION {int(start)} MAXRESULTS {PAGE_SIZE}"
        return Rows(_rows(self._calls.query(text), entity), self._way.server_time)

    def some(self, stream: str, keys: Iterable[str]) -> list[Any]:
        """Return the records with these keys, those that are there."""
        entity = STREAMS[stream][0]
        among = ", ".join(f"'{_key(key)}'" for key in keys)
        if not among:
            return []
        where = _where(entity, None)
        where += f" AND Id IN ({among})" if where else f" WHERE Id IN ({among})"
        text = f"SELECT * FROM {entity}{where} STARTPOSITION 1 MAXRESULTS {PAGE_SIZE}"
        return _rows(self._calls.query(text), entity)

    def count(self, stream: str, since: datetime | None = None) -> int:
        """Return how many records there are: pages that do not add up to it lost some."""
        entity = STREAMS[stream][0]
        text = f"SELECT COUNT(*) FROM {entity}{_where(entity, since)}"
        total = _response(self._calls.query(text)).get("totalCount")
        if not isinstance(total, int):
            raise Transient("QuickBooks' answer holds no count.")
        return total

    def one(self, stream: str, external_id: str) -> dict[str, Any]:
        """Return one record.

        :raises Absent: when there is none
        """
        entity, options = STREAMS[stream][0], {}
        if stream == "invoices":
            options["include"] = "invoiceLink"
        body = self._calls.get_single_object(entity, _key(external_id), params=options)
        return _record(body, entity)

    def changes(self, streams: Iterable[str], since: datetime, now: datetime) -> Changes:
        """Return what changed, with what was deleted.

        :raises ValueError: when the time is longer than the service remembers
        """
        if now - since > timedelta(days=CDC_DAYS):
            raise ValueError(f"QuickBooks remembers changes for {CDC_DAYS} days")
        entities = {STREAMS[stream][0]: stream for stream in streams}
        body = self._calls.change_data_capture(",".join(entities), iso_moment(since))
        return _changes(body, entities, self._way.server_time)

    def pay(self, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Create a payment.

        :param body: what `mapper.payment_body` wrote
        :param key: the same for the same payment, however often it is tried
        :return: QuickBooks' record of it
        """
        return self._post("Payment", body, key)

    def add(self, stream: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Create a record.

        :param key: the same for the same record, however often it is tried
        :return: QuickBooks' record of it
        """
        return self._post(STREAMS[stream][0], body, key)

    def of_day(self, stream: str, customer_id: str, day: str) -> list[Any]:
        """Return a customer's documents of a day.

        :param day: as `2026-03-05`
        """
        entity = STREAMS[stream][0]
        text = f"SELECT * FROM {entity} WHERE CustomerRef = '{_key(customer_id)}'"
        text += f" AND TxnDate = '{_key(day)}' STARTPOSITION 1 MAXRESULTS {PAGE_SIZE}"
        return _mappings(_rows(self._calls.query(text), entity))

    def void(self, stream: str, external_id: str, version: str, key: str):
        """Void a document: its amounts become zero.

        :raises Stale: when somebody changed the record meanwhile
        """
        text = write_json({"Id": _key(external_id), "SyncToken": version})
        entity, options = STREAMS[stream][0], {"operation": "void"}
        self._calls.create_object(entity, text, request_id=f"{key[:24]}-{version}", params=options)

    def update(self, stream: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Change some fields.

        :param body: what `mapper.sparse_body` wrote: a full one would empty the other fields
        :raises Stale: when somebody changed the record meanwhile
        """
        if body.get("sparse") is not True:
            raise ValueError("only sparse updates leave the other fields alone")
        return self._post(STREAMS[stream][0], body, key)

    def _post(self, entity, body, key):
        text = write_json(body)
        return _record(self._calls.create_object(entity, text, request_id=key), entity)


class _OurWay:
    """Stands where the library expects a session of requests-oauthlib."""

    def __init__(self, http, token):
        self.access_token = token
        self.server_time = None
        self._http = http

    @property
    def calls(self):
        return self._http.usage.calls

    def close(self):
        self._http.close()

    def request(self, method, url, headers, params, data):
        """Send by our session; raise what a refusal means."""
        answer = self._http.request(
            method,
            url,
            headers=headers,
            params=params,
            data=data or None,
            write=method == "POST" and not url.endswith("/query"),
            explain=_fault_inside,
        )
        self.server_time = answer.server_time
        return _Good(answer)


class _Good:
    """A good answer, in the library's words; a fault inside is found here."""

    status_code = 200

    def __init__(self, answer: Answer):
        body = answer.json()
        if not isinstance(body, Mapping):
            raise Transient("QuickBooks' answer is no record.")
        if "Fault" in body:
            raise fault_error(body["Fault"])
        self.text = answer.text


def _make_calls(way, realm_id, api):
    try:
        from quickbooks import QuickBooks
    except ImportError:
        text = "Install the Python library python-quickbooks to connect to QuickBooks."
        raise Misconfigured(text) from None

    class Calls(QuickBooks):
        """Of this connection alone: the library can be told to share one by all."""

        def __new__(cls):
            return object.__new__(cls)

    calls = Calls()
    calls.session, calls.company_id, calls.minorversion = way, realm_id, MINOR_VERSION
    calls.api_url_v3, calls.use_decimal = f"{api}/v3", True
    return calls


def _where(entity, since):
    """Inactive customers are hidden unless asked for; the moment carries its zone."""
    parts = ["Active IN (true, false)"] if entity == "Customer" else []
    if since is not None:
        parts.append(f"MetaData.LastUpdatedTime >= '{iso_moment(since)}'")
    return " WHERE " + " AND ".join(parts) if parts else ""


def iso_moment(moment: datetime) -> str:
    """Write a moment with its offset; the library drops it and the hours with it."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")


def _key(external_id):
    if not external_id.isascii() or not external_id.replace("-", "").isalnum():
        raise Absent("QuickBooks has no such record.")
    return external_id


def _record(body, name):
    found = body.get(name)
    if not isinstance(found, Mapping):
        raise Transient(f"QuickBooks' answer holds no {name}.")
    return dict(found)


def _rows(body, name):
    return _a_list(_response(body).get(name) or [])


def _response(body):
    known = body.get("QueryResponse")
    if not isinstance(known, Mapping):
        raise Transient("QuickBooks' answer holds no rows.")
    return known


def _a_list(rows):
    if not isinstance(rows, list):
        raise Transient("QuickBooks' answer holds no rows.")
    return rows


def _mappings(rows):
    return [entry for entry in _a_list(rows) if isinstance(entry, Mapping)]


def _changes(body, entities, server_time):
    items, total = {stream: [] for stream in entities.values()}, 0
    for part in _mappings(body.get("CDCResponse")):
        if "Fault" in part:
            raise fault_error(part["Fault"])
        for group in _mappings(part.get("QueryResponse")):
            for entity, stream in entities.items():
                rows = _a_list(group.get(entity) or [])
                items[stream] += rows
                total += len(rows)
    return Changes(items, total >= CDC_LIMIT, server_time)


def _fault_inside(answer):
    """Read the fault of a refusal, None where there is none."""
    try:
        body = answer.json()
    except Transient:
        return None
    known = body.get("Fault", body.get("fault")) if isinstance(body, Mapping) else None
    return fault_error(known) if known else None


def fault_error(fault: Any) -> Exception:
    """Return the error that a fault of the service means.

    :param fault: `{"Error": [{"code", "Message", "Detail"}], "type"}`, more or less
    """
    known = fault if isinstance(fault, Mapping) else {}
    errors = known.get("Error", known.get("error"))
    errors = errors if isinstance(errors, list) else []
    errors = [entry for entry in errors if isinstance(entry, Mapping)]
    codes = {str(entry.get("code") or "") for entry in errors}
    texts = tuple(filter(None, map(_fault_text, errors)))
    text = f"QuickBooks refused: {'; '.join(texts) or 'no reason given'}"
    if codes & THROTTLED:
        return RateLimited(60, "minute")
    if codes & AUTHORIZATION:
        return AuthExpired(text, reconnect=bool(codes & FORBIDDEN))
    if codes & ABSENT:
        return Absent(text)
    kind = Stale if codes & STALE_OBJECT else Rejected
    return kind(text, code=min(codes, default=""), messages=texts)


def _fault_text(entry):
    found = entry.get("Detail") or entry.get("detail") or entry.get("Message")
    return str(found or entry.get("message") or "")[:300]
