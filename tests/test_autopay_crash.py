"""`kill -9` between any two steps of an automatic charge: nothing is taken twice."""

import signal
import tempfile
from collections import Counter
from pathlib import Path

from odoo.tests import tagged

from .autopay_process import STEPS
from .dispatch_common import DispatchCase

SIZE = 3
PAID, DOUBT = ["paid", 0, 1], ["unknown", 100, 0]
#: Between these steps only the provider knows whether it took the money.
IN_DOUBT = {"attempt committed": 0, "about to be sent": 0, "provider took it": 1, "answer noted": 1}


class AutopayProcessCase(DispatchCase):
    PROGRAM = "autopay_process"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / "till"
        cls.till.touch()

    def _taken(self, prefix):
        """Customer -> how often the provider was asked for its money."""
        names = self.till.read_text().split()
        return Counter(name for name in names if name.startswith(f"{prefix}c"))

    def _collect(self, **options):
        return self._order("collect", till=str(self.till), **options)


@tagged("post_install", "-at_install")
class TestAutopayCrash(AutopayProcessCase):
    def test_kill_at_every_step(self):
        self.assertEqual(self._do("prepare", groups=len(STEPS), size=SIZE), SIZE * len(STEPS))
        for number, step in enumerate(STEPS):
            with self.subTest(step):
                self._crash_and_complete(step, f"g{number}")
        twice = {name: n for name, n in Counter(self.till.read_text().split()).items() if n > 1}
        self.assertFalse(twice, "taken more than once")

    def _crash_and_complete(self, step, group):
        self.assertEqual(self._do("release", prefix=group), SIZE)
        [killed] = self._collect(kill=step)
        self.assertEqual(killed["code"], -signal.SIGKILL, "the step was not reached")
        self._wait_until_gone(killed["pid"])
        self.assertLess(sum(self._taken(group).values()), SIZE, "it was killed after the work")
        for _again in range(2):
            [done] = self._collect()
            self.assertEqual(done["code"], 0)
        states = list(self._do("states", prefix=group).values())
        if step not in IN_DOUBT:
            self.assertEqual(states, [PAID] * SIZE)
            self.assertEqual(set(self._taken(group).values()), {1})
            return
        self.assertEqual(states, [PAID, ["charging", 100, 0], PAID])
        self._do("recover", minutes=16)
        self.assertEqual(list(self._do("states", prefix=group).values()), [PAID, DOUBT, PAID])
        self.assertEqual(sum(self._taken(group).values()), SIZE - 1 + IN_DOUBT[step])


@tagged("post_install", "-at_install")
class TestAutopayWorkers(AutopayProcessCase):
    def test_workers_at_once_take_once(self):
        many = 20
        self._do("prepare", groups=1, size=many)
        self._do("release", prefix="g0")
        workers = self._collect(children=3)
        self.assertEqual([worker["code"] for worker in workers], [0, 0, 0])
        [rest] = self._collect()
        self.assertEqual(rest["code"], 0)
        self.assertEqual(set(self._taken("g0").values()), {1})
        self.assertEqual(list(self._do("states", prefix="g0").values()), [PAID] * many)
