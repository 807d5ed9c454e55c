"""When to ring again, when nobody answered.

A busy line is tried soon. Where it rang in vain, the next call comes at another time of
the day: who does not answer in the morning may do so in the evening. All within the hours
at which the customer may be contacted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .contact_window import ContactWindow, next_opening

BUSY = "busy"
#: What it takes for another time of the day.
OTHER_TIME = timedelta(hours=5)


@dataclass(frozen=True)
class RetryRules:
    """How stubborn a policy is.

    :param tries: calls in all, the first one included
    :param busy_minutes: until a busy line is tried again
    """

    tries: int = 3
    busy_minutes: int = 20


def next_call(
    now: datetime, outcome: str, made: int, rules: RetryRules, window: ContactWindow, tz: str
) -> datetime | None:
    """Find the moment of the next call.

    :param now: naive UTC, when the last one ended
    :param outcome: `busy`, or anything else for unanswered
    :param made: calls made so far, the last one included
    :param window: when the customer may be contacted
    :param tz: its time zone, an IANA name
    :return: naive UTC; None when there shall be no other, or no time for it
    """
    if made >= rules.tries:
        return None
    wait = timedelta(minutes=rules.busy_minutes) if outcome == BUSY else OTHER_TIME
    return next_opening(now + wait, window, tz)
