from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _collections_ledger_time(self):
        """Override: what outside ledgers held was known when the one read longest ago was."""
        latest = super()._collections_ledger_time()
        read = self.env["collections.connection"].sudo()._of_company(self).mapped("last_sync")
        if not all(read):
            return latest
        return max(filter(None, (latest, min(read, default=None))), default=None)
