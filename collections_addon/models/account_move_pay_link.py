from odoo import models


class AccountMove(models.Model):
    """Where else than here an invoice can be paid."""

    _inherit = "account.move"

    def _pay_links(self):
        """Hook: pages of others on which these invoices are to be paid.

        :return: invoice's id -> https address; without one the invoice's own page is offered
        :rtype: dict[int, str]
        """
        return {}
