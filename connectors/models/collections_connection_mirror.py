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
    drift_checked_at = fields.Datetime(string="Compared On", readonly=True, copy=False)
    drift_open_count = fields.Integer(string="Not Explained", readonly=True, copy=False)
    drift_explained_count = fields.Integer(string="Explained", readonly=True, copy=False)

    def _mirror(self, limit=None, now=None):
        """Turn some of the records that wait into customers and documents.

        :param int limit: most records to take up
        :param datetime.datetime now: naive UTC
        :return: how many were taken up, 0 when none waits
        :rtype: int
        """
        self.ensure_one()
        return self.env["collections.mirror"]._step(self, now, limit)

    def _check_drift(self, now=None):
        """Compare the ledger's figures with ours, of every document and customer.

        All figures are kept in `collections.drift`, those that are the same too.

        :param datetime.datetime now: naive UTC, the present by default
        :return: a dict for each difference that nothing explains: `record`, `measure`,
            `currency`, `there`, `here`, `text`
        :rtype: list[dict]
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        connection = self.sudo()
        today = connection.company_id._collections_today(now)
        differences = self.env["collections.drift"].sudo()._compare(connection, today)
        open_ = differences.filtered(lambda row: not row.is_explained)
        connection.write(
            {
                "drift_checked_at": now,
                "drift_explained_count": len(differences) - len(open_),
                "drift_open_count": len(open_),
            }
        )
        connection._judge_drift()
        return [row._summary() for row in open_]

    def action_check_drift(self):
        """Compare now, and show the figures."""
        self._check_drift()
        return self.action_open_drift()

    def action_open_drift(self):
        """Show the ledger's figures beside ours."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_drift"
        )
        return action | {"domain": [("connection_id", "=", self.id)]}

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
        numbers = ("", *map(str, range(2, 10_000)))
        return next(code for n in numbers if (code := f"{stem[: 5 - len(n)]}{n}") not in taken)
