"""The two ends of a consent in a browser's session: it is bound to it, and taken once."""

from urllib.parse import parse_qs, urlencode, urlsplit

from odoo.tests import HttpCase, new_test_user, tagged

from .access_common import SECRET, AccessMixin

CALLBACK = "/collections/oauth/callback"


class ConsentCase(AccessMixin, HttpCase):
    PROVIDER = "xero"

    def setUp(self):
        super().setUp()
        # Odoo's sessions and the emulator follow the machine's clock here.
        self.service = self._start(self.PROVIDER, start=None)
        self.user = self._person("connector")
        self.connection = self._connection(self.service, user_id=self.user.id)
        self.authenticate("connector", "connector")

    def _person(self, login, group="admin"):
        return new_test_user(
            self.env, login, f"collections_addon.group_collections_{group}", password=login
        )

    def _begin(self, connection=None):
        connection = connection or self.connection
        path = f"/collections/connection/{connection.id}/connect"
        return self.url_open(path, allow_redirects=False)

    def _come_back(self, values):
        return self.url_open(f"{CALLBACK}?{urlencode(values)}", allow_redirects=False)

    def _whole_way(self):
        begun = self._begin()
        self.assertEqual(begun.status_code, 303, begun.text[:200])
        return self._come_back(self._consent(self.service, begun.headers["Location"]))


@tagged("post_install", "-at_install")
class TestConsentHttp(ConsentCase):
    def test_there_and_back(self):
        begun = self._begin()
        asked = parse_qs(urlsplit(begun.headers["Location"]).query)
        self.assertEqual(asked["code_challenge_method"], ["S256"])
        self.assertNotIn(SECRET, begun.headers["Location"])
        back = self._come_back(self._consent(self.service, begun.headers["Location"]))
        self.assertEqual(back.status_code, 303)
        self.assertIn(f"/{self.connection.id}", back.headers["Location"])
        self.assertEqual(self.connection.state, "connected")
        self.assertFalse(self.connection.problem)

    def test_a_consent_is_taken_once(self):
        begun = self._begin()
        values = self._consent(self.service, begun.headers["Location"])
        self.assertEqual(self._come_back(values).status_code, 303)
        again = self._come_back(values)
        self.assertEqual(again.status_code, 400)
        self.assertIn("press Connect again", again.text)

    def test_a_state_of_nobody_is_refused(self):
        for values in (
            {},
            {"code": "x"},
            {"state": "guess", "code": "x"},
            {"state": "", "code": ""},
        ):
            with self.subTest(values):
                self.assertEqual(self._come_back(values).status_code, 400)
        self.assertEqual(self.connection.state, "draft")
        self.assertFalse(self._tokens_asked(self.service))

    def test_another_session_cannot_end_what_this_one_began(self):
        begun = self._begin()
        values = self._consent(self.service, begun.headers["Location"])
        self._person("intruder")
        self.authenticate("intruder", "intruder")
        self.assertEqual(self._come_back(values).status_code, 400)
        self.assertFalse(self._tokens_asked(self.service))
        self.assertEqual(self.connection.state, "draft")

    def test_without_a_login_the_callback_is_a_login_page(self):
        self.logout()
        back = self._come_back({"state": "x", "code": "y"})
        self.assertIn("/web/login", back.headers.get("Location", ""))

    def test_only_administrators_begin(self):
        self._person("manager_of_it", "manager")
        self.authenticate("manager_of_it", "manager_of_it")
        self.assertEqual(self._begin().status_code, 404)

    def test_a_connection_of_another_company_is_not_there(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._connection(self.service, name="Theirs", company_id=other.id)
        self.assertEqual(self._begin(theirs).status_code, 404)

    def test_a_person_who_declines_is_told_so(self):
        self.service.identity.consent = False
        self._whole_way()
        self.assertEqual(self.connection.state, "draft")
        self.assertIn("was not given", self.connection.problem)

    def test_credentials_that_are_wrong_are_told(self):
        self.service.add_app("our-app", "another-secret", [self.connection.redirect_uri])
        self._whole_way()
        self.assertEqual(self.connection.state, "draft")
        self.assertIn("does not know this application", self.connection.problem)

    def test_without_credentials_nobody_is_sent_away(self):
        empty = self.env["collections.connection"].create({"name": "New", "provider": "xero"})
        back = self._begin(empty)
        self.assertIn(f"/{empty.id}", back.headers["Location"])
        self.assertIn("client id", empty.problem)

    def test_a_consent_begun_long_ago_is_refused(self):
        begun = self._begin()
        values = self._consent(self.service, begun.headers["Location"])
        controller = "odoo.addons.collections_addon.connectors.controllers.oauth"
        self.patch(__import__(controller, fromlist=["LIFE"]), "LIFE", -1)
        self.assertEqual(self._come_back(values).status_code, 400)


@tagged("post_install", "-at_install")
class TestConsentHttpQuickBooks(ConsentCase):
    PROVIDER = "quickbooks"

    def test_the_company_chosen_there_comes_back(self):
        self._whole_way()
        self.assertEqual(self.connection.state, "connected")
        self.assertEqual(self.connection.tenant_id, self.service.books.realm)
