"""Calls to Xero through its own SDK, which here only writes requests.

xero-python knows addresses, parameters and headers. Everything else of it is set aside, for
reasons in docs/adr: its configuration is shared by all connections of a process, it waits
and repeats by itself, it refreshes tokens unasked, and one odd record breaks a whole page.
So requests leave by our session, and answers come back as JSON.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from ..base import Absent, Misconfigured, Rejected, Transient
from ..http import HttpSession, check_address, write_json
from ..oauth import Identity
from .mapper import STREAMS

API = "https://api.xero.com/api.xro/2.0"
CONNECTIONS = "https://api.xero.com"
PAGE_SIZE = 1000
#: Calls per minute this module allows itself; the service allows 60.
PER_MINUTE = 55
#: The day's last calls are kept for what a person asks for.
DAY_RESERVE = 50
LONGEST_KEY = 128
#: What cannot stand in a text of a condition.
UNQUOTABLE = {'"', "\\"}
IDENTITY = Identity(
    authorize_url="https://login.xero.com/identity/connect/authorize",
    token_url="https://identity.xero.com/connect/token",
    revoke_url="https://identity.xero.com/connect/revocation",
    scopes=(
        "offline_access",
        "accounting.contacts.read",
        "accounting.invoices.read",
        "accounting.payments.read",
        "accounting.settings.read",
    ),
    pkce=True,
    refresh_days=60,
)
#: Asked for besides, when the connection writes.
WRITE_SCOPES = ("accounting.contacts", "accounting.invoices", "accounting.payments")
#: Stream -> the SDK's calls for a page and for one record.
CALLS = {
    "customers": ("get_contacts", "get_contact"),
    "invoices": ("get_invoices", "get_invoice"),
    "credit_notes": ("get_credit_notes", "get_credit_note"),
    "prepayments": ("get_prepayments", "get_prepayment"),
    "overpayments": ("get_overpayments", "get_overpayment"),
    "payments": ("get_payments", "get_payment"),
}


#: What is asked for of a stream: what the organisation itself owes is none of our business.
WANTED = {"invoices": 'Type=="ACCREC"', "credit_notes": 'Type=="ACCRECCREDIT"'}
#: Streams that can be had without the details of their records, and by several keys.
SUMMARIZED = ("customers", "invoices")


@dataclass(frozen=True)
class PageAnswer:
    """A page as it came.

    :param total: how many records there are on all pages, None where Xero does not say
    """

    items: list[Any]
    page: int
    pages: int | None
    total: int | None
    server_time: datetime | None

    @property
    def is_last(self) -> bool:
        """Whether nothing follows; an empty page ends it, whatever is counted."""
        if not self.items:
            return True
        return self.pages is not None and self.page >= self.pages


class XeroClient:
    """Calls for one organisation.

    :param token: the access token, fresh
    :param tenant_id: the organisation; empty until it is chosen
    """

    def __init__(
        self,
        http: HttpSession,
        token: str,
        tenant_id: str = "",
        *,
        api: str = API,
        connections: str = CONNECTIONS,
    ):
        http.redactor.add(token)
        self._http = http
        self._token = token
        self._tenant_id = tenant_id
        self._connections = check_address(connections)
        self._calls = _make_calls(http, token, check_address(api))

    def organisations(self) -> list[dict[str, str]]:
        """Return id and name of the organisations that were consented to."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        url = f"{self._connections}/connections"
        body = self._http.request("GET", url, headers=headers, urgent=True).json()
        return [
            {"id": str(entry["tenantId"]), "name": str(entry.get("tenantName") or "")}
            for entry in _list(body)
            if isinstance(entry, Mapping) and entry.get("tenantId")
        ]

    def organisation(self) -> dict[str, Any]:
        """Return the organisation's own record: name, base currency, time zone, lock dates."""
        body = self._get("get_organisations").json()
        return _first(body, "Organisations")

    @property
    def calls(self) -> int:
        """How many requests were made."""
        return self._http.usage.calls

    def close(self):
        """Close the connections of its session."""
        self._http.close()

    def page(
        self, stream: str, page: int, since: datetime | None = None, *, summary: bool = False
    ) -> PageAnswer:
        """Return a page, pages beginning at 1.

        In the order of the keys: what changes meanwhile does not move to another page.

        :param since: only what changed after it; None the first time, for documents of
            today may carry changes of years ago
        :param summary: the records' keys are enough, where Xero can leave out the rest
        """
        _name, _reader, key, _label = STREAMS[stream]
        options = {"page": page, "page_size": PAGE_SIZE, "order": f"{key} ASC"}
        if since is not None:
            options["if_modified_since"] = _http_moment(since)
        if stream == "customers":
            options["include_archived"] = "true"
        if stream in WANTED:
            options["where"] = WANTED[stream]
        if summary and stream in SUMMARIZED:
            options["summary_only"] = "true"
        answer = self._get(CALLS[stream][0], **options)
        body = answer.json()
        items = _items(body, stream)
        known = body.get("pagination")
        known = known if isinstance(known, Mapping) else {}
        return PageAnswer(
            items,
            page,
            _whole(known.get("pageCount")),
            _whole(known.get("itemCount")),
            answer.server_time,
        )

    def some(self, stream: str, keys: Iterable[str]) -> list[Any]:
        """Return the records with these keys, those that are there.

        :param stream: one of `SUMMARIZED`
        """
        options = {"page": 1, "page_size": PAGE_SIZE, "i_ds": list(keys)}
        if not options["i_ds"]:
            return []  # without keys Xero would return all there is
        if stream == "customers":
            options["include_archived"] = "true"
        return _items(self._get(CALLS[stream][0], **options).json(), stream)

    def one(self, stream: str, external_id: str) -> dict[str, Any]:
        """Return one record.

        :raises Absent: when there is none
        """
        body = self._get(CALLS[stream][1], external_id).json()
        return _first(body, STREAMS[stream][0])

    def payment_link(self, invoice_id: str) -> str:
        """Return the address where an invoice can be seen and paid, "" where there is none."""
        try:
            body = self._get("get_online_invoice", invoice_id).json()
            link = _first(body, "OnlineInvoices").get("OnlineInvoiceUrl")
        except Absent:
            return ""
        return link if isinstance(link, str) and link.startswith("https://") else ""

    def pay(self, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Create a payment.

        :param body: what `mapper.payment_body` wrote
        :param key: the same for the same payment, however often it is tried
        :return: Xero's record of it
        """
        answer = self._write("create_payments", write_json(body), key)
        return _accepted(_first(answer.json(), "Payments"))

    def invoice(self, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Create an invoice.

        :param body: what `mapper.invoice_body` wrote
        :param key: the same for the same invoice, however often it is tried
        :return: Xero's record of it
        """
        answer = self._write("create_invoices", write_json(body), key)
        return _accepted(_first(answer.json(), "Invoices"))

    def numbered(self, number: str) -> list[dict[str, Any]]:
        """Return the invoices with a number: there may be several, void ones among them."""
        check_number(number)
        options = {"where": f'InvoiceNumber=="{number}"', "page": 1}
        items = _items(self._get("get_invoices", **options).json(), "invoices")
        return [dict(entry) for entry in items if isinstance(entry, Mapping)]

    def void(self, invoice_id: str, key: str):
        """Void an invoice; Xero refuses where it was paid."""
        body = {"Invoices": [{"InvoiceID": invoice_id, "Status": "VOIDED"}]}
        answer = self._write("update_invoice", invoice_id, write_json(body), key)
        _accepted(_first(answer.json(), "Invoices"))

    def note(self, kind: str, external_id: str, body: Mapping[str, Any], key: str):
        """Add a note to the history of an invoice or customer; it cannot be taken back."""
        call = {"invoices": "create_invoice_history", "customers": "create_contact_history"}[kind]
        self._write(call, external_id, write_json(body), key)

    def history(self, kind: str, external_id: str) -> list[dict[str, Any]]:
        """Return the notes of an invoice or customer, the latest first."""
        call = {"invoices": "get_invoice_history", "customers": "get_contact_history"}[kind]
        body = self._get(call, external_id).json()
        records = body.get("HistoryRecords") if isinstance(body, Mapping) else None
        return [dict(entry) for entry in _list(records) if isinstance(entry, Mapping)]

    def delete_payment(self, external_id: str, key: str):
        """Undo a payment: Xero cannot change one."""
        self._write("delete_payment", external_id, write_json({"Status": "DELETED"}), key)

    def _get(self, call, *arguments, **options):
        return self._ask(call, *arguments, **options)

    def _write(self, call, *arguments):
        *arguments, key = arguments
        if not 0 < len(key) <= LONGEST_KEY:
            raise ValueError("an idempotency key has 1 to 128 characters")
        try:
            return self._ask(call, *arguments, idempotency_key=key)
        except Transient as error:
            raise Transient(str(error), maybe_done=error.maybe_done) from None

    def _ask(self, call, *arguments, **options):
        if not self._tenant_id:
            raise Misconfigured("No organisation was chosen for this connection.")
        method = getattr(self._calls, call)
        return method(self._tenant_id, *arguments, _preload_content=False, **options)


def _make_calls(http, token, api):
    """Return the SDK's class of calls, with its ways in and out replaced by ours."""
    try:
        from xero_python.accounting import AccountingApi
        from xero_python.api_client import ApiClient
    except ImportError:
        raise Misconfigured("Install the Python library xero-python to connect to Xero.") from None

    class OurWay(ApiClient):
        """Sends by our session, with the token of this connection and no other."""

        def update_params_for_auth(self, headers, querys, auth_settings):
            headers["Authorization"] = f"Bearer {token}"

        def request(self, method, url, query_params=None, headers=None, body=None, **_options):
            url = f"{url}?{urlencode(query_params)}" if query_params else url
            return http.request(method, url, headers=headers, data=body)

    return AccountingApi(OurWay(), base_url=api)


def check_number(number: str):
    """Make sure that an invoice can be asked for by its number.

    :raises Misconfigured: when it holds what no condition can
    """
    if UNQUOTABLE & set(number):
        raise Misconfigured(f"Xero cannot be asked for the number {number}.")


def _http_moment(moment):
    """Write a moment as Xero takes it: UTC, to the second, without a zone."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def _items(body, stream):
    name = STREAMS[stream][0]
    items = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(items, list):
        raise Transient(f"Xero's answer holds no list of {name}.")
    return items


def _whole(value):
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _list(body):
    return body if isinstance(body, list) else []


def _first(body, name):
    items = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(items, list) or not items or not isinstance(items[0], Mapping):
        raise Absent(f"Xero's answer holds none of {name}.")
    return dict(items[0])


def _accepted(record):
    """Refuse what Xero answers with 200 and an error inside.

    :raises Rejected: with Xero's own sentences
    """
    found = record.get("ValidationErrors")
    errors = [entry for entry in _list(found) if isinstance(entry, Mapping)]
    texts = tuple(str(entry.get("Message") or "") for entry in errors)
    if texts or record.get("HasValidationErrors") is True:
        raise Rejected(f"Xero refused: {'; '.join(texts) or 'no reason given'}", messages=texts)
    return record
