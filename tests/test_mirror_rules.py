"""What the mirror does not do: guess, be edited, write into closed periods, count twice."""

from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .emulators.xero import wire
from .mirror_common import NOW, XeroMirrorCase


@tagged("post_install", "-at_install")
class TestMirrorCustomers(XeroMirrorCase):
    """Ours are found when there is no doubt."""

    def _partner(self, name, **values):
        return self.env["res.partner"].create({"name": name, **values})

    def test_found_by_vat_before_email(self):
        by_mail = self._partner("Mail", email="pay@cedar.example")
        by_vat = self._partner("Number", vat="12 345 678", email="other@cedar.example")
        key = self.service.add_contact("Cedar", email="pay@cedar.example", tax_number="12345678")
        self._sync()
        self.assertEqual(self._ref("customers", key).partner_id, by_vat)
        self.assertEqual(by_vat.name, "Number", "ours keeps what we know of it")
        self.assertNotEqual(by_vat, by_mail)

    def test_found_by_the_only_email(self):
        ours = self._partner("Mail", email="Pay@Cedar.example")
        key = self.service.add_contact("Cedar", email="pay@cedar.example")
        self._sync()
        self.assertEqual(self._ref("customers", key).partner_id, ours)

    def test_email_of_two_of_theirs_says_nothing(self):
        ours = self._partner("Mail", email="pay@cedar.example")
        keys = [self.service.add_contact(name, email="pay@cedar.example") for name in ("A", "B")]
        self._sync()
        found = [self._ref("customers", key).partner_id for key in keys]
        self.assertNotIn(ours, found)
        self.assertNotEqual(*found)

    def test_doubt_is_asked_about_and_the_answer_kept(self):
        ours = [self._partner(name, email="pay@cedar.example") for name in ("One", "Two")]
        key = self.service.add_contact("Cedar", email="pay@cedar.example")
        invoice = self.service.add_invoice(key, "100.00")
        self._sync()
        ref = self._ref("customers", key)
        self.assertEqual((ref.state, ref.candidate_ids.ids), ("failed", [p.id for p in ours]))
        self.assertIn("customer", self._ref("invoices", invoice).problem)
        wizard = self.env["collections.customer.choice"].browse(
            ref.action_choose_customer()["res_id"]
        )
        wizard.partner_id = ours[1]
        wizard.action_choose()
        self._mirror()
        self.assertEqual(self._doc("invoices", invoice).partner_id, ours[1])
        self.assertTies()

    def test_a_new_one_after_all(self):
        ours = [self._partner(name, email="pay@cedar.example") for name in ("One", "Two")]
        key = self.service.add_contact("Cedar", email="pay@cedar.example")
        self._sync()
        ref = self._ref("customers", key)
        choice = self.env["collections.customer.choice"]
        choice.create({"ref_id": ref.id, "is_new": True}).action_choose()
        self._mirror()
        self.assertEqual(ref.partner_id.name, "Cedar")
        self.assertNotIn(ref.partner_id, ours)

    def test_what_a_person_wrote_here_stays(self):
        key = self.service.add_contact("Cedar", email="pay@cedar.example", phone="1")
        self._sync()
        partner = self._ref("customers", key).partner_id
        partner.email = "boss@cedar.example"
        self.service.rename(key, "Cedar & Sons")
        self.ledger.contacts[key].email = "new@cedar.example"
        self._sync()
        self.assertEqual((partner.name, partner.email), ("Cedar & Sons", "boss@cedar.example"))

    def test_pitfall_8_archived_with_open_items_stays_in_sight(self):
        keys = [self.service.add_contact(name) for name in ("Owes", "Owes Nothing")]
        self.service.add_invoice(keys[0], "10.00")
        self._sync()
        for key in keys:
            self.service.archive(key)
        self._sync()
        self.assertTrue(self._ref("customers", keys[0]).partner_id.active)
        self.assertFalse(self._ref("customers", keys[1]).partner_id.active)


@tagged("post_install", "-at_install")
class TestMirrorRules(XeroMirrorCase):
    def setUp(self):
        super().setUp()
        self.contact = self.service.add_contact("Cedar Bakery", email="pay@cedar.example")
        self.invoice = self.service.add_invoice(self.contact, "100.00", due="2026-02-10")

    def _move(self):
        return self._doc("invoices", self.invoice)

    # === GUARD === #

    def test_nobody_edits_what_is_mirrored(self):
        self.service.pay(self.invoice, "40.00")
        self._sync()
        move = self._move()
        item = move.line_ids.filtered("date_maturity")
        attempts = (
            lambda: move.button_draft(),
            lambda: move.button_cancel(),
            lambda: move.unlink(),
            lambda: move.write({"partner_id": self.customer.id}),
            lambda: move.write({"invoice_date_due": "2026-12-31"}),
            lambda: item.write({"date_maturity": "2026-12-31"}),
            lambda: item.matched_credit_ids.unlink(),
            lambda: move.with_context(collections_mirroring=True).write({"name": "X"}),
        )
        for number, attempt in enumerate(attempts):
            with self.subTest(number), self.assertRaises(UserError):
                attempt()
        self.assertEqual((move.state, move.amount_residual), ("posted", 60))

    def test_what_is_ours_may_be_changed(self):
        self._sync()
        self._move().write({"dunning_policy_id": self.policy.id, "narration": "Called."})

    def test_it_leads_to_the_ledgers_page(self):
        self._sync()
        self.assertIn(self.invoice, self._move().collections_source_url)
        self.assertEqual(self._move().action_collections_open_source()["target"], "new")

    # === CLOSED PERIODS === #

    def test_closed_period_is_not_written_into(self):
        self.company.fiscalyear_lock_date = date(2026, 12, 31)
        self._sync()
        problem = self._ref("invoices", self.invoice).problem
        self.assertIn("closed", problem)
        self.company.fiscalyear_lock_date = False
        self._ref("invoices", self.invoice)._again()
        self._mirror()
        self.assertTies()

    def test_closed_period_may_be_left(self):
        self.connection.after_closed_period = True
        self.ledger.invoice(self.invoice).date = date(2025, 12, 20)
        self.company.fiscalyear_lock_date = date(2025, 12, 31)
        self._sync()
        move = self._move()
        self.assertGreater(move.date, date(2025, 12, 31))
        self.assertEqual((move.invoice_date, move.amount_residual), (date(2025, 12, 20), 100))
        self._ref("invoices", self.invoice)._again()
        self._mirror()
        self.assertTies()

    def test_change_in_a_closed_period_is_set_aside(self):
        self._sync()
        self.company.fiscalyear_lock_date = date(2026, 12, 31)
        line = self.ledger.invoice(self.invoice).lines[0]
        line.amount = line.unit_amount = Decimal("125.00")
        self._sync()
        self.assertEqual(self._ref("invoices", self.invoice).state, "failed")
        self.assertEqual((self._move().state, self._move().amount_total), ("posted", 100))
        self.assertEqual(self.connection._check_drift(NOW), [])

    # === BAD INPUT === #

    def test_the_bad_ones_are_set_aside_and_the_good_one_comes(self):
        good = wire.invoice(self.ledger.invoice(self.invoice))
        bad = {
            "sum": {"AmountDue": 90},
            "more": {"AmountDue": 500, "AmountPaid": -400},
            "date": {"Date": "/Date(99999999999999+0000)/", "DateString": None},
            "nodue": {"DueDate": None, "DueDateString": None},
            "enum": {"Status": "SOMEHOW"},
            "currency": {"CurrencyCode": "XXX"},
            "cents": {"Total": Decimal("1.005"), "AmountDue": Decimal("1.005")},
            "nobody": {"Contact": {"ContactID": "unknown"}},
        }
        self._fetch()
        self._give("invoices", *[{**good, **bad[key], "InvoiceID": key} for key in bad])
        self._mirror()
        problems = self._problems()
        self.assertEqual({key for _stream, key in problems}, set(bad))
        self.assertNotIn("administrator", " ".join(problems.values()))
        self.assertEqual(self._move().state, "posted")
        moves = self.env["account.move"].search(
            [("collections_connection_id", "=", self.connection.id)]
        )
        self.assertEqual(moves, self._move())

    def test_old_and_closed_is_left_out(self):
        """Its payment is left out with it, and the sums are right."""
        self.connection.closed_since = date(2026, 1, 1)
        old = self.service.add_invoice(self.contact, "70.00", due="2020-02-10", day="2020-01-01")
        payment = self.service.pay(old, day="2020-02-01")
        self._sync()
        self.assertEqual(self._ref("invoices", old).state, "ignored")
        self.assertFalse(self._doc("payments", payment))
        self.assertTies()

    # === MONEY TAKEN HERE === #

    def _pay_here(self, amount):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self._move().ids)
            .create({"amount": amount, "payment_date": date(2026, 3, 4)})
        )
        return wizard._create_payments()

    def _open_here(self):
        """Everything the customer owes in this company."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self._move().commercial_partner_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("amount_residual"))

    def test_paid_here_and_told_later_is_counted_once(self):
        self._sync()
        ours = self._pay_here(100)
        self.assertTrue(ours.move_id, "the payment has an entry of its own")
        self.assertEqual(self._move().amount_residual, 0)
        self.assertEqual(self.connection._check_drift(NOW), [])
        self.assertEqual(self.connection.drift_explained_count > 0, True)
        there = self.service.pay(self.invoice)
        self._sync()
        self.assertEqual(self._doc("payments", there), ours.move_id)
        self.assertEqual((self._move().amount_residual, self._open_here()), (0, 0))
        self.assertTies()
        self.service.delete_payment(there)
        self._sync()
        self.assertEqual(ours.move_id.state, "posted")
        self.assertEqual(self._move().amount_residual, 100)

    def test_another_amount_there_is_another_payment(self):
        """The ledger's word counts for the invoice; our money stays the customer's."""
        self._sync()
        self._pay_here(100)
        there = self.service.pay(self.invoice, "60.00")
        self._sync()
        self.assertNotEqual(self._doc("payments", there), False)
        self.assertFalse(self._ref("payments", there).is_met)
        self.assertEqual(self._move().amount_residual, 40)
        self.assertTies()

    # === COLLECTIONS GO ON === #

    def test_disputes_stay_on_a_changed_invoice(self):
        self._sync()
        reason = self.env["collections.dispute.reason"].search([], limit=1)
        move = self._move()
        dispute = self.env["collections.dispute"].create(
            {
                "partner_id": self._move().partner_id.id,
                "reason_id": reason.id,
                "line_ids": [(0, 0, {"move_id": move.id, "amount_disputed": 20})],
            }
        )
        line = self.ledger.invoice(self.invoice).lines[0]
        line.amount = line.unit_amount = Decimal("125.00")
        self._sync()
        self.assertEqual((self._move(), move.amount_residual), (dispute.line_ids.move_id, 125))
        self.assertEqual(dispute.state, "open")
        self.assertTies()
