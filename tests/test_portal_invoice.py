"""The link of one invoice in a message."""

from odoo import Command
from odoo.tests import tagged

from ..collections_addon.models.invoice_links import InvoiceLinks
from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestInvoiceLink(PortalCommon):
    def _path(self, invoice):
        return InvoiceLinks(self.env).path(invoice.id)

    def _opens(self, invoice):
        response = self.url_open(self._path(invoice), allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith(invoice.get_portal_url()))

    def test_it_opens_the_invoice_without_a_login(self):
        self.assertFalse(self.invoice.access_token)
        self._opens(self.invoice)
        page = self._get(base=self._path(self.invoice))
        self.assertIn(self.invoice.name, page.text_content())

    def test_it_opens_a_paid_invoice_too(self):
        self._pay(self.invoice, day=self.today)
        self._opens(self.invoice)

    def test_it_opens_no_other_invoice(self):
        other = self._late(self.customer, 50, days=3)
        signature = self._path(self.invoice).split("/")[-1]
        for path in (
            f"/collections/invoice/{other.id}/{signature}",
            f"/collections/invoice/{self.invoice.id + 100000}/{signature}",
            f"/collections/invoice/{self.invoice.id}/{signature[:-1]}",
            f"/collections/invoice/{self.invoice.id}/{signature}0",
            f"/collections/invoice/{self.invoice.id}/é",
        ):
            with self.subTest(path):
                self._refuses(base=path)

    def test_what_is_no_invoice_or_not_posted_is_refused(self):
        self.invoice.button_draft()
        self._refuses(base=self._path(self.invoice))
        receivable = self.company_data["default_account_receivable"].id
        revenue = self.company_data["default_account_revenue"].id
        lines = [
            {"account_id": receivable, "partner_id": self.customer.id, "debit": 80},
            {"account_id": revenue, "credit": 80},
        ]
        entry = self.env["account.move"].create({"line_ids": [Command.create(v) for v in lines]})
        entry.action_post()
        self._refuses(base=self._path(entry))
