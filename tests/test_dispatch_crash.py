"""`kill -9` between any two steps: nobody is contacted twice, nobody is forgotten."""

import signal

from odoo.tests import tagged

from .dispatch_common import DispatchCase
from .dispatch_process import STEPS

SIZE = 3
#: Between these steps only the mail server knows whether the message left.
IN_DOUBT = {"journal started": 0, "mail server accepted": 1}


@tagged("post_install", "-at_install")
class TestDispatchCrash(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.groups = {step: f"g{number}" for number, step in enumerate(STEPS)}

    def test_kill_at_every_step(self):
        port = self.catcher.port
        emails = self._do("prepare", port=port, groups=len(STEPS), size=SIZE)
        self.assertEqual(len(emails), SIZE * len(STEPS))
        for step, group in self.groups.items():
            with self.subTest(step):
                self._crash_and_complete(step, group)
        twice = {email: n for email, n in self.catcher.counts().items() if n > 1}
        self.assertFalse(twice, "contacted more than once")

    def _crash_and_complete(self, step, group):
        self.assertEqual(self._do("release", prefix=group), SIZE)
        [killed] = self._order("dispatch", kill_after=step)
        self.assertEqual(killed["code"], -signal.SIGKILL, "the step was not reached")
        self._wait_until_gone(killed["pid"])
        self.assertEqual(self._arrived(group), STEPS[step][-1], "killed too early or too late")

        self._do("dispatch")
        self._do("dispatch")
        states = self._do("states", prefix=group)
        sent = [email for email, (state, *_rest) in states.items() if state == "sent"]
        if step not in IN_DOUBT:
            self.assertEqual(len(sent), SIZE, states)
            self.assertEqual(self._arrived(group), SIZE)
            return
        self.assertEqual(len(sent), SIZE - 1, states)
        self.assertEqual(self._arrived(group), SIZE - 1 + IN_DOUBT[step])
        self._do("recover", minutes=16)
        self._assert_one_for_a_person(group)

    def _assert_one_for_a_person(self, group):
        states = self._do("states", prefix=group)
        [doubtful] = [row for row in states.values() if row[0] != "sent"]
        self.assertEqual(doubtful[:2], ["failed", "unknown"])
        self.assertIn("not known whether the message left", doubtful[2])

    def _arrived(self, group):
        counts = self.catcher.counts()
        return sum(n for email, n in counts.items() if email.startswith(f"{group}c"))
