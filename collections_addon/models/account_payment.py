from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

#: How long a registered payment is waited for on the bank's statement.
PATIENCE = timedelta(days=30)


class AccountPayment(models.Model):
    """A payment nobody has allocated yet may be one that was announced."""

    _inherit = "account.payment"

    def _registered_sql(self, day):
        """Rows `payment` of money received that no journal entry shows yet.

        Where banks are reconciled in Odoo a payment has no entry of its own: the statement's
        line settles the invoice. Until then the invoice stands open, though it is paid.

        :param datetime.date day: as of which
        :rtype: SQL, a boolean
        """
        return SQL(
            """
            (payment.state = 'in_process' AND payment.move_id IS NULL
             AND payment.payment_type = 'inbound' AND payment.date >= %s)
            """,
            day - PATIENCE,
        )

    def action_post(self):
        """Override of `account`: the figures of its customer are looked at again."""
        result = super().action_post()
        for company, payments in self.grouped("company_id").items():
            customers = payments.filtered(lambda payment: payment.partner_type == "customer")
            self.env["collections.refresh"]._add(customers.partner_id, company)
        return result


class AccountBankStatementLine(models.Model):
    """A line of the bank may be a payment that was announced."""

    _inherit = "account.bank.statement.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account`: customers whose announced payment this may be are looked at."""
        lines = super().create(vals_list)
        for company, own in lines.grouped("company_id").items():
            waiting = self.env["collections.announcement"].sudo()._waiting_for(company, own)
            self.env["collections.refresh"]._add(waiting.partner_id, company)
        return lines
