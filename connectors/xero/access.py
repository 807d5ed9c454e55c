"""The way into Xero: consent, scopes, organisations."""

from dataclasses import replace

from odoo import api, models

from .client import IDENTITY, WRITE_SCOPES


class CollectionsConnectorXero(models.AbstractModel):
    _inherit = "collections.connector.xero"

    @api.model
    def _identity(self, connection):
        identity = IDENTITY
        if base := connection._address("identity_url", ""):
            identity = replace(
                identity,
                authorize_url=f"{base}/identity/connect/authorize",
                token_url=f"{base}/connect/token",
                revoke_url=f"{base}/connect/revocation",
            )
        if connection._writes():
            identity = replace(identity, scopes=identity.scopes + WRITE_SCOPES)
        return identity

    @api.model
    def _organisations(self, client, realm):
        return client.organisations()

    @api.model
    def _describe(self, client):
        told = client.organisation()
        return {
            "name": str(told.get("Name") or ""),
            "currency": str(told.get("BaseCurrency") or ""),
        }
