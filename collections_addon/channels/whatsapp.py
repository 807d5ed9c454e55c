from markupsafe import Markup, escape

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import html2plaintext

from .journaled import Result
from .short_text import compose

#: WhatsApp has no segments; this keeps a text to a length that is read.
MOST_SEGMENTS = 6


class CollectionsChannelWhatsapp(models.AbstractModel):
    """WhatsApp over Meta or Twilio: an approved text, or a free one within 24 hours of what
    the customer wrote; only to customers who have agreed to it."""

    _name = "collections.channel.whatsapp"
    _inherit = "collections.journaled.channel"
    _description = "WhatsApp Channel"
    _sequence = 6
    _texts = "short"

    @api.model
    def _label(self):
        return self.env._("WhatsApp")

    @api.model
    def _unavailable_reason(self, action):
        """Override: no provider, no number, no consent, nothing that may be said."""
        company = action.company_id
        provider = self.env["collections.provider"]._for(company, "whatsapp")
        if not provider:
            return "channel_not_configured"
        if obstacle := action._number_obstacle():
            return obstacle
        consents = self.env["collections.consent"]
        if not action.policy_id.test_mode and not consents._running(
            action.partner_id, company, "whatsapp"
        ):
            return "no_consent"
        if self._approved(provider, action) or self._session(action, fields.Datetime.now()):
            return False
        return "no_session" if action.message_text else "channel_not_configured"

    def _approved(self, provider, action):
        """What WhatsApp has approved in place of the contact's text; nothing for a text
        written by hand, which can only be sent freely."""
        if action.message_text:
            return self.env["collections.whatsapp.template"]
        templates = self.env["collections.whatsapp.template"]
        return templates._find(provider, action._text_template(), action.recipient_lang)

    def _session(self, action, now):
        number = action.sent_to or action.recipient_id._dunning_number()
        sessions = self.env["collections.whatsapp.session"].sudo()
        return number and sessions._is_open(action.company_id, number, now)

    @api.model
    def _render(self, action):
        """Override: the approved text, or what is written freely."""
        action = action.with_env(self.env(user=SUPERUSER_ID, su=True))
        today = action.company_id._collections_today(fields.Datetime.now())
        short = compose(action, today, MOST_SEGMENTS)[action.id]
        provider = self.env["collections.provider"]._for(action.company_id, "whatsapp")
        approved = provider and self._approved(provider, action)
        body = short.html
        if approved:
            values = approved._values(action.with_context(lang=short.lang), short.link)
            body = _as_html(approved._filled(values))
        return {"subject": short.subject, "body": body, "attachments": []}

    # === SENDING === #

    @api.model
    def _prepare(self, actions, now):
        """Override: the approved text and the free one; which of them is sent is known then."""
        company = actions.company_id
        provider = self.env["collections.provider"]._for(company, "whatsapp")
        shorts = compose(actions, company._collections_today(now), MOST_SEGMENTS)
        bodies = {}
        for action in actions:
            short = shorts[action.id]
            number = action._number_to_use()
            approved = provider and self._approved(provider, action)
            is_open = self.env["collections.whatsapp.session"]._is_open(company, number, now)
            said = {"free": is_open, "template": approved and approved.id}
            if approved:
                translated = action.with_context(lang=short.lang)
                said["values"] = approved._values(translated, short.link)
            action.provider_values = said
            bodies[action.id] = short.html
            if approved and not is_open:
                bodies[action.id] = _as_html(approved._filled(said["values"]))
        messages = self._post_on_case(actions, bodies, now)
        for action, message in zip(actions, messages, strict=True):
            action._note_short(shorts[action.id], message)
            action.body = bodies[action.id]
        return {}

    @api.model
    def _transmit(self, action, now, ways):
        """Override: freely within 24 hours of what the customer wrote, else as approved."""
        way = self._way(action.company_id, ways)
        if not way:
            text = self.env._("There is no provider for WhatsApp.")
            return Result("failed", failure_type="configuration", failure=text, stops_all=True)
        return self._say(way, action, now)

    def _way(self, company, ways):
        key = ("whatsapp", company.id)
        if key not in ways:
            provider = self.env["collections.provider"]._for(company, "whatsapp")
            ways[key] = provider and provider._way()
        return ways[key]

    @api.model
    def _account_of(self, action, ways):
        """Override."""
        way = self._way(action.company_id, ways)
        return way.provider._account_key() if way else None

    def _say(self, way, action, now):
        ref, said = action._provider_ref(), action.provider_values or {}
        if said.get("free") and self._session(action, now):
            return way.send_text("whatsapp", action.sent_to, html2plaintext(action.body), ref)
        template = self.env["collections.whatsapp.template"].browse(said.get("template")).exists()
        if template and template.provider_id == way.provider:
            return way.send_template(action.sent_to, template, said["values"], ref)
        text = self.env._("WhatsApp has approved no text for this, in this language.")
        return Result("failed", failure_type="no_template", failure=text)


def _as_html(text):
    return Markup("<p>{}</p>").format(Markup("<br/>").join(escape(text).split("\n")))
