"""`kill -9` between any two steps of reading a ledger: nothing is missing, nothing is double."""

import signal

from odoo.tests import tagged

from .access_common import KINDS
from .dispatch_common import DispatchCase
from .sync_process import CHANGES, STEPS

SECRET = "s3cr3t"


@tagged("post_install", "-at_install")
class TestSyncCrash(DispatchCase):
    PROGRAM = "sync_process"

    def _ledger(self, provider, number):
        """A ledger of its own with an application that belongs to it, and a connection."""
        service = KINDS[provider](seed=number).start()
        self.addCleanup(service.stop)
        service.limits.minute = 10_000
        service.fill(4, 26, ("USD",))
        tokens = None
        if provider == "xero":
            service.add_app("our-app", SECRET, tenant=service.ledger.tenant)
        else:
            service.add_app("our-app", SECRET)
            tokens = service.connect("our-app")
        options = {"provider": provider, "url": service.url, "secret": SECRET}
        return service, self._do("prepare", tokens=tokens, **options)

    def test_kill_at_every_step(self):
        for provider in KINDS:
            for number, step in enumerate(STEPS, start=1):
                with self.subTest(step, provider=provider):
                    service, connection = self._ledger(provider, number)
                    self._kill(provider, step)
                    self._complete(service, connection)

    def test_kill_while_what_changed_is_read(self):
        """Paid, made and voided there; by QuickBooks told through its change data capture."""
        for provider in KINDS:
            service, connection = self._ledger(provider, 30)
            self._do("read", provider=provider)
            for step in CHANGES:
                with self.subTest(step, provider=provider):
                    self._change(service)
                    self._do("due", connection=connection)
                    self._kill(provider, step)
                    self._complete(service, connection)

    def _kill(self, provider, step):
        [killed] = self._order("read", provider=provider, kill=step)
        self.assertEqual(killed["code"], -signal.SIGKILL, "the step was not reached")
        self._wait_until_gone(killed["pid"])

    def _change(self, service):
        """Three new invoices there; one is paid in part, one is void, or deleted for good."""
        customer = next(iter(self._customers(service)))
        paid, gone, _open = [service.add_invoice(customer, 90) for _each in range(3)]
        service.pay(paid, 40)
        getattr(service, "delete" if service.name == "quickbooks" else "void")(gone)

    def _customers(self, service):
        if service.name == "xero":
            return service.ledger.contacts
        return service.books.entities["Customer"]

    def _payments(self, service):
        if service.name == "xero":
            return service.ledger.payments
        return service.books.entities["Payment"]

    def _complete(self, service, connection):
        """The scheduler comes twice more: all is as if nobody had been killed."""
        for _again in range(2):
            self._do("read", provider=service.name)
        found = self._do("state", connection=connection)
        self.assertEqual(set(found["logs"]), {"done"}, found)
        self.assertEqual(found["refs"]["customers"], len(self._customers(service)))
        self.assertEqual(found["refs"]["payments"], len(self._payments(service)))
        self.assertEqual((found["waiting"], found["drift"], found["doubles"]), (0, 0, 0), found)
        owed = sum(float(amount) for amount in service.summary()["open"].values())
        self.assertAlmostEqual(found["owed"], owed, places=2)
