"""Who may open an account: the holder of its link, or who is logged in for the customer."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tests.common import TransactionCase

from ..collections_addon.models.collections_portal_limit import LIMITS
from .common import SecondCompany
from .portal_common import PortalCommon

COUNTER = "collections_account_count"


@tagged("post_install", "-at_install")
class TestPortalLink(SecondCompany, PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.neighbor = cls._customer("Neighbor Inc")
        cls.foreign = cls._late(cls.neighbor, 777, days=3)
        cls.foreign_case = cls.env["collections.case"]._of(cls.neighbor, cls.company)
        cls.other_case = cls.env["collections.case"]._of(cls.customer, cls.other)

    def test_the_link_opens_the_account_and_nothing_else(self):
        text = self._text(self._get())
        self.assertIn(self.invoice.name, text)
        self.assertIn("12 days overdue", text)
        self.assertIn("$ 100.00", text.replace("\xa0", " "))
        self.assertNotIn(self.foreign.name, text)

    def test_the_token_of_another_customer_opens_nothing(self):
        token = self.foreign_case._portal_token(self.today + timedelta(days=9))
        self._get(base=f"/collections/{self.foreign_case.id}/{token}")
        self._refuses(base=f"/collections/{self.case.id}/{token}")

    def test_the_token_of_another_company_opens_nothing(self):
        token = self.other_case._portal_token(self.today + timedelta(days=9))
        self._refuses(base=f"/collections/{self.case.id}/{token}")

    def test_each_company_shows_its_own_items_only(self):
        """P9."""
        self._late(self.customer, 55, days=4, company=self.other)
        self.assertNotIn("55.00", self._text(self._get()))
        page = self._get(case=self.other_case)
        self.assertIn("55.00", self._text(page))
        self.assertNotIn("100.00", self._text(page))
        self.assertIn("Other Firm", self._text(page))

    def test_a_link_expires(self):
        good = self.case._portal_token(self.today)
        self._get(base=f"/collections/{self.case.id}/{good}")
        gone = self.case._portal_token(self.today - timedelta(days=1))
        self._refuses(base=f"/collections/{self.case.id}/{gone}")

    def test_the_expiry_cannot_be_moved(self):
        gone = self.case._portal_token(self.today - timedelta(days=1))
        later = f"{(self.today + timedelta(days=30)).toordinal():05x}"
        self._refuses(base=f"/collections/{self.case.id}/{later}{gone[5:]}")

    def test_a_revoked_link_opens_nothing_the_next_one_does(self):
        before = self._base()
        self._get(base=before)
        self.case.with_user(self.users["collector"]).action_portal_revoke()
        self._refuses(base=before)
        self._get(base=self._base())

    def test_a_viewer_neither_sees_links_nor_revokes_them(self):
        case = self.case.with_user(self.users["viewer"])
        with self.assertRaises(AccessError):
            case.action_portal_revoke()
        with self.assertRaises(AccessError):
            case.action_portal_open()
        with self.assertRaises(AccessError):
            case.read(["portal_url"])
        self.assertIn("/collections/", self.case.with_user(self.users["collector"]).portal_url)

    def test_unknown_accounts_and_broken_tokens_answer_alike(self):
        token = self._base().split("/")[-1]
        for path in (
            f"/collections/{self.case.id + 100000}/{token}",
            f"/collections/0/{token}",
            f"/collections/{self.case.id}/{token[:-1]}",
            f"/collections/{self.case.id}/{token}0",
            f"/collections/{self.case.id}/00000{token[5:]}",
            f"/collections/{self.case.id}/fffff{token[5:]}",
            f"/collections/{self.case.id}/{token.upper()}é",
        ):
            with self.subTest(path):
                self._refuses(base=path)

    def test_the_neutral_page_names_nobody(self):
        page = self._get(base=f"/collections/{self.case.id}/x", status=404)
        self.assertNotIn(self.company.name, self._text(page))
        self.assertNotIn(self.customer.name, self._text(page))

    def test_foreign_and_guessed_invoices_are_refused(self):
        self._get(f"/invoice/{self.invoice.id}")
        for move_id in (self.foreign.id, self.invoice.id + 100000, 0):
            with self.subTest(move_id):
                self._refuses(f"/invoice/{move_id}")

    def test_pages_are_not_kept_nor_told_on(self):
        headers = self.url_open(self._base()).headers
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["Referrer-Policy"], "same-origin")
        self.assertIn("noindex", headers["X-Robots-Tag"])

    def test_a_form_needs_the_token_of_the_session(self):
        response = self.url_open(self._base() + "/language", data={"code": "en_US"})
        self.assertEqual(response.status_code, 400)

    def test_who_tries_many_links_must_wait_and_others_need_not(self):
        limits = self.env["collections.portal.limit"]
        now, key = fields.Datetime.now(), limits._key("127.0.0.1")
        for _n in range(LIMITS["refused"][0]):
            limits._count("refused", key, now)
        self._get(status=429)
        limits.sudo().search([("kind", "=", "refused")]).key = limits._key("198.51.100.7")
        self._get()

    def test_one_account_is_not_asked_without_end(self):
        limits = self.env["collections.portal.limit"]
        key = limits._key("case", self.case.id)
        limits.sudo().create(
            [{"kind": "view", "key": key, "at": fields.Datetime.now()}] * LIMITS["view"][0]
        )
        self._get(status=429)
        self._get(case=self.foreign_case)


@tagged("post_install", "-at_install")
class TestPortalLogin(SecondCompany, PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ann Contact", "parent_id": cls.customer.id}
        )
        cls.neighbor = cls._customer("Neighbor Inc")
        cls._late(cls.neighbor, 777, days=3)
        cls.foreign_case = cls.env["collections.case"]._of(cls.neighbor, cls.company)
        cls.other_case = cls.env["collections.case"]._of(cls.customer, cls.other)
        cls.user = new_test_user(
            cls.env,
            login="ann_contact",
            groups="base.group_portal",
            partner_id=cls.contact.id,
            company_id=cls.company.id,
        )

    def test_a_contact_who_is_logged_in_gets_the_same_pages(self):
        self.authenticate("ann_contact", "ann_contact")
        page = self._get(base="/my/collections")
        self.assertIn(self.invoice.name, self._text(page))
        self._get(base=f"/my/collections/{self.case.id}")

    def test_the_home_page_leads_there(self):
        self.authenticate("ann_contact", "ann_contact")
        page = self._get(base="/my")
        self.assertTrue(page.xpath("//a[@href='/my/collections']"))
        counters = self.make_jsonrpc_request("/my/counters", {"counters": [COUNTER]})
        self.assertEqual(counters[COUNTER], 1)

    def test_a_contact_of_another_customer_or_company_does_not(self):
        self.authenticate("ann_contact", "ann_contact")
        self._refuses(base=f"/my/collections/{self.foreign_case.id}")
        self._refuses(base=f"/my/collections/{self.other_case.id}")
        self._refuses(base=f"/my/collections/{self.case.id + 100000}")

    def test_nobody_gets_in_without_login(self):
        response = self.url_open(f"/my/collections/{self.case.id}", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])


@tagged("post_install", "-at_install")
class TestPortalLimit(TransactionCase):
    def test_it_counts_within_the_period_only(self):
        limits = self.env["collections.portal.limit"]
        most, period = LIMITS["act"]
        now = fields.Datetime.to_datetime("2026-03-10 12:00:00")
        key = limits._key("somebody")
        for n in range(most - 1):
            limits._count("act", key, now + timedelta(seconds=n))
        self.assertFalse(limits._is_exceeded("act", key, now + timedelta(minutes=1)))
        limits._count("act", key, now + timedelta(minutes=1))
        self.assertTrue(limits._is_exceeded("act", key, now + timedelta(minutes=2)))
        self.assertFalse(limits._is_exceeded("act", limits._key("else"), now))
        self.assertFalse(limits._is_exceeded("print", key, now))
        self.assertFalse(limits._is_exceeded("act", key, now + period + timedelta(seconds=30)))

    def test_a_network_of_addresses_counts_as_one(self):
        limits = self.env["collections.portal.limit"]
        self.assertEqual(limits._key("2001:db8::1"), limits._key("2001:db8::2"))
        self.assertNotEqual(limits._key("2001:db8::1"), limits._key("2001:db8:0:1::1"))
        self.assertEqual(limits._key("::ffff:192.0.2.1"), limits._key("192.0.2.1"))
        self.assertNotEqual(limits._key("192.0.2.1"), limits._key("192.0.2.2"))

    def test_no_address_is_kept_in_clear(self):
        limits = self.env["collections.portal.limit"]
        self.assertEqual(len(limits._key("192.0.2.1")), 64)
