from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.collections_charge import UNBOOKED


class CollectionsChargeEnd(models.TransientModel):
    """Gives charges up: those not booked are waived, booked ones reversed."""

    _name = "collections.charge.end"
    _description = "Waive or Reverse Charges"

    charge_ids = fields.Many2many("collections.charge", string="Charges", required=True)
    booked_count = fields.Integer(compute="_compute_booked_count")
    reason = fields.Char(required=True, help="Kept with the charge and in the customer's file.")
    date = fields.Date(string="Credit Note Date", required=True, default=fields.Date.context_today)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        from_charges = self.env.context.get("active_model") == "collections.charge"
        if "charge_ids" in fields_list and from_charges:
            values["charge_ids"] = [fields.Command.set(self.env.context.get("active_ids", []))]
        return values

    @api.depends("charge_ids")
    def _compute_booked_count(self):
        for wizard in self:
            states = wizard.charge_ids.mapped("state")
            wizard.booked_count = states.count("booked")

    def action_confirm(self):
        """Waive what is not booked, reverse what is."""
        self.ensure_one()
        unbooked = self.charge_ids.filtered(lambda charge: charge.state in UNBOOKED)
        booked = self.charge_ids.filtered(lambda charge: charge.state == "booked")
        if not unbooked | booked:
            raise UserError(self.env._("These charges have ended already."))
        unbooked._waive(self.reason)
        if booked:
            booked._check_manager()
            booked._reverse(self.date, self.reason)
        return {"type": "ir.actions.act_window_close"}
