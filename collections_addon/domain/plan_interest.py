"""Interest of a payment plan when some of it is paid before its date.

Each installment holds a part of the debt. That part bears interest until the
installment's date, or until the day on which it is paid or credited when that
is earlier: a plan costs interest only for the time it is used. Paying late
does not raise it here. Amounts are :class:`decimal.Decimal` in one currency.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .interest import Rate, late_interest
from .interest import total as rounded_total

ZERO = Decimal(0)


class Part(NamedTuple):
    """An installment as agreed.

    :param date due: its date
    :param Decimal amount: to be paid, with its share of what the plan costs
    :param Decimal principal: the part of the debt in it
    """

    due: date
    amount: Decimal
    principal: Decimal


class Agreement(NamedTuple):
    """What the interest of a plan follows from.

    :param list[Part] parts: in the order of their dates
    :param date start: interest begins on the next day
    :param Decimal percent: a year, simple, actual days / 365
    :param Decimal unit: smallest unit of the currency
    :param Decimal net: the interest agreed, before taxes
    :param Decimal gross: the interest agreed, with taxes
    """

    parts: list
    start: date
    percent: Decimal
    unit: Decimal
    net: Decimal
    gross: Decimal


class Past(NamedTuple):
    """What has happened since the plan began, in the order of the days.

    :param payments: (day, amount) pairs
    :param credits: (day, amount) pairs: credit notes that took debt away
    """

    payments: list
    credits: list


def saved(agreement, past):
    """How much of the agreed interest, with taxes, does not arise after all.

    Installments still to come are taken as paid on their dates.

    :param Agreement agreement: the plan
    :param Past past: what was paid and credited
    :rtype: Decimal
    """
    return saved_when_settled(agreement, past, settled_on(agreement, past))


def saved_when_settled(agreement, past, day):
    """The same, the rest of the plan being paid on a day; None: on its dates.

    :rtype: Decimal
    """
    full = _interest(agreement, Past([], []), None)
    if not full or not agreement.net:
        return ZERO
    less = max(full - _interest(agreement, past, day), ZERO)
    kept = max(agreement.net - less, ZERO)
    units = agreement.gross * kept / agreement.net / agreement.unit
    return agreement.gross - units.quantize(Decimal(1), ROUND_HALF_UP) * agreement.unit


def settled_on(agreement, past):
    """The day on which everything had been paid that was owed by then, if any.

    :rtype: datetime.date|None
    """
    agreed = sum((part.amount for part in agreement.parts), ZERO)
    for day in sorted({day for day, _amount in past.payments}):
        before = Past(*([row for row in rows if row[0] <= day] for rows in past))
        gone = sum((amount for rows in before for _day, amount in rows), ZERO)
        if gone >= agreed - saved_when_settled(agreement, before, day):
            return day
    return None


def _interest(agreement, past, settled):
    """Interest before taxes, rounded once."""
    debt = sum((part.principal for part in agreement.parts), ZERO)
    last = agreement.parts[-1].due
    gone = _departures(agreement, past, settled)
    rates = [Rate(date.min, agreement.percent)]
    periods = late_interest(debt, agreement.start, gone, rates, last)
    return rounded_total(periods, agreement.unit)


def _departures(agreement, past, settled):
    """(day, principal) pairs: when which part of the debt is gone, at the latest by plan."""
    book = [[part.due, part.amount, part.principal] for part in agreement.parts]
    events = [(day, 0, amount) for day, amount in past.payments]
    events += [(day, 1, amount) for day, amount in past.credits]
    gone = []
    for day, is_credit, amount in sorted(events):
        take = _credited if is_credit else _paid
        gone += [(min(day, due), part) for due, part in take(book, amount)]
    gone += [(min(settled or due, due), principal) for due, _amount, principal in book]
    return [(max(day, agreement.start), part) for day, part in gone if part]


def _paid(book, amount):
    """The oldest installments first, each with its share of the debt."""
    for row in book:
        due, left, principal = row
        part = min(amount, left)
        if part <= 0:
            continue
        share = principal if part == left else principal * part / left
        row[1:] = left - part, principal - share
        amount -= part
        yield due, share


def _credited(book, amount):
    """From the end of the plan: debt that has fallen away."""
    for row in reversed(book):
        due, left, principal = row
        part = min(amount, principal)
        row[1:] = max(left - part, ZERO), principal - part
        amount -= part
        yield due, part
