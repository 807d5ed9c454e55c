"""Holds: pauses by a person, with a reason and perhaps an end."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestHold(CollectionsCommon):
    def test_its_state_on_every_day_around_it(self):
        hold = self._hold(self.customer, start="2026-03-10", end="2026-03-12")
        for when, state in (
            ("2026-03-09", "planned"),
            ("2026-03-10", "active"),
            ("2026-03-12", "active"),
            ("2026-03-13", "ended"),
        ):
            with self.day(when):
                hold.invalidate_recordset(["state"])
                self.assertEqual(hold.state, state, when)
                for other in ("planned", "active", "ended"):
                    found = self.env["collections.hold"].search(
                        [("state", "=", other), ("id", "=", hold.id)]
                    )
                    self.assertEqual(bool(found), other == state, (when, other))

    def test_without_an_end_it_lasts_until_released(self):
        hold = self._hold(self.customer, start="2026-03-10")
        with self.day("2030-01-01"):
            self.assertEqual(hold.state, "active")
            hold.action_release()
            self.assertEqual(hold.state, "ended")
            with self.assertRaises(UserError):
                hold.action_release()

    def test_a_child_contact_stands_for_its_company(self):
        child = self.env["res.partner"].create({"name": "Desk", "parent_id": self.customer.id})
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._hold(child, start="2026-03-01")
        self.assertEqual(self._why(invoice, "2026-03-10"), "manual_hold")

    def test_a_hold_needs_a_target_a_reason_and_dates_in_order(self):
        holds = self.env["collections.hold"]
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            holds.create({"reason": "?"})
            self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._hold(self.customer, start="2026-03-10", end="2026-03-09")
            self.env.flush_all()

    def test_the_invoice_must_be_the_customers(self):
        invoice = self._invoice(self._customer("Other"), 100, due="2026-03-05")
        with self.assertRaises(ValidationError):
            self.env["collections.hold"].create(
                {"partner_id": self.customer.id, "move_id": invoice.id, "reason": "?"}
            )

    def test_the_customer_is_known_from_the_invoice(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self.assertEqual(self._hold(invoice, start="2026-03-01").partner_id, self.customer)

    def test_a_hold_is_of_one_company(self):
        other = self.setup_other_company(name="Other Firm")["company"]
        hold = self.env["collections.hold"].create(
            {
                "partner_id": self.customer.id,
                "company_id": other.id,
                "reason": "Theirs",
                "date_start": "2026-03-01",
            }
        )
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self.assertFalse(self._why(invoice, "2026-03-10"))
        with self.assertRaises(AccessError):
            hold.with_user(self.users["collector"]).action_release()

    def test_the_case_shows_it_and_waits(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        with self.day("2026-03-10"):
            self._run("2026-03-10")
            self.assertEqual(self._case().stage, "dunning")
            hold = self._hold(self.customer, start="2026-03-10")
            self._refresh()
            self.assertEqual(self._case().stage, "waiting")
            self.assertEqual(self._case().hold_ids, hold)
            hold.action_release()
            self._refresh()
            self.assertEqual(self._case().stage, "dunning")
