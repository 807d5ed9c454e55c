"""What can go wrong between a client and a service, planned request by request."""

import re
import threading
import time
from dataclasses import dataclass, field, replace


@dataclass
class Fault:
    """Something that goes wrong with the next requests that fit.

    :param kind: `slow` (answer after `seconds`), `drop` (the request never arrives),
        `lose` (it takes effect, its answer is lost), `stale` (a read gets what it got the
        last time), `cut` (the body ends in the middle), `short` (a page lacks its last
        record), `answer` (`status`, `body` and `headers` as given), or any error the
        service names itself, such as `minute` or `expired`
    :param path: a regular expression that path and query must contain
    :param times: how many requests; None for all until cleared
    :param skip: let so many that fit go by first
    """

    kind: str
    path: str = ""
    method: str = ""
    times: int | None = 1
    skip: int = 0
    seconds: float = 0.0
    status: int = 500
    body: object = None
    headers: dict = field(default_factory=dict)
    details: dict = field(default_factory=dict)

    def fits(self, request):
        """Tell whether it hits this request."""
        wanted = not self.method or self.method == request.method
        return wanted and bool(re.search(self.path, request.target))

    def apply(self, emulator, request):
        """Return the spoilt answer, None for a dropped connection."""
        time.sleep(self.seconds)
        return getattr(self, f"_{self.kind}", self._named)(emulator, request)

    def _slow(self, emulator, request):
        return emulator._guarded(request)

    def _drop(self, _emulator, _request):
        return None

    def _lose(self, emulator, request):
        emulator._guarded(request)
        return None

    def _stale(self, emulator, request):
        return emulator.previous_answer(request)

    def _cut(self, emulator, request):
        return replace(emulator._guarded(request), cut=True)

    def _short(self, emulator, request):
        return emulator.shorten(emulator._guarded(request))

    def _answer(self, emulator, _request):
        blank = emulator.refusal("answer", status=self.status)
        return replace(blank, body=self.body, headers=self.headers)

    def _named(self, emulator, _request):
        return emulator.refusal(self.kind, **self.details)


class Faults:
    """The faults planned, in the order in which they hit."""

    def __init__(self):
        self._planned = []
        self._lock = threading.Lock()

    def plan(self, kind, **details):
        """Add a fault; what `Fault` does not know is told to the service's own error.

        :return: the fault
        """
        known = {name: details.pop(name) for name in list(details) if name in FIELDS}
        fault = Fault(kind, details=details, **known)
        with self._lock:
            self._planned.append(fault)
        return fault

    def clear(self):
        """Forget all."""
        with self._lock:
            self._planned.clear()

    def take(self, request):
        """Return the fault that hits a request, and count it.

        :rtype: Fault | None
        """
        with self._lock:
            for fault in self._planned:
                if fault.fits(request):
                    return self._count(fault)
        return None

    def _count(self, fault):
        if fault.skip:
            fault.skip -= 1
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._planned.remove(fault)
        return fault


FIELDS = ("path", "method", "times", "skip", "seconds", "status", "body", "headers")
