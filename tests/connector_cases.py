"""What the pure tests of the connectors share."""

import unittest

from .connector_loader import connector_module
from .http_probe import probe

http, limits = connector_module("http"), connector_module("limits")


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self, start=1_000_000.0, step=0.0):
        self.time, self.step = start, step

    def __call__(self):
        self.time += self.step
        return self.time


class ProbeCase(unittest.TestCase):
    """A session of ours against a server that does what the test says."""

    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.probe = self.enterContext(probe()) if hasattr(self, "enterContext") else None
        if self.probe is None:  # Python 3.10
            context = probe()
            self.probe = context.__enter__()
            self.addCleanup(context.__exit__, None, None, None)
        self.session = self.make_session()

    def make_session(self, clock=None, per_minute=1000, **options):
        limiter = limits.RateLimiter(self.clock, per_minute)
        session = http.HttpSession(limiter, clock or self.clock, **options)
        self.addCleanup(session.close)
        return session
