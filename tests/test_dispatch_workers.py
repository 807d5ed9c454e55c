"""Two workers at once share the work and never contact anybody twice."""

from odoo.tests import tagged

from .dispatch_common import DispatchCase

MANY = 200


@tagged("post_install", "-at_install")
class TestDispatchWorkers(DispatchCase):
    def test_two_workers_share_two_hundred_customers(self):
        emails = self._do("prepare", port=self.catcher.port, groups=1, size=MANY)
        self._do("release", prefix="g0")
        workers = self._order("dispatch", children=2, batch=10)
        self.assertEqual([worker["code"] for worker in workers], [0, 0])
        self.assertEqual(self.catcher.counts(), dict.fromkeys(emails, 1))
        shares = [worker["result"] for worker in workers]
        self.assertEqual(sum(shares), MANY)
        self.assertGreater(min(shares), 0, f"one worker did everything: {shares}")
        states = {row[0] for row in self._do("states", prefix="g0").values()}
        self.assertEqual(states, {"sent"})
