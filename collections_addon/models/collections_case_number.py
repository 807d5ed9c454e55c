from odoo import api, models

from ..domain.stop_words import STOP


class CollectionsCase(models.Model):
    """A customer by its number: who writes, and what it wants no longer."""

    _inherit = "collections.case"

    @api.model
    def _of_number(self, company, number):
        """The case of a number: of whom we wrote to there last, else of the one customer
        who has it; empty where that is nobody or not sure.

        :param str number: as +…
        """
        written = self.env["dunning.action"].search(
            [
                ("sent_to", "=", number),
                ("company_id", "=", company.id),
                ("test_mode", "=", False),
            ],
            order="id desc",
            limit=1,
        )
        if written:
            return written.case_id
        partners = self.env["res.partner"].search([("phone_sanitized", "=", number)])
        customers = partners.commercial_partner_id
        cases = self.search(
            [("partner_id", "in", customers.ids), ("company_id", "=", company.id)], limit=2
        )
        return cases if len(cases) == 1 else self.browse()

    def _obey(self, order, service, number, company, now):
        """Somebody wants no more messages, or wants them again.

        A number that nobody knows is obeyed, too.

        :param str order: `stop` or `start`
        :param str service: `sms` or `whatsapp`
        """
        today = company._collections_today(now)
        if service == "sms":
            blacklist = self.env["phone.blacklist"].sudo()
            note = self.env._("The customer wrote so in a text message.")
            (blacklist._add if order == STOP else blacklist._remove)([number], message=note)
        if not self:
            return
        refused = set(
            self.opt_out_ids.filtered(lambda row: not row.date_end).mapped("channel_code")
        )
        wished = refused | {service} if order == STOP else refused - {service}
        self._refuse_channels(wished, today, service)
        consents = self.env["collections.consent"]
        if service == "whatsapp" and order == STOP:
            consents._take_back(self.partner_id, company, "whatsapp", today)
        elif service == "whatsapp":
            consents._give(self.partner_id, company, "whatsapp", today, "whatsapp")
