"""Schedules of payment plans: dates and amounts, exact to the smallest unit.

Amounts are :class:`decimal.Decimal` in one currency, multiples of its smallest
unit. The sum of a schedule is the amount it pays off, always; the remainder of
a division goes to the last installment, so that no installment but the last
differs from the others.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

FREQUENCIES = ("weekly", "biweekly", "monthly", "quarterly")
_MONTHS = {"monthly": 1, "quarterly": 3}
_DAYS = {"weekly": 7, "biweekly": 14}
#: As the day of the month: the last one, whatever its number.
LAST_DAY = 31


class Installment(NamedTuple):
    """One payment of a plan. ``number`` 0 is the down payment."""

    number: int
    due: date
    amount: Decimal


@dataclass(frozen=True)
class Terms:
    """How a plan is to be paid.

    :param total: the amount to pay off, positive
    :param first_date: due date of the first installment; with a day of the
        month, the first such day not before it
    :param frequency: one of :data:`FREQUENCIES`
    :param count: number of installments, the down payment not among them
    :param size: amount of each installment but the last; give count or size
    :param down_payment: paid at once, on ``start``
    :param start: date of the down payment
    :param day_of_month: 1 to 31 for monthly plans; a month without that day
        uses its last one
    :param unit: smallest unit of the currency, for instance 0.01
    """

    total: Decimal
    first_date: date
    frequency: str = "monthly"
    count: int | None = None
    size: Decimal | None = None
    down_payment: Decimal = Decimal(0)
    start: date | None = None
    day_of_month: int | None = None
    unit: Decimal = Decimal("0.01")


def schedule(terms):
    """The installments of a plan, in the order of their dates.

    :rtype: list[Installment]
    :raises ValueError: with a sentence, when the terms cannot be kept
    """
    _check(terms)
    rest = terms.total - terms.down_payment
    amounts = _by_count(rest, terms) if terms.count else _by_size(rest, terms)
    plan = []
    if terms.down_payment:
        plan.append(Installment(0, terms.start, terms.down_payment))
    dates = due_dates(terms, len(amounts))
    numbered = zip(dates, amounts, strict=True)
    return plan + [Installment(n, due, amount) for n, (due, amount) in enumerate(numbered, 1)]


def due_dates(terms, count):
    """Due dates of the installments.

    Counted from the first date, not from one another: the 31st gives the last
    day of February and the 31st of March again.

    :rtype: list[datetime.date]
    """
    if terms.frequency in _DAYS:
        step = timedelta(days=_DAYS[terms.frequency])
        return [terms.first_date + step * n for n in range(count)]
    day = terms.day_of_month or terms.first_date.day
    first = _in_month(terms.first_date, 0, day)
    offset = 0 if first >= terms.first_date else 1
    months = _MONTHS[terms.frequency]
    return [_in_month(terms.first_date, offset + months * n, day) for n in range(count)]


def _in_month(anchor, months, day):
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day, last))


def _by_count(rest, terms):
    even = _floor(rest / terms.count, terms.unit)
    if even <= 0:
        raise ValueError("The amount is too small for so many installments: choose fewer of them.")
    return [even] * (terms.count - 1) + [rest - even * (terms.count - 1)]


def _by_size(rest, terms):
    full = int(rest // terms.size)
    amounts = [terms.size] * full
    remainder = rest - terms.size * full
    return [*amounts, remainder] if remainder else amounts


def _floor(amount, unit):
    return (amount / unit).to_integral_value(rounding=ROUND_DOWN) * unit


def _check(terms):
    if terms.frequency not in FREQUENCIES:
        raise ValueError(f"There is no frequency “{terms.frequency}”.")
    if terms.total <= 0:
        raise ValueError("A payment plan needs an amount to pay off.")
    if bool(terms.count) == bool(terms.size):
        raise ValueError("Give either the number of installments or their amount.")
    if (terms.count or 1) < 1 or (terms.size or 1) <= 0:
        raise ValueError("The number and the amount of installments must be positive.")
    if not 0 <= terms.down_payment < terms.total:
        raise ValueError("The down payment must be less than the amount to pay off.")
    if terms.down_payment and terms.start is None:
        raise ValueError("The down payment needs a date.")
    if terms.day_of_month is not None and not 1 <= terms.day_of_month <= 31:
        raise ValueError("The day of the month must lie between 1 and 31.")
    for amount in (terms.total, terms.down_payment, terms.size or Decimal(0)):
        if amount % terms.unit:
            raise ValueError("Amounts cannot be finer than the smallest unit of the currency.")


def allocate(payment, installments):
    """Give a payment to installments, the oldest first.

    :param Decimal payment: positive
    :param installments: (key, open amount) pairs in the order of their dates
    :return: (key, amount) pairs of what is paid, and what is left over
    :rtype: tuple[list[tuple], Decimal]
    """
    paid = []
    for key, open_amount in installments:
        part = min(payment, open_amount)
        if part > 0:
            paid.append((key, part))
            payment -= part
    return paid, payment
