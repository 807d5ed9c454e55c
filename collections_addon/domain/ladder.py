"""The ladder: which rung an open item stands on, and which comes next.

One step at a time. A late starter begins at the first rung that makes sense
for it (a reminder *before* the due date makes none once the due date has
come), unless the policy allows to jump to the rung its age calls for.
"""

from dataclasses import dataclass, field


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
    _next: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self):
        rungs = tuple(sorted(self.rungs))
        days = [rung.days for rung in rungs]
        if len(set(days)) != len(days):
            raise ValueError("Two levels of a policy cannot stand on the same day.")
        object.__setattr__(self, "rungs", rungs)
        self._days.update(self.foreign)
        self._days.update((rung.id, rung.days) for rung in rungs)

    def days_of(self, level_id):
        """Days of a level of this or another policy; None when unknown."""
        return self._days.get(level_id)

    def next_rung(self, level_id, days_overdue):
        """The rung an item takes next, reached or still to come; None at the end.

        :param int|None level_id: the level it stands on, from what was sent
        :param int days_overdue: evaluated date minus due date
        """
        key = (level_id, days_overdue)
        try:
            return self._next[key]
        except KeyError:
            rung = self._next[key] = self._find_next(level_id, days_overdue)
            return rung

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
