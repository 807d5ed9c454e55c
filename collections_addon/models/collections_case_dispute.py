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
        context = self._dispute_defaults()
        return {**action, "domain": [("case_id", "=", self.id)], "context": context}

    def action_new_dispute(self):
        """Take down what the customer has just contested."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": "collections.dispute",
            "view_mode": "form",
            "views": [
                [self.env.ref("collections_addon.view_collections_dispute_form_quick").id, "form"]
            ],
            "target": "new",
            "context": {**self._dispute_defaults(), "default_line_ids": self._invoice_meant()},
        }

    def _dispute_defaults(self):
        owed = self.move_line_ids.filtered(lambda line: line.amount_residual > 0)
        return {
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
            "default_currency_id": (owed.currency_id[:1] or self.currency_id).id,
        }

    def _invoice_meant(self):
        """The invoice that must be meant, where only one is open; else a person chooses."""
        moves = self.move_line_ids.filtered(lambda line: line.amount_residual > 0).move_id
        return [
            fields.Command.create({"move_id": move.id, "amount_disputed": move.amount_residual})
            for move in moves
            if len(moves) == 1 and move.is_sale_document(include_receipts=True)
        ]
