from dataclasses import replace

from odoo import api, models

from ..messaging import ProviderSession
from . import client, lookup, webhooks


class CollectionsProviderTwilio(models.AbstractModel):
    """Twilio: text messages, WhatsApp, telephone calls."""

    _name = "collections.provider.adapter.twilio"
    _inherit = "collections.provider.adapter"
    _description = "Twilio"

    _services = ("sms", "whatsapp", "voice")

    @api.model
    def _label(self):
        return self.env._("Twilio")

    @api.model
    def _client(self, provider):
        provider._require("account_id", "auth_token")
        session = ProviderSession(secrets=[provider.auth_token])
        url = provider.api_url or client.API
        return client.TwilioClient(session, provider.account_id, provider.auth_token, url)

    @api.model
    def _check(self, provider):
        return self._client(provider).get().get("friendly_name") or provider.account_id

    @api.model
    def _is_signed(self, provider, delivery):
        return webhooks.is_signed(
            provider.auth_token, delivery.url, delivery.form, delivery.headers["signature"]
        )

    @api.model
    def _read(self, provider, delivery):
        heard = webhooks.read(delivery.kind, delivery.form, delivery.ref)
        return [heard] if heard else []

    # === MESSAGES === #

    @api.model
    def _send_text(self, provider, connection, service, number, text, ref):
        return connection.send(
            self._address(service, number),
            self._address(service, provider._sender(service)),
            text=text,
            callback=provider._webhook_url("status", ref),
        )

    @api.model
    def _send_template(self, provider, connection, number, template, values, ref):
        return connection.send(
            self._address("whatsapp", number),
            self._address("whatsapp", provider._sender("whatsapp")),
            template=template.content_sid,
            values=values,
            callback=provider._webhook_url("status", ref),
        )

    def _address(self, service, number):
        is_named = service == "whatsapp" and not number.startswith("MG")
        return f"whatsapp:{number}" if is_named else number

    # === CALLS === #

    @api.model
    def _start_call(self, provider, connection, order):
        return connection.make("Calls", order)["sid"]

    # === WHAT NOBODY TOLD === #

    @api.model
    def _find(self, provider, connection, trace, others):
        """Override: read what the account has made for that number lately."""
        resource = "Calls" if trace.service == "voice" else "Messages"
        sender = provider._sender(trace.service) or ""
        question = lookup.question(
            self._address(trace.service, trace.number), self._address(trace.service, sender)
        )
        records = connection.get(resource, **question).get(resource.lower(), [])
        known = others([record.get("sid", "") for record in records])
        sighting = lookup.search(records, trace, known)
        if sighting.outcome != "found" or trace.service == "voice":
            return sighting
        state, code, text = self._message_state(sighting.raw)
        return replace(sighting, state=state or "sent", failure_type=code, failure=text)

    # === WHAT IS TOLD === #

    @api.model
    def _message_state(self, raw):
        state = raw.get("MessageStatus") or raw.get("SmsStatus", "")
        code = raw.get("ErrorCode") or None
        text = raw.get("ErrorMessage") or (code and self.env._("Twilio's error %s", code))
        return webhooks.MESSAGE_STATES.get(state), code, text

    @api.model
    def _message(self, raw):
        sender, own = raw.get("From", ""), raw.get("To", "")
        service = "whatsapp" if sender.startswith("whatsapp:") else "sms"
        number = sender.removeprefix("whatsapp:")
        return service, number, raw.get("ButtonText") or raw.get("Body", ""), own
