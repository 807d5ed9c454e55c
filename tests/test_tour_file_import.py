"""The import of a list of open items, walked through in a real browser."""

from odoo.tests import HttpCase, tagged

from .screens_common import ScreensCommon


@tagged("post_install", "-at_install")
class TestTourFileImport(ScreensCommon, HttpCase):
    def test_a_manager_brings_a_list(self):
        self.users["manager"].password = "screens_manager"
        self.start_tour(
            "/odoo/collections-file-import", "collections_file_import", login="screens_manager"
        )
        connection = self.env["collections.connection"].search([("name", "=", "Old Program")])
        refs = self.env["collections.external.ref"].search([("connection_id", "=", connection.id)])
        self.assertEqual(set(refs.mapped("stream")), {"customers", "invoices"})
        self.assertEqual(refs.filtered(lambda ref: ref.stream == "invoices").label, "A-1")
