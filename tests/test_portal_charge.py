"""What customers see of charges on their page."""

from odoo.tests import tagged

from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalCharge(PortalCommon):
    def _charge(self, invoice, **values):
        return self.env["collections.charge"].create(
            {
                "move_line_id": self._lines(invoice).id,
                "amount": 12.5,
                "date": self.today,
                "state": "mentioned",
                "description": "fixed fee 12.50\nby agreement",
                **values,
            }
        )

    def test_mentioned_with_the_calculation_until_it_is_booked_or_waived(self):
        charge = self._charge(self.invoice)
        shown = self._text(self._get(), "collections_charges")
        for part in ("12.50", "fixed fee", "by agreement", self.invoice.name):
            self.assertIn(part, shown)
        charge._book(self.today)
        page = self._get()
        self.assertFalse(self._text(page, "collections_charges"))
        self.assertIn("Charge for late payment", self._text(page))
        self.assertIn(charge.invoice_id.name, self._text(page))
        self.assertIn("Reminder Fee of", self._text(self._get("/history")))

    def test_waived_it_is_history(self):
        self._charge(self.invoice)._waive("Goodwill")
        self.assertFalse(self._text(self._get(), "collections_charges"))
        history = self._text(self._get("/history"))
        self.assertIn("no longer asked for", history)
        self.assertNotIn("Goodwill", history, "the reason is ours")

    def test_nobody_sees_the_charges_of_another(self):
        other = self._customer("Neighbor Inc")
        self._charge(self._late(other, 70, days=3), amount=98.76)
        self.assertNotIn("98.76", self._text(self._get()))
        self.assertNotIn("98.76", self._text(self._get("/history")))
