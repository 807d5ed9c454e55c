"""Figures of customers who are left alone today whatever they owe.

Gap or limit hold a customer back until a date known from the contacts alone. His
items need not be decided one by one then: what the ladder says of each, and sums
the database has made, give the same reasons and figures as
:func:`.eligibility.decide` and :func:`.summary.summarize` would. On a day after
many contacts that is nearly everybody.
"""

from datetime import timedelta
from operator import itemgetter
from typing import NamedTuple

from .ladder import NEVER
from .summary import CaseFigures, stage_of

_REASON = itemgetter(1)
_WAIT = itemgetter(2)


class Standing(NamedTuple):
    """All open debts of one customer, in columns.

    Amounts in company currency; ``levels`` and ``days`` (overdue) in the order of
    currency and item.
    """

    partner_id: int
    is_plain: bool
    exposure: float
    overdue: float
    levels: list
    days: list


def stand(items, ladder, free, today):
    """What becomes of the items of a customer who is held back.

    :param Standing items: debts without exceptions: no credit, pause or policy of one's own
    :param Ladder ladder: of the policy of all the items
    :param int free: days until gap and limit allow another contact
    :param datetime.date today: the evaluated date
    :return: per item, why it takes no step, None for "the customer is held back"; and
        the case's figures
    :rtype: tuple[list[str|None], CaseFigures]
    """
    levels, days = items.levels, items.days
    steps = list(map(ladder.steps.__getitem__, zip(levels, days, strict=True)))
    oldest, overdue = max(days), round(items.overdue, 2)
    level_id, at_end = _highest(levels, steps, ladder)
    coming, wait = _soonest(steps, free)
    figures = CaseFigures(
        stage_of(overdue, False, at_end),
        round(items.exposure, 2),
        overdue,
        0.0,
        today - timedelta(days=oldest) if oldest > 0 else None,
        level_id,
        coming,
        None if coming is None else today + timedelta(days=wait),
    )
    return list(map(_REASON, steps)), figures


def _highest(levels, steps, ladder):
    """The highest level reached, and whether nothing comes after it."""
    top = highest = None
    for level_id in set(levels):
        days = ladder.days_of(level_id)
        if days is not None and (top is None or days > top):
            top, highest = days, level_id
    return highest, highest is not None and steps[levels.index(highest)].rung is None


def _soonest(steps, free):
    """The level that comes next and the days until then; nothing where none comes."""
    wait = min(map(_WAIT, steps))
    if wait == NEVER:
        return None, None
    wait = max(wait, free)
    return next(step.rung.id for step in steps if step.wait <= wait), wait
