"""How likely an open invoice is to be paid, and why: a scorecard, and what models share.

The scorecard needs no training. It starts from what everybody does, then asks how
invoices of this age go on, how this customer's own went on, what of his is unpaid, what
his last payments were like, and what he has said. Each answer moves the log-odds; the
move is the reason. A learnt model gives its own probabilities and moves in the same
form, so screens and lists need not know which of them speaks.
"""

from math import exp, log
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
}
#: Reasons whose move is smaller than this say nothing.
NOTABLE = 0.08
MOST_REASONS = 3


class Reason(NamedTuple):
    """What moved a probability: a code and by how much, in log-odds for 30 days."""

    code: str
    effect: float


class Score(NamedTuple):
    """``chances``: of being paid within each of HORIZONS. ``days``: until the expected
    date, None when it lies too far to be named."""

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
    return finish([probability(odds + points) for odds in chances], moves)


def finish(chances, moves):
    """A score from probabilities in the order of HORIZONS and everything that moved them.

    Longer horizons are never less likely; the strongest reasons come first.

    :rtype: Score
    """
    rising, least = [], 0.0
    for chance in chances:
        least = max(least, chance)
        rising.append(round(least, 4))
    notable = [move for move in moves if abs(move.effect) >= NOTABLE]
    notable.sort(key=lambda move: (-abs(move.effect), move.code))
    reasons = tuple(Reason(code, round(effect, 2)) for code, effect in notable[:MOST_REASONS])
    return Score(tuple(rising), expected_days(rising), reasons)


def expected_days(chances):
    """The day by which it is as likely paid as not, between the horizons and beyond.

    Within a span, and after the last one, the odds of being paid on any day that is left
    stay the same.

    :param chances: rising, in the order of HORIZONS
    :rtype: int|None
    """
    open_before, since = 1.0, 0
    for days, chance in zip(HORIZONS, chances, strict=True):
        still_open = 1 - chance
        if still_open <= 0.5:
            rate = log(open_before / max(still_open, 1e-6)) / (days - since)
            return since + max(round(log(open_before / 0.5) / rate), 0) if rate else since
        open_before, since = still_open, days
    rate = -log(open_before) / since
    days = round(log(2) / rate) if rate > 0 else FARTHEST + 1
    return days if days <= FARTHEST else None


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
    return chances, expected_days(chances)
