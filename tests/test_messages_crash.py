"""`kill -9` while messages and calls are handed to a provider: each leaves once, whatever."""

import signal
from collections import Counter

from odoo.tests import tagged

from .dispatch_common import DispatchCase
from .emulators.twilio import TwilioEmulator
from .messages_process import STEPS

SIZE = 3
CHANNELS = ("sms", "whatsapp", "voice")
CONTACTED = {"sent", "delivered", "opened"}
#: Between these steps only the provider knows whether it left.
IN_DOUBT = ("journal started", "provider accepted")


@tagged("post_install", "-at_install")
class TestMessagesCrash(DispatchCase):
    PROGRAM = "messages_process"

    def test_kill_at_every_step(self):
        self.service = TwilioEmulator().start()
        self.addCleanup(self.service.stop)
        self.service.templates["HX" + "0" * 32] = 1
        groups = {
            f"{code}{number}x": (code, step)
            for code in CHANNELS
            for number, step in enumerate(STEPS)
        }
        self._do(
            "prepare",
            url=self.service.url,
            account=self.service.account,
            token=self.service.token,
            groups={group: code for group, (code, _step) in groups.items()},
            size=SIZE,
        )
        self.prefixes = {group: f"+1202555{number:02}" for number, group in enumerate(groups)}
        for group, (code, step) in groups.items():
            with self.subTest(step, channel=code):
                self._crash_and_complete(group, code, step)
        twice = {number: n for number, n in self._reached().items() if n > 1}
        self.assertFalse(twice, "contacted more than once")

    def _crash_and_complete(self, group, code, step):
        self.assertEqual(self._do("release", prefix=group), SIZE)
        [killed] = self._order("dispatch", code=code, kill_after=step)
        self.assertEqual(killed["code"], -signal.SIGKILL, "the step was not reached")
        self._wait_until_gone(killed["pid"])
        self.assertEqual(self._arrived(group), STEPS[step][-1], "killed too early or too late")
        self._do("dispatch")
        if step in IN_DOUBT:
            self._settle_doubt(group, step)
        self.assertEqual(self._arrived(group), SIZE)
        ends = {state for state, *_rest in self._do("states", prefix=group).values()}
        self.assertLessEqual(ends, {"sending"} if code == "voice" else CONTACTED)

    def _settle_doubt(self, group, step):
        """One is in doubt until the provider is asked: it leaves if it has not."""
        left = STEPS[step][-1] + 1  # the third has followed
        self.assertEqual(self._arrived(group), left)
        self._do("recover", minutes=16)
        self.assertEqual(self._arrived(group), left, "nobody sends while asking")
        self._do("release", prefix=group)
        self._do("dispatch")

    def _reached(self):
        """Number -> how often it was really contacted."""
        messages = [message["to"] for message in self.service.messages.values()]
        calls = [call.form["To"] for call in self.service.desk.calls]
        return Counter(number.removeprefix("whatsapp:") for number in messages + calls)

    def _arrived(self, group):
        prefix = self.prefixes[group]
        return sum(n for number, n in self._reached().items() if number.startswith(prefix))
