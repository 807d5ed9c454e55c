from odoo import api, models


class AccountPartialReconcile(models.Model):
    """A payment, or its return, changes what a customer owes."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._dunning_refresh_customers()
        return partials

    def unlink(self):
        self._dunning_refresh_customers()
        return super().unlink()

    def _dunning_refresh_customers(self):
        lines = (self.debit_move_id | self.credit_move_id).filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and line.partner_id
        )
        for company, own in lines.grouped("company_id").items():
            self.env["collections.refresh"]._add(own.partner_id, company)
