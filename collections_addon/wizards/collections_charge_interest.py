from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError


class CollectionsChargeInterest(models.TransientModel):
    """Charges late interest up to a date on invoices chosen by hand, also on paid ones."""

    _name = "collections.charge.interest"
    _description = "Charge Late Interest"

    move_ids = fields.Many2many("account.move", string="Invoices", required=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    date = fields.Date(string="Up To", required=True, default=fields.Date.context_today)
    interest = fields.Selection(
        [("statutory", "By law"), ("contract", "As agreed")], required=True, default="statutory"
    )
    percent = fields.Float(string="Percent a Year", digits=(8, 4))

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if "move_ids" in fields_list and self.env.context.get("active_model") == "account.move":
            values["move_ids"] = [Command.set(self.env.context.get("active_ids", []))]
        return values

    @api.depends("move_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.move_ids.company_id[:1]

    @api.constrains("interest", "percent")
    def _check_percent(self):
        for wizard in self:
            if wizard.interest == "contract" and wizard.percent <= 0:
                raise ValidationError(self.env._("Say how many percent a year were agreed."))

    def action_confirm(self):
        """Write the charges, to book or to waive."""
        self.ensure_one()
        charges = self.env["collections.charge"]
        charges.check_access("create")
        planned = self.env["collections.charge.planner"]._plan_interest(
            self._lines(), self.interest, self.percent, self.date
        )
        if not planned:
            raise UserError(
                self.env._(
                    "No interest is due: nothing was late, it has been charged already, or no "
                    "rate is known."
                )
            )
        created = charges.create([self._values(charge) for charge in planned])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_charge"
        )
        return {**action, "domain": [("id", "in", created.ids)], "context": {}}

    def _lines(self):
        moves = self.move_ids.filtered(
            lambda move: (
                move.state == "posted"
                and move.is_sale_document()
                and move.move_type != "out_refund"
            )
        )
        return moves._dunning_lines().filtered(lambda line: line.amount_currency > 0)

    def _values(self, planned):
        return {
            "move_line_id": planned["line"],
            "company_id": self.env["account.move.line"].browse(planned["line"]).company_id.id,
            "kind": planned["kind"],
            "amount": float(planned["amount"]),
            "date": self.date,
            "date_from": planned["first"],
            "date_to": planned["last"],
            "terms": planned["terms"],
        }
