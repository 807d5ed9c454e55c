from odoo import models


class DunningRun(models.Model):
    """What groups propose after the day's evaluation."""

    _inherit = "dunning.run"

    def _finish(self, writer):
        """Override: hand-overs that groups propose."""
        super()._finish(writer)
        self.env["collections.case"]._propose_handovers(self.company_id, self.date)
