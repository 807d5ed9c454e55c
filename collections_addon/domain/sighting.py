"""A contact whose handing over was not answered, and what its provider knows of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What is known of a contact whose handing over was not answered.

    :param service: `sms`, `whatsapp` or `voice`
    :param number: as +…
    :param ref: what we called it
    :param text: what was said; empty for a call
    :param since: when it was handed over, naive UTC
    :param now: naive UTC
    """

    service: str
    number: str
    ref: str
    text: str
    since: datetime
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What a provider knows of such a contact.

    :param outcome: `found`, `absent` (it never came there), or `unclear`
    :param key: the provider's, of what was found
    :param state: what became of it since: `sent`, `delivered`, `opened`, `failed`
    :param raw: as it was read
    """

    outcome: str
    key: str = ""
    state: str = "sent"
    failure_type: str | None = None
    failure: str | None = None
    raw: Mapping = field(default_factory=dict)


UNCLEAR, ABSENT = Sighting(outcome="unclear"), Sighting(outcome="absent")
