"""Fees in outside ledgers: one debt, one document, whoever changes it."""

from decimal import Decimal
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .outbox_common import OutboxCommon

OUTBOX = "odoo.addons.collections_addon.connectors.models.collections_outbox"


class FeeContract:
    """What holds for every ledger that takes fees."""

    allow_inherited_tests_method = True
    #: What the path of writing an invoice looks like, for the faults.
    WRITE = ""
    ACCOUNT = ""

    def _connected(self, service, **values):
        chosen = {"push_fees": True, "push_fee_account": self.ACCOUNT}
        return super()._connected(service, **(chosen | values))

    def charge(self, amount=10, **values):
        items = self.invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        vals = {"move_line_id": items.id, "amount": amount, "date": self.now.date(), **values}
        return self.env["collections.charge"].create(vals)

    def book(self, *charges):
        """Book charges; their debit note and what waits to be written of it."""
        charges = charges or (self.charge(),)
        self.note = self.env["collections.charge"].union(*charges)._book(self.now.date())
        return self.note.ensure_one(), self.outbox("fee")

    def written(self):
        """Book a fee, write it, and read it back."""
        note, row = self.book()
        self.deliver()
        self.assertEqual(row.state, "done", row.problem)
        self.read_back()
        return note, row

    def read_back(self):
        self.later()
        log = self.sync()
        self.assertEqual(log.state, "done", log.message)

    def owed_here(self):
        """What the customer owes by our books, and what the ledger says."""
        partner = self.invoice.commercial_partner_id
        items = self.env["account.move.line"].search(
            [
                ("partner_id", "child_of", partner.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(items.mapped("amount_residual")), float(sum(self.truth().values()))

    def assertTies(self, owed):
        self.assertEqual(self.owed_here(), (owed, owed))
        self.assertFalse(self.connection._check_drift(self.now))

    # === WRITTEN AND MET === #

    def test_a_fee_is_written_once_and_is_one_debt(self):
        note, row = self.written()
        self.assertIn(row.key[:8], row.values["reference"])
        ref = self.ref("invoices", row.external_id)
        self.assertEqual((ref.state, ref.move_id, ref.is_met), ("done", note, True))
        self.assertEqual(note.collections_connection_id, self.connection)
        self.assertTies(110)
        self.deliver()
        self.read_back()
        self.assertTies(110)
        self.assertEqual(len(self.refs("invoices")), 2)

    def test_a_payment_there_pays_our_debit_note(self):
        note, row = self.written()
        self.service.pay(row.external_id)
        self.read_back()
        self.assertEqual(note.payment_state, "paid")
        self.assertTies(100)

    def test_a_payment_on_our_portal_is_written_there(self):
        note, row = self.written()
        self.invoice, invoice = note, self.invoice
        payment = self.pay_on_portal(10.0)
        self.assertEqual(payment.values["invoice"], row.external_id)
        self.deliver()
        self.assertEqual(payment.state, "done", payment.problem)
        self.invoice = invoice
        self.read_back()
        self.assertTies(100)

    def test_a_payment_before_it_came_back_is_written_afterwards(self):
        note, _row = self.book()
        self.deliver()
        self.invoice, invoice = note, self.invoice
        self.assertFalse(self.pay_on_portal(10.0))
        self.invoice = invoice
        self.read_back()
        [payment] = self.outbox("payment")
        self.deliver()
        self.assertEqual(payment.state, "done", payment.problem)
        self.read_back()
        self.assertTies(100)

    def test_it_may_be_read_before_its_writing_was_noted(self):
        """Killed between the ledger's yes and our note of it; the cron reads meanwhile."""
        note, row = self.book()
        self.later(minutes=1)
        row.next_try_at = self.now
        claimed = self.env["collections.outbox"]._claim(self.now)
        claimed.is_doubtful = True
        claimed._write_there(False, self.now)
        self.read_back()
        self.assertTies(110)
        self.service._answered.clear()
        again = self.env["collections.outbox"]._claim(self.now)
        again._deliver(again.is_doubtful, self.now)
        self.assertEqual(row.state, "done", row.problem)
        self.read_back()
        self.assertTies(110)
        self.assertEqual(self.ref("invoices", row.external_id).move_id, note)

    def test_a_lost_answer_is_looked_up(self):
        _note, row = self.book()
        self.service.faults.plan("lose", method=self.WRITE[0], path=self.WRITE[1])
        self.deliver()
        self.assertEqual((row.state, row.is_doubtful), ("waiting", True))
        self.service._answered.clear()
        self.deliver()
        self.assertEqual(row.state, "done", row.problem)
        self.read_back()
        self.assertTies(110)

    @mute_logger(OUTBOX)
    def test_without_an_account_it_says_so_and_goes_on_once_entered(self):
        self.connection.push_fee_account = False
        _note, row = self.book()
        self.deliver()
        self.assertEqual(row.state, "failed")
        self.assertIn("where the ledger is to book fees", row.problem)
        self.connection.push_fee_account = self.ACCOUNT
        row.action_retry()
        self.deliver()
        self.assertEqual(row.state, "done", row.problem)

    def test_taxes_of_the_debit_note_need_the_ledgers_code(self):
        tax = self.env["account.tax"].create(
            {"name": "Ten", "amount": 10, "type_tax_use": "sale", "company_id": self.company.id}
        )
        self.company.collections_charge_tax_ids = tax
        _note, row = self.book()
        with mute_logger(OUTBOX):
            self.deliver()
        self.assertIn("bears tax", row.problem)
        self.connection.push_fee_tax = "OUTPUT"
        row.action_retry()
        self.deliver()
        self.assertEqual(row.state, "done", row.problem)
        self.read_back()
        self.assertTies(111)

    # === TAKEN BACK === #

    def test_reversed_here_it_is_void_there(self):
        note, row = self.written()
        self.env["collections.charge"].search([("invoice_id", "=", note.id)])._reverse(
            self.now.date(), "Goodwill"
        )
        end = self.outbox("fee_end")
        self.deliver()
        self.assertEqual((end.state, end.problem), ("done", False))
        self.read_back()
        self.assertTies(100)
        self.assertFalse(self.ref("invoices", row.external_id).move_id)

    def test_void_there_it_is_reversed_here(self):
        note, row = self.written()
        self.service.void(row.external_id)
        self.read_back()
        charge = self.env["collections.charge"].search([("invoice_id", "=", note.id)])
        self.assertEqual((charge.state, note.payment_state), ("reversed", "reversed"))
        self.assertFalse(self.outbox("fee_end"), "the ledger said so itself")
        self.assertTies(100)

    def test_another_sum_there_is_the_ledgers_invoice(self):
        note, row = self.written()
        self.change_there(row.external_id, "25.00")
        self.read_back()
        charge = self.env["collections.charge"].search([("invoice_id", "=", note.id)])
        self.assertEqual(charge.state, "reversed")
        self.assertIn("25.00", charge.reason)
        self.assertNotEqual(self.ref("invoices", row.external_id).move_id, note)
        self.assertTies(125)

    def test_another_due_date_there_is_taken_over(self):
        note, row = self.written()
        self.postpone_there(row.external_id, "2026-06-30")
        self.read_back()
        self.assertEqual(str(note.invoice_date_due), "2026-06-30")
        self.assertTies(110)


@tagged("post_install", "-at_install")
class TestFeeXero(FeeContract, OutboxCommon):
    PROVIDER = "xero"
    WRITE, ACCOUNT = ("PUT", "Invoices"), "200"

    def change_there(self, key, amount):
        document = self.service.ledger.document("Invoices", key)
        document.lines[0].amount = document.lines[0].unit_amount = Decimal(amount)
        self.service.ledger.touch(document, changes="Edited")

    def postpone_there(self, key, day):
        document = self.service.ledger.document("Invoices", key)
        document.due = type(document.date).fromisoformat(day)
        self.service.ledger.touch(document, changes="Edited")

    # === WHAT NO LEDGER HAS A SAY IN === #

    def test_nothing_is_written_that_was_not_chosen(self):
        self.connection.push_fees = False
        note, row = self.book()
        self.assertFalse(row)
        self.assertFalse(note.collections_connection_id)

    def test_charges_for_other_invoices_stay_apart(self):
        other = self._invoice(self.invoice.commercial_partner_id, 50, due="2026-02-01")
        items = other.line_ids.filtered("date_maturity")
        own = self.charge(move_line_id=items[:1].id)
        notes = (self.charge(12) | own)._book(self.now.date())
        self.assertEqual(len(notes), 2)
        self.assertEqual(self.outbox("fee").values["lines"][0]["amount"], "12.00")

    def test_reversed_before_it_was_sent_nothing_is_sent(self):
        note, row = self.book()
        self.env["collections.charge"].search([("invoice_id", "=", note.id)])._reverse(
            self.now.date(), "Goodwill"
        )
        self.assertEqual(row.state, "cancelled")
        self.deliver()
        self.assertFalse(self.outbox("fee_end"))
        self.assertTies(100)

    @mute_logger(OUTBOX)
    def test_of_a_part_taken_back_a_person_is_told(self):
        first, second = self.charge(10), self.charge(5, kind="compensation")
        self.book(first, second)
        self.deliver()
        second._reverse(self.now.date(), "Goodwill")
        self.deliver()
        end = self.outbox("fee_end")
        self.assertEqual(end.state, "failed")
        self.assertIn("Only a part", end.problem)

    def test_it_is_reminded_of_only_while_the_ledger_can_be_relied_on(self):
        note, _row = self.written()
        with patch.object(type(self.connection), "_standing_reason", lambda c: "ledger_failing"):
            pauses = self.env["dunning.facts"]._move_pauses(self.company, self.now.date())
        self.assertEqual(pauses.get(note.id), "ledger_failing")


@tagged("post_install", "-at_install")
class TestFeeQuickbooks(FeeContract, OutboxCommon):
    PROVIDER = "quickbooks"
    WRITE, ACCOUNT = ("POST", "invoice"), "3"

    def change_there(self, key, amount):
        entity = self.service.books.get("Invoice", key)
        lines = [entity.values["Line"][0] | {"Amount": Decimal(amount)}]
        self.service.books.change("Invoice", key, str(entity.token), {"Line": lines}, True)

    def postpone_there(self, key, day):
        entity = self.service.books.get("Invoice", key)
        self.service.books.change("Invoice", key, str(entity.token), {"DueDate": day}, True)
