from odoo import api, fields, models
from odoo.exceptions import UserError

from .mirror_guard import is_mirroring

#: What the ledger says, and nobody here changes.
PROTECTED = {
    "amount_total",
    "company_id",
    "currency_id",
    "date",
    "fiscal_position_id",
    "invoice_currency_rate",
    "invoice_date",
    "invoice_date_due",
    "invoice_line_ids",
    "invoice_payment_term_id",
    "journal_id",
    "line_ids",
    "move_type",
    "name",
    "partner_id",
    "state",
    "collections_connection_id",
}
#: The same of an item.
PROTECTED_ITEM = {
    "account_id",
    "amount_currency",
    "balance",
    "credit",
    "currency_id",
    "date_maturity",
    "debit",
    "discount",
    "move_id",
    "partner_id",
    "price_unit",
    "quantity",
    "tax_ids",
}


class AccountMove(models.Model):
    """Documents mirrored from an outside ledger, which alone changes them."""

    _inherit = "account.move"

    collections_connection_id = fields.Many2one(
        "collections.connection",
        string="Mirrored From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The outside ledger this document is kept in; changes are made there.",
    )
    collections_payment_link = fields.Char(
        string="Payment Page There", readonly=True, copy=False, help="Where the ledger has it paid."
    )
    collections_source_url = fields.Char(
        string="Document There", compute="_compute_collections_source_url"
    )

    @api.depends("collections_connection_id")
    def _compute_collections_source_url(self):
        mirrored = self.filtered("collections_connection_id")
        refs = self.env["collections.external.ref"].sudo().search([("move_id", "in", mirrored.ids)])
        by_move = {ref.move_id: ref for ref in refs if ref.stream != "payments"}
        for move in self:
            ref = by_move.get(move)
            move.collections_source_url = ref and ref._source_url()

    def write(self, vals):
        """Override of `account`: what is mirrored is changed where it comes from."""
        self._check_not_mirrored(PROTECTED.intersection(vals))
        return super().write(vals)

    def unlink(self):
        """Override of `account`: what is mirrored goes when it goes there."""
        self._check_not_mirrored({"unlink"})
        return super().unlink()

    def button_draft(self):
        """Override of `account`: what is mirrored stays posted."""
        self._check_not_mirrored({"state"})
        return super().button_draft()

    def _check_not_mirrored(self, names):
        if not names or is_mirroring(self.env):
            return
        for move in self.filtered("collections_connection_id"):
            raise UserError(
                self.env._(
                    "%(document)s is mirrored from %(ledger)s: change it there, and it is"
                    " changed here with the next synchronization.",
                    document=move.name or move.ref,
                    ledger=move.collections_connection_id.sudo().name,
                )
            )

    def _must_check_constrains_date_sequence(self):
        """Override of `account`: a year in a number given elsewhere means nothing here."""
        return not self.collections_connection_id and super()._must_check_constrains_date_sequence()

    def action_collections_open_source(self):
        """Open the document in the ledger it comes from."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.collections_source_url, "target": "new"}
