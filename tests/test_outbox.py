"""Writing to outside ledgers: once, whatever happens on the way."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .outbox_common import OutboxCommon

OUTBOX = "odoo.addons.collections_addon.connectors.models.collections_outbox"


class OutboxContract:
    """What holds for every ledger that can be written to."""

    #: What the path of a write looks like, for the faults.
    PAY = NOTE = ""

    def test_a_payment_on_our_portal_is_written_once(self):
        row = self.pay_on_portal()
        self.assertEqual((row.state, row.values["amount"]), ("waiting", "100.00"))
        self.assertEqual(row.move_id, self.invoice)
        self.deliver()
        self.assertEqual(row.state, "done", row.problem)
        [(amount, reference)] = self.payments_there()
        self.assertEqual(amount, 100)
        self.assertIn(row.key[:8], reference)
        self.deliver()
        self.assertEqual(len(self.payments_there()), 1)

    def test_the_ledgers_word_of_it_is_the_same_money(self):
        self.pay_on_portal()
        self.deliver()
        self.later()
        self.sync()
        self.assertEqual(self.invoice.amount_residual, 0)
        ref = self.refs("payments")
        self.assertEqual((len(ref), ref.state, ref.move_id), (1, "done", self.payment.move_id))
        self.assertFalse(self.connection._check_drift())

    def test_nothing_is_written_that_was_not_chosen(self):
        self.connection.write({"push_payments": False, "push_notes": False})
        self.pay_on_portal()
        self.contact()
        self.assertFalse(self.outbox())

    def test_a_contact_leaves_a_note(self):
        self.contact()
        row = self.outbox("note")
        self.deliver()
        self.assertEqual(row.state, "done", row.problem)
        [text] = self.notes_there()
        self.assertIn("contacted by E-mail", text)
        self.assertIn(row.key[:8], text)

    def test_a_contact_in_test_mode_leaves_none(self):
        with patch.object(self.env.registry["dunning.action"], "test_mode", True):
            self.contact()
        self.assertFalse(self.outbox("note"))

    def test_an_answer_that_is_lost_is_looked_up_before_anything_is_repeated(self):
        row = self.pay_on_portal()
        self.service.faults.plan("lose", method=self.PAY[0], path=self.PAY[1])
        self.deliver()
        self.assertEqual((row.state, row.is_doubtful, row.attempts), ("waiting", True, 1))
        self.assertEqual(len(self.payments_there()), 1)
        self.forget_keys()
        self.deliver()
        self.assertEqual((row.state, row.is_doubtful), ("done", False))
        self.assertEqual(len(self.payments_there()), 1, "found, not written again")

    def test_a_note_whose_answer_is_lost_is_not_written_twice(self):
        self.contact()
        self.service.faults.plan("lose", method=self.NOTE[0], path=self.NOTE[1])
        self.deliver()
        self.forget_keys()
        self.deliver()
        self.assertEqual(self.outbox("note").state, "done")
        self.assertEqual(len(self.notes_there()), 1)

    def test_a_request_that_never_arrived_is_repeated(self):
        row = self.pay_on_portal()
        self.service.faults.plan("drop", method=self.PAY[0], path=self.PAY[1])
        self.deliver()
        self.assertFalse(self.payments_there())
        self.deliver()
        self.assertEqual(row.state, "done")
        self.assertEqual(len(self.payments_there()), 1)

    def test_a_process_killed_while_writing_is_looked_after(self):
        row = self.pay_on_portal()
        self.later(minutes=1)
        row.next_try_at = self.now
        claimed = self.env["collections.outbox"]._claim(self.now)
        claimed.is_doubtful = True  # committed before sending; then the process dies
        claimed._write_there(False, self.now)
        self.assertFalse(self.env["collections.outbox"]._claim(self.now), "nobody else takes it")
        self.forget_keys()
        self.later(minutes=20)
        again = self.env["collections.outbox"]._claim(self.now)
        self.assertEqual((again, again.is_doubtful), (row, True))
        again._deliver(again.is_doubtful, self.now)
        self.assertEqual(row.state, "done")
        self.assertEqual(len(self.payments_there()), 1)

    def test_the_cron_goes_on_after_a_failure(self):
        first = self.pay_on_portal(40.0)
        second = self.pay_on_portal(60.0) - first
        self.assertEqual(len(second), 1)
        self.service.faults.plan("answer", method=self.PAY[0], path=self.PAY[1], status=503)
        self.env.ref("collections_addon.cron_collections_outbox").method_direct_trigger()
        self.assertEqual({first.state, second.state}, {"waiting", "done"})

    @mute_logger(OUTBOX)
    def test_what_the_ledger_refuses_is_set_aside_with_its_words(self):
        row = self.pay_on_portal()
        self.service.void(self.invoice_key)
        self.deliver()
        self.assertEqual(row.state, "failed")
        self.assertIn("refused", row.problem)
        self.assertFalse(self.payments_there())
        row.with_user(self.users["manager"]).action_retry()
        self.assertEqual((row.state, row.attempts), ("waiting", 0))

    def test_a_limit_is_waited_for(self):
        row = self.pay_on_portal()
        self.service.faults.plan(self.LIMIT, method=self.PAY[0], path=self.PAY[1])
        self.deliver()
        self.assertEqual((row.state, row.attempts, row.is_doubtful), ("waiting", 0, False))
        self.assertGreater(row.next_try_at, self.now)

    @mute_logger(OUTBOX)
    def test_a_service_that_stays_away_is_left_to_a_person(self):
        row = self.pay_on_portal()
        self.service.faults.plan("answer", path=".", status=503, times=None)
        for _attempt in range(8):
            self.assertEqual(row.state, "waiting")
            self.deliver(hours=7)
        self.assertEqual((row.state, row.is_doubtful), ("failed", True))

    def test_a_token_that_is_refused_waits_for_a_person(self):
        row = self.pay_on_portal()
        self.service.faults.plan("expired", method=self.PAY[0], path=self.PAY[1])
        self.deliver()
        self.assertEqual(row.state, "waiting")
        self.assertFalse(self.payments_there())

    def test_what_is_undone_before_it_was_written_is_not_written(self):
        row = self.pay_on_portal()
        self.payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(row.state, "cancelled")
        self.deliver()
        self.assertFalse(self.payments_there())

    def test_what_is_undone_afterwards_is_told(self):
        row = self.pay_on_portal()
        self.deliver()
        self.payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(row.state, "done")
        self.assertIn("undone", row.problem)
        with self.assertRaises(UserError):
            row.action_cancel()

    def test_the_same_payment_is_kept_once(self):
        self.pay_on_portal()
        self.payment.move_id.line_ids.remove_move_reconcile()
        lines = (self.payment.move_id | self.invoice).line_ids
        lines.filtered(lambda line: line.account_id.account_type == "asset_receivable").reconcile()
        self.assertEqual(len(self.outbox("payment")), 1)
        self.assertEqual(self.outbox("payment").state, "waiting")

    def test_who_may_do_what(self):
        row = self.pay_on_portal()
        row.with_user(self.users["viewer"]).read(["label", "state", "problem"])
        for name in ("action_retry", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(row.with_user(self.users["collector"]), name)()
        with self.assertRaises(AccessError):
            row.with_user(self.users["manager"]).unlink()
        row.with_user(self.users["manager"]).action_cancel()
        self.assertEqual(row.state, "cancelled")

    def test_a_payment_that_a_person_books_is_none_of_the_portal(self):
        self.pay_on_portal(40.0)
        self.outbox().sudo().unlink()
        payment = self.payment.copy({"amount": 60.0})
        payment.action_post()
        lines = (payment.move_id | self.invoice).line_ids
        lines.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()
        self.assertFalse(self.outbox())

    def forget_keys(self):
        """The service's memory of keys ends: only a look tells what is there."""
        self.service._answered.clear()


@tagged("post_install", "-at_install")
class TestOutboxXero(OutboxContract, OutboxCommon):
    allow_inherited_tests_method = True
    PROVIDER = "xero"
    PAY, NOTE, LIMIT = ("PUT", "Payments"), ("PUT", "History"), "minute"

    def test_without_the_right_to_write_it_waits_until_somebody_connects_again(self):
        """Xero: chosen after the consent, and nothing is sent that would be refused."""
        row = self.pay_on_portal()
        tokens = self.env["collections.connection.token"]._of(self.connection)
        granted = tokens.scopes
        tokens.scopes = "offline_access accounting.invoices.read accounting.contacts.read"
        self.deliver()
        self.assertEqual((row.state, row.attempts), ("waiting", 0))
        self.assertIn("connect again", row.problem)
        self.assertEqual(self.connection.state, "connected")
        tokens.scopes = granted
        self.deliver()
        self.assertEqual((row.state, row.problem), ("done", False))

    @mute_logger(OUTBOX)
    def test_without_an_account_there_it_is_said_what_to_enter(self):
        self.connection.push_account = False
        row = self.pay_on_portal()
        self.deliver()
        self.assertEqual(row.state, "failed")
        self.assertIn("bank account", row.problem)


@tagged("post_install", "-at_install")
class TestOutboxQuickbooks(OutboxContract, OutboxCommon):
    allow_inherited_tests_method = True
    PROVIDER = "quickbooks"
    PAY, NOTE, LIMIT = ("POST", "payment"), ("POST", "invoice"), "throttled"

    def change_while_read(self, times):
        """Somebody changes the invoice between each reading and the next writing."""
        client = type(self.connection._client(self.now))
        original, left = client.one, [times]

        def one(connected, stream, key):
            found = original(connected, stream, key)
            if left[0]:
                left[0] -= 1
                entity = self.service.books.get("Invoice", key)
                changes = {"PrivateNote": f"somebody was quicker {left[0]}"}
                self.service.books.change("Invoice", key, str(entity.token), changes, True)
            return found

        self.enterContext(patch.object(client, "one", one))

    def test_pitfall_14_a_stale_version_is_read_once_more(self):
        self.contact()
        self.change_while_read(1)
        self.deliver()
        self.assertEqual(self.outbox("note").state, "done")
        first, second = self.notes_there()
        self.assertEqual(first, "somebody was quicker 0")
        self.assertIn("contacted by", second)

    @mute_logger(OUTBOX)
    def test_pitfall_14_a_version_that_stays_stale_is_set_aside(self):
        self.contact()
        self.change_while_read(2)
        self.deliver()
        self.assertEqual(self.outbox("note").state, "failed")
        self.assertNotIn("contacted by", self.notes_there()[-1])

    def test_pitfall_14_a_note_leaves_the_other_fields_alone(self):
        before = dict(self.service.books.get("Invoice", self.invoice_key).values)
        self.contact()
        self.deliver()
        after = dict(self.service.books.get("Invoice", self.invoice_key).values)
        self.assertIn("contacted by", after.pop("PrivateNote"))
        before.pop("PrivateNote", None)
        self.assertEqual(after, before)
