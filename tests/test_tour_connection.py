"""From New to imported in a real browser, against an emulated ledger."""

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .access_common import AccessMixin
from .screens_common import ScreensCommon
from .tour_common import TourMixin

SECRET = "tour-secret-of-the-application"


@tagged("post_install", "-at_install")
class TestTourConnection(TourMixin, AccessMixin, ScreensCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.service = self._start("xero", start=None)
        self.service.add_organisation("Second Ltd", "EUR")
        self.service.add_invoice(self.service.add_contact("Cedar Bakery"), 250)
        self.env["ir.config_parameter"].set_param("web.base.url", self.base_url())
        back = f"{self.base_url()}/collections/oauth/callback"
        self.service.add_app("tour-app", SECRET, [back])
        for name in ("api_url", "identity_url"):
            self.env["ir.default"].set("collections.connection", name, self.service.url)
        new_test_user(
            self.env,
            "connection_tour",
            "collections_addon.group_collections_admin,base.group_system",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )

    def test_from_new_to_imported(self):
        path = "/odoo/action-collections_addon.action_collections_connection"
        self.start_tour(path, "collections_connection", login="connection_tour")
        connection = self.env["collections.connection"].search([("name", "=", "Books Elsewhere")])
        self.assertEqual((connection.state, connection.tenant_name), ("connected", "Demo Company"))
        self.assertTrue(connection.is_import_started)
        log = connection._sync(now=fields.Datetime.now())
        self.assertEqual(log.state, "done", log.message)
        self.start_tour(path, "collections_connection_done", login="connection_tour")
        move = self.env["account.move"].search([("collections_connection_id", "=", connection.id)])
        self.assertEqual(move.amount_residual, 250)
