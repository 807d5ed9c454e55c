from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError, ValidationError

from ..domain import checkout

ZERO = checkout.ZERO


class CollectionsCase(models.Model):
    """Paying a plan beside other items: installments that are due, or all of it at once."""

    _inherit = "collections.case"

    # === WHAT IS DUE NOW === #

    def _checkout_suggestion(self, currency, today, items=None, rows=None):
        """What is asked for now: the page of payments ticks it, the overview shows its sum.

        :param list items: from `_checkout_items`, when they are known
        :param list rows: from `_checkout_installments`, when they are known
        :return: ids of open items, ids of installments, and whether these are due
        :rtype: tuple[set[int], set[int], bool]
        """
        items = self._checkout_items(currency, today) if items is None else items
        rows = self._checkout_installments(currency, today) if rows is None else rows
        aside = self._planned_lines(currency) | self._announced_lines()
        asked = [item for item in items if item.asked and item.key not in set(aside.ids)]
        due = {item.key for item in asked if item.due <= today}
        lines = {line.id for line, _amount, _keys in rows if line.date <= today}
        if due or lines:
            return due, lines, True
        ahead = {}
        for line, _amount, _keys in rows:
            ahead.setdefault(line.plan_id, line.id)
        return {item.key for item in asked}, set(ahead.values()), False

    def _checkout_due(self, currency, today):
        """The sum of what is due now, credits deducted.

        :rtype: Decimal
        """
        keys, lines, is_due = self._checkout_suggestion(currency, today)
        if not is_due:
            return ZERO
        return self._chosen_quote(currency, today, keys, lines).amount

    def _planned_lines(self, currency):
        """Open items that a running plan pays off."""
        return self._checkout_lines(currency).filtered("move_id.payment_plan_id")

    def _checkout_reserved(self, currency, today):
        """Installment id -> credits of the customer that cover it, at least in part.

        :rtype: dict[int, Decimal]
        """
        plans = self._checkout_plans(currency)
        if not plans or not self._checkout_credit(currency):
            return {}
        gross, net = plans._asked(today, with_credits=False), plans._asked(today)
        return {
            line: amount - net[plan.id][line]
            for plan in plans
            for line, amount in gross[plan.id].items()
        }

    def _checkout_free_credit(self, currency, today, lines=()):
        """Credits that are left for single items: installments that are due come first.

        :param lines: ids of installments that are paid besides, due or not
        :rtype: Decimal
        """
        reserved = self._checkout_reserved(currency, today)
        first = (
            self.env["collections.plan.line"]
            .browse(reserved)
            .filtered(lambda line: line.date <= today or line.id in set(lines))
        )
        return self._checkout_credit(currency) - sum((reserved[i] for i in first.ids), ZERO)

    def _checkout_plans(self, currency):
        return self.plan_ids.filtered(
            lambda plan: plan.state == "active" and plan.currency_id == currency
        )

    def _checkout_most(self, currency, today, items):
        """What may be paid of items at most: of a plan no interest that will not arise."""
        keys = {item.key for item in items}
        saved = ZERO
        for plan in self._checkout_plans(currency):
            if keys & set(plan._open_lines().ids) and (settlement := plan._settlement(today)):
                saved += settlement.saved
        return checkout.total(items) - saved

    # === QUOTE === #

    def _checkout_quote(self, currency, today, keys=None, amount=None, lines=None, plan=None):
        """Override: installments beside items, or a whole plan.

        :param lines: ids of chosen installments
        :param plan: `collections.plan`, one of the customer's own, to be paid off
        """
        if plan:
            return self._settlement_quote(plan, currency, today)
        if amount is not None:
            if lines:
                keys = {*(keys or ()), *self._keys_of_installments(currency, today, lines)}
            quote = super()._checkout_quote(currency, today, keys, amount)
            self._check_most(currency, today, keys, amount)
            return quote
        if keys is None and not lines:
            return super()._checkout_quote(currency, today)
        quote = self._chosen_quote(currency, today, keys or (), lines or ())
        if quote.amount <= 0:
            raise UserError(self.env._("There is nothing to pay of what you chose."))
        return quote

    def _check_most(self, currency, today, keys, amount):
        items = self._checkout_items(currency, today)
        chosen = [item for item in items if keys is None or item.key in set(keys)]
        most = self._checkout_most(currency, today, chosen)
        if amount > most:
            raise UserError(
                self.env._(
                    "You can pay %(amount)s at most: then your payment plan is paid off, for "
                    "interest ends today.",
                    amount=currency.format(float(most)),
                )
            )

    def _keys_of_installments(self, currency, today, lines):
        return {key for _li, _a, keys in self._rows_of(currency, today, lines) for key in keys}

    def _rows_of(self, currency, today, lines):
        """The chosen installments as `_checkout_installments` gives them.

        :raises ValidationError: for one that is paid already, or somebody else's
        """
        rows = self._checkout_installments(currency, today)
        chosen = [row for row in rows if row[0].id in set(lines)]
        if len(chosen) != len(set(lines)):
            raise ValidationError(
                self.env._("Something you chose is settled already, or is not yours to pay.")
            )
        return chosen

    def _chosen_quote(self, currency, today, keys, lines):
        """Some items and some installments in one payment."""
        items = self._checkout_items(currency, today)
        if not set(keys) <= {item.key for item in items}:
            raise ValidationError(
                self.env._("Something you chose is settled already, or is not yours to pay.")
            )
        wanted, of_plans = {}, set()
        for line, amount, own in self._rows_of(currency, today, lines):
            wanted[line.plan_id] = wanted.get(line.plan_id, ZERO) + amount
            of_plans.update(own)
        credit = self._checkout_free_credit(currency, today, lines)
        quote = checkout.choose(items, set(keys) - of_plans, credit)
        for plan, amount in wanted.items():
            own = set(plan._open_lines().ids)
            part = checkout.spread(
                [item._replace(discount=ZERO) for item in items if item.key in own], amount
            )
            quote = checkout.Quote(
                quote.amount + part.amount - part.rest, [*quote.shares, *part.shares], quote.credit
            )
        return quote

    def _settlement_quote(self, plan, currency, today):
        """All that is owed of a plan when it is paid off today."""
        settlement = plan._settlement(today)
        own = set(plan._open_lines().ids)
        items = [item for item in self._checkout_items(currency, today) if item.key in own]
        if not settlement or not items or any(item.under_way for item in items):
            raise UserError(
                self.env._(
                    "The plan cannot be paid off at the moment: a part of it is disputed, "
                    "promised or on its way already. Please talk to us."
                )
            )
        charges = set(plan.item_ids.filtered("is_charge").move_id.line_ids.ids)
        left = settlement.saved
        reduced = []
        for item in sorted(items, key=lambda item: item.key not in charges):
            part = min(left, item.open_amount)
            left -= part
            reduced.append(item._replace(disputed=part, discount=ZERO))
        reduced = [item for item in reduced if item.asked]
        quote = checkout.choose(reduced, own, self._checkout_credit(currency))
        if quote.amount <= 0:
            raise UserError(self.env._("There is nothing to pay of what you chose."))
        return quote

    def _checkout_saved(self, quote, today):
        """Interest of plans that a payment takes off.

        :return: (plan, amount) pairs, where there is some
        :rtype: list[tuple]
        """
        amounts = {}
        lines = self.env["account.move.line"].browse(share.key for share in quote.shares)
        shares = {share.key: share.amount + share.credit for share in quote.shares}
        for line in lines:
            if plan := line.move_id.payment_plan_id:
                amounts[plan] = amounts.get(plan, ZERO) + shares[line.id]
        rows = [(plan, plan._saved_by(amount, today)) for plan, amount in amounts.items()]
        return [(plan, saved) for plan, saved in rows if saved]


class CollectionsPlan(models.Model):
    _inherit = "collections.plan"

    def _open_lines(self):
        """The open receivable items that the plan pays off."""
        lines = self.item_ids.move_id._dunning_lines()
        return lines.filtered(lambda line: line.amount_residual_currency > 0)


class CollectionsPortalAccount(models.AbstractModel):
    """What is due of the account, on its overview."""

    _inherit = "collections.portal.account"

    def _sections(self, case, today):
        """Override: `due_total`, what is asked for now, and `plan_late`, installments late."""
        sections = super()._sections(case, today)
        for section in sections:
            currency = section["currency"]
            late = self._late_installments(case, currency, today)
            section["overdue_total"] += late
            section["upcoming_total"] -= late
            section["plan_late"] = late
            section["due_total"] = float(case._checkout_due(currency, today))
        return sections

    def _late_installments(self, case, currency, today):
        plans = case._checkout_plans(currency)
        if not plans:
            return 0.0
        asked = plans._asked(today, with_credits=False)
        late = plans.line_ids.filtered(lambda line: line.date < today)
        return float(sum((asked[line.plan_id.id][line.id] for line in late), Decimal(0)))
