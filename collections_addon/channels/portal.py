from odoo import api, models

from .base import Receipt


class CollectionsChannelPortal(models.AbstractModel):
    """A notice on the customer's page, for customers who log in. Nothing leaves the
    system: the notice is there until the customer says that it has read it."""

    _name = "collections.channel.portal"
    _inherit = "collections.channel"
    _description = "Portal Channel"

    #: Nobody is disturbed by it, and the page itself cannot be refused.
    _can_refuse = False
    _sequence = 30

    @api.model
    def _label(self):
        return self.env._("Notice on the Customer's Page")

    @api.model
    def _unavailable_reason(self, action):
        """Override: somebody of the customer can log in; a link alone, which may never have
        been opened, is no address."""
        return False if action.case_id._portal_users() else "no_address"

    @api.model
    def _render(self, action):
        subject, body = action._level_text()
        return {"subject": subject, "body": body, "attachments": []}

    @api.model
    def _send(self, actions):
        """Override: put the notices up. In test mode customers do not see them."""
        for action in actions:
            message = self._render(action)
            action.write(
                {
                    "subject": message["subject"],
                    "body": message["body"],
                    "lang": action.recipient_lang,
                }
            )
        return {action.id: Receipt("sent", f"notice-{action.id}") for action in actions}
