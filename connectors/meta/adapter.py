from odoo import api, models

from ..messaging import ProviderSession
from . import client, webhooks


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
