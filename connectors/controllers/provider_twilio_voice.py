"""Where Twilio asks what a call is to say next."""

from odoo import SUPERUSER_ID, fields, http
from odoo.http import request

from ..messaging import Heard
from .provider_base import answer, is_too_large
from .provider_twilio import signed_delivery

LONGEST = 5000


class TwilioVoiceController(http.Controller):
    @http.route(
        "/collections/provider/twilio/voice/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
    )
    def collections_twilio_voice(self, token, **_form):
        """Answer with TwiML; 401 for what is not signed with the provider's secret."""
        if is_too_large():
            return answer(413)
        provider, delivery = signed_delivery("voice", token)
        if not provider:
            return answer(401)
        env = request.env(user=SUPERUSER_ID, su=True)
        now = fields.Datetime.now()
        form = {str(name)[:100]: str(value)[:LONGEST] for name, value in delivery.form.items()}
        self._keep(env, provider, delivery.ref, form, now)
        document = env["collections.call"]._answer(provider.with_env(env), delivery.ref, form, now)
        return answer(200, document.encode(), "text/xml")

    def _keep(self, env, provider, ref, form, now):
        """Keep the request as it came, for questions."""
        sid = form.get("CallSid", "")
        heard = Heard(kind="call_turn", key=f"{sid}:turn:{ref}", subject=sid, raw=form, ref=ref)
        env["collections.provider.event"]._keep(provider, [heard], now)
