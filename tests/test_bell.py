"""What a bell names is read by itself: what is paid there is known here within minutes."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from .connection_common import ConnectionCommon
from .connector_loader import connector_module

Event = connector_module("base").Event
BELL = "odoo.addons.collections_addon.connectors.models.collections_connection_bell"


class BellStories:
    """What holds for every ledger that rings."""

    allow_inherited_tests_method = True

    def setUp(self):
        super().setUp()
        self.customer, self.invoice = self.add(100)
        self.sync()
        self.logs = self.env["collections.sync.log"].search([])
        self.later(minutes=30)
        self.connection._access_token(self.now)
        self.before = len(self.service.calls())

    def move(self, key=None):
        return self.ref("invoices", key or self.invoice).move_id

    def ring(self, *named):
        """Bells for records, taken up; how many calls that took."""
        events = [
            Event(
                event_id=f"{stream}-{key}-{self.now}",
                tenant_id=self.connection.tenant_id,
                stream=stream,
                external_id=key,
                operation="update",
            )
            for stream, key in named
        ]
        model = self.env["collections.webhook.event"]
        model._keep(self.connection, events, self.now)
        model._process(self.now)
        return len(self.service.calls()) - self.before

    def assertNothingRead(self, name="Nothing but what rang was read"):
        self.assertEqual(self.env["collections.sync.log"].search([]), self.logs, name)

    def assertTies(self):
        self.assertFalse(self.connection._check_drift(self.now))
        self.assertEqual(self.owed(), self.truth())

    def test_paid_there_is_paid_here(self):
        self.service.pay(self.invoice, 40)
        calls = self.ring(*self.bells_of_payment())
        self.assertLessEqual(calls, 4)
        self.assertEqual(self.move().amount_residual, 60)
        self.assertNothingRead()
        self.assertTies()
        self.assertFalse(self.refs(state="pending"))

    def test_a_payment_taken_back_there_is_owed_again(self):
        payment = self.service.pay(self.invoice, 40)
        self.ring(*self.bells_of_payment())
        self.later(minutes=5)
        self.take_back(payment)
        self.ring(*self.bells_of_payment(payment))
        self.assertEqual(self.move().amount_residual, 100)
        self.assertTies()

    def test_a_new_invoice_brings_its_new_customer(self):
        _customer, key = self.add(70, "Birch Books")
        self.ring(("invoices", key))
        self.assertEqual(self.move(key).amount_residual, 70)
        self.assertNothingRead()
        self.assertTies()

    def test_void_there_is_void_here(self):
        self.service.void(self.invoice)
        self.ring(("invoices", self.invoice))
        self.assertEqual(self.move().state, "cancel")
        self.assertTies()

    def test_a_record_that_is_nowhere_changes_nothing(self):
        self.ring(("invoices", "99999"))
        self.assertNothingRead()
        self.assertEqual(len(self.refs("invoices")), 1)

    def test_a_failure_has_what_changed_read_as_always(self):
        self.service.fault("unavailable", times=None)
        self.connection.next_sync_at = False
        self.ring(("invoices", self.invoice))
        self.assertEqual(self.connection.next_sync_at, self.now)
        events = self.env["collections.webhook.event"].search([])
        self.assertEqual(events.mapped("state"), ["done"])

    def test_too_much_at_once_is_read_as_always(self):
        self.connection.next_sync_at = False
        calls = self.ring(*(("invoices", str(number)) for number in range(50)))
        self.assertEqual((calls, self.connection.next_sync_at), (0, self.now))

    def test_while_the_ledger_is_read_nothing_is_read_beside_it(self):
        log = self.env["collections.sync.log"]._begin(
            self.connection, "incremental", None, self.now
        )
        self.service.pay(self.invoice, 40)
        self.assertEqual(self.ring(*self.bells_of_payment()), 0)
        self.assertEqual(self.move().amount_residual, 100)
        log._run(self.now)
        self.assertEqual(self.move().amount_residual, 60)

    def test_what_rings_again_at_once_is_read_together(self):
        self.ring(("invoices", self.invoice))
        self.later(seconds=30)
        before = len(self.service.calls())
        self.service.pay(self.invoice, 40)
        self.ring(*self.bells_of_payment())
        self.assertEqual(len(self.service.calls()), before)
        events = self.env["collections.webhook.event"].search([("state", "=", "pending")])
        self.assertTrue(events)
        self.later(minutes=2)
        self.env["collections.webhook.event"]._process(self.now)
        self.assertEqual(self.move().amount_residual, 60)
        self.assertEqual(set(events.mapped("state")), {"done"})

    def test_the_cron_reads_in_committed_steps(self):
        self.service.pay(self.invoice, 40)
        model = self.env["collections.webhook.event"]
        with patch.object(self.env.registry[model._name], "_process", lambda *_a, **_o: 0):
            self.ring(*self.bells_of_payment())
        with freeze_time(self.now):
            self.env.ref("collections_addon.cron_webhook_event").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.move().amount_residual, 60)
        self.assertEqual(set(model.search([]).mapped("state")), {"done"})

    def test_an_error_of_ours_stops_no_other_ledger(self):
        model = self.env["collections.webhook.event"]
        with patch.object(self.env.registry[model._name], "_process", lambda *_a, **_o: 0):
            self.ring(("invoices", self.invoice))
        broken = patch.object(
            self.env.registry["collections.connection"], "_ask_single", side_effect=KeyError("x")
        )
        self.connection.next_sync_at = False
        with freeze_time(self.now), broken, mute_logger(BELL):
            self.env.ref("collections_addon.cron_webhook_event").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.connection.next_sync_at, self.now)
        self.assertEqual(set(model.search([]).mapped("state")), {"done"})

    def test_the_day_of_the_ledger_is_not_moved(self):
        """Only what rang is known: how fresh the whole is stays what it was."""
        last = self.connection.last_sync
        self.ring(("invoices", self.invoice))
        self.assertEqual(self.connection.last_sync, last)
        self.assertEqual(self.connection.bell_at, self.now)
        self.assertGreater(self.now, last + timedelta(minutes=20))


@tagged("post_install", "-at_install")
class TestBellXero(BellStories, ConnectionCommon):
    PROVIDER = "xero"

    def add(self, amount, name="Cedar Bakery"):
        contact = self.service.add_contact(name)
        return contact, self.service.add_invoice(contact, amount)

    def bells_of_payment(self, payment=None):
        """Xero rings for the invoice alone."""
        return [("invoices", self.invoice)]

    def take_back(self, payment):
        self.service.delete_payment(payment)

    def test_a_credit_used_there_is_used_here(self):
        credit = self.service.add_credit(self.customer, 30)
        self.service.allocate(credit, self.invoice, 30)
        self.ring(("invoices", self.invoice))
        self.assertEqual(self.move().amount_residual, 70)
        self.assertTies()


@tagged("post_install", "-at_install")
class TestBellQuickbooks(BellStories, ConnectionCommon):
    PROVIDER = "quickbooks"

    def add(self, amount, name="Cedar Bakery"):
        customer = self.service.add_customer(name)
        return customer, self.service.add_invoice(customer, amount)

    def bells_of_payment(self, payment=None):
        """QuickBooks rings for the payment; the invoice's bell may come late."""
        payments = self.service.books.entities["Payment"]
        return [("payments", payment or max(payments, key=int))]

    def take_back(self, payment):
        self.service.books.delete(self.service.books.get("Payment", payment))

    def test_deleted_there_is_gone_here(self):
        self.service.books.delete(self.service.books.get("Invoice", self.invoice))
        self.ring(("invoices", self.invoice))
        self.assertEqual(self.move().state, "cancel")
        self.assertTies()
