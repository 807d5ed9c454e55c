from odoo import models

from .mirror_guard import is_mirroring


class CollectionsCharge(models.Model):
    """What is charged for invoices of an outside ledger stands in that ledger, too."""

    _inherit = "collections.charge"

    def _fee_connection(self):
        """The ledger that takes the debit note of these charges, empty when none does."""
        connection = self.sudo().move_id.collections_connection_id
        return connection if len(connection) == 1 and connection._takes_fees() else connection[:0]

    def _booking_key(self):
        """Override: a debit note belongs to one ledger at most."""
        return (*super()._booking_key(), self._fee_connection())

    def _before_posting(self, invoice):
        """Override: its payments come from the mirror, which has one account of receivables."""
        super()._before_posting(invoice)
        account = self._fee_connection().receivable_account_id
        items = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        if account and items.account_id != account:
            items.account_id = account

    def _book(self, date):
        """Override: debit notes are written to the ledgers of their invoices."""
        invoices = super()._book(date)
        self.env["collections.outbox"].sudo()._queue_fees(invoices.sudo())
        return invoices

    def _reverse(self, date, reason):
        """Override: what is taken back here is taken back there, unless it was so already."""
        credits = super()._reverse(date, reason)
        if not is_mirroring(self.env):
            self.env["collections.outbox"].sudo()._queue_fee_ends(self.sudo().invoice_id)
        return credits
