from odoo import fields, http
from odoo.http import request

from ..models.invoice_links import InvoiceLinks
from .portal_base import CollectionsPortal


class InvoiceLinkPortal(CollectionsPortal):
    """The page of one invoice, for who holds the link of a message."""

    @http.route(
        "/collections/invoice/<int:move_id>/<string:signature>",
        type="http", auth="public", website=True, multilang=False, sitemap=False, methods=["GET"],
    )  # fmt: skip
    def collections_invoice_link(self, move_id, signature, **_query):
        """Go on to Odoo's page of the invoice, paid or not; refuse like any wrong link."""
        now = fields.Datetime.now()
        if self._is_refused(now):
            return self._too_often()
        move = request.env["account.move"].sudo()
        if signature.isascii() and InvoiceLinks(request.env).is_genuine(move_id, signature):
            move = move.browse(move_id).exists()
        if move.state != "posted" or not move.is_sale_document(include_receipts=True):
            return self._nothing_here(now)
        return request.redirect(move.get_portal_url())
