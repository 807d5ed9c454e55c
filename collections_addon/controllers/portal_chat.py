from datetime import timedelta

from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.addons.im_livechat.controllers.main import LivechatController
from odoo.http import request

from .portal_base import CollectionsPortal, portal_page

CHAT = "collections_chat"
#: So long after the page was opened a chat knows whom it is with.
KNOWN_FOR = timedelta(hours=12)


class ChatPortal(CollectionsPortal):
    """The page of the chat. It stands by itself: Live Chat brings its own scripts, which
    do not get along with those of the other pages."""

    @portal_page("/chat")
    def collections_chat(self, visit, **_query):
        """Chat with the company."""
        company = visit.company
        if not company.collections_chat or not company.collections_livechat_id:
            raise NotFound()
        request.session[CHAT] = [visit.case.id, fields.Datetime.to_string(visit.now + KNOWN_FOR)]
        values = {"livechat": company.collections_livechat_id}
        response = self._page(visit, "collections_addon.portal_chat", values)
        response.set_cookie("frontend_lang", visit.lang.code, samesite="Lax")
        return response


class ChatSession(LivechatController):
    """Who chats is known by the page it came from, never by what the browser says."""

    def _process_extra_channel_params(self, **kwargs):
        """Override of `im_livechat`: the customer whose page is open in this browser."""
        shown, kept = super()._process_extra_channel_params(**kwargs)
        case = self._collections_case()
        return shown, {**kept, "collections_case_id": case.id} if case else kept

    def _get_guest_name(self):
        """Override of `im_livechat`: so that the team sees who it is."""
        case = self._collections_case()
        return case.partner_id.name or super()._get_guest_name()

    def _collections_case(self):
        case_id, until = request.session.get(CHAT) or (0, "")
        cases = request.env["collections.case"].sudo()
        if not case_id or until < fields.Datetime.to_string(fields.Datetime.now()):
            return cases
        return cases.browse(case_id).exists()
