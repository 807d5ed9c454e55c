import logging
from datetime import timedelta

from odoo import api, fields, models

from ..base import ConnectorError

_logger = logging.getLogger(__name__)
#: A busy ledger rings all day: what changed is read so often at most, for calls are counted.
PAUSE = timedelta(minutes=10)


class CollectionsConnection(models.Model):
    """A connection hears its bell."""

    _inherit = "collections.connection"

    webhook_url = fields.Char(string="Webhook Address", compute="_compute_webhook_url")
    webhook_event_ids = fields.One2many("collections.webhook.event", "connection_id")

    @api.depends("provider")
    def _compute_webhook_url(self):
        for connection in self:
            base, provider = connection.get_base_url(), connection.provider
            connection.webhook_url = provider and f"{base}/collections/webhook/{provider}"

    def _webhook_key_or_none(self):
        """The key of webhooks, None where there is none that can be opened."""
        try:
            return self._token_row()._secret("webhook_secret") or None
        except ConnectorError:
            _logger.warning("The webhook key of connection %s cannot be opened.", self.id)
            return None

    def _rung(self, now):
        """Read what changed: now, or some time after the last reading."""
        if self.state != "connected" or not self.is_import_started:
            return
        last = self.sync_log_id.started_at
        moment = max(now, last + PAUSE) if last else now
        if not self.next_sync_at or self.next_sync_at > moment:
            self.next_sync_at = moment
        self._wake(moment)
