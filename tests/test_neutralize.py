"""A copy for tests, neutralized, leaves the original's ledgers and consents alone."""

from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .access_common import naive
from .connector_loader import connector_module
from .emulators.postman import signature
from .outbox_common import OutboxCommon

base = connector_module("base")


@tagged("post_install", "-at_install")
class TestNeutralize(OutboxCommon):
    """Read already, with a payment that waits to be written."""

    def setUp(self):
        super().setUp()
        self.connection.webhook_secret = "bell"
        self.waiting = self.pay_on_portal()
        self.draft = self._connection(self.service, name="Draft")
        self.draft._token_row().unlink()
        self.later(minutes=40)
        self.waiting.next_try_at = self.connection.next_sync_at = self.now
        self._neutralize()
        self.calls = len(self.service.calls())

    def _neutralize(self):
        self.env.flush_all()
        queries = list(get_neutralization_queries(["collections_addon"]))
        self.assertTrue(queries)
        for query in queries:
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_no_secret_is_left(self):
        self.env.cr.execute("SELECT count(*) FROM collections_connection_token")
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.assertFalse(self.connection.has_client_secret)
        self.assertFalse(self.connection.has_webhook_secret)
        with self._raises(base.ConnectorError):
            self.connection._access_token(self.now)
        self.assertEqual(len(self.service.calls()), self.calls)

    def test_nothing_is_read_nor_written(self):
        due = self.env["collections.connection"]._due(self.now)
        self.assertFalse(due & self.connection)
        self.assertFalse(self.env["collections.outbox"]._claim(self.now))
        self.read_by_cron()
        self.connection._watch_expiry(self.now)
        self.assertEqual(len(self.service.calls()), self.calls)

    def test_no_bell_is_heard(self):
        events = self.env["collections.webhook.event"]
        for key in ("bell", ""):
            raw = b'{"events":[]}'
            signed = {"x-xero-signature": signature(key, raw)}
            self.assertFalse(events._receive("xero", raw, signed, self.now))

    def test_the_screen_says_why_and_the_draft_stays_one(self):
        self.assertEqual(self.connection.state, "disconnected")
        self.assertIn("copy", self.connection.problem)
        self.assertEqual(self.draft.state, "draft")

    def test_it_can_be_connected_again(self):
        """To a test organisation: the credentials are entered anew."""
        self.connection.client_secret = "s3cr3t-of-the-application"
        self._connect(self.connection, self.service)
        self.assertEqual((self.connection.state, naive(self.service)), ("connected", self.now))
