"""What a payment plan costs, what it may look like, and how it stands.

Amounts are :class:`decimal.Decimal` in one currency, multiples of its smallest unit.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import NamedTuple

from .installments import allocate, schedule
from .interest import Rate, late_interest
from .interest import total as rounded_total

ZERO = Decimal(0)


class Quote(NamedTuple):
    """A plan as it would be: what is owed, what it costs, when what is to be paid.

    ``fee`` and ``interest`` are with their taxes, ``net_fee`` and ``net_interest`` without.
    ``principals`` is the part of the debt in each installment.
    """

    principal: Decimal
    fee: Decimal
    interest: Decimal
    installments: list
    net_fee: Decimal = ZERO
    net_interest: Decimal = ZERO
    principals: tuple = ()

    @property
    def total(self):
        """What is paid in all; always the sum of the installments."""
        return self.principal + self.fee + self.interest


class Limits(NamedTuple):
    """What terms on offer allow; None where nothing is limited.

    :param max_count: most installments, the down payment not among them
    :param min_installment: least amount of every installment but the last
    :param min_down_payment: least amount paid at once
    :param first_by: latest due date of the first installment
    """

    max_count: int | None = None
    min_installment: Decimal | None = None
    min_down_payment: Decimal = ZERO
    first_by: date | None = None


class Standing(NamedTuple):
    """How an installment stands; ``open`` is what is left of it."""

    paid: Decimal
    credited: Decimal
    open: Decimal


def quote(terms, fee=ZERO, percent=ZERO, with_taxes=lambda amount: amount):
    """The schedule of a plan with its fee and interest.

    Interest is simple, actual/365, on what of the debt is still open by the schedule
    without interest, from the start of the plan on; never on fee or interest.

    :param Terms terms: their total is the debt itself; ``start`` is required with interest
    :param Decimal fee: added once, before taxes
    :param Decimal percent: yearly interest, before taxes
    :param with_taxes: function of an amount that gives it with its taxes
    :rtype: Quote
    :raises ValueError: with a sentence, when the terms cannot be kept
    """
    bare = schedule(terms)
    interest = _interest(terms, bare, percent) if percent else ZERO
    taxed_fee, taxed_interest = with_taxes(fee), with_taxes(interest)
    whole = schedule(replace(terms, total=terms.total + taxed_fee + taxed_interest))
    principals = [installment.amount for installment in bare]
    principals += [ZERO] * (len(whole) - len(bare))  # costs may need one more of a given size
    return Quote(terms.total, taxed_fee, taxed_interest, whole, fee, interest, tuple(principals))


def _interest(terms, installments, percent):
    payments = [(installment.due, installment.amount) for installment in installments]
    rates = [Rate(date.min, percent)]
    last = installments[-1].due
    periods = late_interest(terms.total, terms.start, payments, rates, last)
    return rounded_total(periods, terms.unit)


def percent_of(amount, percent, unit):
    """A part of an amount, half up to the smallest unit.

    :rtype: Decimal
    """
    return (amount * percent / 100 / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit


def violations(installments, limits):
    """What of a schedule goes beyond the limits.

    :param list[Installment] installments: in the order of their dates
    :return: any of `max_count`, `min_installment`, `min_down_payment`, `first_by`
    :rtype: list[str]
    """
    numbered = [installment for installment in installments if installment.number]
    down = sum((i.amount for i in installments if not i.number), ZERO)
    checks = {
        "max_count": limits.max_count and len(numbered) > limits.max_count,
        "min_installment": limits.min_installment
        and any(i.amount < limits.min_installment for i in numbered[:-1]),
        "min_down_payment": down < limits.min_down_payment,
        "first_by": limits.first_by and numbered and numbered[0].due > limits.first_by,
    }
    return [name for name, is_broken in checks.items() if is_broken]


def most_installments(total, limits, unit=Decimal("0.01")):
    """How many installments of an amount the limits allow; at least one.

    :rtype: int
    """
    most = limits.max_count or 1
    if limits.min_installment:
        whole = (total / limits.min_installment).to_integral_value(rounding=ROUND_UP)
        while whole > 1 and (total / whole) // unit * unit < limits.min_installment:
            whole -= 1
        most = min(most, int(whole))
    return max(most, 1)


def stand(amounts, paid, credited):
    """How installments stand after payments and credit notes.

    A credit note shortens the plan from its end; payments go to the oldest first.

    :param list[Decimal] amounts: agreed amounts in the order of their dates
    :param Decimal paid: all payments
    :param Decimal credited: all credit notes; a negative one is as none
    :return: one :class:`Standing` per amount, and what was paid beyond the plan
    :rtype: tuple[list[Standing], Decimal]
    """
    cuts = cut_from_end(amounts, max(credited, ZERO))
    left = [amount - cut for amount, cut in zip(amounts, cuts, strict=True)]
    shares, beyond = allocate(max(paid, ZERO), list(enumerate(left)))
    shares = dict(shares)
    return [
        Standing(shares.get(n, ZERO), cut, rest - shares.get(n, ZERO))
        for n, (cut, rest) in enumerate(zip(cuts, left, strict=True))
    ], beyond


def cut_from_end(amounts, cut):
    """What each amount loses when some of their sum falls away, the last ones first.

    :rtype: list[Decimal]
    """
    cuts = []
    for amount in reversed(amounts):
        part = min(amount, cut)
        cuts.append(part)
        cut -= part
    return cuts[::-1]


def missed(installments, today, grace_days):
    """How many installments were not paid by their date and some days of grace.

    :param installments: (due date, amount asked and still open) pairs
    :param datetime.date today: the evaluated date
    :rtype: int
    """
    last = today - timedelta(days=grace_days)
    return sum(1 for due, amount in installments if amount > 0 and due < last)


def months_between(first, last):
    """Whole or begun months from one date to another.

    :rtype: int
    """
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(months + (last.day > first.day), 0)
