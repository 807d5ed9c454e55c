"""Xero's rate limits: by minute, day and concurrency, of an organisation and of the app."""

from collections import defaultdict, deque
from datetime import timedelta

from ..web import Answer

MINUTE = timedelta(minutes=1)


class Limits:
    """Counts calls; the numbers may be changed by a test.

    :ivar minute: calls in 60 seconds, per application and organisation
    :ivar day: calls of a day (UTC), likewise
    :ivar concurrent: calls at the same time
    :ivar app_minute: calls in 60 seconds per application, over all organisations
    """

    def __init__(self, clock):
        self.clock = clock
        self.minute = 60
        self.day = 5000
        self.concurrent = 5
        self.app_minute = 10_000
        self._recent = defaultdict(deque)
        self._days = defaultdict(int)

    def count(self, app, tenant, in_flight):
        """Count a call.

        :return: the answer that refuses it, or None
        """
        if in_flight > self.concurrent:
            return self.refuse("concurrent")
        if self._used(app) >= self.app_minute:
            return self.refuse("appminute", self._wait(app))
        if self._days[self._today(app, tenant)] >= self.day:
            return self.refuse("day", self._until_tomorrow())
        if self._used((app, tenant)) >= self.minute:
            return self.refuse("minute", self._wait((app, tenant)))
        for key in (app, (app, tenant)):
            self._recent[key].append(self.clock.now())
        self._days[self._today(app, tenant)] += 1
        return None

    def refuse(self, problem, seconds=None):
        """Return a 429.

        :param problem: `minute`, `day`, `concurrent` or `appminute`
        """
        headers = {"X-Rate-Limit-Problem": problem}
        if seconds is not None:
            headers["Retry-After"] = seconds
        return Answer(429, None, headers)

    def headers(self, app, tenant):
        """Return the headers that tell what is left."""
        return {
            "X-AppMinLimit-Remaining": max(0, self.app_minute - self._used(app)),
            "X-MinLimit-Remaining": max(0, self.minute - self._used((app, tenant))),
            "X-DayLimit-Remaining": max(0, self.day - self._days[self._today(app, tenant)]),
        }

    def _used(self, key):
        recent = self._recent[key]
        while recent and self.clock.now() - recent[0] >= MINUTE:
            recent.popleft()
        return len(recent)

    def _wait(self, key):
        return int((self._recent[key][0] + MINUTE - self.clock.now()).total_seconds()) + 1

    def _today(self, app, tenant):
        return app, tenant, self.clock.now().date()

    def _until_tomorrow(self):
        now = self.clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return int((midnight - now).total_seconds()) + 1
