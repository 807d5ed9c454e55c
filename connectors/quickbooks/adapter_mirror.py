from odoo import api, models

from ..base import Absent
from . import mapper

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
    def _payment_link(self, client, external_id):
        """It is in no list; only an invoice that is asked for by its key has it."""
        try:
            return mapper.payment_link(client.one("invoices", external_id))
        except Absent:
            return ""

    @api.model
    def _source_url(self, connection, stream, external_id):
        page = PAGES.get(stream)
        return page + external_id if page else False
