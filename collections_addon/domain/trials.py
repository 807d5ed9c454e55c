"""Who takes part in an experiment, and since when.

A customer is drawn on the first day on which the policy would contact him, not before:
both groups then begin at the same point of the same ladder, and the days are counted
from there. What is drawn once is kept. With a challenger, that day is the first on which
either of the two policies would act, for both groups alike.
"""

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from .effect import draw
from .eligibility import decide
from .summary import NOT_LISTED

CONTROL, TREATED, OUTSIDE = "control", "treated", "outside"
ONE_DAY = timedelta(days=1)


class Trial(NamedTuple):
    """A running experiment.

    :param seed: what the draw is made from, with the customer's id
    :param share: part that is left alone, or that gets the challenger; from 0 to 1
    :param policy_id: whose customers take part
    :param level_ids: levels at which the control group is not contacted
    :param challenger_id: the other policy; None where the control group is not contacted
    :param until: the last day; None: until somebody ends it
    :param days: so long is the control group left alone; None: until the end
    :param most: who owes more, in company currency, stays outside
    :param named: customers who stay outside
    """

    id: int
    seed: str
    share: float
    policy_id: int
    level_ids: frozenset = frozenset()
    challenger_id: int | None = None
    until: date | None = None
    days: int | None = None
    most: float = math.inf
    named: frozenset = frozenset()

    def place(self, customer_id, owes):
        """The group of a customer whose contact is due: `control`, `treated` or `outside`.

        :param float owes: all that is open, less credits, in company currency
        """
        if customer_id in self.named or owes > self.most:
            return OUTSIDE
        return self.arm(customer_id)

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

    def last_day(self, arm, since):
        """The last day on which a customer is treated as his group is; None: not known.

        :param datetime.date since: the day on which he was drawn
        """
        if arm != CONTROL or self.days is None:
            return self.until
        last = since + timedelta(days=self.days)
        return min(last, self.until) if self.until else last


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
            arm = trial.place(
                customer_id, sum(line.residual_company for line in chain(*by_currency))
            )
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


class Course:
    """What the experiments of a company make of one customer, from day to day.

    For the days to come: who is not drawn yet will be, on the day his contact is due; who
    was left alone is contacted again when his days, or the experiment, are over.

    :param trials: list of Trial, the oldest first
    :param members: trial id -> (group, day on which he was drawn)
    :param bool is_chosen: somebody has chosen the customer's policy: no challenger
    """

    def __init__(self, customer_id, trials=(), members=None, is_chosen=False):
        self.customer_id = customer_id
        self.trials = trials
        self.members = dict(members or {})
        self.chosen = {customer_id} if is_chosen else frozenset()

    def on(self, day, facts, by_currency, rules):
        """The facts of a day, by which he is contacted or not.

        :param CustomerFacts facts: as if there were no experiments
        :param by_currency: the open items of that day, one list per currency
        :rtype: CustomerFacts
        """
        if not self.trials:
            return facts
        for trial in self.trials:
            if trial.id in self.members and self._lasts(trial, day):
                facts = self._applied(trial, facts)
        lottery = Lottery(self._fresh(day), chosen=self.chosen)
        decisions = [decide(lines, facts, rules, day) for lines in by_currency]
        facts = lottery.enter(self.customer_id, facts, by_currency, decisions, rules, day)
        self.members.update({one.trial_id: (one.arm, day) for one in lottery.entries})
        return facts

    def _lasts(self, trial, day):
        last = trial.last_day(*self.members[trial.id])
        return last is None or day <= last

    def _fresh(self, day):
        """Experiments that have not drawn him yet and still can."""
        return [
            trial
            for trial in self.trials
            if trial.id not in self.members and (trial.until is None or day <= trial.until)
        ]

    def _applied(self, trial, facts):
        if trial.challenger_id and (self.chosen or facts.policy_id != trial.policy_id):
            return facts
        return trial.applied(facts, self.members[trial.id][0])

    def wakes(self, day):
        """The days after this one on which he is treated by the policy again."""
        for trial in self.trials:
            last = trial.id in self.members and trial.last_day(*self.members[trial.id])
            if last and last >= day:
                yield last + ONE_DAY

    def rivals(self, day, facts):
        """His facts under each challenger that may still draw him: it may act the sooner."""
        for trial in self._fresh(day):
            if trial.challenger_id and facts.policy_id == trial.policy_id and not self.chosen:
                yield trial.applied(facts, TREATED)
