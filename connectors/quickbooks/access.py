"""The way into QuickBooks Online: consent, the company, the sandbox."""

from dataclasses import replace

from odoo import api, models

from .client import IDENTITY, SANDBOX_API


class CollectionsConnectorQuickBooks(models.AbstractModel):
    _inherit = "collections.connector.quickbooks"

    @api.model
    def _identity(self, connection):
        base = connection._address("identity_url", "")
        if not base:
            return IDENTITY
        return replace(
            IDENTITY,
            authorize_url=f"{base}/connect/oauth2",
            token_url=f"{base}/oauth2/v1/tokens/bearer",
            revoke_url=f"{base}/v2/oauth2/tokens/revoke",
        )

    @api.model
    def _own_address(self, connection, name):
        return SANDBOX_API if name == "api_url" and connection.sandbox else ""

    @api.model
    def _organisations(self, client, realm):
        told = client.company()
        key = realm or client.realm_id
        return [{"id": key, "name": str(told.get("CompanyName") or "")}]

    @api.model
    def _describe(self, client):
        return {
            "name": str(client.company().get("CompanyName") or ""),
            "currency": client.home_currency(),
        }
