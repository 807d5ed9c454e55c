from odoo import models


class CollectionsConnectorXero(models.AbstractModel):
    _name = "collections.connector.xero"
    _description = "Connector of Xero"
    _inherit = "collections.connector"

    _label = "Xero"
    _sequence = 10
