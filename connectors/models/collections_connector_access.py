from odoo import api, models


class CollectionsConnector(models.AbstractModel):
    """What a connector knows of the way in. Only those with a consent need it."""

    _inherit = "collections.connector"

    @api.model
    def _own_address(self, connection, name):
        """Another address of the service's own for this connection, "" for the usual one.

        :param str name: `api_url` or `identity_url`
        """
        return ""

    @api.model
    def _organisations(self, client, realm):
        """Organisations that were consented to.

        :param str realm: what the consent page told, "" where it tells nothing
        :return: dictionaries of `id` and `name`
        :rtype: list[dict[str, str]]
        """
        raise NotImplementedError

    @api.model
    def _describe(self, client):
        """Name and currency (`name`, `currency`; "" where unknown) of the organisation.

        :rtype: dict[str, str]
        """
        raise NotImplementedError
