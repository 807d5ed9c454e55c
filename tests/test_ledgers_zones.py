"""Mirrored dates and names, where zones and names mislead."""

import time
from datetime import date, datetime
from datetime import time as dtime

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from .mirror_common import QuickBooksMirrorCase, XeroMirrorCase
from .zones import zone

ZONES = ("America/Los_Angeles", "Pacific/Auckland")
DUE = date(2026, 2, 10)


class ZoneStories:
    """What holds for both services."""

    allow_inherited_tests_method = True

    def test_pitfall_10_no_day_is_lost_wherever_machine_and_people_are(self):
        for name in ZONES:
            with self.subTest(name), zone(name):
                self.assertNotEqual(time.localtime(0).tm_hour, 0, "the zone took effect")
                self.connection.last_sync = datetime.combine(DUE, dtime(12))
                self.env.user.tz = self.company.partner_id.tz = name
                invoice = self._due_invoice()
                self._sync()
                move = self._doc("invoices", invoice)
                item = move.line_ids.filtered("date_maturity")
                self.assertEqual((move.invoice_date_due, item.date_maturity), (DUE, DUE))
                answer = item.with_context(tz=name)._dunning_explain(DUE)[item.id]
                self.assertEqual(answer["reason_code"], "not_due")

    def test_pitfall_13_a_record_is_known_once_by_its_key(self):
        self._due_invoice()
        self._sync()
        ref = self.env["collections.external.ref"].search(
            [("connection_id", "=", self.connection.id), ("stream", "=", "invoices")], limit=1
        )
        with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"), self.cr.savepoint():
            ref.copy({"external_id": ref.external_id, "stream": ref.stream})
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestZonesXero(ZoneStories, XeroMirrorCase):
    def _due_invoice(self):
        contact = self.service.add_contact(f"Cedar {len(self.ledger.contacts)}")
        return self.service.add_invoice(contact, "100.00", due=DUE.isoformat())


@tagged("post_install", "-at_install")
class TestZonesQuickBooks(ZoneStories, QuickBooksMirrorCase):
    def _due_invoice(self):
        name = f"Cedar {len(self.books.entities['Customer'])}"
        customer = self.service.add_customer(name)
        return self.service.add_invoice(customer, "100.00", due=DUE.isoformat())

    def test_pitfall_13_jobs_of_one_name_are_two_and_old_names_are_not_read(self):
        parents = [self.service.add_customer(name) for name in ("Amy's", "Bill's")]
        kitchens = [self.service.add_customer("Kitchen", parent=parent) for parent in parents]
        invoices = [self.service.add_invoice(kitchen, "50.00") for kitchen in kitchens]
        self._sync()
        partners = [self._doc("invoices", invoice).partner_id for invoice in invoices]
        self.assertNotEqual(*partners)
        self.service.rename(parents[0], "Bill's Old Place")
        more = self.service.add_invoice(kitchens[0], "60.00")
        entity = self.books.get("Invoice", more)
        entity.values["CustomerRef"] = {"value": kitchens[0], "name": "Bill's:Kitchen"}
        self._sync()
        self.assertEqual(self._doc("invoices", more).partner_id, partners[0])
        self.assertTies()
