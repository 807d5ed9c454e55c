"""The ledger's own payment page, offered in messages and on the customer's page."""

from freezegun import freeze_time

from odoo.tests import tagged

from .connection_common import ConnectionCommon
from .email_common import EmailCommon
from .portal_common import PortalCommon


class LinkStories:
    """What holds for every ledger that has invoices paid on pages of its own."""

    allow_inherited_tests_method = True
    #: How the addresses begin.
    PAGES = ""

    def setUp(self):
        super().setUp()
        self.connection.offer_payment_link = True
        self.key = self.add_invoice()
        self.sync()
        self.move = self.ref("invoices", self.key).move_id
        self.connection.last_sync = self.now

    def remind(self):
        """The invoice's reminder, sent; its HTML."""
        self.later(minutes=1)
        self.connection._access_token(self.now)
        self.before = len(self.service.calls())
        self.env["dunning.run"]._execute(self.company, self.now.date())
        self._dispatch(self.now)
        action = self.env["dunning.action"].search([], order="id desc", limit=1)
        self.assertEqual(action.state, "sent", action.reason_code)
        return self._html(self._only_message("pay@cedar.example"))

    def test_a_reminder_leads_to_the_ledgers_page(self):
        body = self.remind()
        self.assertTrue(self.move.collections_payment_link.startswith(self.PAGES))
        self.assertIn(self.move.collections_payment_link, body)
        self.assertNotIn("/collections/invoice/", body)
        self.assertEqual(len(self.service.calls()), self.before + 1, "one call for one invoice")

    def test_the_cron_that_sends_asks_for_it_in_committed_steps(self):
        self.later(minutes=1)
        self.env["dunning.run"]._execute(self.company, self.now.date())
        with freeze_time(self.now):
            self.env.ref("collections_addon.cron_dunning_dispatch").method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(self.move.collections_payment_link)
        self.assertIn(
            self.move.collections_payment_link,
            self._html(self._only_message("pay@cedar.example")),
        )

    def test_it_is_asked_for_once_and_stays_when_the_invoice_changes(self):
        self.remind()
        link = self.move.collections_payment_link
        self.service.pay(self.key, 10)
        self.later()
        self.sync()
        self.assertEqual(
            (self.move.amount_residual, link), (90, self.move.collections_payment_link)
        )
        before = len(self.service.calls())
        self.connection._fetch_payment_links(self.move, self.now)
        self.assertEqual(len(self.service.calls()), before)

    def test_where_it_is_not_chosen_our_own_page_is_offered(self):
        self.connection.offer_payment_link = False
        body = self.remind()
        self.assertIn(f"/collections/invoice/{self.move.id}/", body)
        self.assertEqual(len(self.service.calls()), self.before)

    def test_a_ledger_that_does_not_answer_stops_no_reminder(self):
        self.service.fault("unavailable", times=None)
        body = self.remind()
        self.assertIn(f"/collections/invoice/{self.move.id}/", body)

    def test_what_is_paid_is_not_offered(self):
        self.remind()
        self.assertTrue(self.move._pay_links())
        self.service.pay(self.key)
        self.later()
        self.sync()
        self.assertFalse(self.move._pay_links())


@tagged("post_install", "-at_install")
class TestPaymentLinkXero(LinkStories, EmailCommon, ConnectionCommon):
    PROVIDER = "xero"
    PAGES = "https://in.xero.com/"

    def add_invoice(self):
        contact = self.service.add_contact("Cedar Bakery", email="pay@cedar.example")
        return self.service.add_invoice(contact, 100, due="2026-02-24", day="2026-02-01")


@tagged("post_install", "-at_install")
class TestPaymentLinkQuickbooks(LinkStories, EmailCommon, ConnectionCommon):
    PROVIDER = "quickbooks"
    PAGES = "https://connect.intuit.com/"

    def add_invoice(self):
        customer = self.service.add_customer(
            "Cedar Bakery", PrimaryEmailAddr={"Address": "pay@cedar.example"}
        )
        return self.service.add_invoice(customer, 100, due="2026-02-24", day="2026-02-01")

    def test_an_invoice_that_cannot_be_paid_there_is_asked_for_rarely(self):
        entity = self.service.books.get("Invoice", self.key)
        entity.values["AllowOnlineCreditCardPayment"] = False
        body = self.remind()
        self.assertIn(f"/collections/invoice/{self.move.id}/", body)
        before = len(self.service.calls())
        self.later(days=1)
        self.connection._fetch_payment_links(self.move, self.now)
        self.assertEqual(len(self.service.calls()), before)
        self.later(days=7)
        entity.values["AllowOnlineCreditCardPayment"] = True
        self.connection._fetch_payment_links(self.move, self.now)
        self.assertTrue(self.move.collections_payment_link)


@tagged("post_install", "-at_install")
class TestPaymentLinkPortal(PortalCommon):
    LINK = "https://in.xero.com/abc"

    def setUp(self):
        super().setUp()
        self.connection = self.env["collections.connection"].create(
            {"name": "Books", "provider": "xero", "company_id": self.company.id}
        )
        self.connection.offer_payment_link = True
        mirror = self.env["collections.mirror"]._at_work(self.connection)
        self.invoice.with_env(mirror.env).write(
            {
                "collections_connection_id": self.connection.id,
                "collections_payment_link": self.LINK,
            }
        )

    def links(self, path=""):
        return [link for link in self._get(path).xpath("//a/@href") if link == self.LINK]

    def test_the_customers_page_offers_it(self):
        other = self._late(self.customer, 50, days=3)
        self.assertFalse(other.collections_payment_link)
        self.assertEqual(self.links(), [self.LINK])
        self.assertEqual(self.links("/pay"), [self.LINK])

    def test_it_is_not_offered_where_it_was_not_chosen(self):
        self.connection.offer_payment_link = False
        self.assertFalse(self.links() + self.links("/pay"))
