from odoo import api, models

from .mirror_guard import is_mirroring


class AccountPartialReconcile(models.Model):
    """Payments on our portal are written to the ledger of their invoices."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account`: the mirror's own matches are the ledger's already."""
        partials = super().create(vals_list)
        if not is_mirroring(self.env):
            self.env["collections.outbox"].sudo()._queue_payments(partials.sudo())
        return partials

    def unlink(self):
        """Override of `account`: what was not written yet will not be."""
        if not is_mirroring(self.env):
            self.env["collections.outbox"].sudo()._forget(self.sudo())
        return super().unlink()
