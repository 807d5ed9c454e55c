"""From New to imported in a real browser, against an emulated ledger."""

from odoo.tests import HttpCase, new_test_user, tagged

from .access_common import AccessMixin
from .screens_common import ScreensCommon

SECRET = "tour-secret-of-the-application"


@tagged("post_install", "-at_install")
class TestTourConnection(AccessMixin, ScreensCommon, HttpCase):
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
        """What the scheduled action does is done as soon as it is asked for.

        One browser walks all of it: at the end of a whole run a second browser in the same
        test got no page that was ready, again and again, while the server was idle.
        """
        connections = self.registry["collections.connection"]
        self.patch(connections, "_request_sync", _read_at_once)
        path = "/odoo/action-collections_addon.action_collections_connection"
        self.start_tour(path, "collections_connection", login="connection_tour")
        connection = self.env["collections.connection"].search([("name", "=", "Books Elsewhere")])
        self.assertEqual((connection.state, connection.tenant_name), ("connected", "Demo Company"))
        self.assertTrue(connection.is_import_started)
        self.assertEqual(connection.sync_log_ids.state, "done", connection.sync_log_ids.message)
        move = self.env["account.move"].search([("collections_connection_id", "=", connection.id)])
        self.assertEqual(move.amount_residual, 250)


def _read_at_once(connections, now):
    for connection in connections.sudo():
        connection._sync(now=now)
