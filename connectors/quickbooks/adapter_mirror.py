from odoo import api, models

#: Stream -> page of a record in QuickBooks' own pages.
PAGES = {
    "customers": "https://qbo.intuit.com/app/customerdetail?nameId=",
    "invoices": "https://qbo.intuit.com/app/invoice?txnId=",
    "credit_notes": "https://qbo.intuit.com/app/creditmemo?txnId=",
    "payments": "https://qbo.intuit.com/app/recvpayment?txnId=",
}


class CollectionsConnectorQuickBooks(models.AbstractModel):
    _inherit = "collections.connector.quickbooks"

    @api.model
    def _source_url(self, connection, stream, external_id):
        page = PAGES.get(stream)
        return page + external_id if page else False
