import logging
from datetime import timedelta

from odoo import fields, models

from ...collections_addon.domain.call_retry import next_call
from ..base import ConnectorError

_logger = logging.getLogger(__name__)
#: Seconds it rings.
RINGING = 30
#: After so long nobody will ever tell how a call ended.
GIVEN_UP = timedelta(days=1)


class CollectionsCall(models.Model):
    """The call as a contact: how it is ordered, and what becomes of it."""

    _inherit = "collections.call"

    def _order_form(self):
        """What the provider is asked for: fields of its resource of calls.

        :rtype: dict
        """
        self.ensure_one()
        provider, policy = self.provider_id, self._policy()
        leaves_word = policy.voice_machine == "message"
        return {
            "To": self.number,
            "From": provider._sender("voice"),
            "Url": self._url("voice"),
            "Method": "POST",
            "StatusCallback": provider._webhook_url("call", f"{self.id}.0"),
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": ["answered", "completed"],
            "MachineDetection": "DetectMessageEnd" if leaves_word else "Enable",
            "Timeout": str(RINGING),
        }

    def _ask_provider(self, now):
        """Nothing was heard of this call: ask how it ended."""
        try:
            told = self.sid and self.provider_id._client().get("Calls", self.sid) or {}
        except ConnectorError as error:
            _logger.warning("Call %s cannot be asked about: %s", self.id, error)
            told = {}
        end = {"CallStatus": told.get("status", ""), "CallDuration": str(told.get("duration") or 0)}
        if not self._note_end(end, now) and self.date < now - GIVEN_UP:
            self.write({"state": "failed", "failure": self.env._("Nobody told how it ended.")})
            if self.action_id.state == "sending" and self.attempt == self.action_id.attempt_count:
                self.action_id._mark_failed("unknown", self.failure)


class DunningAction(models.Model):
    _inherit = "dunning.action"

    call_ids = fields.One2many("collections.call", "action_id", string="Automatic Calls")

    def _automatic_call(self):
        """The automatic call of the present attempt; empty when there is none."""
        return self.call_ids.filtered(lambda call: call.attempt == self.attempt_count)[:1]

    def _may_be_answered(self):
        """Whether who picks up is still to be talked to. A call of which nobody knew whether
        it was ordered was, as it rings."""
        in_doubt = self.state == "failed" and self.failure_type == "unknown"
        return self.state in ("sending", "queued") or in_doubt

    def _note_answered(self, call, now):
        """Somebody, or a machine that takes messages, has picked up: the contact is made."""
        self.external_id = call.sid
        self._mark_sent(now)
        if self.failure_type:
            self.write({"failure_type": False, "failure_text": False})

    def _after_automatic_call(self, call, now):
        """A call is over: was it a contact, and if not, what now?

        :param call: `collections.call` of this contact
        """
        self.ensure_one()
        in_doubt = self.state == "failed" and self.failure_type == "unknown"
        if call.attempt != self.attempt_count or not (self.state == "sending" or in_doubt):
            return  # made already, or another attempt is under way
        if call.state == "done":
            self._note_answered(call, now)
        elif call.state == "failed":
            text = call.failure or self.env._("The number cannot be called.")
            self._note_refusal("call_failed", text)
        else:
            self._call_again(call, now)

    def _call_again(self, call, now):
        """Nobody was reached: later, as often as the policy wants; then the next channel."""
        policy = self.policy_id
        window = self._window(policy._contact_window())
        when = next_call(
            now,
            call.state,
            self.attempt_count,
            policy._retry_rules(),
            window,
            self._customer_tz(),
        )
        labels = dict(call._fields["state"]._description_selection(self.env))
        if when is None:
            self._note_refusal(call.state, labels[call.state])
            return
        self._transition("queued")
        self.write({"failure_type": call.state, "failure_text": labels[call.state]})
        self._reschedule(when, False)
