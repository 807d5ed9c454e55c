from odoo import api, models


class AccountPayment(models.Model):
    """A payment nobody has allocated yet may be one that was announced."""

    _inherit = "account.payment"

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
