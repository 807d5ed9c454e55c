"""A debtor with a phone: from the link in the e-mail to the reconciled invoice."""

import re

from odoo.tests import tagged

from .autopay_common import AutopayCommon
from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestTourPortalPay(AutopayCommon, PortalCommon):
    browser_size = "375x667"
    touch_enabled = True

    def _link_in_the_email(self):
        """What the customer taps in the message it got."""
        now = self._at(str(self.today))
        self._run(self.today)
        self._dispatch(now)
        [action] = self._contacts()
        [mail] = self.env["mail.mail"].search([("recipient_ids", "in", self.customer.ids)])
        self.assertEqual(action.state, "sent")
        path = re.search(rf"/collections/{self.case.id}/\w+", str(mail.body_html))
        self.assertTrue(path, "the message has a link to the customer's page")
        if len(action.item_ids) > 1:
            self.assertIn(f"{path[0]}/pay", str(mail.body_html), "all can be paid at once")
        return path[0]

    def test_from_the_email_to_the_reconciled_invoice(self):
        more = self._late(self.customer, 50, days=3)
        self.start_tour(self._link_in_the_email(), "collections_portal_pay")
        self.assertEqual((self.invoice | more).mapped("amount_residual"), [0, 0])
        payment = self.env["account.payment"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(payment.amount, 150)
        self.assertEqual(payment.reconciled_invoice_ids, self.invoice | more)

    def test_agree_to_automatic_payment(self):
        self.start_tour(self._base(), "collections_portal_autopay")
        self.assertEqual(self.case.autopay_ids.state, "active")
        self.assertEqual(self.case.autopay_ids.scope, "all")
