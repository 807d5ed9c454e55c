from odoo import api, fields, models

from .base import ConfigurationError, Receipt


class CollectionsChannelCall(models.AbstractModel):
    """A telephone call by a person. The system puts it on the collector's list; the
    contact stays under way until an outcome is recorded."""

    _name = "collections.channel.call"
    _inherit = "collections.channel"
    _description = "Call Channel"

    _is_manual = True
    _sequence = 50

    @api.model
    def _label(self):
        return self.env._("Call")

    @api.model
    def _unavailable_reason(self, action):
        return False if action.recipient_id._dunning_phones() else "no_address"

    @api.model
    def _render(self, action):
        subject, script = action._level_text()
        return {
            "subject": subject,
            "body": action._call_note(script),
            "attachments": [],
        }

    @api.model
    def _send(self, actions):
        now = self.env.context.get("dunning_now") or fields.Datetime.now()
        callers = {action: action._caller() for action in actions}
        if not all(callers.values()):
            raise ConfigurationError(
                self.env._(
                    "Nobody can make the calls of %(company)s: assign its cases to a collector, "
                    "or give somebody of the company the Collections Manager right.",
                    company=actions.company_id.name,
                )
            )
        for action, user in callers.items():
            day = action.company_id._collections_today(now)
            action._prepare_call()._schedule_call(user, day)
        return {action.id: Receipt("sending") for action in actions}
