"""Scores of a learnt model, in the same form as the scorecard's."""

from functools import partial

import numpy as np

from ..domain.features import FEATURES, HORIZONS
from ..domain.payers import logit
from ..domain.scoring import FARTHEST, SAID, Reason, finish, nearest, probability
from . import blend

#: A forecast of more days than this says no more than "not soon".
SURE_DAYS = 150
SUBJECTS = list(dict.fromkeys(FEATURES.values()))


def scores(targets, chronicle, items, day, said):
    """Scores of open invoices.

    :param dict targets: horizon as text, or ``days``, -> model
    :param Chronicle chronicle: as of the day
    :param list items: the invoices
    :param int day: day number
    :param dict said: item id -> codes of SAID
    :rtype: list[Score]
    """
    vectors = np.array([chronicle.features(item, day) for item in items], dtype=float)
    vectors = vectors.reshape(len(items), len(FEATURES))
    chances = {days: blend.chances(targets[str(days)], vectors) for days in HORIZONS if days != 30}
    chances[30], moves = blend.explained(targets["30"], vectors)
    by_subject = _by_subject(moves)
    forecast = blend.days(targets["days"], vectors)
    forecast[forecast > SURE_DAYS] = FARTHEST + 1
    return [
        _score(
            [float(chances[days][place]) for days in HORIZONS],
            float(forecast[place]),
            by_subject[place],
            said.get(item.id, ()),
        )
        for place, item in enumerate(items)
    ]


def _by_subject(moves):
    """Moves of the features added up to what they speak of."""
    places = [SUBJECTS.index(subject) for subject in FEATURES.values()]
    table = np.zeros((moves.shape[1], len(SUBJECTS)))
    table[np.arange(moves.shape[1]), places] = 1.0
    return (moves @ table).tolist()


def _score(chances, days, moves, said):
    points = sum(SAID[code] for code in said)
    if points:
        chances = [probability(logit(chance) + points) for chance in chances]
    reasons = [Reason(subject, move) for subject, move in zip(SUBJECTS, moves, strict=True)]
    reasons += [Reason(code, SAID[code]) for code in said]
    return finish(chances, reasons, partial(nearest, days))
