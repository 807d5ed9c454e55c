"""Messaging providers that run, and the accounts with them."""

from urllib.parse import parse_qs, urlsplit

from werkzeug.datastructures import MultiDict

from odoo.tests.common import _super_send

from ..connectors.models.collections_provider_adapter import Delivery
from .emulators.meta import MetaEmulator
from .emulators.twilio import TwilioEmulator

SIGNATURES = ("X-Twilio-Signature", "X-Hub-Signature-256")


class ProviderMixin:
    """Beside a test class of Odoo's."""

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Loopback goes through; Odoo's own handler cannot read our pair of timeouts."""
        if urlsplit(request.url).hostname == "127.0.0.1":
            return _super_send(session, request, **options)
        return super()._request_handler(session, request, **options)

    @classmethod
    def _twilio(cls, company=None, clock=None, **values):
        """An emulated account, and the provider that uses it: (service, provider)."""
        service = TwilioEmulator(clock=clock).start()
        cls.addClassCleanup(service.stop)
        provider = cls.env["collections.provider"].create(
            {
                "name": "Twilio",
                "code": "twilio",
                "company_id": (company or cls.env.company).id,
                "account_id": service.account,
                "auth_token": service.token,
                "api_url": service.url,
                "sms_sender": "+15550100200",
                "whatsapp_sender": "+15550100200",
                "voice_sender": "+15550100200",
                **values,
            }
        )
        service.incoming_url = provider.incoming_url
        return service, provider

    @classmethod
    def _meta(cls, company=None, clock=None, **values):
        """An emulated number, and the provider that uses it: (service, provider)."""
        service = MetaEmulator(clock=clock).start()
        cls.addClassCleanup(service.stop)
        provider = cls.env["collections.provider"].create(
            {
                "name": "Meta",
                "code": "meta_whatsapp",
                "company_id": (company or cls.env.company).id,
                "whatsapp_sender": service.number_id,
                "auth_token": service.token,
                "webhook_secret": service.secret,
                "api_url": service.url,
                **values,
            }
        )
        service.webhook_url = provider.incoming_url
        return service, provider

    @classmethod
    def _whatsapp_text(cls, service, provider, text, lang, body, placeholders="total_text"):
        """A text that WhatsApp has approved in place of a `mail.template`."""
        number = len(service.templates) + 1
        approved = cls.env["collections.whatsapp.template"].create(
            {
                "name": f"text_{number}",
                "provider_id": provider.id,
                "text_id": text.id,
                "lang": lang,
                "content_sid": f"HX{number:032}",
                "body": body,
                "placeholders": placeholders,
                "state": "approved",
            }
        )
        names = len(approved._names())
        if provider.code == "twilio":
            service.templates[approved.content_sid] = names
        else:
            service.templates[approved.name, approved.lang_code] = names
        return approved

    def _tell(self, service, now, copies=1, shuffle=False):
        """Have a service tell its news, without a web server in between, and work it off."""
        take_notes(self.env, service, now, copies, shuffle)
        self.env["collections.provider.event"].sudo()._process(now)


def delivered(env, url, headers, form=None, body=b""):
    """A request as the controllers hand it on.

    :return: the provider it is for, and the request
    :rtype: tuple[`collections.provider`, Delivery]
    """
    _empty, _collections, _provider, code, kind, token = urlsplit(url).path.split("/")
    delivery = Delivery(
        kind=kind,
        url=url,
        headers={"signature": next(headers[name] for name in SIGNATURES if name in headers)},
        raw=body,
        form=MultiDict(form or {}),
        ref=ref_of(url),
    )
    return env["collections.provider"]._by_token(code, token), delivery


def ref_of(url):
    """Our key in the address that a provider was given; "" where there is none."""
    return parse_qs(urlsplit(url or "").query).get("ref", [""])[0]


def take_notes(env, service, now, copies=1, shuffle=False):
    """Hand the news of a service to the inbox as the controllers do.

    :return: whether each was signed
    :rtype: list[bool]
    """
    taken = []
    for note in service.take_notes(copies, shuffle):
        provider, delivery = delivered(env, note.url, note.headers, note.form, note.body)
        taken.append(env["collections.provider.event"].sudo()._receive(provider, delivery, now))
    return taken
