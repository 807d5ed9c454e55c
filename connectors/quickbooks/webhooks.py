"""QuickBooks' webhooks, in both shapes: CloudEvents, and the older `eventNotifications`.

One delivery may mix companies. Intuit wants 200 within three seconds, sends again and not
in order: an event is the same when its id is.
"""

from collections.abc import Mapping

from ..base import Event, Rejected, Transient
from ..http import parse_json
from ..reading import as_moment
from ..signatures import header, is_signed

STREAMS = {
    "customer": "customers",
    "invoice": "invoices",
    "creditmemo": "credit_notes",
    "payment": "payments",
}
#: Words of both shapes -> ours.
OPERATIONS = {
    "create": "create",
    "created": "create",
    "update": "update",
    "updated": "update",
    "delete": "delete",
    "deleted": "delete",
    "merge": "merge",
    "merged": "merge",
    "void": "void",
    "voided": "void",
    "emailed": "update",
}


def verify(raw: bytes, headers: Mapping[str, str], key: str | None) -> bool:
    """Whether Intuit signed this with the application's verifier token."""
    return is_signed(raw, header(headers, "intuit-signature"), key)


def parse(raw: bytes) -> list[Event]:
    """Read the events of a verified delivery; what is none of them is left out.

    :raises Rejected: when it is no delivery at all
    """
    try:
        body = parse_json(raw)
    except Transient:
        raise Rejected("The webhook is not JSON.") from None
    if isinstance(body, list):
        found = [_cloud_event(entry) for entry in body if isinstance(entry, Mapping)]
    elif isinstance(body, Mapping) and isinstance(body.get("eventNotifications"), list):
        found = list(_older_events(body["eventNotifications"]))
    else:
        raise Rejected("The webhook has no list of events.")
    return [event for event in found if event.tenant_id and event.external_id]


def _cloud_event(entry):
    """`qbo.invoice.updated.v1`"""
    _prefix, entity, operation, *_version = (_text(entry, "type").split(".") + [""] * 3)[:4]
    realm, key, at = (_text(entry, n) for n in ("intuitaccountid", "intuitentityid", "time"))
    return Event(
        event_id=_text(entry, "id") or "|".join((realm, entity, key, operation, at)),
        tenant_id=realm,
        stream=STREAMS.get(entity.lower(), ""),
        external_id=key,
        operation=OPERATIONS.get(operation.lower(), operation.lower()),
        at=as_moment(at),
        raw=entry,
    )


def _older_events(notifications):
    for notification in notifications:
        change = notification.get("dataChangeEvent") if isinstance(notification, Mapping) else None
        entities = change.get("entities") if isinstance(change, Mapping) else None
        for entry in entities if isinstance(entities, list) else ():
            if isinstance(entry, Mapping):
                yield _older_event(_text(notification, "realmId"), entry)


def _older_event(realm, entry):
    names = ("name", "id", "operation", "lastUpdated")
    entity, key, operation, at = (_text(entry, name) for name in names)
    return Event(
        event_id="|".join((realm, entity, key, operation, at)),
        tenant_id=realm,
        stream=STREAMS.get(entity.lower(), ""),
        external_id=key,
        operation=OPERATIONS.get(operation.lower(), operation.lower()),
        at=as_moment(at),
        raw=entry,
    )


def _text(entry, name):
    value = entry.get(name)
    return value if isinstance(value, str) else ""
