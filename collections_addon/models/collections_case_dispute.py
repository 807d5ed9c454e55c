from odoo import fields, models

from .collections_dispute import ACTIVE


class CollectionsCase(models.Model):
    """The disputes of a customer."""

    _inherit = "collections.case"

    dispute_ids = fields.One2many("collections.dispute", "case_id", string="Disputes")
    dispute_count = fields.Integer(compute="_compute_dispute_count", string="Unresolved Disputes")

    def _compute_dispute_count(self):
        rows = self.env["collections.dispute"]._read_group(
            [("case_id", "in", self.ids), ("state", "in", ACTIVE)], ["case_id"], ["__count"]
        )
        counts = {case.id: count for case, count in rows}
        for case in self:
            case.dispute_count = counts.get(case.id, 0)

    def action_open_disputes(self):
        """The disputes of this customer, ready for a new one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_dispute"
        )
        context = {
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
            "default_currency_id": self.currency_id.id,
        }
        return {**action, "domain": [("case_id", "=", self.id)], "context": context}
