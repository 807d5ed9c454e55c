"""Was a promise to pay kept? Judged by the money that came, not by flags."""

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

STATES = ("open", "kept", "partially_kept", "broken")


class Verdict(NamedTuple):
    """``paid`` counts what came from the day of the promise to the end of its grace."""

    state: str
    paid: Decimal


def judge(amount, made_on, due, grace_days, payments, today, unit):
    """State of a promise on a date.

    Kept as soon as the promised amount has come; until the grace is over an
    unpaid promise stays open; after it, something paid is partly kept and
    nothing is broken.

    :param Decimal amount: promised, positive
    :param datetime.date made_on: day of the promise; earlier payments do not count
    :param datetime.date due: promised date
    :param int grace_days: days after it that still count as kept
    :param payments: (day, amount) pairs; a returned payment is negative
    :param datetime.date today: the evaluated date
    :param Decimal unit: smallest unit of the currency
    :rtype: Verdict
    """
    deadline = due + timedelta(days=grace_days)
    last = min(today, deadline)
    paid = sum((value for day, value in payments if made_on <= day <= last), Decimal(0))
    if paid >= amount - unit / 2:
        return Verdict("kept", paid)
    if today <= deadline:
        return Verdict("open", paid)
    return Verdict("partially_kept" if paid > unit / 2 else "broken", paid)
