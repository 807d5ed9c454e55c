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

    def test_the_sum_follows_what_is_ticked(self):
        self._late(self.customer, 50, days=3)
        self.start_tour(f"{self._base()}/pay", "collections_portal_total")

    def test_choose_a_plan_agree_and_pay_the_first_installment(self):
        values = {"company_id": self.company.id, "self_service": True, "max_count": 6}
        offers = self.env["collections.plan.offer"].create(
            [
                {"name": "For nothing", **values, "max_count": 2, "sequence": 1},
                {"name": "With interest", **values, "interest_percent": 12, "sequence": 2},
            ]
        )
        self.policy.plan_offer_ids = offers
        self.start_tour(self._base(), "collections_portal_plan")
        plan = self.case.plan_ids
        self.assertEqual((plan.state, plan.offer_id, plan.count), ("active", offers[1], 3))
        self.assertEqual((plan.accepted_name, plan.source), ("Dora Debtor", "portal"))
        plan._settle(self.today)
        first = plan.line_ids.sorted("number")[0]
        self.assertEqual((first.state, first.amount_paid), ("paid", first.amount))
        self.assertGreater(plan.interest_saved, 0)
