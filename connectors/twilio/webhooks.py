"""What Twilio tells by its webhooks: forms, signed over the address they are sent to."""

from collections.abc import Mapping

from ..messaging import Heard

#: Twilio's states -> ours; what is missing says nothing yet.
MESSAGE_STATES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "opened",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}
KEY_NAMES = {
    "status": "MessageSid",
    "incoming": "MessageSid",
    "call": "CallSid",
    "recording": "RecordingSid",
}


def is_signed(token: str | None, url: str, form: Mapping, signature: str) -> bool:
    """Whether Twilio signed this form, for this address.

    :param token: the account's secret; without one nothing is ever signed
    :param url: as it was given to Twilio, with its query
    """
    if not token or not signature:
        return False
    try:
        from twilio.request_validator import RequestValidator
    except ImportError:
        return False
    return RequestValidator(token).validate(url, form, signature)


def read(kind: str, form: Mapping[str, str], ref: str = "") -> Heard | None:
    """Understand a webhook.

    :param kind: `status`, `incoming`, `call` or `recording`
    :param ref: what our own address said it is about
    :return: None where it says nothing that can be used
    """
    form = {str(name)[:100]: str(value)[:5000] for name, value in form.items()}
    subject = form.get(KEY_NAMES[kind], "") or form.get("SmsSid", "")
    if not subject:
        return None
    if kind == "incoming":
        return Heard(kind="message_in", key=f"{subject}:in", subject=subject, raw=form)
    if kind == "call":
        state = form.get("CallStatus", "")
        return Heard(
            kind="call_status", key=f"{subject}:{state}", subject=subject, raw=form, ref=ref
        )
    if kind == "recording":
        state = form.get("RecordingStatus", "")
        return Heard(kind=kind, key=f"{subject}:{state}", subject=subject, raw=form, ref=ref)
    state = form.get("MessageStatus") or form.get("SmsStatus", "")
    return Heard(
        kind="message_status", key=f"{subject}:{state}", subject=subject, raw=form, ref=ref
    )
