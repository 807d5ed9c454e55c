from odoo import api, models

#: Stream -> page of a record in Xero's own pages.
PAGES = {
    "invoices": "https://go.xero.com/AccountsReceivable/View.aspx?InvoiceID=",
    "credit_notes": "https://go.xero.com/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=",
    "payments": "https://go.xero.com/Bank/ViewTransaction.aspx?bankTransactionID=",
    "customers": "https://go.xero.com/Contacts/View/",
}


class CollectionsConnectorXero(models.AbstractModel):
    _inherit = "collections.connector.xero"

    _home_balances = True

    @api.model
    def _payment_link(self, client, external_id):
        return client.payment_link(external_id)

    @api.model
    def _source_url(self, connection, stream, external_id):
        page = PAGES.get(stream)
        return page + external_id if page else False
