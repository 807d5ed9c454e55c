"""May a customer be contacted about an open item, and if not, why not?

:func:`decide` is the one place where this is answered. The daily run, the
check at the moment of sending, the explanation on the invoice and the
simulation of coming days all call it, so that they cannot disagree.
"""

from datetime import timedelta
from typing import NamedTuple

from .contact_window import cap_open_on, cap_reached, gap_open_on
from .ladder import Rung

#: Every reason not to contact, or not yet, in the order they are documented.
REASON_CODES = (
    "not_due",
    "already_contacted",
    "below_tolerance",
    "covered_by_credit",
    "paid",
    "no_followup",
    "blocked",
    "manual_hold",
    "disputed",
    "promised",
    "in_plan",
    "min_gap",
    "contact_cap",
    "outside_window",
    "holiday",
    "opted_out",
    "no_address",
    "bounced",
    "channel_not_configured",
    "stale_ledger",
    "large_exposure",
    "complaint_open",
    "control_group",
    "legal",
    "awaiting_approval",
    "test_mode",
)

#: Reasons of a channel: the customer cannot be reached by it as things stand.
UNREACHABLE = frozenset(("opted_out", "no_address", "bounced", "channel_not_configured"))
#: Reasons that end by an event, not by a date known in advance.
WITHOUT_DATE = UNREACHABLE | frozenset(
    (
        "below_tolerance",
        "covered_by_credit",
        "paid",
        "no_followup",
        "blocked",
        "manual_hold",
        "disputed",
        "promised",
        "in_plan",
        "complaint_open",
        "control_group",
        "legal",
        "awaiting_approval",
    )
)


class LineDecision(NamedTuple):
    """What was decided for one open item.

    :param rung: the rung taken today, or None
    :param reason: why no step is taken, or None when one is
    :param upcoming: the next rung, reached or not; None at the end of the ladder
    :param credit: part of the residual covered by credits of the customer
    :param disputed: part of the residual that the customer contests
    """

    line: object
    rung: Rung | None
    reason: str | None
    upcoming: Rung | None
    credit: float = 0.0
    disputed: float = 0.0


class Rules(NamedTuple):
    """Everything the decision needs that is not about one customer.

    :param policies: policy id -> PolicyRules
    :param move_policy: move id -> policy id, for invoices with their own
    :param move_pause: move id -> reason code that stops that invoice
    :param move_disputed: move id -> contested amount, the rest is still asked
    :param rounding: currency id -> smallest unit
    """

    policies: dict
    move_policy: dict
    move_pause: dict
    move_disputed: dict
    rounding: dict


def decide(lines, facts, rules, today):
    """Decide all open items of one customer in one currency on one date.

    :param list[OpenLine] lines: debts and credits, any order
    :param CustomerFacts facts: the customer
    :param Rules rules: policies and exceptions
    :param datetime.date today: the evaluated date
    :return: one :class:`LineDecision` per debt, in the given order
    :rtype: list[LineDecision]
    """
    decisions = []
    chased = []
    moves = False
    credit = 0.0
    customer_pause = facts.pause
    move_pause, move_policy = rules.move_pause, rules.move_policy
    policies, default = rules.policies, facts.policy_id
    for line in lines:
        residual = line[5]
        if residual < 0:
            credit -= residual
            continue
        ladder = policies[move_policy.get(line[3], default)].ladder
        days = line[4]
        rung = ladder.next_rung(line[7], days)
        reason = move_pause.get(line[3])
        if reason is None and line[8]:
            reason = "no_followup"
        if reason is None:
            reason = customer_pause
            chased.append(len(decisions))
        if reason is None:
            if rung is None:
                reason = "already_contacted"
            elif rung.days <= days:
                moves = True
            else:
                reason = "already_contacted" if line[7] else "not_due"
        taken = rung if reason is None else None
        decisions.append(LineDecision(line, taken, reason, rung))
    if rules.move_disputed:
        _leave_disputed(decisions, chased, rules)
    if credit:
        _net_credits(decisions, chased, credit, rules)
    if moves:
        _apply_customer_limits(decisions, chased, facts, rules, today)
    return decisions


def _leave_disputed(decisions, chased, rules):
    """What is contested of an invoice is not asked, of its oldest installment first."""
    left = {}
    for index in _oldest_first(decisions, chased):
        decision = decisions[index]
        line = decision.line
        contested = left.setdefault(line.move_id, rules.move_disputed.get(line.move_id, 0.0))
        disputed = min(contested, line.residual)
        if not disputed:
            continue
        left[line.move_id] -= disputed
        whole = line.residual - disputed < rules.rounding[line.currency_id] / 2
        if whole and decision.reason in (None, "already_contacted"):
            decision = decision._replace(rung=None, reason="disputed")
        decisions[index] = decision._replace(disputed=disputed)


def _oldest_first(decisions, indexes):
    return sorted(
        indexes, key=lambda i: (-decisions[i].line.days_overdue, decisions[i].line.id)
    )


def _net_credits(decisions, chased, credit, rules):
    """Use up the customer's credits on what would be asked, oldest debt first."""
    for index in _oldest_first(decisions, chased):
        decision = decisions[index]
        line = decision.line
        owed = line.residual - decision.disputed
        used = min(credit, owed)
        credit -= used
        half_unit = rules.rounding[line.currency_id] / 2
        covered = used > 0 and owed - used < half_unit
        if covered and decision.reason in (None, "already_contacted"):
            decision = decision._replace(rung=None, reason="covered_by_credit")
        decisions[index] = decision._replace(credit=used)
        if credit < half_unit:
            return


def _apply_customer_limits(decisions, chased, facts, rules, today):
    """Tolerance, contacts under way, minimum gap and cap, for all steps at once."""
    steps = [i for i in chased if decisions[i].rung]
    asked = _asked(decisions, chased)
    for index in steps:
        decision = decisions[index]
        currency_id = decision.line.currency_id
        policy = _policy_of(decision.line, facts, rules)
        reason = _limit_reason(currency_id, facts, policy, today)
        if reason is None:
            tolerance = policy.tolerances.get(currency_id, 0.0)
            if asked < tolerance + rules.rounding[currency_id] / 2:
                reason = "below_tolerance"
        if reason:
            decisions[index] = decision._replace(rung=None, reason=reason)


def _policy_of(line, facts, rules):
    return rules.policies[rules.move_policy.get(line.move_id, facts.policy_id)]


def _limit_reason(currency_id, facts, policy, today):
    if currency_id in facts.pending:
        return facts.pending[currency_id]
    opens = gap_open_on(facts.last_contact, policy.min_gap_days)
    if opens and today < opens:
        return "min_gap"
    if cap_reached(facts.contact_dates, today, policy.contact_cap, policy.contact_cap_days):
        return "contact_cap"
    return None


def _asked(decisions, chased):
    """All that the customer would be asked for: what is overdue or takes a step."""
    asked = 0.0
    for index in chased:
        decision = decisions[index]
        line = decision.line
        if decision.rung or line.days_overdue > 0:
            asked += line.residual - decision.disputed - decision.credit
    return asked


def free_on(facts, policy, today):
    """The first date on which gap and limit of a policy allow another contact.

    Nobody is contacted twice on a day for the same debt, so this is tomorrow at the
    earliest for a customer contacted today.
    """
    if facts.last_contact is None:
        return today
    gap = gap_open_on(facts.last_contact, max(policy.min_gap_days, 1))
    cap = cap_open_on(facts.contact_dates, today, policy.contact_cap, policy.contact_cap_days)
    return max(today, gap, cap)


def next_step_date(decision, facts, rules, today):
    """The first date on which the item may take its next rung; None at the end.

    The day the rung is reached, but not before the minimum gap and the limit allow it
    and never in the past. Says nothing of reasons that end by an event.
    """
    if decision.upcoming is None:
        return None
    line = decision.line
    wait = decision.upcoming.days - line.days_overdue
    free = free_on(facts, _policy_of(line, facts, rules), today)
    return max(today + timedelta(days=wait), free)
