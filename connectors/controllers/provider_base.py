"""What the webhooks of all messaging providers share."""

from odoo import fields
from odoo.http import request

from ..models.collections_provider_adapter import Delivery

LARGEST = 1024 * 1024


def answer(status, body=b"", mimetype="text/plain"):
    """A bare answer, without a cookie."""
    return request.make_response(body, headers=[("Content-Type", mimetype)], status=status)


def is_too_large():
    """Whether a request says that it is, or does not say how large it is."""
    length = request.httprequest.content_length
    return length is not None and length > LARGEST


def provider_of(code, token):
    """The provider of an address, as superuser; empty for an unknown one."""
    return request.env["collections.provider"]._by_token(code, token)


def arrived(provider, kind, signature_header, raw=b""):
    """The request at hand as the provider sent it.

    Its address is the public one that the provider was given: a proxy may have changed
    what arrives here.

    :rtype: Delivery
    """
    asked = request.httprequest
    query = asked.query_string.decode("ascii", "replace")
    url = provider._webhook_url(kind) + (f"?{query}" if query else "")
    return Delivery(
        kind=kind,
        url=url,
        headers={"signature": asked.headers.get(signature_header, "")},
        raw=raw,
        form=asked.form,
        ref=asked.args.get("ref", ""),
    )


def take(provider, delivery):
    """Keep what a webhook tells; whether it was signed."""
    events = request.env["collections.provider.event"].sudo()
    return events._receive(provider, delivery, fields.Datetime.now())
