"""Where outside ledgers ring: verified, kept, answered; the work is done later."""

from odoo import fields, http
from odoo.http import request

LARGEST = 2 * 1024 * 1024


class LedgerWebhookController(http.Controller):
    @http.route(
        "/collections/webhook/<string:provider>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
    )
    def collections_webhook(self, provider, **_form):
        """Take a delivery: 200 with nothing in it, or 401 where the signature is wrong."""
        if provider not in request.env["collections.connector"]._codes():
            return self._answer(404)
        if (request.httprequest.content_length or 0) > LARGEST:
            return self._answer(413)
        raw = request.httprequest.get_data()
        events = request.env["collections.webhook.event"].sudo()
        signed = events._receive(
            provider, raw, dict(request.httprequest.headers), fields.Datetime.now()
        )
        return self._answer(200 if signed else 401)

    def _answer(self, status):
        return request.make_response(b"", status=status)
