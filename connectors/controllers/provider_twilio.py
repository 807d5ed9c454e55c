"""Where Twilio tells what became of messages and calls, and what customers wrote."""

from odoo import http

from .provider_base import answer, arrived, is_too_large, provider_of, take

SIGNATURE = "X-Twilio-Signature"
#: "Nothing to do": what is answered, is sent later.
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def signed_delivery(kind, token):
    """The provider and what it sent, when it is signed; for controllers of other kinds.

    :return: (`collections.provider`, Delivery), both None otherwise
    """
    provider = provider_of("twilio", token)
    if not provider:
        return None, None
    delivery = arrived(provider, kind, SIGNATURE)
    signed = provider._adapter()._is_signed(provider, delivery)
    return (provider, delivery) if signed else (None, None)


class TwilioController(http.Controller):
    @http.route(
        "/collections/provider/twilio/<any(status,incoming,call,recording):kind>/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
    )
    def collections_twilio(self, kind, token, **_form):
        """Take a webhook: an empty TwiML document, or 401 where the signature is wrong."""
        provider = provider_of("twilio", token)
        if not provider:
            return answer(404)
        if is_too_large():
            return answer(413)
        if not take(provider, arrived(provider, kind, SIGNATURE)):
            return answer(401)
        return answer(200, EMPTY, "text/xml")
