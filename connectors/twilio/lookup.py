"""Finding a message or call of ours in what Twilio's account has made lately.

Its lists name neither our key nor the address of the status callback: what identifies one
is the number, the moment, the text, and that it is none that we know already.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from ...collections_addon.domain.sighting import ABSENT, UNCLEAR, Sighting, Trace

#: Most that one page of a list holds here; the newest come first.
PAGE = 50
#: So much may our clock and Twilio's differ.
SKEW = timedelta(minutes=2)


def question(number: str, sender: str) -> dict[str, Any]:
    """What is asked of a list.

    Not by date: a message that waits has no date of sending yet.

    :param sender: our number; a messaging service may use any of its own
    """
    asked = {"To": number, "PageSize": PAGE}
    if sender.startswith(("+", "whatsapp:+")):
        asked["From"] = sender
    return asked


def search(records: Iterable[Mapping], trace: Trace, others: set[str]) -> Sighting:
    """Tell which of these records is the contact.

    :param records: newest first, one page
    :param others: keys of other contacts of ours
    :return: unclear when something is there that may be it, or may be somebody else's
    """
    records = list(records)
    made = [(_created(record), record) for record in records]
    if any(moment is None for moment, _record in made):
        return UNCLEAR
    begin = trace.since - SKEW
    if len(records) >= PAGE and all(moment >= begin for moment, _record in made):
        return UNCLEAR  # what is older stands on the next page
    ours = [
        record
        for moment, record in made
        if moment >= begin
        and str(record.get("direction", "")).startswith("outbound")
        and record.get("sid") not in others
    ]
    if not ours:
        return ABSENT
    same = [record for record in ours if _says(record, trace)]
    if len(ours) > 1 or not same:
        return UNCLEAR
    return Sighting(outcome="found", key=same[0]["sid"], raw=_as_told(same[0]))


def _created(record: Mapping) -> datetime | None:
    try:
        moment = parsedate_to_datetime(record.get("date_created") or "")
    except (TypeError, ValueError):
        return None
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def _says(record, trace):
    """Whether it is what we said; a trial account puts a sentence before it."""
    body = _plain(record.get("body") or "")
    return not trace.text or not body or _plain(trace.text) in body


def _plain(text):
    return re.sub(r"\s+", "", text)


def _as_told(record):
    """The record in the words of a webhook."""
    code = record.get("error_code")
    return {
        "MessageStatus": record.get("status") or "",
        "CallStatus": record.get("status") or "",
        "CallDuration": str(record.get("duration") or 0),
        "ErrorCode": str(code) if code else "",
        "ErrorMessage": record.get("error_message") or "",
    }
