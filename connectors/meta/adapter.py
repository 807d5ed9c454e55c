from datetime import timedelta

from odoo import api, models

from ...collections_addon.domain.sighting import ABSENT, UNCLEAR
from ..messaging import ProviderSession
from . import client, webhooks

#: Meta may keep a new text back while it looks at its quality; after a day it has told.
SILENCE = timedelta(days=1)
#: What comes sooner may be about messages of before.
GRACE = timedelta(minutes=10)


class CollectionsProviderMeta(models.AbstractModel):
    """Meta: WhatsApp over its Cloud API."""

    _name = "collections.provider.adapter.meta_whatsapp"
    _inherit = "collections.provider.adapter"
    _description = "Meta (WhatsApp)"

    _services = ("whatsapp",)

    @api.model
    def _label(self):
        return self.env._("Meta (WhatsApp Cloud API)")

    @api.model
    def _client(self, provider):
        provider._require("whatsapp_sender", "auth_token")
        secrets = [provider.auth_token, provider.webhook_secret]
        url = provider.api_url or client.API
        return client.MetaClient(
            ProviderSession(secrets=secrets), provider.whatsapp_sender, provider.auth_token, url
        )

    @api.model
    def _check(self, provider):
        number = self._client(provider).number()
        return number.get("display_phone_number") or provider.whatsapp_sender

    @api.model
    def _is_signed(self, provider, delivery):
        return webhooks.is_signed(
            provider.webhook_secret, delivery.raw, delivery.headers["signature"]
        )

    @api.model
    def _read(self, provider, delivery):
        return webhooks.read(delivery.raw, provider.whatsapp_sender or "")

    # === MESSAGES === #

    @api.model
    def _send_text(self, provider, connection, service, number, text, ref):
        return connection.send_text(number, text, ref)

    @api.model
    def _send_template(self, provider, connection, number, template, values, ref):
        return connection.send_template(number, template.name, template.lang_code, values, ref)

    # === WHAT NOBODY TOLD === #

    @api.model
    def _account(self, provider):
        return provider.whatsapp_sender or ""

    @api.model
    def _find(self, provider, connection, trace, others):
        """Override: Meta keeps no list, but tells of every message it has taken. When it told
        nothing of this one for a day, and something of others since, it has not taken it."""
        if trace.now - trace.since < SILENCE:
            return UNCLEAR
        events = self.env["collections.provider.event"].sudo()
        told = [("provider_id", "=", provider.id), ("kind", "=", "message_status")]
        if events.search_count([*told, ("ref", "=", trace.ref)], limit=1):
            return UNCLEAR
        later = [*told, ("received_at", ">", trace.since + GRACE)]
        return ABSENT if events.search_count(later, limit=1) else UNCLEAR

    # === WHAT IS TOLD === #

    @api.model
    def _message_state(self, raw):
        errors = raw.get("errors")
        error = errors[0] if isinstance(errors, list) and errors else {}
        error = error if isinstance(error, dict) else {}
        details = error.get("error_data")
        details = details.get("details") if isinstance(details, dict) else None
        code = str(error["code"]) if error.get("code") else None
        text = details or error.get("title") or None
        return webhooks.MESSAGE_STATES.get(raw.get("status")), code, text

    @api.model
    def _message(self, raw):
        return "whatsapp", f"+{raw['from']}", webhooks.text_of(raw), ""
