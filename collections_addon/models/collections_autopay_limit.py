from odoo import api, models
from odoo.tools import format_amount


class CollectionsAutopay(models.Model):
    """The most that a customer lets us collect at once."""

    _inherit = "collections.autopay"

    def _is_beyond(self, amount, currency, day):
        """Whether an amount is more than the customer agreed to for one collection.

        :param float amount: in `currency`
        :param datetime.date day: of the rate by which it is compared
        :rtype: bool
        """
        self.ensure_one()
        own = self.currency_id
        if own.is_zero(self.max_amount):
            return False
        return own.compare_amounts(currency._convert(amount, own, self.company_id, day),
                                   self.max_amount) > 0  # fmt: skip

    def _limit_text(self):
        """The limit as an amount in words of the environment's language."""
        return format_amount(self.env, self.max_amount, self.currency_id)

    @api.model
    def _announce_due(self, company, today, now):
        """Override: what is beyond the limit is not announced; its customer is told once."""
        charges = super()._announce_due(company, today, now)
        return charges.filtered(lambda charge: charge.state != "failed")


class CollectionsAutopayCharge(models.Model):
    _inherit = "collections.autopay.charge"

    def _notify(self, template, now):
        """Override: of what is beyond the limit something else is said."""
        beyond = self.browse()
        for charge in self.filtered(lambda charge: charge.state == "announced"):
            today = charge.company_id._collections_today(now)
            if charge.autopay_id._is_beyond(charge.amount, charge.currency_id, today):
                charge._refuse_beyond(today, now)
                beyond |= charge
        super(CollectionsAutopayCharge, self - beyond)._notify(template, now)

    def _refuse_beyond(self, today, now):
        """Not collected: it is more than the customer agreed to. Say so to all concerned."""
        for charge in self:
            text = self.env._(
                "More than the %s that the customer agreed to at most: not collected.",
                charge.autopay_id._limit_text(),
            )
            charge._transition("failed", failure_text=text)
            charge._ask_somebody(today, text)
            if charge._write_to_customer("collections_addon.mail_template_autopay_limit"):
                charge.notified_at = now
