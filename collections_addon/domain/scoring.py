"""How likely an open invoice is to be paid, and why: a scorecard, and what models share.

The scorecard needs no training. It starts from what everybody does, then asks how
invoices of this age go on, how this customer's own went on, what of his is unpaid, what
his last payments were like, and what he has said. Each answer moves the log-odds; the
move is the reason. A learnt model gives its own probabilities and moves in the same
form, so screens and lists need not know which of them speaks.
"""

from functools import partial
from itertools import accumulate
from math import exp
from typing import NamedTuple

from .features import HORIZONS

#: Days beyond which no date is named.
FARTHEST = 365
#: What a customer has said or done -> log-odds. Judgment, not measured: such facts are
#: too few in any one ledger to learn from, and each is small beside the history.
SAID = {
    "disputed": -1.5,
    "promise_open": 0.7,
    "promise_broken": -0.6,
    "promise_kept": 0.3,
    "announced": 1.2,
    "in_plan": -0.4,
    "shortage": -0.8,
    "refusal": -1.2,
    "handed_over": -1.0,
}
#: Reasons whose move is smaller than this say nothing.
NOTABLE = 0.08
MOST_REASONS = 3


class Reason(NamedTuple):
    """What moved a probability: a code and by how much, in log-odds for 30 days."""

    code: str
    effect: float


class Score(NamedTuple):
    """``chances``: of being paid within each of HORIZONS. ``days``: until it is as likely
    paid as not, None when that lies too far to be named."""

    chances: tuple
    days: int | None
    reasons: tuple


def scorecard(chronicle, item, day, said=()):
    """The score of an open invoice on a day, without any trained model.

    :param Chronicle chronicle: see features.py
    :param Item item: the invoice
    :param int day: day number
    :param said: codes of SAID that are true of it
    :rtype: Score
    """
    chronicle.move_to(day)
    customer = chronicle.customer(item.customer)
    age = day - item.due
    chances, moves = [], []
    for days in HORIZONS:
        steps = chronicle.steps(customer, age, days)
        if days == 30:
            moves = [Reason(code, after - before) for code, before, after in steps]
        chances.append(steps[-1][2])
    moves += [Reason(code, SAID[code]) for code in said]
    points = sum(SAID[code] for code in said)

    def likely(days):
        return chronicle.odds(customer, age, days) + points > 0  # even odds are no knowledge

    days = partial(_first, likely)
    return finish([probability(one + points) for one in chances], moves, days)


def finish(chances, moves, expected):
    """A score from probabilities in the order of HORIZONS and everything that moved them.

    Longer horizons are never less likely; the strongest reasons come first; the expected
    day agrees with the probabilities.

    :param expected: (first, last) -> which of these days it is, see `span`
    :rtype: Score
    """
    rising, least = [], 0.0
    for chance in chances:
        least = max(least, chance)
        rising.append(round(least, 4))
    days = expected(*span(rising))
    return Score(tuple(rising), days if days <= FARTHEST else None, strongest(moves))


def strongest(moves):
    """The few reasons that say something, the strongest first.

    :param moves: of :class:`Reason`
    :rtype: tuple[Reason]
    """
    notable = [move for move in moves if abs(move.effect) >= NOTABLE]
    notable.sort(key=lambda move: (-abs(move.effect), move.code))
    return tuple(Reason(code, round(effect, 2)) for code, effect in notable[:MOST_REASONS])


def span(chances):
    """The days among which it becomes as likely paid as not.

    :param chances: rising, in the order of HORIZONS
    :return: first and last day; the last is beyond FARTHEST where no end is known
    :rtype: tuple[int, int]
    """
    low = 0
    for days, chance in zip(HORIZONS, chances, strict=True):
        if chance >= 0.5:
            return low, days
        low = days + 1
    return low, FARTHEST + 1


def _first(likely, low, high):
    """The first of the days by which it is likely, by halving."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if likely(middle) else (middle + 1, high)
    return low


def nearest(days, low, high):
    """The day of a span that is nearest to a forecast."""
    return min(max(round(days), low), high)


def probability(odds):
    """The probability of log-odds."""
    return 1 / (1 + exp(-odds))


def together(scores):
    """What a customer is likely to pay, of all his open invoices.

    :param scores: (amount, chances, days) of each invoice, amounts positive
    :return: the share of the money expected within each horizon; and the days until half
        of it is there, None when that cannot be said
    :rtype: tuple[tuple, int|None]
    """
    total = sum(amount for amount, _chances, _days in scores)
    if total <= 0:
        return (0.0,) * len(HORIZONS), None
    parts = [0.0] * len(HORIZONS)
    for amount, chances, _days in scores:
        for position, chance in enumerate(chances):
            parts[position] += amount * chance
    chances = tuple(round(part / total, 4) for part in parts)
    days = nearest(_half(scores, total), *span(chances))
    return chances, days if days <= FARTHEST else None


def _half(scores, total):
    """Days until invoices that make half of the money are each expected."""
    by_day = sorted(
        (FARTHEST + 1 if days is None else days, amount) for amount, _chances, days in scores
    )
    upto = accumulate(amount for _days, amount in by_day)
    return next(
        days for (days, _amount), paid in zip(by_day, upto, strict=True) if paid * 2 >= total
    )
