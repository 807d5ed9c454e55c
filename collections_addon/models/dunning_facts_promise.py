from odoo import api, models
from odoo.tools import SQL


class DunningFacts(models.AbstractModel):
    """What is promised is not asked for until the promise has run out."""

    _inherit = "dunning.facts"

    @api.model
    def _move_pauses(self, company, date):
        """Override: invoices with an open promise."""
        pauses = super()._move_pauses(company, date)
        self.env["collections.promise"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.move_id
                  FROM collections_promise promise
                  JOIN collections_promise_line_rel rel ON rel.promise_id = promise.id
                  JOIN account_move_line line ON line.id = rel.line_id
                 WHERE promise.state = 'open' AND promise.company_id = %s
                   AND promise.deadline >= %s
                """,
                company.id,
                date,
            )
        )
        for [move_id] in rows:
            pauses.setdefault(move_id, "promised")
        return pauses
