"""What passes between a messaging provider and this module.

Clients know no Odoo record. A message is handed over once: an error says whether it may
have left nevertheless (`Transient.maybe_done`), and then nobody sends it again unasked.
"""

import time
from dataclasses import dataclass

from .base import Transient
from .http import HttpSession
from .limits import RateLimiter

#: Calls of one worker in a minute; the providers queue what is beyond their own pace.
PER_MINUTE = 6000
#: Seconds to connect, and to wait for an answer.
CONNECT, READ, WHOLE = 5.0, 20.0, 40.0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Something a provider tells by its webhook.

    :param kind: `message_status`, `message_in`, `call_status`, …
    :param key: the same for the same thing told twice
    :param subject: the provider's key of the message or call it is about
    :param ref: what we called it when it was handed over
    :param raw: as it was received, as JSON can hold it
    """

    kind: str
    key: str
    subject: str
    raw: dict
    ref: str = ""


class ProviderSession(HttpSession):
    """The way to a messaging provider."""

    def __init__(self, *, secrets=(), clock=time.time, stopwatch=time.monotonic):
        limiter = RateLimiter(clock, PER_MINUTE)
        super().__init__(
            limiter, stopwatch, secrets=secrets, connect=CONNECT, read=READ, whole=WHOLE
        )

    def _failure(self, answer, write, explain):
        """Override: 503 is said before anything was done."""
        if answer.status == 503:
            wait = answer.headers.get("retry-after", "")
            return Transient(
                "The provider is not available (503).",
                retry_after=float(wait) if wait.isdecimal() and len(wait) < 6 else None,
            )
        return super()._failure(answer, write, explain)
