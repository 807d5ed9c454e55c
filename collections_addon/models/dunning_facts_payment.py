from odoo import api, models
from odoo.tools import SQL


class DunningFacts(models.AbstractModel):
    """What is on its way is not asked for."""

    _inherit = "dunning.facts"

    @api.model
    def _move_pauses(self, company, date):
        """Override: invoices with an announced payment, one that a provider works on, one
        that is registered and waits for the bank's statement, or one that will be collected
        on a day the customer was told of."""
        pauses = super()._move_pauses(company, date)
        moves = self._announced_moves(company, date) | self._moves_under_way(company, date)
        if not self.env.context.get("collections_without_autopay"):
            moves |= self._collected_moves(company)
        for move_id in moves:
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

    def _moves_under_way(self, company, date):
        """Invoices that a provider works on, or whose payment waits for the bank."""
        transactions, payments = self.env["payment.transaction"], self.env["account.payment"]
        transactions.flush_model()
        payments.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rel.invoice_id
                  FROM account_invoice_transaction_rel rel
                  JOIN payment_transaction tx ON tx.id = rel.transaction_id
                 WHERE tx.company_id = %(company)s AND %(under_way)s
                 UNION
                SELECT rel.invoice_id
                  FROM account_move__account_payment rel
                  JOIN account_payment payment ON payment.id = rel.payment_id
                 WHERE payment.company_id = %(company)s AND %(registered)s
                """,
                company=company.id,
                under_way=transactions._under_way_sql(date),
                registered=payments._registered_sql(date),
            )
        )
        return {move_id for [move_id] in rows}

    def _collected_moves(self, company):
        self.env["collections.autopay.item"].flush_model()
        self.env["collections.autopay.charge"].flush_model(["company_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.move_id
                  FROM collections_autopay_item item
                  JOIN collections_autopay_charge charge ON charge.id = item.charge_id
                  JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE item.is_live AND charge.company_id = %s
                """,
                company.id,
            )
        )
        return {move_id for [move_id] in rows}
