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
    stands for Student's, a little widened (Cornish-Fisher's first term).

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
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    below = sum(part * part / (size - 1) for part, size in zip(parts, sizes, strict=True))
    freedom = sum(parts) ** 2 / below if below else math.inf
    return z + (z**3 + z) / (4 * freedom)


def paid_in_time(outcomes: Iterable[tuple[bool, bool]]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Count customers: (is control, has paid) of each -> what :func:`shares` takes."""
    counts = {False: [0, 0], True: [0, 0]}
    for control, paid in outcomes:
        counts[control][0] += paid
        counts[control][1] += 1
    return tuple(counts[False]), tuple(counts[True])
