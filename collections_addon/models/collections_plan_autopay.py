from odoo import models

from .collections_autopay_charge import LIVE


class CollectionsPlan(models.Model):
    """An installment that is collected by itself needs no reminder."""

    _inherit = "collections.plan"

    def _installment_pauses(self):
        """Override: installments of which the customer was told that they are collected."""
        charges = self.env["collections.autopay.charge"].search(
            [("plan_line_id", "in", self.line_ids.ids), ("state", "in", LIVE)]
        )
        return super()._installment_pauses() | dict.fromkeys(charges.plan_line_id.ids, "promised")
