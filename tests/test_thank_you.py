"""A thank-you to who was reminded and has paid: once, and only then."""

from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestThankYou(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "ar@firm.example.com"
        cls.template = cls.env.ref("collections_addon.mail_template_thank_you")
        # the contact itself is no concern here: a call that was made
        for level in cls.policy.level_ids:
            level.step_ids = [Command.clear(), Command.create({"channel_code": "call"})]
        cls.customer.phone = "+1 555 0100"

    def _reminded(self, day="2026-03-10", due="2026-03-04", amount=100.0, currency=None):
        """An invoice that the customer was called for."""
        invoice = self._invoice(self.customer, amount, due, currency=currency)
        with self.day(day) as now:
            self._run(now.date())
            self._dispatch(now)
            call = self._actions([("item_ids.move_id", "=", invoice.id)])[-1:]
            self.assertEqual(call.state, "sending", call.reason_code)
            call._record_call(self.env["dunning.outcome"]._by_code("promised"), now=now)
        return invoice

    def _after(self, day="2026-03-12"):
        with self.day(day):
            self._scheduler["collections.refresh"]._refresh_batch()
        return self._mails()

    def _mails(self):
        thanks = self.env["collections.thank.you"].search([("case_id", "=", self._case().id)])
        return thanks.mail_id

    def _paid(self, invoice, day="2026-03-12", **values):
        with self.day(day):
            self._pay(invoice, day=day, **values)

    # === THANKED === #

    def test_paid_after_a_reminder_is_thanked_once(self):
        self._paid(self._reminded())
        [mail] = self._after()
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("Thank you", mail.subject)
        self.assertIn("Dear Debtor Ltd", mail.body_html)
        self.assertIn("auto-generated", mail.headers)
        self._case()._mark_for_refresh()
        self.assertEqual(self._after(), mail, "asked again, not written again")

    def test_thank_you_is_told_in_the_cases_history(self):
        self._paid(self._reminded())
        mail = self._after()
        self.assertIn(mail.mail_message_id, self._case().message_ids)

    def test_thank_you_speaks_the_debtors_language(self):
        """P7"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.template.with_context(lang="de_DE").subject = "Vielen Dank"
        self.customer.lang = "de_DE"
        self._paid(self._reminded())
        self.assertEqual(self._after().subject, "Vielen Dank")

    def test_thank_you_goes_to_the_invoice_contact(self):
        """P8"""
        child = self.env["res.partner"].create(
            {
                "parent_id": self.customer.id,
                "type": "invoice",
                "name": "Ms. Payer",
                "email": "payer@example.com",
            }
        )
        self._paid(self._reminded())
        self.assertEqual(self._after().recipient_ids, child)

    def test_next_clearing_is_thanked_again(self):
        self._paid(self._reminded())
        self._after()
        again = self._reminded(day="2026-05-10", due="2026-05-04")
        self._paid(again, day="2026-05-12")
        self.assertEqual(len(self._after("2026-05-12")), 2)

    def test_accountant_only_books_the_payment(self):
        """Nothing is written in the accountant's transaction, only a mark."""
        invoice = self._reminded()
        before = self.env["mail.mail"].search_count([])
        self._paid(invoice)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertTrue(
            self.env["collections.refresh"].search([("partner_id", "=", self.customer.id)])
        )

    # === NOT THANKED === #

    def test_payment_without_a_reminder_is_not_thanked(self):
        self._paid(self._invoice(self.customer, 100.0, "2026-03-04"))
        self.env["collections.case"]._of(self.customer, self.company)
        self.assertFalse(self._after())

    def test_part_payment_is_not_thanked(self):
        self._paid(self._reminded(), amount=40.0)
        self.assertFalse(self._after())

    def test_nobody_is_thanked_while_something_is_overdue(self):
        other = self._invoice(self.customer, 50.0, "2026-03-01")
        invoice = self._reminded()
        self._paid(invoice)
        self.assertFalse(self._after())
        self._paid(other, day="2026-03-13")
        self.assertEqual(len(self._after("2026-03-13")), 1)

    def test_overdue_in_another_currency_counts(self):
        """P10"""
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._invoice(self.customer, 50.0, "2026-03-01", currency=euro)
        self._paid(self._reminded())
        self.assertFalse(self._after())

    def test_what_is_not_due_yet_does_not_matter(self):
        self._invoice(self.customer, 50.0, "2026-04-30")
        self._paid(self._reminded())
        self.assertEqual(len(self._after()), 1)

    def test_credit_note_is_no_payment(self):
        invoice = self._reminded()
        with self.day("2026-03-12"):
            credit = self._credit(self.customer, 100.0, "2026-03-12")
            (invoice + credit).line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            ).reconcile()
        self.assertTrue(self._lines(invoice).reconciled)
        self.assertFalse(self._after())

    def test_switched_off_or_stopped_nobody_is_thanked(self):
        self._paid(self._reminded())
        for field in ("collections_thank_you", "collections_stopped"):
            with self.subTest(field):
                values = {"collections_thank_you": True, "collections_stopped": False}
                self.company.write({**values, field: not values[field]})
                self._case()._mark_for_refresh()
                self.assertFalse(self._after())

    def test_reminder_in_test_mode_never_reached_the_customer(self):
        self.policy.test_mode = True
        invoice = self._reminded()
        self._paid(invoice)
        self.assertFalse(self._after())

    def test_old_payment_is_not_thanked_for_late(self):
        self._paid(self._reminded())
        self.assertFalse(self._after("2026-03-20"))

    def test_old_payment_booked_late_is_not_thanked(self):
        """A ledger loaded with its past does not set off a flood of messages."""
        invoice = self._reminded()
        with self.day("2026-05-12"):
            self._pay(invoice, day="2026-03-12")
        self.assertFalse(self._after("2026-05-12"))

    def test_case_handed_over_is_not_thanked(self):
        invoice = self._reminded()
        self._case()._set_stage("legal")
        self._paid(invoice)
        self.assertFalse(self._after())

    def test_who_complains_is_thanked_by_nobody_until_that_is_settled(self):
        """E6: while a complaint is open nothing goes out by itself, not even thanks."""
        self._paid(self._reminded())
        case = self._case()
        complaint = case._customer_complain("Rude", fields.Date.to_date("2026-03-11"))
        self.assertFalse(self._after())
        complaint.write({"resolution": "Apologized"})
        complaint.action_close()
        self.assertEqual(len(self._after()), 1)

    def test_who_cannot_or_does_not_want_to_get_mail_gets_none(self):
        self._paid(self._reminded())
        for values in (
            {"email": False},
            {"email": "x@example.com", "collections_bounced_email": "x@example.com"},
        ):
            with self.subTest(values):
                self.customer.write(values)
                self._case()._mark_for_refresh()
                self.assertFalse(self._after())
        self.customer.write({"email": "y@example.com", "collections_bounced_email": False})
        self.env["mail.blacklist"]._add("y@example.com")
        self._case()._mark_for_refresh()
        self.assertFalse(self._after())

    # === SAFETY === #

    def test_second_thank_you_for_a_contact_is_refused_by_the_database(self):
        self._paid(self._reminded())
        self._after()
        thanks = self.env["collections.thank.you"].search([("case_id", "=", self._case().id)])
        values = {"case_id": thanks.case_id.id, "action_id": thanks.action_id.id}
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.env["collections.thank.you"].sudo().create(values)

    def test_broken_text_neither_stops_the_refresh_nor_repeats(self):
        self._paid(self._reminded())

        def broken(this, *args, **kwargs):
            raise UserError(this.env._("unknown placeholder"))

        with (
            patch.object(type(self.template), "send_mail", broken),
            self.assertLogs("odoo.addons.collections_addon", level="WARNING"),
        ):
            self.assertFalse(self._after())
        self.assertIn("unknown placeholder", self._case().message_ids[0].body)
        self.assertFalse(self._case().overdue)
        self._case()._mark_for_refresh()
        self.assertFalse(self._after())
