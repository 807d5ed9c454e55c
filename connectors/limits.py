"""How often a service may be called, as its own headers tell. Pure: the clock is given.

Nobody waits here: a call that would be refused raises `RateLimited` before it is made, with
the seconds after which it makes sense, and the work is put off until then.
"""

from collections.abc import Callable, Mapping
from typing import Any

from .base import RateLimited

MINUTE = 60.0
#: Header of what is left -> the limit it speaks of, and for how long that limit counts.
REMAINING = {
    "x-minlimit-remaining": ("minute", MINUTE),
    "x-appminlimit-remaining": ("app", MINUTE),
}
DAY_REMAINING = "x-daylimit-remaining"
#: The services' words in `X-Rate-Limit-Problem` -> ours.
PROBLEMS = {"minute": "minute", "day": "day", "concurrent": "concurrent", "appminute": "app"}
#: Seconds to wait where the service asks to come back and does not say when.
DEFAULT_WAIT = {"minute": 60, "app": 60, "concurrent": 5, "day": 3600}
LONGEST_WAIT = 36 * 3600


class RateLimiter:
    """The budget of one connection.

    :param clock: gives seconds that go on while the machine restarts, such as `time.time`
    :param per_minute: calls this module allows itself
    :param day_reserve: the day's last calls are kept for what a person asks for
    """

    def __init__(
        self,
        clock: Callable[[], float],
        per_minute: int,
        day_reserve: int = 0,
        state: Mapping[str, Any] | None = None,
    ):
        self._clock = clock
        self._per_minute = per_minute
        self._day_reserve = day_reserve
        self.load(state or {})

    def load(self, state: Mapping[str, Any]):
        """Go on from what was kept."""
        self._recent = [float(moment) for moment in state.get("recent", ())]
        self._until = {kind: float(end) for kind, end in state.get("until", {}).items()}
        self.day_remaining = state.get("day_remaining")
        self._day_told = float(state.get("day_told", 0))

    @property
    def state(self) -> dict[str, Any]:
        """What to keep, as JSON, so that the next worker knows too."""
        return {
            "recent": self._fresh(self._clock()),
            "until": dict(self._until),
            "day_remaining": self.day_remaining,
            "day_told": self._day_told,
        }

    def take(self, *, urgent: bool = False):
        """Count a call that is about to be made.

        :param urgent: a person waits for it: the reserve of the day may be used
        :raises RateLimited: when it would be refused
        """
        now = self._clock()
        for kind, end in self._until.items():
            if end > now:
                raise RateLimited(end - now, kind)
        self._take_of_day(now, 0 if urgent else self._day_reserve)
        self._recent = self._fresh(now)
        if len(self._recent) >= self._per_minute:
            raise RateLimited(self._recent[0] + MINUTE - now, "minute")
        self._recent.append(now)

    def _take_of_day(self, now, reserve):
        """Hold back when the day is nearly used up; one call an hour asks whether it still is."""
        end = self._day_told + DEFAULT_WAIT["day"]
        if self.day_remaining is not None and self.day_remaining <= reserve and now < end:
            raise RateLimited(end - now, "day")

    def _fresh(self, now):
        """The calls of the last minute; none of the future, should the clock be set back."""
        return [moment for moment in self._recent if now - MINUTE < moment <= now]

    def note(self, headers: Mapping[str, str]):
        """Learn from the headers of an answer, whose names are in lower case."""
        now = self._clock()
        for name, (kind, span) in REMAINING.items():
            if _whole(headers.get(name)) == 0:
                self._until[kind] = now + span
        left = _whole(headers.get(DAY_REMAINING))
        if left is not None:
            self.day_remaining, self._day_told = left, now

    def refused(self, headers: Mapping[str, str]) -> RateLimited:
        """Learn from a refusal.

        :return: the error to raise
        """
        kind = PROBLEMS.get(headers.get("x-rate-limit-problem", "").lower(), "minute")
        wait = _whole(headers.get("retry-after"))
        if wait is None:
            wait = DEFAULT_WAIT[kind]
        wait = min(max(wait, 1), LONGEST_WAIT)
        self._until[kind] = self._clock() + wait
        return RateLimited(wait, kind)


def _whole(text):
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class SharedLimiter(RateLimiter):
    """A budget that several workers use at once, through a place where it is kept.

    :param keep: takes what this worker did since it was last asked, as `RateLimiter.state`,
        and returns what all of them did
    """

    def __init__(self, *arguments, keep: Callable[[dict], Mapping[str, Any]], **options):
        self._keep = keep
        self._mine = []
        super().__init__(*arguments, **options)

    def take(self, *, urgent: bool = False):
        super().take(urgent=urgent)
        self._mine.append(self._recent[-1])

    def note(self, headers: Mapping[str, str]):
        super().note(headers)
        self._share()

    def refused(self, headers: Mapping[str, str]) -> RateLimited:
        error = super().refused(headers)
        self._share()
        return error

    def _share(self):
        mine, self._mine = self._mine, []
        self.load(self._keep(self.state | {"recent": mine}))


def merge_states(known: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Put together what is kept of a budget and what one worker adds to it.

    Calls of both count; a limit lasts until the later end; of the day's remainder the newer
    word is taken.
    """
    ends = dict(known.get("until", {}))
    for kind, end in more.get("until", {}).items():
        ends[kind] = max(end, ends.get(kind, 0))
    calls = sorted([*known.get("recent", ()), *more.get("recent", ())])
    newer = max(more, known, key=lambda state: state.get("day_told") or 0)
    return {
        "recent": [moment for moment in calls if moment > calls[-1] - MINUTE],
        "until": ends,
        "day_remaining": newer.get("day_remaining"),
        "day_told": newer.get("day_told") or 0,
    }
