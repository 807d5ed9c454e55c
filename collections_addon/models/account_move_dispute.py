from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column

from .collections_dispute import ACTIVE


class AccountMove(models.Model):
    """What is contested of an invoice."""

    _inherit = "account.move"

    dispute_line_ids = fields.One2many(
        "collections.dispute.line",
        "move_id",
        string="Dispute Lines",
        groups="collections_addon.group_collections_viewer",
    )
    dispute_ids = fields.Many2many(
        "collections.dispute",
        compute="_compute_dispute_ids",
        string="Disputes",
        groups="collections_addon.group_collections_viewer",
    )
    dispute_state = fields.Selection(
        [("disputed", "Disputed"), ("partly", "Partly Disputed"), ("resolved", "Resolved")],
        compute="_compute_dispute_state",
        compute_sudo=True,
        store=True,
        copy=False,
        index="btree_not_null",
        string="Dispute",
    )
    amount_disputed = fields.Monetary(
        string="Disputed Amount",
        compute="_compute_dispute_state",
        compute_sudo=True,
        store=True,
        copy=False,
    )

    def _auto_init(self):
        """Make the columns empty: no invoice is disputed before the module is there.

        Otherwise every invoice of the database would be computed at installation.
        """
        for name, kind in (("dispute_state", "varchar"), ("amount_disputed", "numeric")):
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, kind)
        return super()._auto_init()

    def _compute_dispute_ids(self):
        for move in self:
            move.dispute_ids = move.dispute_line_ids.dispute_id

    @api.depends(
        "dispute_line_ids.amount_disputed", "dispute_line_ids.dispute_id.state", "amount_residual"
    )
    def _compute_dispute_state(self):
        for move in self:
            lines = move.dispute_line_ids
            active = lines.filtered(lambda line: line.dispute_id.state in ACTIVE)
            claimed = min(sum(active.mapped("amount_disputed")), move.amount_residual)
            move.amount_disputed = claimed
            if not lines:
                move.dispute_state = False
            elif not claimed:
                move.dispute_state = "resolved"
            else:
                whole = not move.currency_id.compare_amounts(claimed, move.amount_residual)
                move.dispute_state = "disputed" if whole else "partly"

    # === ACTION METHODS === #

    def action_open_disputes(self):
        """The disputes of these invoices."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_dispute"
        )
        return {**action, "domain": [("line_ids.move_id", "in", self.ids)], "context": {}}

    def action_dispute(self):
        """A new dispute over what is open on these invoices, to complete and save."""
        owed = self.filtered(
            lambda move: (
                move.is_sale_document(include_receipts=True)
                and move.state == "posted"
                and move.amount_residual > 0
            )
        )
        if len(owed.commercial_partner_id) != 1 or len(owed.currency_id) != 1:
            raise UserError(
                self.env._(
                    "Choose open invoices of one customer in one currency to dispute them together."
                )
            )
        lines = [
            Command.create({"move_id": move.id, "amount_disputed": move.amount_residual})
            for move in owed
        ]
        return {
            "type": "ir.actions.act_window",
            "res_model": "collections.dispute",
            "view_mode": "form",
            "name": self.env._("New Dispute"),
            "context": {
                "default_partner_id": owed.commercial_partner_id.id,
                "default_company_id": owed.company_id.id,
                "default_currency_id": owed.currency_id.id,
                "default_line_ids": lines,
            },
        }
