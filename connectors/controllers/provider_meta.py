"""Where Meta tells what became of WhatsApp messages, and what customers wrote."""

import hmac

from odoo import http
from odoo.http import request

from .provider_base import answer, arrived, is_too_large, provider_of, take

SIGNATURE = "X-Hub-Signature-256"


class MetaController(http.Controller):
    @http.route(
        "/collections/provider/meta_whatsapp/<any(status,incoming):kind>/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
    )
    def collections_meta(self, kind, token, **_query):
        """Prove that the address is ours (GET), take a webhook (POST)."""
        provider = provider_of("meta_whatsapp", token)
        if not provider:
            return answer(404)
        if request.httprequest.method != "POST":
            return self._challenge(provider)
        if is_too_large():
            return answer(413)
        raw = request.httprequest.get_data()
        return answer(200 if take(provider, arrived(provider, kind, SIGNATURE, raw)) else 401)

    def _challenge(self, provider):
        query = request.httprequest.args
        known, told = provider.verify_token or "", query.get("hub.verify_token", "")
        same = known and hmac.compare_digest(known.encode(), told.encode("utf-8", "replace"))
        if query.get("hub.mode") != "subscribe" or not same:
            return answer(403)
        return answer(200, query.get("hub.challenge", "")[:200].encode())
