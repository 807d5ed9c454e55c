from odoo import api, models

#: What a delivery report may say other than that the message came back.
HARMLESS_REPORTS = {"delayed", "delivered", "relayed", "expanded"}


class MailThread(models.AbstractModel):
    """Tell the case which message came back, and whether a person answered."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Override of `mail`: core passes on the address only."""
        bounced = None if _is_harmless(email_message) else message_dict["bounced_message"].id
        thread = self.with_context(dunning_bounced_message_id=bounced)
        return super(MailThread, thread)._routing_handle_bounce(email_message, message_dict)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Override of `mail`: core passes on no header."""
        thread = self.with_context(dunning_auto_reply=_is_automatic(message))
        return super(MailThread, thread)._message_route_process(message, message_dict, routes)


def _is_harmless(report):
    """Whether a delivery report only says that delivery takes longer, or went well."""
    actions = {
        str(block["Action"] or "").strip().lower()
        for part in report.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in part.get_payload()
        if block["Action"]
    }
    return bool(actions) and actions <= HARMLESS_REPORTS


def _is_automatic(message):
    """Whether a program wrote this message: out of office, receipts, lists."""
    submitted = str(message.get("Auto-Submitted") or "no").strip().lower()
    precedence = str(message.get("Precedence") or "").strip().lower()
    return (
        submitted != "no"
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or bool(message.get("X-Autoreply") or message.get("X-Autorespond"))
    )
