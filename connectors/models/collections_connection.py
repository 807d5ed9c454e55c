from odoo import api, fields, models

STATES = [
    ("draft", "To Be Connected"),
    ("connected", "Connected"),
    ("reconnect", "To Be Reconnected"),
    ("disconnected", "Disconnected"),
]


class CollectionsConnection(models.Model):
    """An organisation of an outside ledger whose receivables are mirrored in one company."""

    _name = "collections.connection"
    _description = "Connection to an Outside Ledger"
    _inherit = ["collections.stateful", "mail.thread", "mail.activity.mixin"]
    _order = "company_id, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    provider = fields.Selection(
        selection=lambda self: self.env["collections.connector"]._selection(),
        string="Ledger",
        required=True,
    )
    state = fields.Selection(STATES, required=True, default="draft", readonly=True, tracking=True)
    tenant_id = fields.Char(
        string="Organisation Key", readonly=True, copy=False, help="The ledger's key of it."
    )
    tenant_name = fields.Char(string="Organisation", readonly=True, copy=False)
    # === MIRROR === #
    currency_id = fields.Many2one(
        "res.currency", string="Ledger Currency", readonly=True, help="The organisation's own."
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Invoice Journal",
        domain="[('type', '=', 'sale')]",
        check_company=True,
        help="Mirrored invoices and credit notes are posted here.",
    )
    payment_journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'general')]",
        check_company=True,
        help="Mirrored payments are posted here.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Counterpart Account",
        check_company=True,
        help="Where the other side of mirrored documents goes: the ledger there has booked "
        "revenue, tax and bank already.",
    )
    ref_ids = fields.One2many("collections.external.ref", "connection_id")

    def _adapter(self):
        """The connector of this connection."""
        self.ensure_one()
        return self.env["collections.connector"]._by_code(self.provider)

    # === WHAT OTHER FILES DO === #

    def _mirror(self, limit=None, now=None):
        """Turn some of the records that wait into documents.

        :param int limit: most records to take up
        :param datetime.datetime now: naive UTC
        :return: how many were taken up, 0 when none waits
        :rtype: int
        """
        return 0

    def _check_drift(self, now=None):
        """Compare the ledger's figures with ours.

        :return: the differences; empty when there is none
        :rtype: list
        """
        return []

    @api.model
    def _of_company(self, company):
        """Connections whose documents this company mirrors, alive ones only."""
        return self.search([("company_id", "=", company.id), ("state", "!=", "draft")])
