from odoo import api, models
from odoo.tools import SQL


class DunningFacts(models.AbstractModel):
    """Who complains is not reminded."""

    _inherit = "dunning.facts"

    @api.model
    def _partner_pauses(self, company, date):
        """Override: customers with an open complaint."""
        pauses = super()._partner_pauses(company, date)
        self.env["collections.complaint"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id FROM collections_complaint"
                " WHERE state = 'open' AND company_id = %s",
                company.id,
            )
        )
        for [partner_id] in rows:
            pauses[partner_id] = "complaint_open"
        return pauses
