"""Paying on the customer's page, and what somebody with bad intentions may try."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import SecondCompany
from .pay_common import PayCommon
from .plan_common import PlanCommon
from .portal_common import PortalCommon

TRANSACTIONS = "odoo.addons.payment.models.payment_transaction"


class PortalPayCommon(PayCommon, PortalCommon):
    def _route(self, keys=(), currency=None, case=None, **query):
        currency = currency or self.company.currency_id
        choice = "&".join(f"item={key}" for key in keys)
        rest = "".join(f"&{name}={value}" for name, value in query.items())
        return f"{self._base(case)}/pay/transaction?currency={currency.id}&{choice}{rest}"

    def _order(self, amount, route=None, **values):
        """What core's payment form sends; the values it gets back."""
        return self.make_jsonrpc_request(
            route or self._route(self._lines(self.invoice).ids),
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": amount,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "https://elsewhere.example/",
                "access_token": "anything",
                **values,
            },
        )

    def _transactions(self):
        return self.env["payment.transaction"].search([("partner_id", "=", self.customer.id)])

    @mute_logger("odoo.http")
    def _is_refused(self, amount, route=None, **values):
        with self.assertRaises(JsonRpcException):
            self._order(amount, route, **values)
        self.assertFalse(self._transactions(), "nothing was begun")

    @mute_logger(TRANSACTIONS)
    def _simulate(self, processing, state="done"):
        """The provider reports, and the browser waits on core's page until it is booked."""
        data = {"reference": processing["reference"], "simulated_state": state}
        self.make_jsonrpc_request("/payment/demo/simulate_payment", data)
        return self.make_jsonrpc_request("/payment/status/poll", {})


@tagged("post_install", "-at_install")
class TestPortalPay(PortalPayCommon):
    def test_from_the_link_to_the_reconciled_invoice(self):
        self._get("/pay")
        line = self._lines(self.invoice)
        currency = self.company.currency_id.id
        page = self._get(f"/pay/checkout?currency={currency}&item={line.id}&way=items")
        self.assertIn("100.00", self._text(page, "collections_sum"))
        [form] = page.xpath("//form[@id='o_payment_form']")
        self.assertEqual(float(form.get("data-amount")), 100)
        processing = self._order(100, form.get("data-transaction-route"))
        answer = self._simulate(processing)
        self.assertEqual(answer["state"], "done")
        self.assertEqual(answer["landing_route"], f"{self._base()}/pay/done")
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertIn("received", self._text(self._get("/pay/done"), "collections_paid"))
        self.assertIn("Nothing is open", self._text(self._get("/pay")))

    def test_refused_by_the_bank_and_on_its_way(self):
        self._simulate(self._order(100), "error")
        self.assertIn("was not made", self._text(self._get("/pay/done"), "collections_paid"))
        self._simulate(self._order(100), "pending")
        self.assertIn("on its way", self._text(self._get("/pay/done"), "collections_paid"))
        self.assertIn("On its way", self._text(self._get("/pay")))
        self.assertIn("Payment on its way", self._text(self._get()))

    def test_an_amount_of_ones_own(self):
        route = self._route(amount="40.00", way="amount")
        self._simulate(self._order(40, route))
        self.assertEqual(self.invoice.amount_residual, 60)

    def test_the_page_says_what_is_wrong_with_an_amount(self):
        currency = self.company.currency_id.id
        for amount, words in (
            ("1000", "at most"),
            ("abc", "number"),
            ("NaN", "number"),
            ("-3", "enter an amount"),
        ):
            with self.subTest(amount):
                page = self._get(
                    f"/pay/checkout?currency={currency}&amount={amount}&way=amount", status=422
                )
                self.assertIn(words, self._text(page, "collections_error"))
        page = self._get(f"/pay/checkout?currency={currency}&way=items", status=422)
        self.assertIn("nothing to pay", self._text(page, "collections_error"))

    def test_overdue_items_are_ticked_the_others_are_not(self):
        later = self._late(self.customer, 70, days=-9)
        page = self._get("/pay")
        ticked = {int(box.get("value")) for box in page.xpath("//input[@checked]")}
        self.assertEqual(ticked, set(self._lines(self.invoice).ids))
        self.assertIn(later.name, self._text(page))

    # === BAD INTENTIONS === #

    def test_a_smaller_amount_is_refused(self):
        for amount in (1, 99.99, 0, -100, None, "all", 100.01):
            with self.subTest(amount):
                self._is_refused(amount)

    def test_another_currency_is_refused(self):
        euro = self.setup_other_currency("EUR")
        lines = self._lines(self.invoice)
        self._is_refused(100, self._route(lines.ids, euro))
        self._late(self.customer, 100, days=3, currency=euro)
        self._is_refused(100, self._route(lines.ids, euro))

    def test_the_items_of_another_customer_are_refused(self):
        foreign = self._late(self._customer("Neighbor Inc"), 100, days=3)
        self._is_refused(100, self._route(self._lines(foreign).ids))
        both = self._lines(self.invoice | foreign).ids
        self._is_refused(200, self._route(both))
        self._get(
            f"/pay/checkout?currency={self.company.currency_id.id}&item={both[-1]}", status=422
        )

    def test_another_customers_token_is_refused(self):
        neighbor = self.env["collections.case"]._of(self._customer("Neighbor Inc"), self.company)
        stolen = self._base(neighbor).rsplit("/", 1)[1]
        route = self._route(self._lines(self.invoice).ids)
        own = self._base().rsplit("/", 1)[1]
        self._is_refused(100, route.replace(own, stolen))
        self._is_refused(100, route.replace(own, own[:-1] + ("0" if own[-1] != "0" else "1")))

    def test_an_expired_or_revoked_link_is_refused(self):
        route = self._route(self._lines(self.invoice).ids)
        own = self._base().rsplit("/", 1)[1]
        expired = self.case._portal_token(self.today - timedelta(days=1))
        self._is_refused(100, route.replace(own, expired))
        self.case._portal_revoke()
        self._is_refused(100, route)

    def test_a_stranger_who_is_logged_in_is_refused(self):
        new_test_user(self.env, login="stranger", password="stranger", groups="base.group_portal")
        self.authenticate("stranger", "stranger")
        lines = self._lines(self.invoice).ids
        route = f"/my/collections/{self.case.id}/pay/transaction"
        query = f"?currency={self.company.currency_id.id}&item={lines[0]}"
        self._is_refused(100, route + query)

    def test_what_was_slipped_into_the_form_is_refused(self):
        self._is_refused(100, custom_create_values={"state": "done"})
        self._is_refused(100, flow="offline")
        self._is_refused(100, provider_id=self.provider.copy({"state": "disabled"}).id)
        self._is_refused(100, payment_method_id=0)

    def test_the_method_another_has_saved_is_refused(self):
        token = self.env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "partner_id": self.customer.id,
                "provider_ref": "saved",
                "demo_simulated_state": "done",
            }
        )
        self._is_refused(100, flow="token", token_id=token.id)
        page = self._get(
            f"/pay/checkout?currency={self.company.currency_id.id}"
            f"&item={self._lines(self.invoice).id}"
        )
        self.assertFalse(page.xpath("//input[@data-payment-option-type='token']"))
        self.assertFalse(page.xpath("//*[@name='o_payment_tokenize_container']"))

    def test_a_payment_in_another_tab_is_noticed(self):
        self._pay(self.invoice, 30, str(self.today))
        self._is_refused(100)
        self.assertEqual(self._order(70)["amount"], 70)

    def test_the_end_page_shows_no_payment_of_others(self):
        response = self.url_open(f"{self._base()}/pay/done")
        self.assertTrue(response.url.endswith(self._base()))

    # === LOGGED IN === #

    def test_who_is_logged_in_may_use_and_save_a_method(self):
        new_test_user(
            self.env,
            login="debtor",
            password="debtor",
            groups="base.group_portal",
            partner_id=self.customer.id,
        )
        token = self.env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "partner_id": self.customer.id,
                "provider_ref": "saved",
                "payment_details": "4242",
                "demo_simulated_state": "done",
            }
        )
        self.authenticate("debtor", "debtor")
        base = f"/my/collections/{self.case.id}"
        line = self._lines(self.invoice).id
        choice = f"?currency={self.company.currency_id.id}&item={line}"
        page = self._get(f"/pay/checkout{choice}", base=base)
        self.assertIn("4242", self._text(page))
        with mute_logger(TRANSACTIONS):
            self._order(
                100,
                f"{base}/pay/transaction{choice}",
                flow="token",
                token_id=token.id,
                payment_method_id=None,
            )
        self.make_jsonrpc_request("/payment/status/poll", {})
        self.assertEqual(self.invoice.amount_residual, 0)


@tagged("post_install", "-at_install")
class TestPortalPayPlan(PlanCommon, PortalPayCommon):
    def test_p11_one_installment_of_a_plan(self):
        today = str(self.today)
        plan = self._agreed(self.invoice, today, first=self._in(10), count=4)
        page = self._get("/pay")
        self.assertFalse(page.xpath("//input[@checked]"), "the plan is paid by installments")
        links = page.xpath("//a[contains(@href, '/pay/checkout')]/@href")
        self.assertEqual(len(links), 3, "the next ones")
        path = links[0].removeprefix(self._base())
        self.assertIn("25.00", self._text(self._get(path), "collections_sum"))
        self._simulate(self._order(25, links[0].replace("/checkout?", "/transaction?")))
        self.assertEqual(self.invoice.amount_residual, 75)
        plan._settle(self.today)
        self.assertEqual(plan.line_ids.sorted("number").mapped("state")[:2], ["paid", "open"])


@tagged("post_install", "-at_install")
class TestPortalPayCompanies(SecondCompany, PortalPayCommon):
    def test_p09_the_items_and_the_provider_of_another_company_are_refused(self):
        theirs = self._late(self.customer, 100, days=4, company=self.other)
        self._is_refused(100, self._route(self._lines(theirs).ids))
        other_provider = self._demo_provider(self.other)
        self._is_refused(100, provider_id=other_provider.id)


@tagged("post_install", "-at_install")
class TestPortalAnnounce(PortalPayCommon):
    def _send(self, status=200, **values):
        data = {
            "item": self._lines(self.invoice).ids,
            "kind": "transfer",
            "date": self._in(2),
            "reference": "TRX 99",
            **values,
        }
        return self._post("/announce/send", data, status=status)

    def test_announce(self):
        page = self._send()
        self.assertIn("Thank you", self._text(page))
        self.assertIn("Payment announced", self._text(page))
        announcement = self.case.announcement_ids
        self.assertEqual(announcement.amount, 100)
        self.assertEqual((announcement.source, announcement.reference), ("portal", "TRX 99"))
        self.assertIn("TRX 99", self._text(self._get("/announce"), "collections_waiting"))
        self.assertEqual(self._why(self.invoice, self.today), "promised")
        page = self._get("/pay")
        self.assertFalse(page.xpath("//input[@checked]"), "nobody pays twice by a slip")

    def test_refused_with_a_sentence(self):
        foreign = self._late(self._customer("Neighbor Inc"), 100, days=3)
        for words, values in (
            ("date within", {"date": self._in(90)}),
            ("date within", {"date": self._in(-1)}),
            ("date within", {"date": "soon"}),
            ("how you pay", {"kind": "gold"}),
            ("number", {"amount": "much"}),
            ("more than", {"amount": "100.01"}),
            ("tick", {"item": []}),
        ):
            with self.subTest(words):
                page = self._send(status=422, **values)
                self.assertIn(words, self._text(page, "collections_error"))
                self.assertFalse(self.case.announcement_ids)
        self._send(status=404, item=self._lines(foreign).ids)
        self.assertFalse(self.env["collections.announcement"].search([]))

    def test_it_is_announced_once(self):
        self._send()
        self._send(status=422)
        self.assertEqual(len(self.case.announcement_ids), 1)

    def test_who_did_not_keep_his_word_is_asked_to_call(self):
        self._send()
        later = self._at(self._in(8)).date()
        self.case.announcement_ids._judge(later)
        self.assertEqual(self.case.announcement_ids.state, "missing")
        with self.assertRaises(UserError):
            self.case._announce_by_customer(
                self._lines(self.invoice), "transfer", None, later, None, later
            )

    def test_get_and_a_form_without_its_token_change_nothing(self):
        self.url_open(self._base() + "/announce/send")
        self.url_open(
            self._base() + "/announce/send",
            data={"item": self._lines(self.invoice).ids, "kind": "transfer", "date": self._in(2)},
        )
        self.assertFalse(self.case.announcement_ids)
