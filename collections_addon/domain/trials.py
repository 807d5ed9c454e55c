"""Who takes part in an experiment, and since when.

A customer is drawn on the first day on which the policy would contact him, not before:
both groups then begin at the same point of the same ladder, and the days are counted
from there. What is drawn once is kept. With a challenger, that day is the first on which
either of the two policies would act, for both groups alike.
"""

from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from .effect import draw
from .eligibility import decide
from .summary import NOT_LISTED

CONTROL, TREATED = "control", "treated"


class Trial(NamedTuple):
    """A running experiment.

    :param seed: what the draw is made from, with the customer's id
    :param share: part that is left alone, or that gets the challenger; from 0 to 1
    :param policy_id: whose customers take part
    :param level_ids: levels at which the control group is not contacted
    :param challenger_id: the other policy; None where the control group is not contacted
    """

    id: int
    seed: str
    share: float
    policy_id: int
    level_ids: frozenset = frozenset()
    challenger_id: int | None = None

    def arm(self, customer_id):
        """`control` or `treated`, always the same for a customer."""
        is_drawn = draw(self.seed, customer_id) < self.share
        return TREATED if is_drawn is bool(self.challenger_id) else CONTROL

    def applied(self, facts, arm):
        """The facts of a customer in a group.

        :rtype: CustomerFacts
        """
        if self.challenger_id:
            return replace(facts, policy_id=self.challenger_id) if arm == TREATED else facts
        if arm == CONTROL:
            return replace(facts, withheld=facts.withheld | self.level_ids)
        return facts


class Entry(NamedTuple):
    """A customer who takes part from today.

    :param level_id: the level that was due
    :param owed: item id -> open amount (company currency) of what would have been asked
    """

    trial_id: int
    customer_id: int
    arm: str
    level_id: int
    owed: dict


class Lottery:
    """Draws the customers of one day.

    :param trials: list of Trial
    :param drawn: (trial id, customer id) of those who take part already
    :param chosen: customers whose policy somebody has chosen for them: no challenger
    """

    def __init__(self, trials, drawn=frozenset(), chosen=frozenset()):
        self.trials = trials
        self.drawn = drawn
        self.chosen = chosen
        self.entries = []

    def enter(self, customer_id, facts, by_currency, decisions, rules, today):
        """Draw a customer whose contact is due.

        :param CustomerFacts facts: as they were decided by
        :param decisions: per currency, what :func:`.eligibility.decide` said
        :return: the facts to decide by, the given ones where nothing changes
        :rtype: CustomerFacts
        """
        for trial in self.trials:
            if (trial.id, customer_id) in self.drawn:
                continue
            steps = self._steps(trial, customer_id, facts, by_currency, decisions, rules, today)
            if not steps:
                continue
            arm = trial.arm(customer_id)
            first = max(steps, key=lambda decision: decision.rung)
            owed = _owed(chain.from_iterable(decisions), {step.line.id for step in steps})
            self.entries.append(Entry(trial.id, customer_id, arm, first.rung.id, owed))
            facts = trial.applied(facts, arm)
        return facts

    def _steps(self, trial, customer_id, facts, by_currency, decisions, rules, today):
        """Decisions by which the customer would be contacted under the rules on trial."""
        if not trial.challenger_id:
            made = chain.from_iterable(decisions)
            return [one for one in made if one.rung and one.rung.id in trial.level_ids]
        if facts.policy_id != trial.policy_id or customer_id in self.chosen:
            return []
        rivals = trial.applied(facts, TREATED)
        others = [decide(lines, rivals, rules, today) for lines in by_currency]
        made = chain.from_iterable((*decisions, *others))
        return [one for one in made if one.rung and one.line.move_id not in rules.move_policy]


def _owed(decisions, steps):
    """What is open of the items that are overdue or about to be asked for."""
    return {
        one.line.id: round(one.line.residual_company, 2)
        for one in decisions
        if (one.line.days_overdue > 0 or one.line.id in steps) and one.reason not in NOT_LISTED
    }
