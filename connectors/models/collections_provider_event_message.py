from odoo import models


class CollectionsProviderEvent(models.Model):
    """What became of messages."""

    _inherit = "collections.provider.event"

    def _process_message_status(self, raw, now):
        adapter = self.provider_id._adapter()
        state, code, text = adapter._message_state(raw)
        if not state:
            return False
        action = self._contact()
        if not action:
            return self._process_other_status(state, code, text)
        if action.state == "sending" or not action.try_lock_for_update():
            return None  # whoever sends it is still at it
        return action._note_delivery(state, self.subject, now, code, text)

    def _process_other_status(self, state, code, text):
        """What became of a message that is no contact; None when it is not known (yet)."""
        return None

    def _contact(self):
        """The contact that an event is about, of the provider's company; empty if none.

        :rtype: `dunning.action`
        """
        actions = self.env["dunning.action"].sudo()
        if self.ref:
            found = actions._of_provider_ref(self.ref)
        else:
            found = actions.search(
                [("external_id", "=", self.subject), ("company_id", "=", self.company_id.id)],
                limit=1,
            )
        return found.filtered(lambda action: action.company_id == self.company_id)
