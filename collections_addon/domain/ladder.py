"""The ladder: which rung an open item stands on, and which comes next.

One step at a time. A late starter begins at the first rung that makes sense
for it (a reminder *before* the due date makes none once the due date has
come), unless the policy allows to jump to the rung its age calls for.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

#: Days to wait at the end of the ladder, where nothing comes: more than any others.
NEVER = 10**9


@dataclass(frozen=True, order=True)
class Rung:
    """One level of a policy. ``days`` counts from the due date, negative before."""

    days: int
    id: int
    requires_approval: bool = False
    is_final: bool = False

    @property
    def is_pre_due(self):
        return self.days < 0


class Step(NamedTuple):
    """What the ladder says of an item, whatever may speak against it.

    :param rung: the rung it takes next, reached or still to come; None at the end
    :param reason: why it does not take it today, or None when it does
    :param wait: days until the rung is reached, negative when it is; else NEVER
    """

    rung: Rung | None
    reason: str | None
    wait: int


class _Steps(dict):
    """(level id, days overdue) -> Step, each found once."""

    def __init__(self, ladder):
        super().__init__()
        self._ladder = ladder

    def __missing__(self, key):
        step = self[key] = self._ladder._find_step(*key)
        return step


@dataclass(frozen=True)
class Ladder:
    """The rungs of a policy, in the order of their days.

    :param rungs: the rungs; sorted on construction
    :param level_jump: go straight to the rung the age calls for
    :param foreign: level id -> days, for levels of other policies on which an
        item may still stand after its policy was changed
    :raises ValueError: when two rungs stand on the same day
    """

    rungs: tuple[Rung, ...]
    level_jump: bool = False
    foreign: dict[int, int] = field(default_factory=dict)
    _days: dict = field(default_factory=dict, init=False, repr=False, compare=False)
    steps: _Steps = field(default=None, init=False, repr=False, compare=False)
    _shorter: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self):
        rungs = tuple(sorted(self.rungs))
        days = [rung.days for rung in rungs]
        if len(set(days)) != len(days):
            raise ValueError("Two levels of a policy cannot stand on the same day.")
        object.__setattr__(self, "rungs", rungs)
        object.__setattr__(self, "steps", _Steps(self))
        self._days.update(self.foreign)
        self._days.update((rung.id, rung.days) for rung in rungs)

    def days_of(self, level_id):
        """Days of a level of this or another policy; None when unknown."""
        return self._days.get(level_id)

    def without(self, level_ids):
        """The ladder for somebody who is not contacted at some of its levels.

        :param frozenset[int] level_ids: levels of any policy
        :rtype: Ladder
        """
        if level_ids not in self._shorter:
            rungs = tuple(rung for rung in self.rungs if rung.id not in level_ids)
            self._shorter[level_ids] = Ladder(rungs, self.level_jump, dict(self._days))
        return self._shorter[level_ids]

    def next_rung(self, level_id, days_overdue):
        """The rung an item takes next, reached or still to come; None at the end.

        :param int|None level_id: the level it stands on, from what was sent
        :param int days_overdue: evaluated date minus due date
        :rtype: Rung|None
        """
        return self.steps[level_id, days_overdue].rung

    def _find_step(self, level_id, days_overdue):
        rung = self._find_next(level_id, days_overdue)
        if step_due(rung, days_overdue):
            return Step(rung, None, rung.days - days_overdue)
        reason = "already_contacted" if rung is None or level_id else "not_due"
        return Step(rung, reason, NEVER if rung is None else rung.days - days_overdue)

    def _find_next(self, level_id, days_overdue):
        ahead = self._ahead(level_id, days_overdue)
        if self.level_jump:
            reached = [rung for rung in ahead if rung.days <= days_overdue]
            if reached:
                return reached[-1]
        return ahead[0] if ahead else None

    def _ahead(self, level_id, days_overdue):
        stands = self.days_of(level_id) if level_id else None
        return [
            rung
            for rung in self.rungs
            if (stands is None or rung.days > stands)
            and not (rung.is_pre_due and days_overdue >= 0)
        ]


def step_due(rung, days_overdue):
    """Whether an item takes this rung on the evaluated date."""
    return rung is not None and rung.days <= days_overdue
