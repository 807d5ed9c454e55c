from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount

from ..domain.installments import Terms
from ..domain.plans import Limits, months_between, most_installments, percent_of, quote, violations

FREQUENCIES = [
    ("weekly", "Every week"),
    ("biweekly", "Every two weeks"),
    ("monthly", "Every month"),
    ("quarterly", "Every quarter"),
]
#: Days until the first installment unless something else is chosen.
FIRST_AFTER_DAYS = 14


def to_decimal(amount, currency):
    """An amount of a ledger as an exact multiple of the currency's smallest unit.

    :rtype: Decimal
    """
    unit = unit_of(currency)
    return (Decimal(str(currency.round(amount))) / unit).quantize(Decimal(1)) * unit


def unit_of(currency):
    """The smallest unit of a currency, such as `Decimal("0.01")`."""
    return Decimal(str(currency.rounding))


class CollectionsPlanOffer(models.Model):
    """Terms of payment plans on offer: what a collector, or the debtor, may choose."""

    _name = "collections.plan.offer"
    _description = "Payment Plan Terms"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: every company may offer it.")
    note = fields.Html(
        string="Conditions",
        translate=True,
        help="Printed in the agreement and shown to the debtor before accepting.",
    )
    self_service = fields.Boolean(
        string="Debtor May Choose",
        help="Customers can build and accept a plan within these limits by themselves, on the "
        "portal. Off: only a collector offers it.",
    )
    hardship = fields.Boolean(
        help="For somebody who cannot pay: no fee, no interest, fewer and softer reminders."
    )

    # The schedule
    frequency = fields.Selection(FREQUENCIES, required=True, default="monthly")
    max_count = fields.Integer(string="Most Installments", required=True, default=6)
    down_payment_percent = fields.Float(
        string="Down Payment (%)",
        help="Least part of the debt that is paid at once. The customer may pay more.",
    )
    first_within_days = fields.Integer(
        string="First Installment Within (days)", required=True, default=31
    )
    amount_ids = fields.One2many(
        "collections.plan.offer.amount", "offer_id", string="Amounts per Currency", copy=True
    )
    valid_days = fields.Integer(
        string="Proposal Valid (days)",
        required=True,
        default=14,
        help="So long a proposal waits for an answer. Nothing is asked for meanwhile.",
    )

    # What it costs
    fee_percent = fields.Float(string="Fee (%)", help="Of the debt, once.")
    interest_percent = fields.Float(
        string="Interest (% a year)", help="Simple interest on what is still open, by days."
    )

    # When it fails
    grace_days = fields.Integer(
        default=3, help="Days after an installment's date before it counts as missed."
    )
    missed_allowed = fields.Integer(
        string="Missed Installments Allowed",
        default=1,
        help="One more, and the plan ends: everything is due again and reminders go on "
        "where they stood.",
    )
    policy_id = fields.Many2one(
        "dunning.policy",
        string="Reminders",
        domain=[("is_for_plans", "=", True)],
        check_company=True,
        default=lambda self: self.env.ref(
            "collections_addon.policy_plan", raise_if_not_found=False
        ),
        help="By which rules installments are reminded.",
    )

    # Approval
    approval_amount = fields.Float(
        digits="Account",
        help="A manager approves plans over more than this (company currency). 0: no limit.",
    )
    approval_months = fields.Integer(
        help="A manager approves plans that run longer than this. 0: no limit."
    )

    _counts_positive = models.Constraint(
        "CHECK(max_count > 0 AND first_within_days >= 0 AND grace_days >= 0"
        " AND missed_allowed >= 0 AND valid_days >= 0 AND approval_amount >= 0"
        " AND approval_months >= 0)",
        "Numbers of installments, days and months cannot be negative, and at least one "
        "installment is needed.",
    )
    _percents = models.Constraint(
        "CHECK(down_payment_percent >= 0 AND down_payment_percent < 100"
        " AND fee_percent >= 0 AND interest_percent >= 0)",
        "Percentages cannot be negative, and a down payment is less than all.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("hardship", "fee_percent", "interest_percent", "amount_ids")
    def _check_hardship(self):
        for offer in self.filtered("hardship"):
            if offer.fee_percent or offer.interest_percent or any(offer.amount_ids.mapped("fee")):
                raise ValidationError(
                    self.env._("A plan for hardship costs nothing: remove its fee and interest.")
                )

    @api.constrains("policy_id")
    def _check_policy(self):
        for offer in self:
            if not offer.policy_id.is_for_plans and offer.policy_id:
                raise ValidationError(
                    self.env._(
                        "“%s” is not a policy for payment plans: its days do not count from "
                        "installments.",
                        offer.policy_id.name,
                    )
                )

    # === BUSINESS METHODS === #

    def _terms(self, total, currency, today, choices=None):
        """The schedule that somebody chose, as a value of the domain.

        :param float total: the debt to pay off
        :param currency: `res.currency`
        :param datetime.date today: the plan's first day, when a down payment is due
        :param dict choices: any of `count`, `size`, `frequency`, `first_date`,
            `day_of_month`, `down_payment`; what is missing follows these terms
        :rtype: Terms
        """
        self.ensure_one()
        down = (choices or {}).get("down_payment")
        choices = {name: value for name, value in (choices or {}).items() if value}
        unit, debt = unit_of(currency), to_decimal(total, currency)
        least = percent_of(debt, Decimal(str(self.down_payment_percent)), unit)
        size = choices.get("size")
        count = None if size else choices.get("count")
        if not (count or size):
            count = self._most(debt, currency, today)
        return Terms(
            total=debt,
            first_date=fields.Date.to_date(choices.get("first_date")) or self._first_date(today),
            frequency=choices.get("frequency") or self.frequency,
            count=count,
            size=to_decimal(size, currency) if size else None,
            down_payment=to_decimal(down, currency) if down is not None else least,
            start=today,
            day_of_month=choices.get("day_of_month"),
            unit=unit,
        )

    def _first_date(self, today):
        return today + timedelta(days=min(FIRST_AFTER_DAYS, self.first_within_days))

    def _most(self, debt, currency, today):
        limits = self._limits(debt, currency, today)
        rest = debt - limits.min_down_payment
        return most_installments(rest, limits, unit_of(currency))

    def _limits(self, debt, currency, today):
        """What these terms allow for a debt.

        :rtype: Limits
        """
        own = self.amount_ids.filtered(lambda row: row.currency_id == currency)
        least = own.min_installment
        unit = unit_of(currency)
        return Limits(
            max_count=self.max_count,
            min_installment=to_decimal(least, currency) if least else None,
            min_down_payment=percent_of(debt, Decimal(str(self.down_payment_percent)), unit),
            first_by=today + timedelta(days=self.first_within_days),
        )

    def _fee(self, debt, currency):
        own = self.amount_ids.filtered(lambda row: row.currency_id == currency)
        share = percent_of(debt, Decimal(str(self.fee_percent)), unit_of(currency))
        return share + to_decimal(own.fee, currency)

    def _quote(self, company, total, currency, today, choices=None):
        """The plan that somebody chose: its schedule and what it costs. Writes nothing.

        :param company: `res.company`, whose taxes fee and interest bear

        The other arguments are as for :meth:`_terms`.

        :rtype: Quote
        :raises UserError: with a sentence, when such a plan cannot be
        """
        terms = self._terms(total, currency, today, choices)
        self._check_terms(terms, currency, today)
        percent = Decimal(str(self.interest_percent))
        taxes = company.sudo().collections_charge_tax_ids

        def with_taxes(amount):
            if not amount or not taxes:
                return amount
            computed = taxes.compute_all(float(amount), currency=currency)
            return to_decimal(computed["total_included"], currency)

        try:
            return quote(terms, self._fee(terms.total, currency), percent, with_taxes)
        except ValueError as error:
            raise UserError(str(error)) from error

    def _check_terms(self, terms, currency, today):
        """Refuse what nobody can mean, in the user's language."""
        if terms.total <= 0:
            raise UserError(self.env._("There is nothing open that a plan could pay off."))
        if not 0 <= terms.down_payment < terms.total:
            raise UserError(self.env._("The down payment must be less than the amount owed."))
        if terms.first_date < today:
            raise UserError(self.env._("The first installment cannot be due in the past."))
        if (terms.count or 1) < 1 or (terms.size or 1) <= 0:
            raise UserError(self.env._("The number and the amount of installments are positive."))
        if terms.day_of_month and not 1 <= terms.day_of_month <= 31:
            raise UserError(self.env._("The day of the month lies between 1 and 31."))
        parts = terms.count or terms.total / terms.size
        if parts > 600 or (terms.total - terms.down_payment) / parts < terms.unit:
            raise UserError(
                self.env._("The amount is too small for so many installments: choose fewer.")
            )

    def _beyond_limits(self, quote, currency, today):
        """What of a plan goes beyond these terms, one sentence each.

        :rtype: list[str]
        """
        limits = self._limits(quote.principal, currency, today)
        texts = {
            "max_count": self.env._("More than %s installments.", self.max_count),
            "min_installment": self.env._(
                "Installments of less than %s.",
                format_amount(self.env, float(limits.min_installment or 0), currency),
            ),
            "min_down_payment": self.env._(
                "A down payment of less than %s.",
                format_amount(self.env, float(limits.min_down_payment), currency),
            ),
            "first_by": self.env._(
                "The first installment later than %s days from now.", self.first_within_days
            ),
        }
        return [texts[name] for name in violations(quote.installments, limits)]

    def _needs_approval(self, quote, currency, company, today):
        """Why a manager has to approve a plan although it is within these terms.

        :rtype: list[str]
        """
        reasons = []
        amount = currency._convert(float(quote.principal), company.currency_id, company, today)
        if self.approval_amount and amount > self.approval_amount:
            reasons.append(self.env._("The debt is larger than these terms allow by themselves."))
        months = months_between(today, quote.installments[-1].due)
        if self.approval_months and months > self.approval_months:
            reasons.append(self.env._("It runs longer than %s months.", self.approval_months))
        return reasons

    def _is_open_to(self, company):
        """Whether a company may offer these terms."""
        return not self.company_id or self.company_id in company.sudo().parent_ids


class CollectionsPlanOfferAmount(models.Model):
    """What terms say in one currency: an amount means nothing without it."""

    _name = "collections.plan.offer.amount"
    _description = "Payment Plan Amounts"
    _order = "offer_id, currency_id"

    offer_id = fields.Many2one(
        "collections.plan.offer", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one("res.currency", required=True)
    min_installment = fields.Monetary(string="Least Installment")
    fee = fields.Monetary(help="Once, beside the fee in percent.")

    _one_per_currency = models.UniqueIndex(
        "(offer_id, currency_id)", "These terms have amounts in this currency already."
    )
    _positive = models.Constraint(
        "CHECK(min_installment >= 0 AND fee >= 0)", "Amounts of terms cannot be negative."
    )
