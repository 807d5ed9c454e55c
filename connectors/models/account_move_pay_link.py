from odoo import models


class AccountMove(models.Model):
    """Mirrored invoices are paid in the ledger's own page, where its connection says so."""

    _inherit = "account.move"

    def _pay_links(self):
        """Override: those that the ledger has given out for what is open."""
        links = super()._pay_links()
        for move in self.sudo().filtered("collections_payment_link"):
            offered = move.collections_connection_id.offer_payment_link
            if offered and move.state == "posted" and move.amount_residual > 0:
                links[move.id] = move.collections_payment_link
        return links


class CollectionsCase(models.Model):
    _inherit = "collections.case"

    def _pay_links(self):
        """Pages of others on which open invoices of this customer are to be paid.

        :return: invoice's id -> address
        :rtype: dict[int, str]
        """
        self.ensure_one()
        moves = self.env["account.move"].sudo()
        found = moves.search(
            [
                ("company_id", "=", self.company_id.id),
                ("commercial_partner_id", "=", self.partner_id.id),
                ("collections_payment_link", "!=", False),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )
        return found._pay_links()
