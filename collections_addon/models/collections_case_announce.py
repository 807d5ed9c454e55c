from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

#: After a payment that was announced and did not come, days in which the customer's word
#: for the same items is not taken on the portal: a person listens to it.
TRUST_LOST_DAYS = 30
LONGEST_REFERENCE = 64


class CollectionsCase(models.Model):
    """What customers announce themselves, within limits."""

    _inherit = "collections.case"

    def _announcement_last_date(self, today):
        """The latest date for which a customer can announce a payment."""
        return today + timedelta(days=self.company_id.collections_announcement_max_days)

    def _announced_lines(self):
        """Open items for which a payment is announced."""
        return self.announcement_ids.filtered(lambda one: one.state == "announced").line_ids

    def _announcement_lines(self, today):
        """What the customer may announce a payment for.

        :return: currency -> open items, the oldest first
        :rtype: dict
        """
        taken = self.announcement_ids.filtered(
            lambda one: (
                one.state == "announced"
                or (
                    one.state == "missing"
                    and one.source == "portal"
                    and one.deadline >= today - timedelta(days=TRUST_LOST_DAYS)
                )
            )
        ).line_ids
        free = self._checkout_lines() - taken
        return {
            currency: free.filtered(lambda line, currency=currency: line.currency_id == currency)
            for currency in free.currency_id.sorted("name")
        }

    def _announce_by_customer(self, lines, kind, amount, date, reference, today):
        """Take down what a customer announces on its page.

        :param lines: the items it is for, open items of this customer
        :param str kind: one of the kinds of an announcement
        :param float|None amount: None for all of the items
        :param datetime.date|None date: when it should arrive
        :raises UserError: with a sentence for the customer
        """
        self.ensure_one()
        if not lines or len(lines.currency_id) > 1:
            raise UserError(self.env._("Please tick what the payment is for."))
        if not lines <= self._announcement_lines(today).get(lines.currency_id, lines.browse()):
            raise UserError(
                self.env._(
                    "A payment for this has been announced before. Please contact us about it."
                )
            )
        kinds = dict(self.env["collections.announcement"]._fields["kind"].selection)
        if kind not in kinds:
            raise UserError(self.env._("Please choose how you pay."))
        if not date or not today <= date <= self._announcement_last_date(today):
            raise UserError(
                self.env._(
                    "Please enter a date within the next %(days)s days.",
                    days=self.company_id.collections_announcement_max_days,
                )
            )
        if amount is not None and amount <= 0:
            raise UserError(self.env._("Please enter an amount as a number."))
        open_amount = sum(lines.mapped("amount_residual_currency"))
        if amount and lines.currency_id.compare_amounts(amount, open_amount) > 0:
            raise UserError(self.env._("The amount is more than what is open of the chosen items."))
        return self.env["collections.announcement"].create(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "currency_id": lines.currency_id.id,
                "line_ids": lines.ids,
                "kind": kind,
                "date": date,
                "made_on": today,
                "reference": (reference or "").strip()[:LONGEST_REFERENCE] or False,
                "source": "portal",
                "grace_days": self.company_id.collections_announcement_grace_days,
                **({"amount": amount} if amount else {}),
            }
        )

    def _caretaker(self):
        """Who looks after the customer: its collector, else a manager of the company.

        :rtype: `res.users`, empty when there is nobody
        """
        self.ensure_one()
        collector = self.collector_id
        if collector.active and self.company_id in collector.company_ids:
            return collector
        managers = self.env.ref("collections_addon.group_collections_manager")
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", managers.id),
                    ("company_ids", "in", self.company_id.id),
                    ("share", "=", False),
                    ("id", "!=", self.env.ref("base.user_root").id),
                ],
                limit=1,
            )
        )


class CollectionsPortalAccount(models.AbstractModel):
    """What is said about items of which a payment is on its way."""

    _inherit = "collections.portal.account"

    def _item_notes(self, case, lines, today):
        """Override: announced payments, and those a provider works on."""
        notes = super()._item_notes(case, lines, today)
        for line in case._announced_lines() & lines:
            notes.setdefault(line.id, []).append(self.env._("Payment announced"))
        for currency in lines.currency_id:
            own = lines.filtered(lambda line, currency=currency: line.currency_id == currency)
            for line_id in case._under_way(own, currency, today):
                notes.setdefault(line_id, []).append(self.env._("Payment on its way"))
        return notes
