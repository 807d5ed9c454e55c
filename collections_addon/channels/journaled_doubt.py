from datetime import timedelta

from odoo import SUPERUSER_ID, api, models
from odoo.tools import html2plaintext

from ..domain.sighting import UNCLEAR, Trace
from ..models.dunning_action_dispatch import MAX_ATTEMPTS

#: By then a request has surely ended, and the provider's list shows what came of it.
ASKED_AFTER = timedelta(minutes=5)
#: What could not be told is asked about again after so long, and for so long.
ASKED_AGAIN = timedelta(minutes=15)
GIVEN_UP = timedelta(days=3)
BATCH = 50


class CollectionsJournaledChannel(models.AbstractModel):
    """Contacts of which nobody knows whether they left: the provider is asked.

    Found there, the contact was made. Not there, it is queued again, and decided anew.
    What the provider cannot tell is left to a person.
    """

    _inherit = "collections.journaled.channel"

    def _apply(self, action, result, now):
        """Override: come back to what is in doubt."""
        super()._apply(action, result, now)
        if result.outcome == "unknown":
            cron = self.env.ref("collections_addon.cron_dunning_dispatch", False)
            if cron:
                cron.sudo()._trigger(now + ASKED_AFTER)

    @api.model
    def _recover(self, now, commit=False):
        """Override: also ask about what is in doubt."""
        super()._recover(now, commit=commit)
        actions = self._contacts()._search_in_doubt(self._code)
        doubts = self._journal()._read_doubts(
            {(action.id, action.attempt_count) for action in actions},
            (now - GIVEN_UP, now - ASKED_AFTER),
            now - ASKED_AGAIN,
        )
        ways = {}
        for doubt in doubts[:BATCH]:
            sighting = self._ask_about(actions.browse(doubt.action_ref), doubt, now, ways)
            if commit:
                self.env["ir.cron"]._commit_progress()
            self._note_in_journal(doubt, sighting, now)

    @api.model
    def _ask_before_retry(self, actions, now):
        """A person wants to send these again: look once more whether they left.

        :param actions: `dunning.action` in doubt
        """
        claims = {(action.id, action.attempt_count) for action in actions}
        doubts = self._journal()._read_doubts(claims, (now - GIVEN_UP, now), now)
        ways = {}
        for doubt in doubts:
            action = self._contacts().browse(doubt.action_ref)
            self._note_in_journal(doubt, self._ask_about(action, doubt, now, ways), now)

    def _journal(self):
        return self.env["dunning.attempt"].sudo()

    def _contacts(self):
        return self.env["dunning.action"].with_env(self.env(user=SUPERUSER_ID, su=True))

    def _ask_about(self, action, doubt, now, ways):
        """Ask about one contact, locked, unless that was settled meanwhile.

        :return: what was told; None when nobody was asked
        :rtype: Sighting|None
        """
        action = action.try_lock_for_update()
        action.invalidate_recordset(["state", "failure_type", "attempt_count"])
        if not action or not action._is_in_doubt() or action.attempt_count != doubt.number:
            return None
        provider = self.env["collections.provider"]._of_account_key(doubt.via)
        sighting = UNCLEAR
        if provider and provider.company_id == action.company_id:
            sighting = provider._look_for(self._trace(action, doubt, now), ways)
        if sighting.outcome == "found":
            self._note_found(action, sighting, doubt.started_at, now)
        elif sighting.outcome == "absent":
            self._note_absent(action, now)
        return sighting

    def _trace(self, action, doubt, now):
        call = self._code == "voice"
        return Trace(
            service=self._code,
            number=action.sent_to,
            ref=action._provider_ref(),
            text="" if call else html2plaintext(action.body or "", include_references=False),
            since=doubt.started_at,
            now=now,
        )

    def _note_in_journal(self, doubt, sighting, now):
        """Last of all: while the contact is in doubt, so is its attempt."""
        claim = (doubt.action_ref, doubt.number)
        if sighting is None:
            return
        if sighting.outcome == "found":
            self._journal()._finish(*claim, "accepted", external_id=sighting.key)
        elif sighting.outcome == "absent":
            self._journal()._finish(*claim, "retry", "not_received")
        else:
            self._journal()._note_asked(*claim, now)

    def _note_found(self, action, sighting, started_at, now):
        """The contact was made, at the moment of the attempt."""
        if sighting.state == "failed":
            action._note_delivery(
                "failed", sighting.key, now, sighting.failure_type, sighting.failure
            )
            return
        action._note_delivery("sent", sighting.key, started_at)
        if sighting.state != "sent":
            action._note_delivery(sighting.state, sighting.key, now)

    def _note_absent(self, action, now):
        """The contact was not made: once more, a few times; then the next channel."""
        text = self.env._("The provider has never received it.")
        if action.attempt_count >= MAX_ATTEMPTS:
            action._note_refusal("not_received", text)
            return
        action._transition("queued")
        action.write({"failure_type": "not_received", "failure_text": text})
        action._reschedule(now, False)
