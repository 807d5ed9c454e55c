from odoo import api, fields, models


class CollectionsConnection(models.Model):
    """Whether the consent covers what was chosen since it was given."""

    _inherit = "collections.connection"

    lacks_rights = fields.Boolean(
        compute="_compute_lacks_rights",
        help="The ledger has not been asked for the right to write yet.",
    )

    @api.depends("state", "provider", "push_payments", "push_notes", "push_fees")
    def _compute_lacks_rights(self):
        for connection in self:
            connection.lacks_rights = bool(connection._lacking_rights())

    def _lacking_rights(self):
        """Scopes that are needed and were not consented to.

        Nothing is lacking where the ledger did not tell what it granted. The right to write
        contains the one to read.

        :rtype: set[str]
        """
        self.ensure_one()
        if self.state != "connected" or not self._adapter()._has_consent:
            return set()
        row = self.env["collections.connection.token"]._of(self._origin)
        granted = set((row.scopes or "").split())
        if not granted:
            return set()
        granted |= {f"{scope}.read" for scope in granted} | {"offline_access"}
        return set(self._identity().scopes) - granted
