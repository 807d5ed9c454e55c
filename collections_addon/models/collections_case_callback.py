from datetime import datetime

from odoo import fields, models
from odoo.tools import html2plaintext


class CollectionsCase(models.Model):
    """A customer who asked to be called back is on its collector's call list."""

    _inherit = "collections.case"

    def _put_on_call_list(self, at, note, now):
        """Have a person call, because the customer asked for it.

        The gate is passed like any contact: what is not owed any more, or was refused, is
        not called for. A call that is on the list already takes over the moment.

        :param datetime.datetime|None at: naive UTC; None for as soon as possible
        :param str note: what was said, for who calls
        :return: the call, empty when it may not, or cannot, be made
        :rtype: `dunning.action`
        """
        self.ensure_one()
        call = self._call_on_list() or self._new_callback(note, now)
        if call:
            day = self.company_id._collections_today(at or now)
            call.callback_at = at
            call._open_calls().write(
                {"date_deadline": day, "summary": self._callback_summary(call, at)}
            )
        return call

    def _callback_summary(self, call, at):
        """What the collector's activity says; the hour is the customer's."""
        if not at:
            return self.env._("%s asked to be called back", self.partner_id.name)
        local = fields.Datetime.context_timestamp(self.with_context(tz=call._customer_tz()), at)
        return self.env._(
            "%(customer)s asked to be called back at %(time)s",
            customer=self.partner_id.name,
            time=local.strftime("%H:%M"),
        )

    def _call_on_list(self):
        return self.env["dunning.action"].search(
            [
                ("case_id", "=", self.id),
                ("channel_code", "=", "call"),
                ("state", "=", "sending"),
            ],
            limit=1,
        )

    def _new_callback(self, note, now):
        owed = self.move_line_ids.filtered(lambda line: line.amount_residual > 0)
        currency = owed.currency_id[:1] or self.currency_id
        if not self.level_id and not self._customer_policy().level_ids:
            return self.env["dunning.action"]
        asked = self.env._("The customer asked to be called back.")
        with self.env.cr.savepoint() as attempt:
            call = self._new_message("call", currency, note or asked, asked, asked)
            call._send_claimed(now)
            if call.state == "sending":
                return call
            attempt.rollback()
        return self.env["dunning.action"]


class CollectionsConversation(models.Model):
    _inherit = "collections.conversation"

    def _effect_callback(self, values, facts, now):
        """Override: on the call list where there is a number to call; else an activity."""
        at = self._moment_of(values["at"], facts, now)
        case = self._for_staff().case_id  # the call list speaks the collector's language
        note = html2plaintext(self._transcript()) if case else ""
        if not case or not case._put_on_call_list(at, note, now):
            return super()._effect_callback(values, facts, now)
        return case._note_answer("callback", facts.today) or None

    def _moment_of(self, text, facts, now):
        """The moment that the customer named on its own clock, as naive UTC; or None.

        :param str|None text: as the dialog writes it
        """
        if not text:
            return None
        named = datetime.fromisoformat(text)
        return max(named - (facts.now - now), now)
