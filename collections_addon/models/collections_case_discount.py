from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .collections_settlement_sql import is_exchange

#: How far back the payment habit is looked at.
HABIT_DAYS = 365


class CollectionsCase(models.Model):
    """Discounts for paying early: those of the payment terms, and those a policy offers."""

    _inherit = "collections.case"

    def _checkout_discounts(self, lines, today):
        """What is deducted when items are paid wholly now.

        :param lines: open items of the customer
        :param datetime.date today: the business date of the company
        :return: line id -> (amount in the currency of the item, `term` or `offer`)
        :rtype: dict[int, tuple[float, str]]
        """
        discounts = {}
        good_payer = {}
        own_policy = self._customer_policy()
        for line in lines:
            amount = self._terms_discount(line, today)
            if amount:
                discounts[line.id] = (amount, "term")
                continue
            policy = line.move_id.dunning_policy_id or own_policy
            if not self._may_be_offered(line, policy, today):
                continue
            if policy not in good_payer:
                good_payer[policy] = self._is_good_payer(policy, today)
            if good_payer[policy]:
                share = policy.early_discount_percent / 100
                amount = line.currency_id.round(line.amount_residual_currency * share)
                discounts[line.id] = (amount, "offer")
        return discounts

    def _terms_discount(self, line, today):
        """Discount of the payment terms, as core grants it."""
        move = line.move_id
        if not move._is_eligible_for_early_payment_discount(line.currency_id, today):
            return 0.0
        return max(line.amount_residual_currency - line.discount_amount_currency, 0.0)

    def _may_be_offered(self, line, policy, today):
        """Whether a policy offers a discount on an item: whole, simple and early enough."""
        move = line.move_id
        due = line.date_maturity or line.date
        return (
            policy.early_discount_percent
            and due - timedelta(days=policy.early_discount_days) >= today
            and move.move_type == "out_invoice"
            and not move.invoice_payment_term_id.early_discount
            and len(move._dunning_lines()) == 1
            and not line.currency_id.compare_amounts(
                line.amount_residual_currency, line.amount_currency
            )
        )

    def _is_good_payer(self, policy, today):
        """Whether the customer's habit and present state earn the policy's discount."""
        if any(line.date_maturity < today for line in self._checkout_lines()):
            return False
        paid, on_time = self._payment_habit(today)
        return paid >= policy.early_discount_invoices and (
            on_time * 100 >= paid * policy.early_discount_share
        )

    def _payment_habit(self, today):
        """How the customer paid what fell due in the last year.

        :return: items settled, and those of them settled by their due date
        :rtype: tuple[int, int]
        """
        self.ensure_one()
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        query = SQL(
            """
            SELECT count(*), count(*) FILTER (WHERE settled.day <= line.date_maturity)
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN LATERAL (SELECT max(partial.max_date) AS day
                              FROM account_partial_reconcile partial
                              JOIN account_move_line credit ON credit.id = partial.credit_move_id
                              JOIN account_move paying ON paying.id = credit.move_id
                             WHERE partial.debit_move_id = line.id AND NOT %s) settled ON TRUE
             WHERE partner.commercial_partner_id = %s
               AND line.company_id = %s
               AND account.account_type = 'asset_receivable'
               AND move.move_type = 'out_invoice'
               AND line.parent_state = 'posted'
               AND line.reconciled
               AND line.date_maturity BETWEEN %s AND %s
            """,
            is_exchange("paying"),
            self.partner_id.id,
            self.company_id.id,
            today - timedelta(days=HABIT_DAYS),
            today + timedelta(days=HABIT_DAYS),
        )
        return self.env.execute_query(query)[0]
