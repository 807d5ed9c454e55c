from odoo import fields, models

VIEWER = "collections_addon.group_collections_viewer"


class MailActivity(models.Model):
    """A collection call on somebody's list stays in step with its contact."""

    _inherit = "mail.activity"

    dunning_action_id = fields.Many2one(
        "dunning.action",
        string="Collection Contact",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        groups=VIEWER,
    )
    dunning_outcome_id = fields.Many2one(
        "dunning.outcome", string="Outcome of the Call", readonly=True, groups=VIEWER
    )
    dunning_attempt = fields.Integer(readonly=True, groups=VIEWER)

    def _action_done(self, feedback=False, attachment_ids=None):
        """Override of `mail`: a call marked as done without an outcome was made.

        Who clicks “Done” has called. The contact counts as made, with the outcome
        “Reached, nothing agreed” and the feedback as its note; another outcome is
        recorded with the button “Record Outcome” instead.
        """
        contacts = self._calls_under_way()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        for contact in contacts:
            contact._done_without_outcome(feedback)
        return result

    def write(self, vals):
        """Override of `mail`: a call given to somebody else, or put off, is so on its list."""
        result = super().write(vals)
        if {"user_id", "date_deadline"} & vals.keys():
            for call in self.sudo().filtered(lambda call: call.active and call.dunning_action_id):
                call.dunning_action_id.write(
                    {"caller_id": call.user_id.id, "call_on": call.date_deadline}
                )
        return result

    def unlink(self):
        """Override of `mail`: a call taken off the list is not made."""
        contacts = self._calls_under_way()
        result = super().unlink()
        if contacts:
            contacts._transition("cancelled")
        return result

    def _calls_under_way(self):
        """The contacts of these calls that still wait for an outcome."""
        if self.env.context.get("dunning_call_recorded"):
            return self.env["dunning.action"]
        contacts = self.sudo().filtered("active").dunning_action_id
        return contacts.filtered(lambda contact: contact.state == "sending")

    def action_record_call(self):
        """Ask what came of the call."""
        self.ensure_one()
        return self.dunning_action_id.action_record_call()
