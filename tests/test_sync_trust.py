"""Nobody is reminded of what an outside ledger may know to be paid: told day by day."""

from contextlib import contextmanager
from datetime import datetime, timezone

from freezegun import freeze_time

from odoo.tests import tagged

from .connection_common import ConnectionCommon


@tagged("post_install", "-at_install")
class TestLedgerTrust(ConnectionCommon):
    """An invoice there, due on 24 February; the friendly reminder is due on 1 March."""

    START = datetime(2026, 2, 28, 9, tzinfo=timezone.utc)

    def setUp(self):
        super().setUp()
        self.policy.freshness_hours = 2
        contact = self.service.add_contact("Cedar Bakery", email="pay@cedar.example")
        self.invoice = self.service.add_invoice(contact, 100, due="2026-02-24", day="2026-02-01")
        self.sync()
        self.move = self.ref("invoices", self.invoice).move_id
        self.connection.sync_minutes = 0

    @contextmanager
    def at(self, text):
        """A moment, here and there."""
        moment = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
        self.clock.advance(seconds=(moment - self.clock.now()).total_seconds())
        with freeze_time(self.now):
            yield self.now

    def run_on(self, day, reads=True):
        """The evaluation at ten; an hour before, the cron has read the ledger."""
        if reads:
            with self.at(f"{day}T09:00"):
                self.sync()
        with self.at(f"{day}T10:00") as now:
            return self.env["dunning.run"]._execute(self.company, now.date())

    def dispatch_at(self, text):
        with self.at(text) as now:
            return self._dispatch(now)

    def action(self):
        return self.env["dunning.action"].search(
            [("partner_id", "=", self.move.commercial_partner_id.id)], order="id desc", limit=1
        )

    def why(self, day):
        line = self.move.line_ids.filtered("date_maturity")
        return line._dunning_explain(day)[line.id]

    def test_a_mirrored_invoice_is_reminded_of(self):
        self.run_on("2026-03-01")
        self.dispatch_at("2026-03-01T12:00")
        self.assertEqual(self.action().state, "sent")

    def test_paid_there_an_hour_ago_is_known_before_anything_goes_out(self):
        self.run_on("2026-03-01")
        self.assertEqual(self.action().state, "queued")
        with self.at("2026-03-01T11:00"):
            self.service.pay(self.invoice)
        self.dispatch_at("2026-03-01T12:00")
        self.assertEqual((self.action().state, self.action().reason_code), ("skipped", "paid"))
        self.assertEqual(self.connection.sync_log_id.kind, "dispatch")
        self.assertTrue(self.move.currency_id.is_zero(self.move.amount_residual))

    def test_what_was_read_lately_is_not_read_again(self):
        self.run_on("2026-03-01")
        with self.at("2026-03-01T11:00"):
            self.sync()
        before = len(self.service.calls())
        self.dispatch_at("2026-03-01T12:00")
        self.assertEqual(len(self.service.calls()), before)
        self.assertEqual(self.action().state, "sent")

    def test_a_ledger_that_does_not_answer_makes_reminders_wait(self):
        self.run_on("2026-03-01")
        self.service.fault("unavailable", times=None)
        self.dispatch_at("2026-03-01T12:00")
        action = self.action()
        self.assertEqual((action.state, action.reason_code), ("queued", "stale_ledger"))
        self.assertEqual(str(action.scheduled_at), "2026-03-01 13:00:00")
        self.service.clear_faults()
        self.dispatch_at("2026-03-01T13:00")
        self.assertEqual(action.state, "sent")

    def test_pitfall_4_a_connection_that_was_taken_away_stops_the_run_and_says_so(self):
        self.service.fault("forbidden", times=None)
        with self.at("2026-02-28T20:00"):
            log = self.sync()
        self.assertEqual((log.state, self.connection.state), ("failed", "reconnect"))
        run = self.run_on("2026-03-01", reads=False)
        self.assertFalse(run.action_ids)
        answer = self.why(run.date)
        self.assertEqual(answer["reason_code"], "ledger_failing")
        self.assertIn("cannot be read", answer["text"])
        self.service.clear_faults()
        with self.at("2026-03-01T20:00"):
            self._connect(self.connection, self.service)
            self.assertEqual(self.sync().state, "done")
        self.run_on("2026-03-02")
        self.dispatch_at("2026-03-02T12:00")
        self.assertEqual(self.action().state, "sent")

    def test_figures_that_differ_stop_the_run_and_what_it_had_planned(self):
        self.run_on("2026-03-01")
        self.connection.drift_is_general = True
        with self.at("2026-03-01T11:30"):
            self.connection.last_sync = self.now
        self.dispatch_at("2026-03-01T12:00")
        self.assertEqual(self.action().reason_code, "ledger_drift")
        self.assertEqual(self.action().state, "queued")
        self.assertFalse(self.run_on("2026-03-02", reads=False).action_ids)
        self.connection.drift_is_general = False
        self.assertNotEqual(self.why(self.now.date())["reason_code"], "ledger_drift")

    def thanked(self):
        """Who was thanked after what the ledger told last."""
        with freeze_time(self.now):
            while self._scheduler["collections.refresh"]._refresh_batch():
                pass
        return self.env["collections.thank.you"].search([]).case_id.partner_id

    def reminded_and(self, act):
        self.run_on("2026-03-01")
        self.dispatch_at("2026-03-01T12:00")
        self.assertEqual(self.action().state, "sent")
        with self.at("2026-03-02T09:00"):
            act()
            self.clock.advance(minutes=1)
            self.sync()
        self.assertEqual(self.move.amount_residual, 0)

    def test_who_paid_there_after_a_reminder_is_thanked(self):
        self.reminded_and(lambda: self.service.pay(self.invoice))
        self.assertEqual(self.thanked(), self.move.commercial_partner_id)

    def test_who_got_a_credit_there_is_not_thanked(self):
        def credit():
            contact = self.service.ledger.invoice(self.invoice).contact.id
            self.service.allocate(self.service.add_credit(contact, 100), self.invoice, 100)

        self.reminded_and(credit)
        self.assertFalse(self.thanked())

    def differ(self, *keys):
        """The ledger's figures of these customers are others, and nothing says why."""
        for key in keys:
            self.ref("customers", key).told_balance += 1
        return self.connection._check_drift(self.now)

    def other(self):
        """Another customer of the same ledger, as late; its invoice here."""
        self.clock.advance(minutes=1)
        contact = self.service.add_contact("Birch Books", email="pay@birch.example")
        key = self.service.add_invoice(contact, 80, due="2026-02-24", day="2026-02-01")
        self.sync()
        return contact, self.ref("invoices", key).move_id

    def test_of_a_customer_whose_figures_differ_only_its_reminders_wait(self):
        contact, other = self.other()
        with self.at("2026-03-01T09:00"):
            self.sync()
            self.assertTrue(self.differ(contact))
        self.assertFalse(self.connection.drift_is_general)
        self.assertEqual(self.connection.drift_customer_count, 1)
        run = self.run_on("2026-03-01", reads=False)
        self.assertEqual(run.action_ids.item_ids.move_id, self.move)
        line = other.line_ids.filtered("date_maturity")
        self.assertEqual(line._dunning_explain(run.date)[line.id]["reason_code"], "ledger_drift")
        self.dispatch_at("2026-03-01T10:30")
        self.assertEqual(self.action().state, "sent")

    def test_a_difference_found_after_the_run_stops_what_was_planned(self):
        contact, other = self.other()
        self.run_on("2026-03-01")
        with self.at("2026-03-01T10:20"):
            self.differ(contact)
        self.dispatch_at("2026-03-01T10:30")
        self.assertEqual(self.action().state, "sent")
        waiting = self.env["dunning.action"].search([("item_ids.move_id", "=", other.id)])
        self.assertEqual((waiting.state, waiting.reason_code), ("queued", "ledger_drift"))

    def test_differences_of_many_customers_stop_all(self):
        contact, _other = self.other()
        self.connection.drift_customer_limit = 0
        with self.at("2026-03-01T09:00"):
            self.sync()
            self.differ(contact)
        self.assertTrue(self.connection.drift_is_general)
        self.assertFalse(self.run_on("2026-03-01", reads=False).action_ids)
        self.connection.drift_customer_limit = 1
        with self.at("2026-03-01T10:30"):
            self.connection._check_drift(self.now)
        self.assertFalse(self.connection.drift_is_general)

    def test_until_the_first_import_is_through_nobody_is_reminded(self):
        self.connection.last_sync = False
        self.policy.freshness_hours = 0
        run = self.run_on("2026-03-01", reads=False)
        self.assertFalse(run.action_ids)
        self.assertEqual(self.why(run.date)["reason_code"], "stale_ledger")

    def test_invoices_of_our_own_go_on(self):
        self.connection.state = "reconnect"
        self.policy.freshness_hours = 0
        own = self._invoice(self.customer, 70, due="2026-02-24")
        self.run_on("2026-03-01", reads=False)
        self.dispatch_at("2026-03-01T12:00")
        actions = self.env["dunning.action"].search([("state", "=", "sent")])
        self.assertEqual(actions.item_ids.move_id, own)

    def test_where_a_person_approves_the_person_decides(self):
        self.policy.mode = "review"
        self.env["dunning.policy"].search([]).mode = "review"
        self.connection.drift_is_general = True
        run = self.run_on("2026-03-01", reads=False)
        self.assertEqual(run.action_ids.mapped("reason_code"), ["awaiting_approval"])

    def test_the_ledger_time_is_that_of_the_connection_read_longest_ago(self):
        self.assertEqual(self.company._collections_ledger_time(), self.connection.last_sync)
        self._connected(self._start("quickbooks"))
        self.assertFalse(self.company._collections_ledger_time())
