from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [("revenue", "Revenue"), ("tax", "Tax")]
STREAMS = ("invoices", "credit_notes")
#: Documents that are looked through for codes.
MOST = 2000
NEVER = ("asset_receivable", "liability_payable")


class CollectionsConnectionAccount(models.Model):
    """Which account of ours stands for a code of the ledger: an account, a product, a tax."""

    _name = "collections.connection.account"
    _description = "Account of a Mirrored Ledger"
    _order = "connection_id, kind, code"
    _rec_name = "code"
    _check_company_auto = True

    connection_id = fields.Many2one(
        "collections.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, required=True, default="revenue")
    code = fields.Char(
        string="Code There",
        required=True,
        help="Xero: code of the account, type of the tax. QuickBooks: key of the product, of the"
        " account of a discount, of the tax rate. “-”: where the ledger gives none.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Account Here",
        check_company=True,
        domain=[("account_type", "not in", NEVER)],
        help="Empty: the counterpart account.",
    )

    _unique_code = models.UniqueIndex(
        "(connection_id, kind, code)", "There is an account for this code already."
    )

    @api.constrains("account_id")
    def _check_account(self):
        if any(row.account_id.account_type in NEVER for row in self):
            raise ValidationError(
                self.env._("What customers owe has its own account: choose another one here.")
            )


class CollectionsConnection(models.Model):
    """Mirrored documents on accounts of revenue and tax, where somebody wants that."""

    _inherit = "collections.connection"

    books_lines = fields.Boolean(
        string="Book Revenue and Tax",
        tracking=True,
        help="Mirrored invoices and credit notes are booked line by line on the accounts given"
        " for the ledger's codes, instead of one counterpart. Taxes are amounts on accounts:"
        " they are in no tax report, the ledger has declared them.",
    )
    account_map_ids = fields.One2many("collections.connection.account", "connection_id")

    def _account_map(self):
        """(kind, code) -> the account here.

        :rtype: dict[tuple[str, str], `account.account`]
        """
        rows = self.account_map_ids.filtered("account_id")
        return {(row.kind, row.code): row.account_id for row in rows}

    def _documents_read(self):
        refs = self.env["collections.external.ref"]
        domain = [("connection_id", "=", self.id), ("stream", "in", STREAMS)]
        return refs.search(domain, order="id desc", limit=MOST)

    def action_find_codes(self):
        """List the codes that the ledger's latest documents bear."""
        self.ensure_one()
        self.check_access("write")
        adapter, found = self._adapter(), set()
        for stream, refs in self._documents_read().grouped("stream").items():
            page = adapter._read(self, stream, [ref._record() for ref in refs])
            for record in page.records:
                found |= {(part.kind, part.code) for part in record.parts}
        known = {(row.kind, row.code) for row in self.account_map_ids}
        self.env["collections.connection.account"].create(
            [
                {"connection_id": self.id, "kind": kind, "code": code}
                for kind, code in sorted(found - known)
            ]
        )
        return True

    def action_book_lines_again(self):
        """Mirror all documents again: those on other accounts are booked anew in place."""
        self.ensure_one()
        self.check_access("write")
        refs = self.env["collections.external.ref"].sudo()
        domain = [("connection_id", "=", self.id), ("stream", "in", STREAMS)]
        refs.search([*domain, ("state", "in", ("done", "failed"))])._again()
        self._request_sync(fields.Datetime.now())
        return True
