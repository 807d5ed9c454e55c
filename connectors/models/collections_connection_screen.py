from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..base import ConnectorError

STEPS = [
    ("credentials", "Credentials"),
    ("consent", "Consent"),
    ("organisation", "Organisation"),
    ("import", "First Import"),
    ("use", "In Use"),
]


class CollectionsConnection(models.Model):
    """The screen of a connection: what comes next, and what it looks like now."""

    _inherit = "collections.connection"

    provider = fields.Selection(default="xero")
    step = fields.Selection(STEPS, compute="_compute_step")
    hint = fields.Text(compute="_compute_step", help="What to do next.")
    ref_count = fields.Integer(string="Records", compute="_compute_ref_counts")
    failed_count = fields.Integer(string="Set Aside", compute="_compute_ref_counts")
    is_reading = fields.Boolean(compute="_compute_is_reading")
    color = fields.Integer(compute="_compute_color")

    @api.depends("provider", "state", "is_import_started", "tenant_id")
    def _compute_step(self):
        for connection in self:
            connection.step = connection._present_step()
            connection.hint = connection._hints().get(connection.step, False)

    def _present_step(self):
        if not self.provider:
            return "credentials"
        if self.state in ("connected", "reconnect"):
            return "use" if self.is_import_started else "import"
        if self.must_choose:
            return "organisation"
        known = self.sudo()
        ready = known.client_id and known.has_client_secret
        return "consent" if ready or not self.has_consent else "credentials"

    def _hints(self):
        """Step -> what a finance person has to do now."""
        return {
            "credentials": self.env._(
                "Make an application on the ledger's developer site, give it the redirect address "
                "below, and copy its client id and secret into this form."
            ),
            "consent": self.env._(
                "Press Connect: the ledger's page opens and asks whose books may be read."
            ),
            "organisation": self.env._(
                "Several organisations were consented to. Choose the one to mirror here."
            ),
            "import": self.env._(
                "Connected. Preview what would come, then start the first import. It goes on in "
                "the background: you may leave this page."
            ),
        }

    def _compute_ref_counts(self):
        groups = self.env["collections.external.ref"]._read_group(
            [("connection_id", "in", self.ids)], ["connection_id", "state"], ["__count"]
        )
        counts = {(connection.id, state): count for connection, state, count in groups}
        for connection in self:
            mine = {state: n for (key, state), n in counts.items() if key == connection.id}
            connection.ref_count = sum(mine.values())
            connection.failed_count = mine.get("failed", 0)

    def _compute_is_reading(self):
        for connection in self:
            connection.is_reading = connection.sync_state in ("running", "paused")

    def _compute_color(self):
        """As the kanban colors: red, orange, green, none."""
        for connection in self:
            trouble = connection.failed_count or connection.drift_count or connection.sync_problem
            if connection.state == "reconnect":
                connection.color = 1
            elif connection.state == "connected":
                connection.color = 2 if trouble else 10
            else:
                connection.color = 0

    def _overview_text(self):
        """What everybody in collections has to know of a ledger in trouble."""
        if self.state == "reconnect":
            return self.env._(
                "%s has to be connected again: reminders of its customers wait.", self.name
            )
        return self.env._(
            "%(name)s could not be read: %(problem)s", name=self.name, problem=self.sync_problem
        )

    # === BUTTONS === #

    def action_choose_organisation(self):
        """Show the organisations that were consented to."""
        self.ensure_one()
        self.check_access("write")
        try:
            self._find_organisation(fields.Datetime.now())
        except ConnectorError as error:
            raise UserError(str(error)) from None
        if not self.must_choose:
            return True
        wizard = self.env["collections.connection.choice"].create(
            {
                "connection_id": self.id,
                "line_ids": [
                    Command.create({"key": each["id"], "name": each["name"]})
                    for each in self.sudo().candidates
                ],
            }
        )
        return wizard._open()

    def action_preview(self):
        """Show what the first import would bring."""
        self.ensure_one()
        self.check_access("write")
        preview = self.env["collections.connection.preview"].create({"connection_id": self.id})
        try:
            preview._look(fields.Datetime.now())
        except ConnectorError as error:
            raise UserError(str(error)) from None
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview of the First Import"),
            "res_model": preview._name,
            "res_id": preview.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_open_refs(self):
        """Open the records kept of this connection."""
        action = self._open_list("collections_addon.action_collections_external_ref")
        return action | {"context": {}}  # all of them, not only what was set aside

    def action_open_failed(self):
        """Open the records that wait for a person."""
        action = self._open_list("collections_addon.action_collections_external_ref")
        return action | {"context": {"search_default_failed": 1}}

    def action_open_logs(self):
        """Open how the readings went."""
        return self._open_list("collections_addon.action_collections_sync_log")

    def action_open_events(self):
        """Open what the ledger told by webhook."""
        return self._open_list("collections_addon.action_collections_webhook_event")

    def _open_list(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        return action | {"domain": [("connection_id", "=", self.id)]}
