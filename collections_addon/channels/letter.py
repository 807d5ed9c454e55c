import logging

from odoo import api, models
from odoo.exceptions import UserError

from .base import ConfigurationError, Receipt

_logger = logging.getLogger(__name__)


class CollectionsChannelLetter(models.AbstractModel):
    """A printed letter. The system writes it, a person posts it: the contact stays
    under way until somebody marks it as posted, or until the postal service that the
    company uses has posted it."""

    _name = "collections.channel.letter"
    _inherit = "collections.channel"
    _description = "Letter Channel"

    _is_manual = True
    #: Notices must have a way to reach the customer.
    _can_refuse = False
    _sequence = 40

    @api.model
    def _label(self):
        return self.env._("Letter")

    @api.model
    def _unavailable_reason(self, action):
        return False if action._postal_partner() else "no_address"

    @api.model
    def _render(self, action):
        document = action._collections_document()
        pdf = self.env["collections.document"]._pdf(document)
        return {
            "subject": document.values["subject"],
            "body": document.values["text"],
            "attachments": [(f"{document.values['reference']}.pdf", pdf, "application/pdf")],
        }

    @api.model
    def _send(self, actions):
        try:
            self.env["collections.document"]._check_printer()
        except UserError as error:
            raise ConfigurationError(str(error)) from error
        return {action.id: self._write_letter(action) for action in actions}

    def _write_letter(self, action):
        """Print one letter; a failure concerns this one only."""
        try:
            with self.env.cr.savepoint():
                action._print_letter()
                if action._is_posted_for_us():
                    return Receipt("sending", action._hand_to_post())
        except UserError as error:
            _logger.warning("Letter of contact %s could not be printed: %s", action.id, error)
            return Receipt("failed", failure_type="print", failure_text=str(error))
        return Receipt("sending")

    @api.model
    def _recover(self, now, commit=False):
        """Override: see what became of letters at the postal service."""
        self.env["dunning.action"]._settle_posted(now)
