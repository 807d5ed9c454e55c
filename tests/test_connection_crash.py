"""Pitfall 3: a refresh token is good for one use; no race and no crash loses the next one."""

import signal
from datetime import datetime, timezone

from odoo.tests import tagged

from .dispatch_common import DispatchCase
from .emulators.web import Clock
from .emulators.xero import XeroEmulator

START = datetime(2026, 3, 5, 9, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestConnectionCrash(DispatchCase):
    PROGRAM = "connection_process"

    def setUp(self):
        super().setUp()
        self.clock = Clock(START)
        self.service = XeroEmulator(self.clock, seed=7).start()
        self.addCleanup(self.service.stop)
        given = self.service.connect()
        self.key = self._do(
            "connect",
            provider="xero",
            url=self.service.url,
            secret="demo-secret",
            access=given["access_token"],
            refresh=given["refresh_token"],
            now=self._now(),
        )
        self.clock.advance(hours=1)

    def _now(self):
        return self.clock.now().replace(tzinfo=None).isoformat()

    def _refresh(self, **options):
        return self._order("refresh", connection_id=self.key, now=self._now(), **options)

    def _asked(self):
        return len(self.service.calls("POST", "/connect/token"))

    def _works(self, token):
        grant, until = self.service.identity.access[token]
        return not grant.revoked and until > self.clock.now()

    def test_pitfall_3_workers_at_once_refresh_once(self):
        self.service.fault("slow", path="token", seconds=0.5)
        workers = self._refresh(children=4)
        self.assertEqual([worker["code"] for worker in workers], [0] * 4)
        self.assertEqual(self._asked(), 1)
        [token] = {worker["result"] for worker in workers}
        self.assertTrue(self._works(token))

    def test_pitfall_3_a_rollback_of_the_work_keeps_the_token(self):
        self._do("refresh_and_fail", connection_id=self.key, now=self._now())
        [again] = self._refresh()
        self.assertTrue(self._works(again["result"]))
        self.assertEqual(self._asked(), 1, "the token of the first was lost")

    def test_pitfall_3_killed_when_the_answer_is_here_or_written(self):
        for number, kill in enumerate(("answered", "written"), 1):
            with self.subTest(kill):
                [killed] = self._refresh(kill=kill)
                self.assertEqual(killed["code"], -signal.SIGKILL)
                self._wait_until_gone(killed["pid"])
                self.clock.advance(minutes=5)
                [next_one] = self._refresh()
                self.assertEqual(next_one["code"], 0, "the service's grace was not used")
                self.assertTrue(self._works(next_one["result"]))
                self.assertEqual(self._asked(), 2 * number)
                self.clock.advance(hours=1)

    def test_killed_and_too_late_for_the_grace_asks_for_a_person(self):
        [killed] = self._refresh(kill="answered")
        self._wait_until_gone(killed["pid"])
        self.clock.advance(hours=2)
        [late] = self._refresh()
        self.assertNotEqual(late["code"], 0)
        self.assertEqual(self._state()[0], "connected", "the work was rolled back")
        asked = self._asked()
        self._refresh()
        self.assertEqual(self._asked(), asked, "it is known that this token is dead")

    def test_calls_of_all_workers_are_counted(self):
        workers = self._order(
            "spend", connection_id=self.key, now=self._now(), calls=10, children=4
        )
        self.assertEqual([worker["code"] for worker in workers], [0] * 4)
        self.assertEqual(self._state()[1], 40)

    def _state(self):
        return self._do("state", connection_id=self.key)
