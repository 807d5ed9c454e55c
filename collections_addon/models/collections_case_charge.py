from odoo import fields, models

from .collections_charge import UNBOOKED


class CollectionsCase(models.Model):
    """The charges of a customer."""

    _inherit = "collections.case"

    charge_ids = fields.One2many("collections.charge", "case_id", string="Charges")
    charge_count = fields.Integer(compute="_compute_charge_counts", string="Charge Count")
    charge_unbooked_count = fields.Integer(
        compute="_compute_charge_counts", string="Charges Not Booked"
    )

    def _compute_charge_counts(self):
        rows = self.env["collections.charge"]._read_group(
            [("case_id", "in", self.ids), ("state", "not in", ("waived", "reversed"))],
            ["case_id", "state"],
            ["__count"],
        )
        counts = {(case.id, state): count for case, state, count in rows}
        for case in self:
            unbooked = sum(counts.get((case.id, state), 0) for state in UNBOOKED)
            case.charge_unbooked_count = unbooked
            case.charge_count = unbooked + counts.get((case.id, "booked"), 0)

    def action_open_charges(self):
        """The charges of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_charge"
        )
        return {
            **action,
            "domain": [("case_id", "=", self.id)],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }
