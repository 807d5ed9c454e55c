import base64

from odoo import api, fields, models


class CollectionsConnection(models.Model):
    """A ledger that nobody can ask: lists of its open items are brought as files."""

    _inherit = "collections.connection"

    file_taken_at = fields.Datetime(string="Last List Taken In", readonly=True, copy=False)
    file_as_of = fields.Date(
        string="List As Of",
        readonly=True,
        copy=False,
        help="The day of which the last list tells what was open.",
    )
    file_mapping = fields.Json(
        copy=False, help="How the last list was to be read, for the next one."
    )

    is_file = fields.Boolean(compute="_compute_is_file")

    @api.depends("provider")
    def _compute_is_file(self):
        for connection in self:
            connection.is_file = bool(connection.provider) and connection._is_file()

    def _is_file(self):
        return not self._adapter()._is_asked

    def _present_step(self):
        """Override: a ledger that cannot be asked has nothing to connect to."""
        return "use" if self.is_file else super()._present_step()

    def action_bring_list(self):
        """Take in a list of this ledger."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_file_import"
        )
        context = {"dialog_size": "extra-large", "default_connection_id": self.id}
        return {**action, "context": context | {"default_company_id": self.company_id.id}}

    def _note_end_of_sync(self, log, now, drifts=None):
        """A ledger that cannot be asked is as fresh as its last list, no fresher."""
        result = super()._note_end_of_sync(log, now, drifts)
        if self._is_file():
            self.last_sync = self.file_taken_at
        return result

    def _note_list(self, wizard, outcome, now):
        """Remember a list that was taken in, and have it mirrored.

        :param wizard: `collections.file.import`
        :param outcome: what it brought
        :param datetime.datetime now: naive UTC
        """
        self.write(
            {
                "state": "connected",
                "file_taken_at": now,
                "file_as_of": wizard.as_of,
                "file_mapping": wizard._mapping(),
                "is_import_started": True,
                "sync_minutes": 0,
                "last_sync": now,
            }
        )
        self.message_post(
            body=wizard._story(outcome),
            attachments=[(wizard.file_name or "open-items", base64.b64decode(wizard.file))],
        )
        self._request_sync(now)

    def _open_after_import(self):
        """Show how the mirroring goes on."""
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }
