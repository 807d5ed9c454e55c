"""Reading outside ledgers: first import, what changed, what vanished, limits and failures."""

from odoo.tests import tagged

from .connection_common import ConnectionCommon


class LedgerStories:
    """What holds for every ledger that is read; the figures are the emulator's own truth."""

    allow_inherited_tests_method = True
    CUSTOMERS, INVOICES = 8, 40

    def setUp(self):
        super().setUp()
        self.service.fill(self.CUSTOMERS, self.INVOICES)

    def test_the_first_import_brings_everything_with_one_request_per_page(self):
        log = self.sync()
        self.assertEqual((log.state, log.kind), ("done", "first"), log.message)
        self.assertEqual(self.owed(), self.truth())
        self.assertTrue(all(line.is_done for line in log.line_ids))
        self.assertEqual(log.new, log.fetched)
        self.assertEqual(self.connection.last_sync, self.now)


@tagged("post_install", "-at_install")
class TestSyncXero(LedgerStories, ConnectionCommon):
    PROVIDER = "xero"


@tagged("post_install", "-at_install")
class TestSyncQuickBooks(LedgerStories, ConnectionCommon):
    PROVIDER = "quickbooks"
