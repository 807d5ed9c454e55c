"""Does contacting help? Control groups: who is in one, and what the difference is.

Customers, not invoices, are drawn: a reminder about one invoice moves the others, too. The
draw depends on nothing but the customer and the experiment, so it is kept for ever. The
effect comes with an interval; while that holds zero, the words are “not significant yet”.
"""

import hashlib
import math
from collections.abc import Hashable, Iterable, Sequence
from statistics import NormalDist, fmean, variance
from typing import NamedTuple

#: So many customers in each group before an effect is stated at all.
LEAST = 30


class Effect(NamedTuple):
    """What contacting, or the new policy, changes.

    :param value: the treated less the control group
    :param low: lower end of the interval
    :param high: upper end
    :param treated: how many customers were treated
    :param control: how many were not
    """

    value: float
    low: float
    high: float
    treated: int
    control: int

    @property
    def is_significant(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def draw(experiment: Hashable, customer: Hashable) -> float:
    """A number from 0 to below 1 for a customer of an experiment, always the same."""
    digest = hashlib.sha256(f"{experiment}/{customer}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def is_control(experiment: Hashable, customer: Hashable, share: float) -> bool:
    """Whether a customer belongs to the control group, which has so large a share.

    Who is in it stays in it when the share grows.

    :param share: from 0 to 1
    """
    return draw(experiment, customer) < share


def shares(
    treated: tuple[int, int], control: tuple[int, int], confidence: float = 0.95
) -> Effect | None:
    """The difference of two shares, of customers who have paid in time say.

    Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10): it holds
    its promise also for shares near 0 and 1.

    :param treated: (how many did, of how many)
    :return: None while either group is too small
    """
    if min(treated[1], control[1]) < LEAST:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    (a, a_low, a_high), (b, b_low, b_high) = (_wilson(*group, z) for group in (treated, control))
    low = a - b - math.hypot(a - a_low, b_high - b)
    high = a - b + math.hypot(a_high - a, b - b_low)
    return Effect(a - b, low, high, treated[1], control[1])


def _wilson(hits, count, z):
    """A share with its score interval (Wilson 1927)."""
    share, square = hits / count, z * z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    half *= z / (1 + square / count)
    return share, max(middle - half, 0.0), min(middle + half, 1.0)


def means(
    treated: Sequence[float], control: Sequence[float], confidence: float = 0.95
) -> Effect | None:
    """The difference of two means per customer, of days to pay say.

    Welch's interval; with at least :data:`LEAST` customers in each group the normal deviate
    stands for Student's, a little widened (Cornish-Fisher's first terms).

    :return: None while either group is too small
    """
    if min(len(treated), len(control)) < LEAST:
        return None
    parts = [variance(group) / len(group) for group in (treated, control)]
    spread = math.sqrt(sum(parts))
    half = _deviate(parts, (len(treated), len(control)), confidence) * spread
    value = fmean(treated) - fmean(control)
    return Effect(value, value - half, value + half, len(treated), len(control))


def _deviate(parts, sizes, confidence):
    below = sum(part * part / (size - 1) for part, size in zip(parts, sizes, strict=True))
    return _student(sum(parts) ** 2 / below if below else math.inf, confidence)


def _student(freedom, confidence):
    """Student's deviate by Cornish-Fisher's first two terms."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    second = 5 * z**5 + 16 * z**3 + 3 * z
    return z + (z**3 + z) / (4 * freedom) + second / (96 * freedom**2)


def money(
    treated: Sequence[tuple[float, float]],
    control: Sequence[tuple[float, float]],
    confidence: float = 0.95,
) -> Effect | None:
    """The difference in the share of money that came in.

    Customers were drawn, not euros: the share is a ratio of two means over customers, with
    the variance of the ratio estimator (Cochran, Sampling Techniques, 3rd ed., 1977, 6.3),
    each residual weighed up by its leverage (HC2, MacKinnon and White 1985). Degrees of
    freedom after Satterthwaite, with as many per group as its residuals are worth: a few
    customers who owe nearly everything make it wide.

    :param treated: customer by customer what it owed and what of it came in, one currency
    :return: None while either group is too small, or owed nothing
    """
    if min(len(treated), len(control)) < LEAST:
        return None
    if not all(sum(owed for owed, _received in group) for group in (treated, control)):
        return None
    (share, part, freedom), (other, rest, others) = map(_ratio, (treated, control))
    below = (part * part / freedom if part else 0) + (rest * rest / others if rest else 0)
    deviate = _student((part + rest) ** 2 / below if below else math.inf, confidence)
    value, half = share - other, deviate * math.sqrt(part + rest)
    return Effect(value, value - half, value + half, len(treated), len(control))


def _ratio(group):
    """Received by owed: the share, its variance, and degrees of freedom."""
    owed = sum(row[0] for row in group)
    share = sum(row[1] for row in group) / owed
    squares = [(paid - share * due) ** 2 / max(1 - due / owed, 1e-9) for due, paid in group if due]
    total = sum(squares)
    worth = total**2 / sum(square * square for square in squares) if total else math.inf
    return share, total / owed**2, max(worth, 1.0)


def needed(
    base: float,
    difference: float,
    smaller: float = 0.5,
    power: float = 0.8,
    level: float = 0.95,
    is_control_smaller: bool = False,
) -> int:
    """How many customers, both groups together, show a difference of two shares.

    Fleiss, Statistical Methods for Rates and Proportions, 2nd ed., 1981, formula 3.18, for
    groups of unequal size, without correction for continuity.

    :param base: share that pays in the control group, from 0 to 1
    :param difference: the least difference worth knowing, above 0
    :param smaller: part of the customers in the smaller group, above 0, at most 0.5
    :param power: chance to notice a difference that is there
    :param is_control_smaller: the smaller group is the control group; else it is the other
    """
    base = min(max(base, 0.01), 0.99)
    other = base + difference if base + difference < 1 else base - difference
    other = min(max(other, 0.001), 0.999)
    few, many = (base, other) if is_control_smaller else (other, base)
    ratio = (1 - smaller) / smaller
    mean = (many * ratio + few) / (1 + ratio)
    z_level, z_power = NormalDist().inv_cdf((1 + level) / 2), NormalDist().inv_cdf(power)
    spread = z_level * math.sqrt((1 + ratio) * mean * (1 - mean))
    spread += z_power * math.sqrt(ratio * few * (1 - few) + many * (1 - many))
    of_smaller = spread**2 / (ratio * difference**2)
    return math.ceil(of_smaller) + math.ceil(of_smaller * ratio)


def verdict(effect: Effect | None, planned: int) -> str:
    """What may be said: `early`, `unclear`, `better` or `worse`.

    Nothing before the smaller group has the size agreed on beforehand: who looks every day
    and stops at the first difference finds one too often.

    :param planned: customers in the smaller group
    """
    if effect is None or min(effect.treated, effect.control) < planned:
        return "early"
    if not effect.is_significant:
        return "unclear"
    return "better" if effect.value > 0 else "worse"


def paid_in_time(outcomes: Iterable[tuple[bool, bool]]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Count customers: (is control, has paid) of each -> what :func:`shares` takes."""
    counts = {False: [0, 0], True: [0, 0]}
    for control, paid in outcomes:
        counts[control][0] += paid
        counts[control][1] += 1
    return tuple(counts[False]), tuple(counts[True])
