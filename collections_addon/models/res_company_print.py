from datetime import datetime, time

import pytz

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    collections_thank_you = fields.Boolean(
        string="Thank Customers Who Have Paid",
        default=True,
        help="A short e-mail to a customer who was reminded and has now paid all that was overdue.",
    )

    def _collections_bank(self, currency, moves=None):
        """The bank account customers are asked to pay to.

        :param currency: `res.currency` of the debt
        :param moves: `account.move`: an account printed on all of them is the one
        :rtype: `res.partner.bank`, empty when the company has none
        """
        self.ensure_one()
        printed = moves.sudo().partner_bank_id if moves else self.env["res.partner.bank"]
        if len(printed) == 1 and printed.partner_id == self.partner_id:
            return printed
        banks = self.sudo().partner_id.bank_ids
        own = banks.filtered(lambda bank: bank.currency_id == currency)
        return (own or banks.filtered(lambda bank: not bank.currency_id) or banks)[:1]

    def _collections_noon(self, date):
        """Noon of a business date of the company.

        :return: naive UTC
        :rtype: datetime.datetime
        """
        self.ensure_one()
        tz = pytz.timezone(self.partner_id.tz or self.env.user.tz or "UTC")
        noon = tz.localize(datetime.combine(date, time(12)))
        return noon.astimezone(pytz.utc).replace(tzinfo=None)
