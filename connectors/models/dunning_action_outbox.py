from odoo import models


class DunningAction(models.Model):
    """Contacts are noted in the ledger of their invoices."""

    _inherit = "dunning.action"

    def _mark_sent(self, now, state="sent"):
        """Override: a contact that was made leaves a note."""
        super()._mark_sent(now, state)
        made = self.filtered(lambda action: action.state != "failed" and action.sent_at)
        made = made.filtered(lambda action: not action.test_mode)
        self.env["collections.outbox"].sudo()._queue_notes(made.sudo())

    def _take_back(self, undo, now):
        """Override: what was not noted yet will not be; what was is for a person to see."""
        super()._take_back(undo, now)
        outbox = self.env["collections.outbox"].sudo()
        outbox._give_up(outbox.search([("action_id", "=", self.id), ("kind", "=", "note")]))
