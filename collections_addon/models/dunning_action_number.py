from odoo import models

from .res_partner_number import international

#: Failures after which a number is not tried again, by whatever provider.
DEAD_NUMBERS = {
    "sms_number_format",
    "sms_invalid_destination",
    "21211",  # Twilio: no valid number
    "21614",  # Twilio: not a mobile number
    "30005",  # Twilio: unknown destination
    "30006",  # Twilio: landline or unreachable carrier
}
#: Failures that say that the customer wants no messages there.
REFUSED = {"21610", "sms_optout", "sms_blacklist"}


class DunningAction(models.Model):
    """Contacts over a telephone number."""

    _inherit = "dunning.action"

    def _number_obstacle(self):
        """Why the recipient cannot be reached by its number; a reason code, or False."""
        self.ensure_one()
        if self.policy_id.test_mode:
            own = international(self.company_id.collections_test_phone)
            return False if own else "channel_not_configured"
        number = self.recipient_id.sudo()._dunning_number()
        if not number:
            return "no_address"
        if number == self.recipient_id.sudo().collections_bounced_phone:
            return "bounced"
        blacklist = self.env["phone.blacklist"].sudo()
        return "opted_out" if blacklist.search_count([("number", "=", number)], limit=1) else False

    def _number_to_use(self):
        """The number as +…; in test mode the company's own."""
        if self.test_mode:
            return international(self.company_id.collections_test_phone)
        return self.recipient_id._dunning_number()

    def _note_short(self, short, message):
        """Keep what is said, to which number, and where it stands in the chatter."""
        self.write(
            {
                "subject": short.subject,
                "body": short.html,
                "lang": short.lang,
                "sent_to": self._number_to_use(),
                "mail_message_id": message.id,
                "external_id": False,
            }
        )

    # === MESSAGES OF SMS === #

    def _waiting_sms(self):
        """The row in core's outbox of this attempt, while it waits."""
        return self.env["sms.sms"].search(
            [
                ("dunning_action_id", "=", self.id),
                ("dunning_attempt", "=", self.attempt_count),
                ("state", "=", "outgoing"),
            ],
            limit=1,
        )

    def _forget_unsent_sms(self):
        """Remove what earlier attempts wrote and surely did not send."""
        repeated = self.filtered(lambda action: action.attempt_count > 1)
        rows = self.env["sms.sms"].search([("dunning_action_id", "in", repeated.ids)])
        messages = rows.mail_message_id
        rows.unlink()
        messages.unlink()

    def _show_on_message(self, outcome, failure=None):
        """Show on the message in the chatter how it went."""
        status = {"accepted": "pending", "retry": "ready"}.get(outcome, "exception")
        self.mail_message_id.sudo().notification_ids.write(
            {
                "notification_status": status,
                "failure_type": "unknown" if status == "exception" else False,
                "failure_reason": failure,
            }
        )

    # === WHAT IS TOLD === #

    def _note_delivery(self, state, key, now, failure_type=None, failure_text=None):
        """Override: the chatter shows it."""
        news = super()._note_delivery(state, key, now, failure_type, failure_text)
        notifications = self.mail_message_id.sudo().notification_ids
        if news and notifications.filtered(lambda row: row.notification_type == "sms"):
            if state == "failed":
                self._show_on_message("failed", failure_text)
            elif state == "sent":
                self._show_on_message("accepted")
            else:
                notifications.write({"notification_status": "sent", "failure_type": False})
        return news

    def _mark_failed(self, failure_type, failure_text, reason=None):
        """Override: a number that does not work is not tried again, a wish is kept."""
        if failure_type in DEAD_NUMBERS:
            for action in self.filtered(lambda a: a.sent_to and not a.test_mode):
                action.recipient_id.sudo().collections_bounced_phone = action.sent_to
        if failure_type in REFUSED:
            for action in self.filtered(lambda a: a.sent_to and not a.test_mode):
                self.env["phone.blacklist"].sudo()._add([action.sent_to])
        return super()._mark_failed(failure_type, failure_text, reason)
