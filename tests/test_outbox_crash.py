"""`kill -9` between any two steps of writing to a ledger: it is there once, and noted."""

import signal
from collections import Counter

from odoo.tests import tagged

from .access_common import KINDS
from .dispatch_common import DispatchCase
from .emulator_cases import NOON
from .emulators.web import Clock
from .outbox_process import STEPS

SIZE = 3
#: Before its claim was committed, or after its answer was, nothing is in doubt.
SURE = ("claimed", "answer committed")
#: Where a fee, too, is killed: what it is found again by is another than a payment's.
FEE_STEPS = ("about to be written", "the ledger took it")


@tagged("post_install", "-at_install")
class TestOutboxCrash(DispatchCase):
    PROGRAM = "outbox_process"

    def test_kill_at_every_step(self):
        for provider in KINDS:
            self._begin(provider)
            groups = {
                step: [self.service.add_invoice(self.customer, "100.00") for _each in range(SIZE)]
                for step in STEPS
            }
            for step in FEE_STEPS:
                groups[f"fee {step}"] = [f"{step[:9]}-{number}" for number in range(SIZE)]
            self._do("prepare", provider=provider, groups=groups, customer=self.customer)
            for group, keys in groups.items():
                with self.subTest(group, provider=provider):
                    self._crash_and_complete(group, keys)
            self.assertEqual(set(self._written().values()), {1}, "written more than once")

    def _begin(self, provider):
        """A ledger with one customer, and leave to write to it."""
        self.provider = provider
        self.service = KINDS[provider](Clock(NOON), seed=7).start()
        self.addCleanup(self.service.stop)
        given = self.service.connect()
        if provider == "xero":
            self.customer = self.service.add_contact("Cedar Bakery")
            tenant = given["tenant_id"]
        else:
            self.customer = self.service.add_customer("Cedar Bakery")
            tenant = given["realm_id"]
        self.access = {"token": given["access_token"], "tenant": tenant}

    def _crash_and_complete(self, group, invoices):
        step = group.removeprefix("fee ")
        group = {"provider": self.provider, "group": group}
        self._do("release", **group)
        [killed] = self._deliver(kill=step)
        self.assertEqual(killed["code"], -signal.SIGKILL, "the step was not reached")
        self._wait_until_gone(killed["pid"])
        self.assertLess(self._written_of(invoices), SIZE, "it was killed after the work")
        self._deliver()
        before = ["done"] * SIZE if step in SURE else ["done", "sending", "done"]
        self.assertEqual(self._do("states", **group), before)
        self.service._answered.clear()  # the service's memory of keys does not help
        self._do("recover", minutes=16)
        self._deliver()
        self.assertEqual(self._do("states", **group), ["done"] * SIZE)
        self.assertEqual(self._written_of(invoices), SIZE)

    def _deliver(self, **options):
        place = {"provider": self.provider, "url": self.service.url}
        return self._order("deliver", **place, **self.access, **options)

    def _written(self):
        """Invoice -> how many payments the ledger has of it; debit note -> how many of it."""
        if self.provider == "quickbooks":
            return self._written_to_quickbooks()
        paid = Counter(payment.target.id for payment in self.service.ledger.payments.values())
        documents = self.service.ledger.documents["Invoices"].values()
        return paid + _numbers(document.reference for document in documents)

    def _written_to_quickbooks(self):
        entities = self.service.books.entities
        paid = Counter(
            link["TxnId"]
            for payment in entities["Payment"].values()
            for line in payment.values["Line"]
            for link in line["LinkedTxn"]
        )
        invoices = entities["Invoice"].values()
        return paid + _numbers(invoice.values.get("PrivateNote", "") for invoice in invoices)

    def _written_of(self, invoices):
        return sum(number for key, number in self._written().items() if key in invoices)


def _numbers(references):
    """Number of a debit note -> how many documents refer to it."""
    return Counter(filter(None, (reference.rpartition(" ")[0] for reference in references)))
