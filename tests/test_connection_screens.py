"""The screens of a connection: the preview, the queue of records set aside, who may what."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .access_common import AccessMixin, naive
from .connector_loader import connector_module

base = connector_module("base")


class ScreenCase(AccessMixin, TransactionCase):
    PROVIDER = "xero"

    def setUp(self):
        super().setUp()
        self.service = self._start(self.PROVIDER)
        self.enterContext(self.enter_registry_test_mode())
        self.connection = self._connection(self.service)
        self._connect(self.connection, self.service)

    def _person(self, group):
        groups = f"collections_addon.group_collections_{group}"
        return new_test_user(self.env, f"screens_{group}", groups)


@tagged("post_install", "-at_install")
class TestPreview(ScreenCase):
    def _preview(self):
        preview = self.env["collections.connection.preview"]
        preview = preview.create({"connection_id": self.connection.id})
        preview._look(naive(self.service))
        return preview, {line.stream: line for line in preview.line_ids}

    def test_what_would_come_and_nothing_is_kept(self):
        contact = self.service.add_contact("Cedar Bakery")
        invoice = self.service.add_invoice(contact, 250)
        self.service.pay(invoice, 100)
        preview, lines = self._preview()
        self.assertEqual((lines["customers"].total, lines["invoices"].total), (1, 1))
        self.assertEqual(lines["payments"].total, 1)
        self.assertEqual(lines["invoices"].amounts, "USD 150.00")
        self.assertFalse(preview.refused)
        self.assertFalse(self.env["collections.external.ref"].search([]))
        self.assertFalse(self.connection.sync_log_ids)
        self.assertFalse(self.connection.is_import_started)

    def test_what_cannot_be_taken_and_why(self):
        contact = self.service.add_contact("Cedar Bakery")
        good, odd = (self.service.add_invoice(contact, 250) for _time in range(2))
        self.service.add_invoice(contact, 70, currency="NZD")
        self.env.ref("base.NZD").active = False
        self.service.overlay(odd, Status="UNHEARD_OF")
        _preview, lines = self._preview()
        line = lines["invoices"]
        self.assertEqual((line.total, line.refused), (3, 2))
        self.assertIn("NZD is not active", line.reasons)
        self.assertTrue(good)

    def test_a_ledger_that_is_away_is_a_sentence(self):
        self.service.fault("unavailable", times=None)
        with self.assertRaisesRegex(UserError, "failed"):
            self.connection.action_preview()

    def test_only_administrators_look(self):
        for group in ("viewer", "collector", "manager"):
            with self.subTest(group), self.assertRaises(AccessError):
                self.connection.with_user(self._person(group)).action_preview()


@tagged("post_install", "-at_install")
class TestQueue(ScreenCase):
    def setUp(self):
        super().setUp()
        self.connection.is_import_started = True
        self.ref = self.env["collections.external.ref"].create(
            {
                "connection_id": self.connection.id,
                "stream": "customers",
                "external_id": "c-1",
                "label": "Cedar Bakery",
                "state": "failed",
                "problem": "Several customers here may be it.",
            }
        )

    def test_try_again(self):
        self.ref.action_retry()
        self.assertEqual((self.ref.state, self.ref.problem), ("pending", False))
        self.assertTrue(self.connection.next_sync_at)

    def test_leave_out_and_take_after_all(self):
        self.ref.action_ignore()
        self.assertEqual(self.ref.state, "ignored")
        self.ref.action_retry()
        self.assertEqual(self.ref.state, "pending")

    def test_what_is_mirrored_stays(self):
        self.ref.state = "done"
        self.ref.action_ignore()
        self.ref.action_retry()
        self.assertEqual(self.ref.state, "done")

    def test_a_viewer_decides_nothing(self):
        ref = self.ref.with_user(self._person("viewer"))
        for act in (ref.action_retry, ref.action_ignore):
            with self.subTest(act.__name__), self.assertRaises(AccessError):
                act()

    def test_the_connection_counts_them(self):
        self.connection.invalidate_recordset()
        self.assertEqual((self.connection.ref_count, self.connection.failed_count), (1, 1))
        action = self.connection.action_open_failed()
        self.assertIn(("connection_id", "=", self.connection.id), action["domain"])


@tagged("post_install", "-at_install")
class TestBanners(ScreenCase):
    def _told(self):
        return self.env["collections.overview"].with_user(self._person("viewer")).get_overview()

    def test_the_overview_tells_of_a_ledger_that_is_down(self):
        self.assertFalse(self._told()["ledgers"])
        self.connection._need_reconnect("The consent has ended.")
        [ledger] = self.env["collections.overview"].get_overview()["ledgers"]
        self.assertEqual((ledger["id"], ledger["is_down"]), (self.connection.id, True))
        self.assertIn("reminders of its customers wait", ledger["text"])

    def test_and_of_one_that_cannot_be_read(self):
        self.connection.sync_problem = "The service failed (503)."
        [ledger] = self._told()["ledgers"]
        self.assertFalse(ledger["is_down"])
        self.assertIn("503", ledger["text"])

    def test_not_of_other_companies(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.connection.company_id = company
        self.connection._need_reconnect("x")
        self.assertFalse(self._told()["ledgers"])
