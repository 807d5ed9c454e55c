from odoo import models


class CollectionsProviderEvent(models.Model):
    """What became of calls."""

    _inherit = "collections.provider.event"

    def _process_call_status(self, raw, now):
        call = self._call(raw.get("CallSid"))
        if not call or not call.try_lock_for_update():
            return None
        return call._note_end(raw, now)

    def _process_recording(self, raw, now):
        call = self._call(raw.get("CallSid"))
        if not call or not call.try_lock_for_update():
            return None
        return call._note_recording(raw)

    def _process_call_turn(self, raw, now):
        """A request of a call under way: it was answered at once, and is kept as it came."""
        return True

    def _call(self, sid):
        """The call an event is about, of the event's provider; empty if none.

        :rtype: `collections.call`
        """
        number = (self.ref or "").partition(".")[0]
        domain = [("provider_id", "=", self.provider_id.id)]
        if number.isdecimal() and len(number) < 10:
            domain.append(("id", "=", int(number)))
        elif sid:
            domain.append(("sid", "=", sid))
        else:
            return self.env["collections.call"]
        return self.env["collections.call"].sudo().search(domain, limit=1)
