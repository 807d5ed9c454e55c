"""A debtor with a phone and a link, in a real browser."""

import re

from odoo.tests import tagged

from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestTourPortal(PortalCommon):
    browser_size = "375x667"
    touch_enabled = True

    def test_needs_time_and_promises(self):
        self.start_tour(self._base(), "collections_portal_promise")
        promise = self.case.promise_ids
        self.assertEqual((promise.state, promise.amount, promise.source), ("open", 100, "portal"))

    def test_contests_a_part(self):
        self.start_tour(self._base(), "collections_portal_dispute")
        dispute = self.case.dispute_ids
        self.assertEqual((dispute.amount_disputed, dispute.source), (40, "portal"))

    def test_answers_the_first_email_with_one_tap(self):
        """From the message: paid already, not satisfied, no e-mails any more."""
        self._run(self.today)
        self._dispatch(self._at(str(self.today)))
        contact = self._contacts()
        [mail] = self.env["mail.mail"].search([("recipient_ids", "in", self.customer.ids)])
        link = re.search(rf"/collections/{self.case.id}/\w+/why/paid", str(mail.body_html))[0]
        self.start_tour(link, "collections_portal_answer")
        self.assertEqual(self.case.announcement_ids.state, "announced")
        self.assertEqual(contact.outcome_id.code, "paid")
        self.assertEqual(self.case.open_complaint_id.source, "portal")
        self.assertEqual(self.case.opt_out_ids.channel_code, "email")
