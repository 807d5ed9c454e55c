from markupsafe import Markup

from odoo import fields, models
from odoo.tools import email_normalize

from .dunning_action import CONTACTED


class CollectionsCase(models.Model):
    """What comes back to a case by e-mail: answers and bounces."""

    _inherit = "collections.case"

    # === REPLIES === #

    def message_update(self, msg_dict, update_vals=None):
        """Override of `mail`: an answer from outside is the outcome of the latest e-mail."""
        if not self.env.context.get("dunning_auto_reply"):
            for case in self:
                case._note_reply(msg_dict)
        return super().message_update(msg_dict, update_vals)

    def _note_reply(self, msg_dict):
        collector = self.collector_id.partner_id
        sender = email_normalize(msg_dict.get("email_from"))
        if (
            self.env["res.users"]
            .sudo()
            .search_count([("email_normalized", "=", sender), ("share", "=", False)], limit=1)
        ):
            return
        self.message_subscribe(collector.ids)
        action = self._answered_email(msg_dict.get("parent_id"))
        if action and not action.outcome_id:
            action.outcome_id = self.env.ref("collections_addon.outcome_reply")

    def _answered_email(self, message_id):
        """The contact that was answered, else the latest e-mail."""
        emails = self.env["dunning.action"].search(
            [
                ("case_id", "=", self.id),
                ("channel_code", "=", "email"),
                ("state", "in", CONTACTED),
            ],
            order="sent_at desc, id desc",
        )
        return emails.filtered(lambda e: e.mail_message_id.id == message_id)[:1] or emails[:1]

    # === BOUNCES === #

    def _message_receive_bounce(self, email, partner):
        """Override of `mail`: the contact has failed after all."""
        super()._message_receive_bounce(email, partner)
        message_id = self.env.context.get("dunning_bounced_message_id")
        if message_id:
            for case in self:
                case._note_bounce(email, message_id)

    def _note_bounce(self, email, message_id):
        action = self.env["dunning.action"].search(
            [("case_id", "=", self.id), ("mail_message_id", "=", message_id)], limit=1
        )
        if action.state not in ("sending", *CONTACTED):
            return
        recipient = action.recipient_id
        address = email_normalize(email) or recipient.email_normalized
        if not action.test_mode and address == recipient.email_normalized:
            recipient.collections_bounced_email = address
        text = self.env._("The message to %s came back as undeliverable.", address)
        action.write(
            {
                "outcome_id": self.env.ref("collections_addon.outcome_bounced").id,
                "contact_date": False,
            }
        )
        action._mark_failed("bounced", text, "bounced")
        self.message_post(body=Markup("<p>{}</p>").format(text), subtype_xmlid="mail.mt_note")
        self._refresh(self.company_id._collections_today(fields.Datetime.now()))
