from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CollectionsHoldWizard(models.TransientModel):
    """Put customers, or invoices, on hold with one reason and one end date."""

    _name = "collections.hold.wizard"
    _description = "Put on Hold"

    case_ids = fields.Many2many("collections.case", string="Customers")
    move_ids = fields.Many2many("account.move", string="Invoices")
    reason = fields.Char(required=True)
    date_start = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_end = fields.Date(
        string="Until", help="Last day of the hold. Empty: until somebody releases it."
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        target = {"collections.case": "case_ids", "account.move": "move_ids"}
        name = target.get(self.env.context.get("active_model"))
        if name in fields_list:
            values[name] = [fields.Command.set(self.env.context.get("active_ids", []))]
        return values

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_end and wizard.date_end < wizard.date_start:
                raise ValidationError(self.env._("A hold cannot end before it begins."))

    def action_apply(self):
        """Write one hold per customer or invoice and bring the figures up to date."""
        self.ensure_one()
        if not (self.case_ids or self.move_ids):
            raise UserError(self.env._("Choose the customers or invoices to put on hold."))
        holds = self.env["collections.hold"].create(
            [self._hold_values(case.partner_id, case.company_id) for case in self.case_ids]
            + [
                self._hold_values(move.commercial_partner_id, move.company_id, move)
                for move in self.move_ids
            ]
        )
        self._refresh_cases(holds)
        return {"type": "ir.actions.act_window_close"}

    def _hold_values(self, partner, company, move=None):
        return {
            "partner_id": partner.id,
            "company_id": company.id,
            "move_id": move.id if move else False,
            "reason": self.reason,
            "date_start": self.date_start,
            "date_end": self.date_end,
        }

    def _refresh_cases(self, holds):
        cases = self.case_ids | self.move_ids.collections_case_id
        if cases:
            cases.action_refresh()
