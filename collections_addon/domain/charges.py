"""What is charged for late payment beside the invoice itself.

Fees, compensations and late interest as amounts; whether they are claimed, and
from whom, is decided elsewhere. Amounts are ``Decimal`` in one currency, rounded
half up to its smallest unit.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .interest import ONE_DAY, Rate, late_interest, rate_on, total

ZERO = Decimal(0)


class Band(NamedTuple):
    """What a law grants for a claim of at least ``claim_from``, since a date.

    A fixed ``amount``, a ``percent`` of the claim, or both together.
    """

    since: date
    claim_from: Decimal
    amount: Decimal
    percent: Decimal = ZERO


class EarlierInterest(NamedTuple):
    """Interest charged before: its period, what was claimed, and at which rates.

    ``rates`` is None when it is not known how the amount came about.
    """

    first: date
    last: date
    amount: Decimal
    rates: tuple | None
    day_count: str | None


class InterestClaim(NamedTuple):
    """What is charged now: new stretches, and what earlier ones claimed wrongly."""

    periods: list
    correction: Decimal
    amount: Decimal

    @property
    def first(self):
        return self.periods[0].first if self.periods else None

    @property
    def last(self):
        return self.periods[-1].last if self.periods else None


def rounded(amount, unit):
    """Half up to the smallest unit of a currency.

    :rtype: Decimal
    """
    return (amount / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit


def fee(fixed, percent, base, unit):
    """A fixed amount and a percentage of what is overdue, together.

    :rtype: Decimal
    """
    return rounded(fixed + base * percent / 100, unit)


def compensation(bands, claim, due):
    """What the law grants once for a claim that fell late on a date.

    Of the amounts in force on the first day of delay, the one of the largest
    ``claim_from`` that the claim reaches.

    :param list[Band] bands: any order
    :return: the band, or None when the law grants nothing
    :rtype: Band | None
    """
    late_on = due + ONE_DAY
    known = [band for band in bands if band.since <= late_on]
    if not known:
        return None
    since = max(band.since for band in known)
    reached = [band for band in known if band.since == since and band.claim_from <= claim]
    return max(reached, key=lambda band: band.claim_from, default=None)


def applicable_rates(reference, known_until, margin, is_fixed, due):
    """The yearly rates of a claim: those of a reference rate plus a margin.

    :param list[Rate] reference: the reference rates, any order; empty: only the margin
    :param datetime.date|None known_until: last day for which the reference is known
    :param Decimal margin: percentage points added
    :param bool is_fixed: the rate of the first day of delay holds to the end
    :param datetime.date due: due date of the claim
    :return: the rates, and the last day they are known for (None: no end)
    :rtype: tuple[list[Rate], datetime.date | None]
    """
    start = due + ONE_DAY
    if not reference:
        return [Rate(start, margin)], None
    if not is_fixed:
        return [Rate(rate.since, rate.percent + margin) for rate in reference], known_until
    known = any(rate.since <= start for rate in reference) and start <= known_until
    return ([Rate(start, rate_on(reference, start) + margin)] if known else []), None


def interest_claim(amount, due, payments, terms, until, earlier, unit):
    """Late interest to charge now: each day once, and earlier claims set right.

    Begins on the day after the last one charged before. What was charged before is
    worked out again with the payments known now: money that was matched late had
    arrived early, money that was returned never came. The difference is deducted or
    added.

    :param Decimal amount: the original amount
    :param datetime.date due: due date
    :param payments: (day, positive amount) pairs
    :param tuple terms: (rates, day count, last day for which rates are known or None)
    :param datetime.date until: last day counted
    :param list[EarlierInterest] earlier: charged before, whatever became of it; for
        what was given up ``rates`` is None, so that it is not set right
    :param Decimal unit: smallest unit of the currency
    :rtype: InterestClaim
    """
    rates, day_count, known_until = terms
    charged_to = max((charge.last for charge in earlier), default=due)
    last = until if known_until is None else min(until, known_until)
    periods = late_interest_between(
        amount, due, payments, rates, day_count, max(due, charged_to), last
    )
    correction = sum((_difference(amount, due, payments, charge, unit) for charge in earlier), ZERO)
    return InterestClaim(periods, correction, total(periods, unit) + correction)


def late_interest_between(amount, due, payments, rates, day_count, after, until):
    """Interest on the days after one date up to another, both after the due date.

    :rtype: list[InterestPeriod]
    """
    return late_interest(amount, max(due, after), payments, rates, until, day_count)


def _difference(amount, due, payments, charge, unit):
    """What an earlier charge should have claimed, less what it did."""
    if charge.rates is None:
        return ZERO
    periods = late_interest_between(
        amount,
        due,
        payments,
        charge.rates,
        charge.day_count,
        charge.first - ONE_DAY,
        charge.last,
    )
    return total(periods, unit) - charge.amount
