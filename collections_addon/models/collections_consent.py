from odoo import api, fields, models
from odoo.exceptions import UserError

from .collections_dispute import SOURCES

PURPOSES = [("whatsapp", "Messages on WhatsApp"), ("recording", "Recording of Calls")]


class CollectionsConsent(models.Model):
    """Something a customer has agreed to, since when, how it was said, until when.

    The row stays when the customer takes it back: it is the record of what was agreed.
    """

    _name = "collections.consent"
    _description = "Consent of a Customer"
    _order = "date desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    purpose = fields.Selection(PURPOSES, required=True, default="whatsapp")
    date = fields.Date(string="Since", required=True, default=fields.Date.context_today)
    date_end = fields.Date(string="Until", help="The day on which the customer took it back.")
    source = fields.Selection(SOURCES, required=True, default="collector")
    note = fields.Char(help="Where it is written down: a contract, a form, a message.")

    _once = models.UniqueIndex(
        "(partner_id, company_id, purpose) WHERE date_end IS NULL",
        "The customer has agreed to this already.",
    )
    _dates_in_order = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= date)", "It cannot end before it began."
    )

    @api.depends("partner_id", "purpose")
    def _compute_display_name(self):
        names = dict(self._fields["purpose"]._description_selection(self.env))
        for consent in self:
            consent.display_name = f"{consent.partner_id.name} · {names.get(consent.purpose)}"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A consent is evidence of what the customer agreed to: end it instead.")
        )

    # === BUSINESS METHODS === #

    @api.model
    def _running(self, partner, company, purpose):
        """The consent of a customer, as superuser; empty when there is none.

        :param partner: any contact of the customer
        """
        return self.sudo().search(
            [
                ("partner_id", "=", partner.commercial_partner_id.id),
                ("company_id", "=", company.id),
                ("purpose", "=", purpose),
                ("date_end", "=", False),
            ],
            limit=1,
        )

    @api.model
    def _give(self, partner, company, purpose, day, source, note=False):
        """A customer agrees.

        :param datetime.date day: on which it did
        :param str source: how it was said, see `SOURCES`
        """
        return self._running(partner, company, purpose) or self.sudo().create(
            {
                "partner_id": partner.commercial_partner_id.id,
                "company_id": company.id,
                "purpose": purpose,
                "date": day,
                "source": source,
                "note": note,
            }
        )

    @api.model
    def _take_back(self, partner, company, purpose, day):
        """A customer no longer agrees."""
        running = self._running(partner, company, purpose)
        if running:
            running.date_end = max(day, running.date)
