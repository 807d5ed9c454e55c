from odoo import fields, models


class AccountMove(models.Model):
    """What was charged for an invoice, and for which charges it stands itself."""

    _inherit = "account.move"

    charge_ids = fields.One2many(
        "collections.charge",
        "move_id",
        string="Charges",
        groups="collections_addon.group_collections_viewer",
    )
    charge_count = fields.Integer(
        compute="_compute_charge_count", groups="collections_addon.group_collections_viewer"
    )

    def _charge_domain(self):
        return ["|", ("move_id", "in", self.ids), ("invoice_id", "in", self.ids)]

    def _compute_charge_count(self):
        charges = self.env["collections.charge"].search(self._charge_domain())
        for move in self:
            move.charge_count = len(
                charges.filtered(lambda c, move=move: move in (c.move_id, c.invoice_id))
            )

    def action_open_charges(self):
        """The charges for these invoices, and those they are debit notes over."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_charge"
        )
        return {**action, "domain": self._charge_domain(), "context": {}}


class CollectionsRefresh(models.Model):
    """What was charged for an invoice that was never owed is given up."""

    _inherit = "collections.refresh"

    def _before_refresh(self, company, partner_ids, today):
        super()._before_refresh(company, partner_ids, today)
        charges = self.env["collections.charge"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("state", "in", ("mentioned", "draft")),
                ("move_id.payment_state", "=", "reversed"),
            ]
        )
        if charges:
            charges._waive(self.env._("The invoice was credited wholly."))
