import logging

from odoo import models
from odoo.tools import SQL

from ...collections_addon.domain.sighting import UNCLEAR
from ..base import ConnectorError

_logger = logging.getLogger(__name__)


class CollectionsProvider(models.Model):
    """Asking a provider whether something was handed over, when its answer was lost."""

    _inherit = "collections.provider"

    def _account_key(self):
        """Which account contacts are handed to; that of another is never asked about them.

        :rtype: str
        """
        self.ensure_one()
        return f"{self.id}/{self._adapter()._account(self)}"

    def _of_account_key(self, key):
        """The provider of such a key, as superuser; empty when it has another account now."""
        number = (key or "").partition("/")[0]
        found = self.sudo().browse(int(number) if number.isdecimal() else []).exists()
        return found.filtered(lambda provider: provider.active and provider._account_key() == key)

    def _look_for(self, trace, ways):
        """Look upstream for a contact.

        :param Trace trace: what is known of it
        :param dict ways: kept from one contact to the next; who cannot be reached is left alone
        :rtype: Sighting
        """
        self.ensure_one()
        if ways.get(("silent", self.id)):
            return UNCLEAR
        provider, adapter = self.sudo(), self._adapter()
        try:
            if ("asked", self.id) not in ways:
                ways["asked", self.id] = adapter._client(provider)
            connection = ways["asked", self.id]
            return adapter._find(
                provider, connection, trace, lambda keys: self._known_keys(keys, trace)
            )
        except ConnectorError as error:
            _logger.warning("Provider %s cannot be asked: %s", self.id, error)
            ways["silent", self.id] = True
            return UNCLEAR

    def _known_keys(self, keys, trace):
        """Those of these keys that are messages or calls which we know.

        :rtype: set[str]
        """
        self.env["dunning.action"].flush_model(["external_id", "sent_to"])
        self.env["collections.call"].flush_model(["sid"])
        self.env["collections.provider.reply"].flush_model(["external_id"])
        query = SQL(
            """
            SELECT external_id FROM dunning_action
             WHERE sent_to = %(number)s AND external_id = ANY(%(keys)s)
             UNION
            SELECT attempt.external_id FROM dunning_action action
              JOIN dunning_attempt attempt ON attempt.action_ref = action.id
             WHERE action.sent_to = %(number)s AND attempt.external_id = ANY(%(keys)s)
             UNION
            SELECT sid FROM collections_call
             WHERE provider_id = %(provider)s AND sid = ANY(%(keys)s)
             UNION
            SELECT external_id FROM collections_provider_reply WHERE external_id = ANY(%(keys)s)
            """,
            number=trace.number,
            keys=list(keys),
            provider=self.id,
        )
        return {key for (key,) in self.env.execute_query(query)}
