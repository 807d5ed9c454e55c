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
    "ledger_failing",
    "ledger_drift",
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
        "stale_ledger",
        "ledger_failing",
        "ledger_drift",
        "complaint_open",
        "legal",
        "awaiting_approval",
    )
)

#: The item is asked for, or was, or has to wait: a dispute or a credit says more.
YIELDING = UNREACHABLE | frozenset(
    (None, "already_contacted", "min_gap", "contact_cap", "awaiting_approval")
)

#: Makes a named tuple without a call of Python code for each.
_new = tuple.__new__


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
    if not lines:
        return []
    decisions = []
    moves = False
    credit = 0.0
    own, pause = rules.policies[facts.policy_id], facts.pause
    own_wait = wait = _wait_reason(lines, facts, own, today)
    steps, move_pause, move_policy = own.ladder.steps, rules.move_pause, rules.move_policy
    for line in lines:  # by index: this runs a million times a day (see facts.OpenLine)
        residual, move_id, days, level_id = line[5], line[3], line[4], line[7]
        if residual < 0:
            credit -= residual
            continue
        if move_policy:
            policy = _policy_of(line, facts, rules)
            steps = policy.ladder.steps
            wait = own_wait if policy is own else _wait_reason(lines, facts, policy, today)
        rung, standing, _wait = steps[level_id, days]
        taken = None
        reason = move_pause.get(move_id) or ("no_followup" if line[8] else pause)
        if reason is None:
            reason = standing or wait
            if reason is None:
                moves, taken = True, rung
        decisions.append(_new(LineDecision, (line, taken, reason, rung, 0.0, 0.0)))
    if credit or moves or rules.move_disputed:
        _look_at_customer(decisions, credit, facts, rules)
    if facts.withheld:
        _withhold(decisions, facts, rules)
    return decisions


def _wait_reason(lines, facts, policy, today):
    """Why the customer must not be contacted again yet about anything, or None."""
    currency_id = lines[0][1]
    if currency_id in facts.pending:
        return facts.pending[currency_id]
    return held_back(facts, policy, today)


def held_back(facts, policy, today):
    """Why a policy lets nobody contact the customer yet, whatever is open: or None.

    :rtype: str|None
    """
    if facts.last_contact is None and not facts.contact_dates:
        return None
    opens = gap_open_on(facts.last_contact, policy.min_gap_days)
    if opens and today < opens:
        return "min_gap"
    if cap_reached(facts.contact_dates, today, policy.contact_cap, policy.contact_cap_days):
        return "contact_cap"
    return None


def _look_at_customer(decisions, credit, facts, rules):
    """Apply what concerns all items together: disputes, credits, tolerance."""
    if credit or rules.move_disputed:
        chased = _oldest_first(decisions, rules)
        if rules.move_disputed:
            _leave_disputed(decisions, chased, rules)
        if credit:
            _net_credits(decisions, chased, credit, rules)
    steps = [index for index, decision in enumerate(decisions) if decision[1] is not None]
    if steps:
        _leave_trifles(decisions, steps, facts, rules)


def _is_chased(line, rules):
    """Whether the item itself may be asked for, whatever is said of the customer."""
    return not line[8] and line[3] not in rules.move_pause


def _oldest_first(decisions, rules):
    """Indexes of the items that may be asked for."""
    chased = [i for i, decision in enumerate(decisions) if _is_chased(decision.line, rules)]
    return sorted(chased, key=lambda i: (-decisions[i].line.days_overdue, decisions[i].line.id))


def _leave_disputed(decisions, chased, rules):
    """What is contested of an invoice is not asked, of its oldest installment first."""
    left = {}
    for index in chased:
        decision = decisions[index]
        line = decision.line
        contested = left.setdefault(line.move_id, rules.move_disputed.get(line.move_id, 0.0))
        disputed = min(contested, line.residual)
        if not disputed:
            continue
        left[line.move_id] -= disputed
        whole = line.residual - disputed < rules.rounding[line.currency_id] / 2
        if whole and decision.reason in YIELDING:
            decision = decision._replace(rung=None, reason="disputed")
        decisions[index] = decision._replace(disputed=disputed)


def _net_credits(decisions, chased, credit, rules):
    """Use up the customer's credits on what would be asked, oldest debt first."""
    for index in chased:
        decision = decisions[index]
        line = decision.line
        owed = line.residual - decision.disputed
        used = min(credit, owed)
        credit -= used
        half_unit = rules.rounding[line.currency_id] / 2
        covered = used > 0 and owed - used < half_unit
        if covered and decision.reason in YIELDING:
            decision = decision._replace(rung=None, reason="covered_by_credit")
        decisions[index] = decision._replace(credit=used)
        if credit < half_unit:
            return


def _leave_trifles(decisions, steps, facts, rules):
    """Nobody is contacted when all there is to ask for is too little."""
    policy_ids = {facts.policy_id}
    if rules.move_policy:
        policy_ids = {_policy_of(decisions[index].line, facts, rules).id for index in steps}
    too_little = {id_ for id_ in policy_ids if _is_trifle(decisions, rules, rules.policies[id_])}
    if not too_little:
        return
    for index in steps:
        decision = decisions[index]
        if _policy_of(decision.line, facts, rules).id in too_little:
            decisions[index] = decision._replace(rung=None, reason="below_tolerance")


def _withhold(decisions, facts, rules):
    """A control group is left alone at some levels: as if they were not in the ladder.

    Last of all, so that it holds back only what would have gone out. A later level that
    is not withheld comes on its day.
    """
    for index, decision in enumerate(decisions):
        if decision.upcoming is None or decision.upcoming.id not in facts.withheld:
            continue
        line, ladder = decision.line, _policy_of(decision.line, facts, rules).ladder
        rung, standing, _wait = ladder.without(facts.withheld).steps[line[7], line[4]]
        if decision.rung is not None and standing is None:
            decisions[index] = decision._replace(rung=rung, upcoming=rung)
        elif decision.rung is not None:
            decisions[index] = decision._replace(rung=None, reason="control_group", upcoming=rung)
        else:
            decisions[index] = decision._replace(upcoming=rung)


def _is_trifle(decisions, rules, policy):
    """Whether all that is overdue or takes a step, together, is within the tolerance."""
    currency_id = decisions[0].line.currency_id
    limit = policy.tolerances.get(currency_id, 0.0) + rules.rounding[currency_id] / 2
    asked = 0.0
    for line, rung, _reason, _upcoming, credit, disputed in decisions:
        if (rung is not None or line.days_overdue > 0) and _is_chased(line, rules):
            asked += line.residual - disputed - credit
            if asked >= limit:
                return False
    return True


def _policy_of(line, facts, rules):
    return rules.policies[rules.move_policy.get(line.move_id, facts.policy_id)]


def free_on(facts, policy, today):
    """The first date on which gap and limit of a policy allow another contact.

    Nobody is contacted twice on a day for the same debt, so this is tomorrow at the
    earliest for a customer contacted today.
    """
    if facts.last_contact is None:
        return today
    free = max(today, gap_open_on(facts.last_contact, max(policy.min_gap_days, 1)))
    if not policy.contact_cap:
        return free
    cap = cap_open_on(facts.contact_dates, today, policy.contact_cap, policy.contact_cap_days)
    return max(free, cap)


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
