from odoo import api, models

from .collections_charge import UNBOOKED
from .collections_portal_history import MOST_EVENTS, HistoryEvent
from .debtor_format import DebtorFormat


class CollectionsPortalAccount(models.AbstractModel):
    """Charges on an account, in the customer's words."""

    _inherit = "collections.portal.account"

    @api.model
    def _item_notes(self, case, lines, today):
        """Override: which items are debit notes over charges."""
        notes = super()._item_notes(case, lines, today)
        booked = case.charge_ids.invoice_id
        for line in lines.filtered(lambda line: line.move_id in booked):
            notes.setdefault(line.id, []).append(self.env._("Charge for late payment"))
        return notes

    @api.model
    def _history_events(self, case):
        """Override: what was charged, and what became of it."""
        return [*super()._history_events(case), *self._charge_events(case)]

    def _charge_events(self, case):
        form = DebtorFormat(self.env, self.env.lang or "en_US")
        labels = dict(
            self.env["collections.charge"]._fields["kind"]._description_selection(self.env)
        )
        for charge in case.charge_ids[:MOST_EVENTS]:
            text = self.env._(
                "%(kind)s of %(amount)s",
                kind=labels[charge.kind],
                amount=form.amount(charge.amount, charge.currency_id),
            )
            if charge.move_id:
                text = f"{text} · {charge.move_id.name}"
            if charge.state not in (*UNBOOKED, "booked"):
                text = self.env._("%s (no longer asked for)", text)
            yield HistoryEvent(charge.date, text)
