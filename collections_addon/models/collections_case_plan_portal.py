import hashlib
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError

from .collections_case import MANUAL_STAGES

#: So long after a plan has failed the next one is a person's decision.
AFTER_DEFAULT = timedelta(days=365)


class CollectionsCase(models.Model):
    """A customer builds its own payment plan, within the limits of the policy."""

    _inherit = "collections.case"

    def _plan_refusal(self, today):
        """Why the customer cannot make a plan by itself; empty when it can.

        :rtype: str
        """
        self.ensure_one()
        failed = self.sudo().plan_ids.filtered(
            lambda plan: plan.state == "defaulted" and plan.closed_on > today - AFTER_DEFAULT
        )
        if self.stage in MANUAL_STAGES or failed:
            return self.env._("Please talk to us about a payment plan: we find one together.")
        return ""

    def _self_service_offers(self, moves=None):
        """Terms that the customer may choose by itself.

        :rtype: `collections.plan.offer`
        """
        return self._plan_offers(moves).filtered("self_service")

    def _customer_quote(self, moves, offer, choices, today):
        """The plan that the customer has chosen, to look at. Writes nothing.

        :return: the quote, and a code of what it says, to be sent back on acceptance
        :rtype: tuple[Quote, str]
        :raises UserError: with a sentence for the customer
        """
        self.ensure_one()
        if refusal := self._plan_refusal(today):
            raise UserError(refusal)
        if not moves:
            raise UserError(self.env._("Please choose what you want to pay in installments."))
        if not offer:
            raise UserError(self.env._("Please choose the terms."))
        if len(moves.currency_id) > 1:
            raise UserError(self.env._("Please choose invoices in one currency."))
        debt = sum(moves.mapped("amount_residual"))
        quote = offer._quote(self.company_id, debt, moves.currency_id, today, choices)
        if beyond := offer._beyond_limits(quote, moves.currency_id, today):
            raise UserError(self.env._("This is not possible here: %s", " ".join(beyond)))
        return quote, self._plan_code(quote)

    @api.model
    def _plan_code(self, quote):
        """A short code of a schedule and its costs: another plan has another code."""
        text = repr([quote.principal, quote.fee, quote.interest, quote.installments])
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _customer_plan(self, moves, offer, choices, code, name, now, ip, source="portal"):
        """The customer agrees to the plan it has seen.

        :param str code: of what was seen, from :meth:`_customer_quote`
        :param str name: who agrees
        :param datetime.datetime now: naive UTC
        :param str ip: network address, or the number it calls or writes from
        :return: a plan that is active, or a draft that a manager has to approve
        :raises UserError: with a sentence for the customer
        """
        today = self.company_id._collections_today(now)
        _quote, present = self._customer_quote(moves, offer, choices, today)
        if present != code:
            raise UserError(
                self.env._(
                    "What is open has changed since you saw this plan. Please look at it again."
                )
            )
        if not " ".join((name or "").split()):
            raise UserError(self.env._("Please enter your name."))
        plan = self.env["collections.plan"]._propose(self, moves, offer, choices, source, today)
        plan.user_id = self.collector_id
        if plan.state == "proposed":
            plan._accept(name, now, ip)
        return plan


class CollectionsPlan(models.Model):
    """What customers do with a plan that was proposed to them."""

    _inherit = "collections.plan"

    def _customer_accept(self, name, agreed, now, ip):
        """The customer accepts a proposal.

        :param bool agreed: whether the box was ticked
        :raises UserError: with a sentence for the customer
        """
        self.ensure_one()
        if not agreed:
            raise UserError(self.env._("Please tick that you agree."))
        self._accept(name, now, ip)

    def _customer_decline(self, text, today):
        """The customer does not want this plan; somebody should talk to it."""
        self.ensure_one()
        if self.state != "proposed":
            raise UserError(self.env._("Payment plan %s is not waiting for an answer.", self.name))
        reason = " ".join((text or "").split())[:500]
        said = self.env._("The customer declined payment plan %s.", self.name)
        self._transition("cancelled", f"{said} {reason}".strip(), today)
        self._alert(said, today)


class CollectionsPortalAccount(models.AbstractModel):
    """Invoices in a running plan are paid by its installments: none of them is overdue."""

    _inherit = "collections.portal.account"

    def _items(self, case, lines, today):
        """Override: what is in a plan is due with its next installment."""
        items = super()._items(case, lines, today)
        for line in lines.filtered(lambda line: line.move_id.payment_plan_id):
            plan = line.move_id.payment_plan_id
            due = plan.next_date or today
            items[line.id] = items[line.id]._replace(
                due=max(due, today), days=min((today - due).days, 0), plan_id=plan.id
            )
        return items

    @api.model
    def _item_notes(self, case, lines, today):
        """Override: in which plan an item is."""
        notes = super()._item_notes(case, lines, today)
        for line in lines:
            if plan := line.move_id.payment_plan_id:
                notes.setdefault(line.id, []).append(self.env._("In payment plan %s", plan.name))
        return notes
