from datetime import timedelta

from odoo import SUPERUSER_ID, api, models
from odoo.tools import html2plaintext, plaintext2html

from .journaled import Result

#: A call of which nothing was heard for so long is asked about.
SILENT = timedelta(minutes=30)


class CollectionsChannelVoice(models.AbstractModel):
    """Calls by a machine that speaks and listens: the phone menu (`collections.call`).

    The contact is made when a person picks up, not when the call is ordered: until then
    it stays under way. Unanswered, it is called again within the hours of contact; after
    as many calls as the policy wants, the next channel of the level follows.
    """

    _name = "collections.channel.voice"
    _inherit = "collections.journaled.channel"
    _description = "Automatic Call Channel"
    _sequence = 45
    _texts = "short"
    _is_answered_later = True

    @api.model
    def _label(self):
        return self.env._("Automatic Call")

    @api.model
    def _unavailable_reason(self, action):
        """Override: no provider that calls, or no number."""
        provider = self.env["collections.provider"]._for(action.company_id, "voice")
        if not provider or not self.env["collections.call"]._is_available():
            return "channel_not_configured"
        return action._number_obstacle()

    @api.model
    def _render(self, action):
        """Override: what is said first to a person who has said who it is."""
        subject, text = self._words(action.with_env(self.env(user=SUPERUSER_ID, su=True)))
        return {"subject": subject, "body": plaintext2html(text), "attachments": []}

    def _words(self, action):
        """Subject, and the level's text as it is spoken."""
        subject, body = action._level_text()
        text = " ".join(html2plaintext(body, include_references=False).split())
        return subject, f"[TEST] {text}" if action.test_mode else text

    # === SENDING === #

    @api.model
    def _prepare(self, actions, now):
        """Override: a call per contact, to be ordered next."""
        provider = self.env["collections.provider"]._for(actions.company_id, "voice")
        for action in actions:
            subject, text = self._words(action)
            action.write(
                {
                    "subject": subject,
                    "body": plaintext2html(text),
                    "lang": action.recipient_lang,
                    "sent_to": action._number_to_use(),
                    "external_id": False,
                }
            )
        self.env["collections.call"].create(
            [
                {
                    "provider_id": provider.id,
                    "company_id": action.company_id.id,
                    "direction": "out",
                    "case_id": action.case_id.id,
                    "action_id": action.id,
                    "attempt": action.attempt_count,
                    "number": action.sent_to,
                    "lang": action.recipient_lang,
                    "date": now,
                }
                for action in actions
            ]
        )
        return {}

    @api.model
    def _transmit(self, action, now, ways):
        """Override: order the call."""
        call = action._automatic_call()
        if not call:
            return Result("failed", failure_type="content", failure=self.env._("It is gone."))
        key = ("voice", call.provider_id.id)
        if key not in ways:
            ways[key] = call.provider_id._way()
        result = ways[key].start_call(call._order_form())
        if result.external_id:
            call.sid = result.external_id
        return result

    @api.model
    def _account_of(self, action, ways):
        """Override."""
        call = action._automatic_call()
        return call.provider_id._account_key() if call else None

    def _accepted(self, action, now):
        """Override: it rings. Whether anybody answers is told later."""

    def _apply(self, action, result, now):
        """Override: what could not be ordered does not ring."""
        super()._apply(action, result, now)
        if result.outcome in ("failed", "retry"):
            call = action._automatic_call()
            call.filtered(lambda call: call.state == "new").write(
                {"state": "failed", "failure": result.failure}
            )

    # === WHAT NOBODY TOLD === #

    def _note_found(self, action, sighting, started_at, now):
        """Override: it was ordered; how it ended is told, or read off the call itself."""
        call = action._automatic_call()
        if call and call.state in ("new", "under_way"):
            call.sid = call.sid or sighting.key
            if not call._note_end(sighting.raw, now):  # it rings, or is talked
                action._transition("queued")
                action._transition("sending")
                action.write({"failure_type": False, "failure_text": False})

    def _note_absent(self, action, now):
        """Override: that call never rings."""
        call = action._automatic_call().filtered(lambda call: call.state == "new")
        call.write({"state": "failed", "failure": self.env._("It was never ordered.")})
        super()._note_absent(action, now)

    @api.model
    def _recover(self, now, commit=False):
        """Override: also ask the provider about calls of which nothing was heard."""
        super()._recover(now, commit=commit)
        silent = (
            self.env["collections.call"]
            .sudo()
            .search(
                [
                    ("state", "in", ("new", "under_way")),
                    ("date", "<", now - SILENT),
                ],
                limit=20,
            )
        )
        for call in silent.try_lock_for_update():
            call._ask_provider(now)
