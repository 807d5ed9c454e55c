"""QuickBooks' rate limits: by minute and concurrency per company, and of the batch address."""

from collections import defaultdict, deque
from datetime import timedelta

MINUTE = timedelta(minutes=1)


class Limits:
    """Counts calls; the numbers may be changed by a test.

    :ivar minute: calls in 60 seconds, per application and company
    :ivar concurrent: calls at the same time
    :ivar batch: calls of the batch address in 60 seconds, per company
    :ivar reads: how many metered reads (CorePlus) there were
    """

    def __init__(self, clock):
        self.clock = clock
        self.minute = 500
        self.concurrent = 10
        self.batch = 120
        self.reads = 0
        self._recent = defaultdict(deque)

    def exceeded(self, app, realm, request, in_flight):
        """Count a call.

        :return: whether it is one too many
        """
        batch = request.path.endswith("/batch")
        keys = [((app, realm), self.minute)] + [((realm, "batch"), self.batch)] * batch
        full = [key for key, most in keys if self._used(key) >= most]
        if full or in_flight > self.concurrent:
            return True
        for key, _most in keys:
            self._recent[key].append(self.clock.now())
        self.reads += request.method == "GET" or request.path.endswith("/query")
        return False

    def _used(self, key):
        recent = self._recent[key]
        while recent and self.clock.now() - recent[0] >= MINUTE:
            recent.popleft()
        return len(recent)
