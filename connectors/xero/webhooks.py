"""Xero's webhooks. They ring the bell: what changed is read from the service afterwards.

Xero wants 200 with an empty body and without cookies within five seconds, and 401 for a
wrong signature; its "intent to receive" is a delivery without events. There is no event of
payments: an invoice is updated by one.
"""

from collections.abc import Mapping

from ..base import Event, Rejected, Transient
from ..http import parse_json
from ..reading import as_moment
from ..signatures import header, is_signed

STREAMS = {"CONTACT": "customers", "INVOICE": "invoices", "CREDITNOTE": "credit_notes"}


def verify(raw: bytes, headers: Mapping[str, str], key: str | None) -> bool:
    """Whether Xero signed this."""
    return is_signed(raw, header(headers, "x-xero-signature"), key)


def parse(raw: bytes) -> list[Event]:
    """Read the events of a verified delivery; what is none of them is left out.

    :raises Rejected: when it is no delivery at all
    """
    try:
        body = parse_json(raw)
    except Transient:
        raise Rejected("The webhook is not JSON.") from None
    events = body.get("events") if isinstance(body, Mapping) else None
    if not isinstance(events, list):
        raise Rejected("The webhook has no list of events.")
    found = [_event(entry) for entry in events if isinstance(entry, Mapping)]
    return [event for event in found if event.tenant_id and event.external_id]


def _event(entry):
    texts = {name: _text(entry, name) for name in ("tenantId", "resourceId", "eventCategory")}
    operation, at = _text(entry, "eventType"), _text(entry, "eventDateUtc")
    return Event(
        event_id="|".join([*texts.values(), operation, at]),
        tenant_id=texts["tenantId"],
        stream=STREAMS.get(texts["eventCategory"].upper(), ""),
        external_id=texts["resourceId"],
        operation=operation.lower(),
        at=as_moment(at, naive_is_utc=True),
        raw=entry,
    )


def _text(entry, name):
    value = entry.get(name)
    return value if isinstance(value, str) else ""
