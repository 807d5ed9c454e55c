from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _check_dunning_text(self):
        """Refuse a text that could not be sent; completed by the channels."""
