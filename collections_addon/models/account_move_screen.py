from odoo import api, fields, models
from odoo.fields import Domain


class AccountMove(models.Model):
    """What the Collections tab of an invoice shows, and where its buttons lead."""

    _inherit = "account.move"

    dunning_line_ids = fields.Many2many(
        "account.move.line", compute="_compute_dunning_line_ids", string="Installments"
    )
    is_on_hold = fields.Boolean(
        string="On Hold",
        compute="_compute_is_on_hold",
        search="_search_is_on_hold",
        groups="collections_addon.group_collections_viewer",
        help="Somebody has paused reminders for this invoice or for its customer.",
    )

    @api.depends("line_ids.account_id")
    def _compute_dunning_line_ids(self):
        for move in self:
            move.dunning_line_ids = move._dunning_lines().sorted("date_maturity")

    def _compute_is_on_hold(self):
        today = fields.Date.context_today(self)
        for company, moves in self.grouped("company_id").items():
            partner_ids, move_ids = self.env["collections.hold"]._pauses(company, today)
            for move in moves:
                paused = move.commercial_partner_id.id in partner_ids or move.id in move_ids
                move.is_on_hold = paused

    @api.model
    def _search_is_on_hold(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        paused = Domain.FALSE
        for company in self.env.companies:
            partner_ids, move_ids = self.env["collections.hold"]._pauses(company, today)
            paused |= Domain("company_id", "=", company.id) & (
                Domain("commercial_partner_id", "in", list(partner_ids))
                | Domain("id", "in", list(move_ids))
            )
        return paused if True in value else ~paused

    # === ACTION METHODS === #

    def action_open_collections_case(self):
        """Open the customer's file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.case",
            "res_id": self.collections_case_id.id,
            "view_mode": "form",
        }

    def action_open_dunning_contacts(self):
        """Open the contacts in which these invoices were listed."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "collections_addon.action_dunning_action"
        )
        return {**action, "domain": [("item_ids.move_id", "in", self.ids)], "context": {}}
