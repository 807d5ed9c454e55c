from odoo import models


class CollectionsConnectorQuickBooks(models.AbstractModel):
    _name = "collections.connector.quickbooks"
    _description = "Connector of QuickBooks Online"
    _inherit = "collections.connector"

    _label = "QuickBooks Online"
    _sequence = 20
