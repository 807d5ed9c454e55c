import logging

from odoo import models
from odoo.tools import html2plaintext

from ...collections_addon.domain import dialog_words as words
from ...collections_addon.domain.contact_window import ContactWindow, blocking_reason, timezone_of
from ..twilio import twiml

_logger = logging.getLogger(__name__)
#: Recognised with less confidence than this, it was not understood.
LEAST_CONFIDENCE = 0.2
#: Questions at which a number may be entered beside the choices: ended by the # key.
TYPED = frozenset(("promise_date", "promise_amount", "paid_when", "identify", "callback"))


class CollectionsCall(models.Model):
    """What is said in a call, turn by turn."""

    _inherit = "collections.call"

    def _take_turn(self, turn, form, now):
        """Answer a request of the provider: the call was picked up, or something was heard.

        :rtype: str
        """
        if turn == 0:
            return self._picked_up(form.get("AnsweredBy", ""), now)
        if "DialCallStatus" in form:
            return self._after_transfer(form["DialCallStatus"], now)
        if self.consent == "asked":
            return self._hear_consent(form, now)
        return self._hear(*self._heard(form), now)

    def _picked_up(self, answered_by, now):
        if self.action_id and not self.action_id._may_be_answered():
            return twiml.hang_up()  # cancelled, or paid, while it rang
        if answered_by.startswith(("machine", "fax")):
            return self._to_machine(answered_by, now)
        if self.action_id:
            self.action_id._note_answered(self, now)
        if self._policy().voice_record == "ask":
            self.consent = "asked"
            return self._ask_consent()
        return self._begin(now)

    def _to_machine(self, answered_by, now):
        """Others may hear a machine: it is told no amount, nor that anything is owed."""
        self._note_machine()
        policy, action = self._policy(), self.action_id
        leaves_word = policy.voice_machine == "message" and not answered_by.startswith("fax")
        if not leaves_word:
            if action:
                action._call_again(self, now)
            return twiml.hang_up()
        if action:
            action._note_answered(self, now)
            action.outcome_id = self.env["dunning.outcome"]._by_code("voicemail")
        text = self._machine_text()
        self._log_said(text, now)
        return twiml.tell([text], self._voice())

    def _machine_text(self):
        own = self._speaking()
        company = own.company_id
        if company.phone:
            return own.env._(
                "This is a message from %(company)s. Please call us back: %(phone)s. Thank you.",
                company=company.name,
                phone=company.phone,
            )
        return own.env._("This is a message from %s. We will call again. Thank you.", company.name)

    # === CONSENT === #

    def _ask_consent(self):
        own = self._speaking()
        text = own.env._(
            "This is %s. May we record this call? Press 1 for yes, 2 for no.", own.company_id.name
        )
        choices = [("1", own.env._("Yes")), ("2", own.env._("No"))]
        return twiml.ask([text], self._voice(), self._url("voice"), choices)

    def _hear_consent(self, form, now):
        """Anything but a yes is a no."""
        kind, text = self._heard(form)
        said = kind == "text" and words.yes_or_no(text, (self.lang or "en")[:2])
        self.consent = "yes" if said or (kind == "digits" and text == "1") else "no"
        return self._begin(now)

    def _recording(self):
        """The recording to begin now, once; None without consent."""
        if self.consent != "yes" or self.recording_until:
            return None
        self.recording_until = self._keep_until()
        return twiml.Recording(self.provider_id._webhook_url("recording", self._turn_ref()))

    # === CONVERSATION === #

    def _begin(self, now):
        talk = self.env["collections.conversation"]._open(
            "voice", self.sid, self.company_id, case=self.case_id, lang=self.lang, now=now
        )
        self.conversation_id = talk
        return self._say(talk._hear("start", "", now), 1, now)

    def _heard(self, form):
        """What came from the customer: kind and text.

        :rtype: tuple[str, str]
        """
        if form.get("Digits"):
            return "digits", form["Digits"]
        try:
            confidence = float(form.get("Confidence") or 1)
        except ValueError:
            confidence = 0
        if form.get("SpeechResult") and confidence >= LEAST_CONFIDENCE:
            return "text", form["SpeechResult"]
        return "silence", ""

    def _hear(self, kind, text, now):
        was_known = self.conversation_id.identified
        reply = self.conversation_id._hear(kind, text, now)
        return self._say(reply, None if was_known else 0, now)

    def _log_said(self, text, now):
        """What is said besides the conversation is on the customer's file, too."""
        self.env["collections.interaction"]._log(
            "voice",
            "out",
            text,
            now,
            case=self.case_id or None,
            company_id=self.company_id.id,
            conversation_id=self.conversation_id.id,
            action_id=self.action_id.id,
            lang=self.lang,
        )

    def _say(self, reply, place, now):
        """The answer for a reply of the conversation.

        :param Reply reply: in the customer's language
        :param int|None place: where the level's own words belong, said as soon as it is
            known who listens; None when they were said
        """
        says = list(reply.says)
        if place is not None and self.action_id.body and self.conversation_id.identified:
            words_of_level = html2plaintext(self.action_id.body, include_references=False)
            says.insert(place, words_of_level)
            self._log_said(words_of_level, now)
        if reply.hand_over and self._person_number():
            return self._transfer(says)
        if reply.ended or reply.expects == "none":
            return twiml.tell(says, self._voice())
        own = self._speaking()
        says += [
            own.env._("%(label)s: press %(key)s.", label=label.rstrip(". "), key=key)
            for key, label in reply.choices
        ]
        step = (self.conversation_id.dialog_state or {}).get("step")
        return twiml.ask(
            says,
            self._voice(),
            self._url("voice"),
            reply.choices,
            typed=reply.expects == "digits" or step in TYPED,
            begin=self._recording(),
        )

    def _hang_up_conversation(self, now):
        """The customer has put down the receiver, or the line broke."""
        if self.conversation_id.state == "open":
            self.conversation_id._hear("hangup", "", now)

    # === A PERSON === #

    def _person_number(self):
        """Who takes over a call: the collector's number, else the one of the provider."""
        collector = self.case_id.collector_id.sudo().partner_id
        return collector.phone_sanitized or self.provider_id.transfer_number

    def _is_office_open(self, now):
        """Whether a person may be called at this hour: the policy's, on the company's clock."""
        window = self._policy()._contact_window() if self._policy() else ContactWindow()
        tz = timezone_of(None, None, self.company_id.partner_id.tz)
        return blocking_reason(now, window, tz) is None

    def _transfer(self, says):
        self.is_transferred = True
        return twiml.transfer(
            says,
            self._voice(),
            self._person_number(),
            self._url("voice"),
            self.provider_id._sender("voice"),
        )

    def _after_transfer(self, status, now):
        """Nobody took it: a person calls back."""
        if status in ("completed", "answered"):
            return twiml.hang_up()
        if self.case_id and not self._put_on_call_list(now):
            self._schedule_callback(now)
        own = self._speaking()
        text = own.env._("Nobody is free at the moment. We will call you back. Goodbye.")
        return twiml.tell([text], self._voice())

    def _put_on_call_list(self, now):
        note = html2plaintext(self.conversation_id._transcript())
        return self.case_id._put_on_call_list(None, note, now)

    def _schedule_callback(self, now):
        """Where the call list does not take it: an activity."""
        case = self.case_id
        user = case.collector_id or self.env.ref("base.user_admin")
        case.activity_schedule(
            "collections_addon.activity_type_collection_call",
            date_deadline=self.company_id._collections_today(now),
            summary=self.env._("Call back: nobody could take the call. %s", self.number),
            user_id=user.id,
        )

    # === WORDS === #

    def _policy(self):
        """The policy of the customer; empty for a stranger."""
        if self.action_id:
            return self.action_id.policy_id
        return self.case_id._customer_policy() if self.case_id else self.env["dunning.policy"]

    def _speaking(self):
        """This call in the customer's language."""
        return self.with_context(lang=self.conversation_id.lang or self.lang)

    def _voice(self):
        lang = self.conversation_id.lang or self.lang
        return self.env["collections.voice"]._for(lang)


class CollectionsConversation(models.Model):
    _inherit = "collections.conversation"

    def _is_live(self, now):
        """Override: a call can be transferred while somebody is there to take it."""
        if self.channel_code != "voice":
            return super()._is_live(now)
        call = self.env["collections.call"].search([("sid", "=", self.external_key)], limit=1)
        return bool(call._person_number()) and call._is_office_open(now)
