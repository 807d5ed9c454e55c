from odoo import fields, models


class SmsSms(models.Model):
    """Contacts among core's text messages: whoever sends them, they leave at most once."""

    _inherit = "sms.sms"

    dunning_action_id = fields.Many2one(
        "dunning.action", string="Collection Contact", index="btree_not_null", ondelete="set null"
    )
    dunning_attempt = fields.Integer(string="Attempt")

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Override of `sms`: contacts go through the journal of their channel."""
        contacts = self.filtered("dunning_action_id")
        if contacts:
            channel = self.env["collections.channel"]._by_code("sms")
            channel._deliver(contacts.sudo().dunning_action_id, fields.Datetime.now())
        others = self - contacts
        if not others:
            return None
        return super(SmsSms, others)._send(
            unlink_failed=unlink_failed, unlink_sent=unlink_sent, raise_exception=raise_exception
        )

    def action_set_canceled(self):
        """Override of `sms`: a contact taken out of the outbox is cancelled."""
        actions = self.sudo().dunning_action_id
        actions.filtered(lambda action: action.state == "sending")._transition("cancelled")
        return super().action_set_canceled()

    def resend_failed(self):
        """Override of `sms`: a contact is tried again as a new attempt, decided anew."""
        contacts = self.filtered("dunning_action_id")
        contacts.sudo().dunning_action_id.action_retry()
        return super(SmsSms, self - contacts).resend_failed()


class SmsTracker(models.Model):
    """What core's SMS services tell of contacts."""

    _inherit = "sms.tracker"

    dunning_action_id = fields.Many2one(
        "dunning.action", string="Collection Contact", index="btree_not_null", ondelete="set null"
    )
    dunning_attempt = fields.Integer(string="Attempt")

    def _action_update_from_sms_state(self, sms_state, failure_type=False, failure_reason=False):
        """Override of `sms`: a delivered message is a delivered contact."""
        result = super()._action_update_from_sms_state(sms_state, failure_type, failure_reason)
        state = {"sent": "delivered", "pending": "sent"}.get(sms_state)
        if state and not self.env.context.get("collections_journaled"):
            self._tell_contacts(state)
        return result

    def _action_update_from_provider_error(self, provider_error):
        """Override of `sms`: one that did not arrive has failed."""
        result = super()._action_update_from_provider_error(provider_error)
        if not self.env.context.get("collections_journaled"):
            _status, failure_type, failure_reason = result
            self._tell_contacts("failed", failure_type, failure_reason)
        return result

    def _tell_contacts(self, state, failure_type=None, failure_text=None):
        for tracker in self.filtered("dunning_action_id"):
            action = tracker.dunning_action_id
            if action.attempt_count == tracker.dunning_attempt:
                action._note_delivery(
                    state, action.external_id, fields.Datetime.now(), failure_type, failure_text
                )
