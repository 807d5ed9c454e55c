"""`kill -9` between any two steps of reading a ledger: nothing is missing, nothing is double."""

import signal

from odoo.tests import tagged

from .dispatch_common import DispatchCase
from .emulators.xero import XeroEmulator
from .sync_process import STEPS

SECRET = "s3cr3t"


@tagged("post_install", "-at_install")
class TestSyncCrash(DispatchCase):
    PROCESS = "sync_process.py"

    def _ledger(self, number):
        """A ledger of its own, with an application that belongs to it."""
        service = XeroEmulator(seed=number).start()
        self.addCleanup(service.stop)
        service.limits.minute = 10_000
        service.fill(6, 40, ("USD",))
        service.add_app("our-app", SECRET, tenant=service.ledger.tenant)
        return service

    def test_kill_at_every_step(self):
        for number, step in enumerate(STEPS, start=1):
            with self.subTest(step):
                self._crash_and_complete(step, self._ledger(number))

    def _crash_and_complete(self, step, service):
        connection = self._do("prepare", url=service.url, secret=SECRET)
        [killed] = self._order("read", kill=step)
        self.assertEqual(killed["code"], -signal.SIGKILL, "the step was not reached")
        self._wait_until_gone(killed["pid"])
        for _again in range(2):
            self._do("read")
        found = self._do("state", connection=connection)
        ledger = service.ledger
        self.assertEqual(set(found["logs"]), {"done"}, found)
        self.assertEqual(found["refs"]["customers"], len(ledger.contacts))
        self.assertEqual(found["refs"]["payments"], len(ledger.payments))
        self.assertEqual((found["waiting"], found["drift"], found["doubles"]), (0, 0, 0), found)
        owed = sum(float(amount) for amount in service.summary()["open"].values())
        self.assertAlmostEqual(found["owed"], owed, places=2)
