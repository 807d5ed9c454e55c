from odoo import fields, models
from odoo.exceptions import UserError


class CollectionsConnection(models.Model):
    """Where the mirror writes, and how far back."""

    _inherit = "collections.connection"

    receivable_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        domain="[('account_type', '=', 'asset_receivable')]",
        help="What customers owe of mirrored documents is kept here.",
    )
    closed_since = fields.Date(
        string="Closed Documents Since",
        help="Documents with nothing left to pay are mirrored from this date on; older ones"
        " only when they are still open. Empty: all.",
    )
    after_closed_period = fields.Boolean(
        string="Move Out of Closed Periods",
        help="Documents dated in a closed period are booked on the first open day, with their"
        " own invoice and due dates. Otherwise they are set aside.",
    )

    def _mirror(self, limit=None, now=None):
        """Turn some of the records that wait into customers and documents.

        :param int limit: most records to take up
        :param datetime.datetime now: naive UTC
        :return: how many were taken up, 0 when none waits
        :rtype: int
        """
        self.ensure_one()
        return self.env["collections.mirror"]._step(self, now, limit)

    # === JOURNALS AND ACCOUNTS === #

    def _prepare_books(self):
        """Make the journals and accounts that the mirror writes into, where there are none.

        :raises UserError: when the company has no chart of accounts
        """
        for connection in self.sudo():
            missing = connection._missing_books()
            if missing:
                connection.write({name: make().id for name, make in missing.items()})

    def _missing_books(self):
        makers = {
            "receivable_account_id": self._find_receivable,
            "account_id": self._make_account,
            "journal_id": lambda: self._make_journal("sale"),
            "payment_journal_id": lambda: self._make_journal("general"),
        }
        return {name: make for name, make in makers.items() if not self[name]}

    def _find_receivable(self):
        company = self.company_id
        partners = self.env["res.partner"].with_company(company)
        account = partners._fields["property_account_receivable_id"].get_company_dependent_fallback(
            partners
        )
        if not account:
            raise UserError(
                self.env._("%(company)s has no chart of accounts yet.", company=company.name)
            )
        return account

    def _make_account(self):
        accounts = self.env["account.account"].with_company(self.company_id)
        receivable = self.receivable_account_id or self._find_receivable()
        code = accounts._search_new_account_code(
            receivable.with_company(self.company_id).code or "100000"
        )
        return accounts.create(
            {
                "name": self.env._("Counterpart of mirrored documents"),
                "code": code,
                "account_type": "asset_current",
                "reconcile": False,
            }
        )

    def _make_journal(self, kind):
        label = self._adapter()._label or self.provider
        name = label if kind == "sale" else self.env._("%(ledger)s payments", ledger=label)
        return self.env["account.journal"].create(
            {
                "name": name,
                "code": self._free_code(label, kind),
                "type": kind,
                "company_id": self.company_id.id,
                "show_on_dashboard": False,
            }
        )

    def _free_code(self, label, kind):
        """A journal code of at most five characters that is not taken in the company."""
        stem = "".join(char for char in label.upper() if char.isalnum())[:3] or "EXT"
        stem += "" if kind == "sale" else "P"
        taken = set(
            self.env["account.journal"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id)])
            .mapped("code")
        )
        numbers = ("", *map(str, range(2, 100)))
        return next(code for n in numbers if (code := f"{stem}{n}"[:5]) not in taken)
