from odoo import api, models
from odoo.tools import SQL


class DunningFacts(models.AbstractModel):
    """What is on its way is not asked for."""

    _inherit = "dunning.facts"

    @api.model
    def _move_pauses(self, company, date):
        """Override: invoices with an announced payment, or one that a provider works on."""
        pauses = super()._move_pauses(company, date)
        for move_id in self._announced_moves(company, date) | self._moves_under_way(company):
            pauses.setdefault(move_id, "promised")
        return pauses

    def _announced_moves(self, company, date):
        self.env["collections.announcement"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.move_id
                  FROM collections_announcement announcement
                  JOIN collections_announcement_line_rel rel
                       ON rel.announcement_id = announcement.id
                  JOIN account_move_line line ON line.id = rel.line_id
                 WHERE announcement.state = 'announced' AND announcement.company_id = %s
                   AND announcement.deadline >= %s
                """,
                company.id,
                date,
            )
        )
        return {move_id for [move_id] in rows}

    def _moves_under_way(self, company):
        transactions = self.env["payment.transaction"]
        transactions.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT rel.invoice_id
                  FROM account_invoice_transaction_rel rel
                  JOIN payment_transaction tx ON tx.id = rel.transaction_id
                 WHERE tx.company_id = %s AND %s
                """,
                company.id,
                transactions._under_way_sql(),
            )
        )
        return {move_id for [move_id] in rows}
