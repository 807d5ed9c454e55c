import json
import logging
from datetime import timedelta, timezone

from psycopg2.extras import execute_values

from odoo import api, fields, models

from ..base import Rejected

_logger = logging.getLogger(__name__)
STATES = [("pending", "New"), ("done", "Read"), ("ignored", "Not Needed")]
KEPT = timedelta(days=60)
BATCH = 1000
LONGEST_KEY = 500


class CollectionsWebhookEvent(models.Model):
    """A bell that an outside ledger rang: something changed there.

    It is kept as it came and answered at once; what changed is read from the ledger
    afterwards, so that order and repetition do not matter.
    """

    _name = "collections.webhook.event"
    _description = "Event of an Outside Ledger"
    _order = "id desc"
    _rec_name = "event_id"
    _log_access = False

    connection_id = fields.Many2one(
        "collections.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    event_id = fields.Char(string="Key", required=True)
    stream = fields.Char()
    external_id = fields.Char(string="Record")
    operation = fields.Char()
    happened_at = fields.Datetime(help="By the ledger's clock.")
    received_at = fields.Datetime(required=True)
    state = fields.Selection(STATES, required=True, default="pending")
    raw = fields.Text(string="As Received", groups="collections_addon.group_collections_admin")

    _unique_event = models.UniqueIndex(
        "(connection_id, event_id)", "An event of a ledger is kept once."
    )
    _waiting = models.Index("(connection_id) WHERE state = 'pending'")

    # === RECEIVING === #

    @api.model
    def _receive(self, provider, raw, headers, now):
        """Take a delivery.

        :param bytes raw: the body as it came
        :param datetime now: naive, in UTC
        :return: whether the ledger signed it; nothing is kept otherwise
        :rtype: bool
        """
        adapter = self.env["collections.connector"]._by_code(provider)
        connections = self._signed_for(adapter, provider, raw, headers)
        if not connections:
            return False
        try:
            events = adapter._parse_webhook(raw)
        except Rejected as error:
            _logger.warning("A signed delivery of %s cannot be read: %s", provider, error)
            return True
        if self._keep(connections, events, now):
            self._wake()
        return True

    @api.model
    def _wake(self, moment=None):
        cron = self.env.ref("collections_addon.cron_webhook_event", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(moment)

    @api.model
    def _signed_for(self, adapter, provider, raw, headers):
        """Connections with whose key the delivery is signed.

        A delivery may tell of several organisations; an event reaches only connections that
        share the key, so that one company's key forges nothing for another.
        """
        connections = self.env["collections.connection"].sudo()
        connections = connections.search([("provider", "=", provider)])
        return connections.filtered(
            lambda connection: adapter._verify_webhook(
                raw, headers, connection._webhook_key_or_none()
            )
        )

    @api.model
    def _keep(self, connections, events, now):
        """Keep what is new; return how many events that is."""
        rows = [
            self._values(connection, event, now)
            for event in events
            for connection in connections
            if connection.tenant_id == event.tenant_id
        ]
        if not rows:
            return 0
        kept = execute_values(
            self.env.cr._obj,
            "INSERT INTO collections_webhook_event (connection_id, company_id, event_id, stream,"
            " external_id, operation, happened_at, received_at, state, raw)"
            " VALUES %s ON CONFLICT (connection_id, event_id) DO NOTHING RETURNING id",
            rows,
            fetch=True,
        )
        self.invalidate_model()
        return len(kept)

    def _values(self, connection, event, now):
        at = event.at and event.at.astimezone(timezone.utc).replace(tzinfo=None)
        return (
            connection.id,
            connection.company_id.id,
            event.event_id[:LONGEST_KEY],
            event.stream or None,
            event.external_id[:LONGEST_KEY],
            event.operation[:LONGEST_KEY],
            at,
            now,
            "pending" if event.stream else "ignored",
            json.dumps(event.raw, default=str).replace("\\u0000", ""),
        )

    # === PROCESSING === #

    @api.model
    def _cron_process(self):
        """Have the connections read that rang."""
        progress = self.env["ir.cron"]
        while self._process(fields.Datetime.now(), commit=True):
            if not progress._commit_progress(1):
                break

    @api.model
    def _process(self, now, commit=False):
        """Take up some events; return how many.

        :param bool commit: commit before ledgers are asked
        """
        events = self.search([("state", "=", "pending")], order="id", limit=BATCH)
        return sum(
            connection._hear_guarded(own, now, commit)
            for connection, own in events.grouped("connection_id").items()
        )

    @api.autovacuum
    def _gc_events(self):
        end = fields.Datetime.now() - KEPT
        self.search([("received_at", "<", end), ("state", "!=", "pending")], limit=10_000).unlink()
