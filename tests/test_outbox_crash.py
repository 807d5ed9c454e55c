"""`kill -9` between any two steps of writing to a ledger: it is there once, and noted."""

import signal
from collections import Counter

from odoo.tests import tagged

from .dispatch_common import DispatchCase
from .emulator_cases import NOON
from .emulators.web import Clock
from .emulators.xero import XeroEmulator
from .outbox_process import STEPS

SIZE = 3
#: Before its claim was committed, or after its answer was, nothing is in doubt.
SURE = ("claimed", "answer committed")
#: Where a fee, too, is killed: what it is found again by is another than a payment's.
FEE_STEPS = ("about to be written", "the ledger took it")


@tagged("post_install", "-at_install")
class TestOutboxCrash(DispatchCase):
    PROCESS = "outbox_process.py"

    def setUp(self):
        super().setUp()
        self.service = XeroEmulator(Clock(NOON), seed=7).start()
        self.addCleanup(self.service.stop)
        self.tokens = self.service.connect()

    def test_kill_at_every_step(self):
        contact = self.service.add_contact("Cedar Bakery")
        groups = {
            step: [self.service.add_invoice(contact, "100.00") for _number in range(SIZE)]
            for step in STEPS
        }
        for step in FEE_STEPS:
            groups[f"fee {step}"] = [f"{step[:9]}-{number}" for number in range(SIZE)]
        self._do("prepare", groups=groups, customer=contact)
        for group, keys in groups.items():
            with self.subTest(group):
                self._crash_and_complete(group, keys)
        self.assertEqual(set(self._written().values()), {1}, "written more than once")

    def _crash_and_complete(self, group, invoices):
        step = group.removeprefix("fee ")
        self._do("release", group=group)
        [killed] = self._deliver(kill=step)
        self.assertEqual(killed["code"], -signal.SIGKILL, "the step was not reached")
        self._wait_until_gone(killed["pid"])
        self.assertLess(self._written_of(invoices), SIZE, "it was killed after the work")
        self._deliver()
        before = ["done"] * SIZE if step in SURE else ["done", "sending", "done"]
        self.assertEqual(self._do("states", group=group), before)
        self.service._answered.clear()  # the service's memory of keys does not help
        self._do("recover", minutes=16)
        self._deliver()
        self.assertEqual(self._do("states", group=group), ["done"] * SIZE)
        self.assertEqual(self._written_of(invoices), SIZE)

    def _deliver(self, **options):
        token, tenant = self.tokens["access_token"], self.tokens["tenant_id"]
        return self._order("deliver", url=self.service.url, token=token, tenant=tenant, **options)

    def _written(self):
        """Invoice -> how many payments the ledger has of it; debit note -> how many of it."""
        paid = Counter(payment.target.id for payment in self.service.ledger.payments.values())
        documents = self.service.ledger.documents["Invoices"].values()
        numbers = (document.reference.rpartition(" ")[0] for document in documents)
        return paid + Counter(filter(None, numbers))

    def _written_of(self, invoices):
        return sum(number for key, number in self._written().items() if key in invoices)
