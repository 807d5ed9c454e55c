from odoo import api, models


class KpiProvider(models.AbstractModel):
    _inherit = "kpi.provider"

    @api.model
    def get_collections_kpi_summary(self):
        """How many contacts wait for somebody's approval, in the companies selected.

        :rtype: list[dict]
        """
        actions = self.env["dunning.action"]
        if not actions.has_access("read"):
            return []
        return [
            {
                "id": "collections.waiting",
                "name": self.env._("Reminders waiting for approval"),
                "type": "integer",
                "value": actions.search_count(
                    [("state", "=", "draft"), ("company_id", "in", self.env.companies.ids)]
                ),
            }
        ]

    @api.model
    def get_kpi_summary(self):
        """Override of `base_setup` to add the reminders waiting for approval."""
        return super().get_kpi_summary() + self.get_collections_kpi_summary()
