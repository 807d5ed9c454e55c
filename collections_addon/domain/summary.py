"""The figures of a customer's case, from the decisions on its open items."""

from datetime import date, timedelta
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from .eligibility import WITHOUT_DATE, free_on

#: An item with one of these reasons is not asked for now and not shown to the customer.
NOT_LISTED = frozenset(
    (
        "no_followup",
        "blocked",
        "manual_hold",
        "disputed",
        "promised",
        "in_plan",
        "legal",
        "complaint_open",
    )
)
#: With nothing but such items overdue a case waits.
WAITING = NOT_LISTED | {"control_group"}

#: Of an open line, by index (see facts.OpenLine): this runs a million times a day.
_COMPANY_AMOUNT = itemgetter(6)


class CaseFigures(NamedTuple):
    """Amounts are in company currency. ``credit_amount`` is positive."""

    stage: str
    exposure: float
    overdue: float
    credit_amount: float
    oldest_due_date: date | None
    level_id: int | None
    next_level_id: int | None
    next_step_date: date | None


def summarize(customer, by_currency, decisions, rules, today):
    """Figures of one customer over all currencies.

    :param CustomerFacts customer: the customer
    :param list[list[OpenLine]] by_currency: all open items, credits included
    :param list[list[LineDecision]] decisions: what was decided for the debts
    :param Rules rules: policies and exceptions
    :param datetime.date today: the evaluated date
    :rtype: CaseFigures
    """
    exposure = credit = overdue = 0.0
    for lines, group in zip(by_currency, decisions, strict=True):
        exposure += sum(map(_COMPANY_AMOUNT, lines))
        if len(group) < len(lines):
            credit -= sum(line[6] for line in lines if line[6] < 0)
    oldest = 0
    top = level = soonest = coming = None
    paused = True
    at_end = settled = False
    policies, move_policy = rules.policies, rules.move_policy
    policy = policies[customer.policy_id]
    free = {}
    for decision in chain.from_iterable(decisions):
        line, reason, upcoming = decision[0], decision[2], decision[3]
        days, level_id = line[4], line[7]
        if days > 0:
            overdue += line[6]
            if days > oldest:
                oldest = days
            if paused:
                paused = reason in WAITING
        if move_policy:
            policy = policies[move_policy.get(line[3], customer.policy_id)]
        if level_id is not None and level_id != level:
            stands = policy.ladder.days_of(level_id)
            if stands is not None and (top is None or stands > top):
                top, level, at_end = stands, level_id, upcoming is None
        if settled or upcoming is None or reason in WITHOUT_DATE:
            continue
        if policy.id not in free:
            free[policy.id] = (free_on(customer, policy, today) - today).days
        wait = max(upcoming.days - days, free[policy.id])
        if soonest is None or wait < soonest:
            soonest, coming = wait, upcoming.id
            settled = wait == free[policy.id] and not move_policy
    return CaseFigures(
        stage_of(overdue, paused, at_end),
        round(exposure, 2),
        round(overdue, 2),
        round(credit, 2),
        today - timedelta(days=oldest) if oldest else None,
        level,
        coming,
        None if soonest is None else today + timedelta(days=soonest),
    )


def stage_of(overdue, paused, at_end):
    if not overdue:
        return "current"
    if paused:
        return "waiting"
    return "final" if at_end else "dunning"
