"""The figures of a customer's case, from the decisions on its open items."""

from datetime import date, timedelta
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
        "control_group",
    )
)


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
    overdue = credit = debt = 0.0
    for lines in by_currency:
        for line in lines:
            if line[6] < 0:
                credit -= line[6]
            else:
                debt += line[6]
    oldest = top = level = soonest = coming = None
    paused = True
    at_end = False
    policies, move_policy, default = rules.policies, rules.move_policy, customer.policy_id
    waits = {}
    for group in decisions:
        for line, _rung, reason, upcoming, _credit, _disputed in group:
            days = line[4]
            listed = reason not in NOT_LISTED
            if days > 0:
                overdue += line[6]
                paused = paused and not listed
                if oldest is None or days > oldest:
                    oldest = days
            policy = policies[move_policy.get(line[3], default)]
            if line[7] is not None:
                stands = policy.ladder.days_of(line[7])
                if stands is not None and (top is None or stands > top):
                    top, level, at_end = stands, line[7], upcoming is None
            if upcoming is not None and reason not in WITHOUT_DATE:
                wait = upcoming.days - days
                if policy.id not in waits:
                    waits[policy.id] = (free_on(customer, policy, today) - today).days
                if wait < waits[policy.id]:
                    wait = waits[policy.id]
                if soonest is None or wait < soonest:
                    soonest, coming = wait, upcoming.id
    return CaseFigures(
        _stage(overdue, paused, at_end),
        round(debt - credit, 2),
        round(overdue, 2),
        round(credit, 2),
        None if oldest is None else today - timedelta(days=oldest),
        level,
        coming,
        None if soonest is None else today + timedelta(days=soonest),
    )


def _stage(overdue, paused, at_end):
    if not overdue:
        return "current"
    if paused:
        return "waiting"
    return "final" if at_end else "dunning"
