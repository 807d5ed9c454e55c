"""What Meta tells by its webhooks: JSON, signed over its bytes."""

import hashlib
import hmac
import json
from collections.abc import Iterator

from ..base import Rejected
from ..messaging import Heard

MESSAGE_STATES = {"sent": "sent", "delivered": "delivered", "read": "opened", "failed": "failed"}


def is_signed(secret: str | None, raw: bytes, signature: str) -> bool:
    """Whether Meta signed these bytes.

    :param secret: of the application; without one nothing is ever signed
    :param signature: the header, as `sha256=…`
    """
    if not secret or not signature:
        return False
    expected = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().encode("utf-8", "replace"))


def read(raw: bytes, number_id: str) -> list[Heard]:
    """Understand a delivery, which may hold several changes of several numbers.

    :param number_id: the number asked about; what concerns others is left out
    :raises Rejected: when it is no JSON object
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Rejected("The delivery is no JSON.") from None
    found = []
    for value in _values(body):
        metadata = value.get("metadata")
        told = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
        if str(told or "") == number_id:
            found += [heard for item in _items(value, "statuses") if (heard := _status(item))]
            found += [heard for item in _items(value, "messages") if (heard := _message(item))]
    return found


def _values(body) -> Iterator[dict]:
    for entry in _items(body, "entry"):
        for change in _items(entry, "changes"):
            if change.get("field") == "messages" and isinstance(change.get("value"), dict):
                yield change["value"]


def _items(parent, name):
    """The objects of a list, whatever else is in its place."""
    items = parent.get(name) if isinstance(parent, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _status(item):
    subject, state = str(item.get("id") or ""), str(item.get("status") or "")
    if not subject or not state:
        return None
    ref = str(item.get("biz_opaque_callback_data") or "")
    return Heard(
        kind="message_status", key=f"{subject}:{state}", subject=subject, raw=item, ref=ref
    )


def _message(item):
    subject = str(item.get("id") or "")
    if not subject or not item.get("from"):
        return None
    return Heard(kind="message_in", key=f"{subject}:in", subject=subject, raw=item)


def text_of(item: dict) -> str:
    """What a customer wrote or tapped; empty for pictures, voice and the like."""
    kind = str(item.get("type") or "")
    part = item.get(kind)
    if not isinstance(part, dict):
        return ""
    if kind == "interactive":
        reply = part.get("button_reply") or part.get("list_reply")
        return str(reply.get("title") or "") if isinstance(reply, dict) else ""
    return str(part.get("body") or part.get("text") or "")
