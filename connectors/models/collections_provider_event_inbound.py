import re
from datetime import timedelta

from odoo import api, models

from ...collections_addon.domain import stop_words

NUMBER = re.compile(r"\+[1-9]\d{6,14}")
#: So long after a conversation went to a person, the machine keeps silent.
WITH_A_PERSON = timedelta(days=1)


class CollectionsProviderEvent(models.Model):
    """What customers write: orders to stop are obeyed, everything else is talked about."""

    _inherit = "collections.provider.event"

    def _process_message_in(self, raw, now):
        service, number, text, _own = self.provider_id._adapter()._message(raw)
        if not NUMBER.fullmatch(number):
            return False
        company = self.company_id
        case = self.env["collections.case"].sudo()._of_number(company, number)
        if service == "whatsapp":
            sessions = self.env["collections.whatsapp.session"].sudo()
            sessions._heard(company, number, self.received_at)
        order = stop_words.meaning(text)
        if order:
            self._log_order(service, case, text, order)
            case._obey(order, service, number, company, now)
        else:
            self._talk(service, number, text, case, now)
        return True

    def _log_order(self, service, case, text, order):
        self.env["collections.interaction"]._log(
            service,
            "in",
            text,
            self.received_at,
            case=case or None,
            external_id=self.subject,
            company_id=self.company_id.id,
            intent="stop" if order == stop_words.STOP else "other",
        )

    def _talk(self, service, number, text, case, now):
        """Have the conversation hear it, and put what it answers into our outbox."""
        if self._is_with_a_person(service, number, text, case, now):
            return
        talks = self.env["collections.conversation"].sudo()
        talk = talks._open(service, number, self.company_id, case=case or None, now=now)
        # What is no text (a picture, a voice message) is something not understood.
        said = text or self.env._("(something that is no text)")
        reply = talk._hear("text", said, now, external_id=self.subject)
        if reply.says:
            self.env["collections.provider.reply"].sudo()._queue(
                self.provider_id, service, number, reply.as_text(), now, talk=talk, key=self.id
            )

    def _is_with_a_person(self, service, number, text, case, now):
        """Whether somebody of ours has taken over lately: what is written now is for that
        person, and no machine says the same thing again."""
        talk = (
            self.env["collections.conversation"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("channel_code", "=", service),
                    ("external_key", "=", number),
                ],
                order="id desc",
                limit=1,
            )
        )
        if talk.state != "human" or talk.last_at < now - WITH_A_PERSON:
            return False
        self.env["collections.interaction"]._log(
            service,
            "in",
            text,
            self.received_at,
            case=case or talk.case_id or None,
            external_id=self.subject,
            company_id=self.company_id.id,
            conversation_id=talk.id,
        )
        return True

    @api.model
    def _after_processing(self, now, commit=False):
        """Override: what conversations answered leaves."""
        super()._after_processing(now, commit=commit)
        self.env["collections.provider.reply"].sudo()._deliver(now, commit=commit)

    def _process_other_status(self, state, code, text):
        """Override: what became of an answer."""
        reply = self.env["collections.provider.reply"].sudo()._of_event(self)
        if reply:
            return reply._note(state, self.subject, code, text)
        return super()._process_other_status(state, code, text)
