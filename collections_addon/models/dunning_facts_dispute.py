from odoo import api, models
from odoo.tools import SQL


class DunningFacts(models.AbstractModel):
    """Disputed amounts are not asked for."""

    _inherit = "dunning.facts"

    @api.model
    def _move_pauses(self, company, date):
        """Override: invoices contested wholly."""
        pauses = super()._move_pauses(company, date)
        for move_id, _amount in self._disputed_moves(company, "disputed"):
            pauses.setdefault(move_id, "disputed")
        return pauses

    @api.model
    def _move_disputed(self, company, date):
        """Override: invoices contested in part; the rest is asked."""
        disputed = super()._move_disputed(company, date)
        disputed.update(self._disputed_moves(company, "partly"))
        return disputed

    def _disputed_moves(self, company, state):
        self.env["account.move"].flush_model(["dispute_state", "amount_disputed"])
        return self.env.execute_query(
            SQL(
                "SELECT id, amount_disputed::float8 FROM account_move"
                " WHERE dispute_state = %s AND company_id = %s",
                state,
                company.id,
            )
        )
