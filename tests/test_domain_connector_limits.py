"""The budget of calls: it learns from the services, refuses early, and never waits."""

import json
import unittest

from hypothesis import given
from hypothesis import strategies as st

from .connector_cases import Clock
from .connector_loader import connector_module

base, limits = connector_module("base"), connector_module("limits")


class LimiterCase(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.limiter = self.make()

    def make(self, state=None):
        return limits.RateLimiter(self.clock, 3, day_reserve=10, state=state)

    def refused(self, **options):
        with self.assertRaises(base.RateLimited) as caught:
            self.limiter.take(**options)
        return caught.exception.kind, caught.exception.retry_after

    def test_our_own_limit_of_a_minute(self):
        for _call in range(3):
            self.limiter.take()
            self.clock.time += 10
        self.assertEqual(self.refused(), ("minute", 30))
        self.clock.time += 30
        self.limiter.take()

    def test_nothing_is_left_of_the_minute(self):
        self.limiter.note({"x-minlimit-remaining": "0", "x-appminlimit-remaining": "9"})
        self.assertEqual(self.refused(), ("minute", 60))
        self.clock.time += 61
        self.limiter.take()

    def test_nothing_is_left_for_the_application(self):
        self.limiter.note({"x-appminlimit-remaining": "0"})
        self.assertEqual(self.refused()[0], "app")

    def test_the_last_calls_of_the_day_are_a_person_s(self):
        self.limiter.note({"x-daylimit-remaining": "10"})
        self.assertEqual(self.refused(), ("day", 3600))
        self.limiter.take(urgent=True)
        self.limiter.note({"x-daylimit-remaining": "0"})
        self.assertEqual(self.refused(urgent=True)[0], "day")

    def test_a_used_up_day_is_asked_about_once_an_hour(self):
        self.limiter.note({"x-daylimit-remaining": "0"})
        self.clock.time += 3600
        self.limiter = self.make(json.loads(json.dumps(self.limiter.state)))
        self.limiter.take()
        self.limiter.note({"x-daylimit-remaining": "0"})
        self.assertEqual(self.refused(), ("day", 3600))
        self.clock.time += 3600
        self.limiter.note({"x-daylimit-remaining": "5000"})
        self.limiter.take()

    def test_a_refusal_says_which_limit_and_until_when(self):
        for headers, kind, wait in (
            ({"x-rate-limit-problem": "Day", "retry-after": "5000"}, "day", 5000),
            ({"x-rate-limit-problem": "concurrent"}, "concurrent", 5),
            ({"x-rate-limit-problem": "appminute", "retry-after": "0"}, "app", 1),
            ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, "minute", 60),
            ({"retry-after": "999999999"}, "minute", limits.LONGEST_WAIT),
            ({"x-rate-limit-problem": "new", "retry-after": "-4"}, "minute", 60),
        ):
            with self.subTest(headers):
                self.limiter = self.make()
                error = self.limiter.refused(headers)
                self.assertEqual((error.kind, error.retry_after), (kind, wait))
                self.assertEqual(self.refused(), (kind, wait))

    def test_the_next_worker_knows(self):
        self.limiter.take()
        self.limiter.refused({"x-rate-limit-problem": "day", "retry-after": "600"})
        state = json.loads(json.dumps(self.limiter.state))
        self.limiter = self.make(state)
        self.assertEqual(self.refused(), ("day", 600))
        self.assertEqual(self.limiter.state, state)

    def test_a_clock_set_back_blocks_nobody(self):
        for _call in range(3):
            self.limiter.take()
        self.clock.time -= 500
        self.limiter.take()

    @given(st.dictionaries(st.sampled_from(
        ["retry-after", "x-rate-limit-problem", "x-daylimit-remaining", "x-minlimit-remaining"]
    ), st.text()))  # fmt: skip
    def test_no_header_breaks_it(self, headers):
        limiter = limits.RateLimiter(self.clock, 3)
        limiter.note(headers)
        self.assertTrue(1 <= limiter.refused(headers).retry_after <= limits.LONGEST_WAIT)
