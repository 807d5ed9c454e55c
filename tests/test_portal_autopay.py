"""Automatic payment on the customer's page: agree, save a method, stop."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .autopay_common import AutopayCommon
from .test_portal_pay import PortalPayCommon

TRANSACTIONS = "odoo.addons.payment.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestPortalAutopay(AutopayCommon, PortalPayCommon):
    def _agree(self, status=200, **values):
        data = {"scope": "all", "name": "Dora Debtor", "agreed": "1", **values}
        return self._post("/autopay/agree", data, status=status)

    @mute_logger(TRANSACTIONS)
    def _save_method(self, state="done", **values):
        route = f"{self._base()}/autopay/transaction"
        processing = self._order(None, route, is_validation=True, **values)
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": processing["reference"],
                "simulated_state": state,
                "payment_details": "4242",
            },
        )
        return self.make_jsonrpc_request("/payment/status/poll", {})

    def test_agree_save_see_and_stop(self):
        self.assertIn("Your name", self._text(self._get("/autopay")))
        page = self._agree()
        self.assertTrue(page.xpath("//form[@id='o_payment_form'][@data-mode='validation']"))
        self.assertEqual(self.case.autopay_ids.state, "draft")
        answer = self._save_method()
        self.assertEqual(answer["landing_route"], f"{self._base()}/autopay")
        autopay = self.case.autopay_ids
        self.assertEqual((autopay.state, autopay.consent_name), ("active", "Dora Debtor"))
        self.assertIn("I can end this at any time", autopay.consent_text)
        self.assertTrue(autopay.consent_ip and autopay.consent_at)
        self.assertEqual(autopay.token_id.partner_id, self.customer)
        self._autopay_day(str(self.today))
        page = self._get("/autopay")
        self.assertIn("4242", self._text(page, "collections_autopay"))
        self.assertIn(self.invoice.name, self._text(page, "collections_coming"))
        page = self._post("/autopay/stop")
        self.assertIn("has ended", self._text(page))
        self.assertEqual((autopay.state, self._charges().state), ("revoked", "cancelled"))

    def test_a_method_that_is_refused_collects_nothing(self):
        self._agree()
        self._save_method("error")
        self.assertEqual(self.case.autopay_ids.state, "draft")
        self.assertFalse(self._autopay_day(str(self.today)))

    def test_another_method_after_a_refusal(self):
        mandate = self._mandate()
        mandate._suspend("Expired")
        self.assertIn("refused", self._text(self._get("/autopay"), "collections_autopay"))
        self._save_method()
        self.assertEqual(mandate.state, "active")

    def test_no_consent_no_method(self):
        for words, values in (
            ("tick that you agree", {"agreed": ""}),
            ("your name", {"name": "  "}),
            ("what is collected", {"scope": "everything"}),
        ):
            with self.subTest(words):
                page = self._agree(status=422, **values)
                self.assertIn(words, self._text(page, "collections_error"))
        self.assertFalse(self.case.autopay_ids)
        self._is_refused(None, f"{self._base()}/autopay/transaction", is_validation=True)

    def test_bad_intentions(self):
        self._agree()
        route = f"{self._base()}/autopay/transaction"
        token = self._token()
        self._is_refused(None, route, flow="token", token_id=token.id)
        self._is_refused(None, route, provider_id=0)
        self._is_refused(None, route, collections_autopay_id=1)
        neighbor = self.env["collections.case"]._of(self._customer("Neighbor Inc"), self.company)
        self._is_refused(None, route.replace(f"/{self.case.id}/", f"/{neighbor.id}/"))
        self.url_open(self._base() + "/autopay/stop")
        self.assertEqual(self.case.autopay_ids.state, "draft", "GET changes nothing")
