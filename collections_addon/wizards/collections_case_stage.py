from odoo import fields, models
from odoo.exceptions import AccessError

TARGETS = [
    ("legal", "Hand Over"),
    ("written_off", "Write Off"),
    ("current", "Take Back"),
]


class CollectionsCaseStage(models.TransientModel):
    """Hand customers over, write them off, or take them back, with the reason."""

    _name = "collections.case.stage"
    _inherit = ["collections.case.choice"]
    _description = "Change Stage"

    stage = fields.Selection(TARGETS, string="What to Do", required=True)
    note = fields.Text(string="Reason", required=True)
    cancel_pending = fields.Boolean(
        string="Cancel What Is Planned",
        default=True,
        help="Contacts planned but not yet made are cancelled.",
    )

    def action_apply(self):
        """Set the stage, say why in the file, and cancel what was planned."""
        self.ensure_one()
        if not self.env.user.has_group("collections_addon.group_collections_manager"):
            raise AccessError(self.env._("Only a collections manager may do this."))
        if self.stage != "current" and self.cancel_pending:
            self._cancel_planned()
        self.case_ids.sudo()._set_stage(self.stage)
        label = dict(self._fields["stage"]._description_selection(self.env))[self.stage]
        for case in self.case_ids:
            case.message_post(body=self.env._("%(stage)s: %(note)s", stage=label, note=self.note))
        return {"type": "ir.actions.act_window_close"}

    def _cancel_planned(self):
        planned = self.case_ids.action_ids.filtered(lambda a: a.state in ("draft", "queued"))
        planned.action_cancel()
