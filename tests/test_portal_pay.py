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
    """P11: an invoice in a plan is asked for by its installments, on every page alike."""

    def setUp(self):
        super().setUp()
        self.other = self._late(self.customer, 30, days=5)
        self.plan = self._agreed(self.invoice, str(self.today), first=self._in(10), count=4)
        self.currency = self.company.currency_id

    def _late_plan(self, **values):
        """A plan that began a month ago, of which the first installment is late."""
        self.plan.sudo().action_cancel()
        begun = str(self.today - timedelta(days=30))
        self.plan = self._agreed(self.invoice, begun, first=self._in(-2), count=4, **values)
        self.plan._settle(self.today)

    def _totals(self, page):
        """Label -> amount of the totals on the overview."""
        terms = page.xpath("//section[contains(@class, 'o_collections_total')]//dl/dt")
        return {
            term.text_content().strip(): " ".join(term.getnext().text_content().split())
            for term in terms
        }

    def _ticked(self, page):
        """What the page of payments suggests: (kind, price)."""
        boxes = page.xpath("//input[@type='checkbox'][@checked]")
        return [(box.get("name"), box.get("data-price")) for box in boxes]

    def _submit(self, page):
        """Where the form leads as it stands; the sum asked there, and the address."""
        boxes = page.xpath("//input[@type='checkbox'][@checked]")
        choice = "&".join(f"{box.get('name')}={box.get('value')}" for box in boxes)
        path = f"/pay/checkout?currency={self.currency.id}&way=items&{choice}"
        return self._text(self._get(path), "collections_sum"), self._base() + path

    def test_nothing_of_the_plan_is_due(self):
        totals = self._totals(self._get())
        self.assertEqual(
            totals,
            {
                "Overdue": "$ 30.00",
                "Not due yet": "$ 100.00",
                "In all": "$ 130.00",
                "Due now": "$ 30.00",
            },
        )
        overview = self._get()
        [planned] = overview.xpath("//ul[starts-with(@aria-labelledby, 'planned_')]")
        self.assertIn(self.invoice.name, planned.text_content())
        self.assertIn(f"In payment plan {self.plan.name}", planned.text_content())
        self.assertNotIn("Due", planned.text_content())
        page = self._get("/pay")
        self.assertEqual(self._ticked(page), [("item", "30.00")])
        self.assertEqual(self._submit(page)[0], "$ 30.00")
        self.assertFalse(page.xpath(f"//input[@value='{self._lines(self.invoice).id}']"))
        self.assertEqual(len(page.xpath("//input[@name='installment']")), 3, "the next ones")

    def test_a_late_installment_is_due_and_so_is_the_other_invoice(self):
        self._late_plan()
        totals = self._totals(self._get())
        self.assertEqual((totals["Overdue"], totals["Due now"]), ("$ 55.00", "$ 55.00"))
        self.assertEqual(totals["Not due yet"], "$ 75.00")
        page = self._get("/pay")
        self.assertEqual(sorted(self._ticked(page)), [("installment", "25.00"), ("item", "30.00")])
        asked, url = self._submit(page)
        self.assertEqual(asked, "$ 55.00")
        self._simulate(self._order(55, url.replace("/checkout?", "/transaction?")))
        self.assertEqual((self.invoice.amount_residual, self.other.amount_residual), (75, 0))
        self.plan._settle(self.today)
        self.assertEqual(self._line(1, self.plan).state, "paid")
        self.assertEqual(self._totals(self._get())["Due now"], "$ 0.00")

    def test_credits_cover_the_installment_and_are_not_used_twice(self):
        self._late_plan()
        self._pay_unallocated(self.customer, 40, str(self.today))
        page = self._get("/pay")
        # 25 of the credit are the installment's, 15 the other invoice's
        self.assertEqual(self._ticked(page), [("item", "30.00")])
        self.assertEqual(self._submit(page)[0], "$ 15.00")
        self.assertEqual(self._totals(self._get())["Due now"], "$ 15.00")

    def test_with_nothing_due_the_next_installment_is_suggested(self):
        self._pay(self.other, day=self.today)
        page = self._get("/pay")
        self.assertEqual(self._ticked(page), [("installment", "25.00")])
        self.assertEqual(self._totals(self._get())["Due now"], "$ 0.00")
        asked, url = self._submit(page)
        self.assertEqual(asked, "$ 25.00")
        self._simulate(self._order(25, url.replace("/checkout?", "/transaction?")))
        self.assertEqual(self.invoice.amount_residual, 75)

    def test_an_installment_of_somebody_else_is_refused(self):
        stranger = self._customer("Stranger")
        theirs = self._late(stranger, 60, days=3)
        case = self.env["collections.case"]._of(stranger, self.company)
        path = f"/pay/checkout?currency={self.currency.id}&way=items&installment="
        self._get(path + str(self._line(1, self.plan).id), case=case, status=422)
        path = f"/pay/checkout?currency={self.currency.id}&way=plan&plan={self.plan.id}"
        self._get(path, case=case, status=404)
        self.assertEqual(theirs.amount_residual, 60)

    def test_an_amount_goes_to_what_is_ticked(self):
        line = self._line(1, self.plan)
        path = f"currency={self.currency.id}&way=amount&amount=10&installment={line.id}"
        self._get(f"/pay/checkout?{path}")
        self._simulate(self._order(10, f"{self._base()}/pay/transaction?{path}"))
        self.assertEqual((self.invoice.amount_residual, self.other.amount_residual), (90, 30))

    def _with_interest(self):
        self.offer.interest_percent = 10
        self._late_plan()
        settlement = self.plan._settlement(self.today)
        self.assertGreater(settlement.saved, 0)
        return settlement, f"currency={self.currency.id}&way=plan&plan={self.plan.id}"

    def test_paying_it_off_early_is_quoted_and_paid_to_the_cent(self):
        settlement, query = self._with_interest()
        for path, part in (("/pay", "wrap"), (f"/plan/{self.plan.id}", "collections_settlement")):
            said = self._text(self._get(path), part)
            self.assertIn(f"$ {settlement.amount}", said)
            self.assertIn(f"$ {settlement.saved}", said)
        page = self._get(f"/pay/checkout?{query}")
        self.assertEqual(self._text(page, "collections_sum"), f"$ {settlement.amount}")
        self.assertIn(f"takes $\xa0{settlement.saved} of interest", page.text_content())
        self._simulate(
            self._order(float(settlement.amount), f"{self._base()}/pay/transaction?{query}")
        )
        self.plan._settle(self.today)
        self.assertEqual(self.plan.state, "completed")
        self.assertEqual(self.plan.interest_saved, float(settlement.saved))
        self.assertEqual(set(self.plan.move_ids.mapped("amount_residual")), {0})

    def test_more_than_that_cannot_be_paid_by_a_slip(self):
        settlement, _query = self._with_interest()
        keys = "&".join(f"item={line.id}" for line in self.plan._open_lines())
        path = f"/pay/checkout?currency={self.currency.id}&way=amount&{keys}&amount="
        page = self._get(f"{path}{float(settlement.amount) + 0.01:.2f}", status=422)
        self.assertIn("interest ends today", self._text(page, "collections_error"))
        self._get(f"{path}{settlement.amount}")


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
