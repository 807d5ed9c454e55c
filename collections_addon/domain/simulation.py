"""The ladder played forward over many days, without touching anything.

The same decision as the daily run, repeated from day to day for one customer:
what it decides today is taken as sent, and counts tomorrow. Used for the
preview of the coming days (today's open items, nobody pays) and for replaying
a policy over a past ledger (items open and close on their real dates).

Assumed: contacts are approved on the day they are planned and reach the
customer; on a day without contact hours they go out on the next one that has.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from .eligibility import decide, next_step_date
from .facts import OpenLine
from .message import compose
from .trials import Course

ONE_DAY = timedelta(days=1)
#: Reasons that may end on any day, without an event in the ledger.
DAILY_REASONS = frozenset(("below_tolerance", "contact_cap"))


class PlayedLine(NamedTuple):
    """A receivable item with its life in the ledger.

    :param opened: the day it enters the ledger
    :param due: due date
    :param amount: signed amount on that day, in the currency of the item
    :param events: later changes of the open amount as (day, signed change), by day
    :param level_id: the level it stands on at the start
    :param is_installment: of a payment plan, reminded by the rules of the plan: `move_policy`
        of the rules names them
    """

    partner_id: int
    currency_id: int
    id: int
    move_id: int
    opened: date
    due: date
    amount: float
    events: tuple = ()
    level_id: int | None = None
    no_followup: bool = False
    is_installment: bool = False

    def residual_on(self, day):
        """Open amount at the end of a day; zero before it was opened."""
        if day < self.opened:
            return 0.0
        return self.amount + sum(change for when, change in self.events if when <= day)


class SimulatedContact(NamedTuple):
    """One message that would go out; amounts in its currency."""

    day: date
    partner_id: int
    currency_id: int
    level_id: int
    total: float
    overdue: float
    items: int
    is_installment: bool = False


def simulate(lines, customer, rules, days_of, period, is_open, course=None):
    """Play the ladder for one customer.

    :param list[PlayedLine] lines: all items of the customer, all currencies
    :param CustomerFacts customer: facts at the start; contacts under way are ignored
    :param Rules rules: policies and exceptions, the same throughout
    :param dict[int, int] days_of: level id -> days from the due date
    :param tuple[date, date] period: first and last day, both played
    :param is_open: ``is_open(policy_id, day)``, whether customers may be contacted then
    :param Course course: what experiments make of the customer, see `trials`
    :return: the contacts in the order of their days
    :rtype: list[SimulatedContact]
    """
    groups = defaultdict(list)
    for line in sorted(lines, key=lambda line: not line.is_installment):
        groups[line.currency_id, line.is_installment].append(line)
    levels = {line.id: line.level_id for line in lines}
    customer = replace(customer, pending={})
    course = course or Course(None)
    contacts = []
    day, end = period
    while day is not None and day <= end:
        sent, day = _play_day(groups, levels, customer, rules, days_of, day, is_open, course)
        if sent:
            contacts += sent
            dates = (*customer.contact_dates, *(contact.day for contact in sent))
            customer = replace(customer, last_contact=sent[0].day, contact_dates=dates)
    return contacts


def _play_day(groups, levels, customer, rules, days_of, day, is_open, course):
    """Contacts of one day, and the next day on which anything may happen.

    Installments come first; what else is due in that currency waits for another day.
    """
    sent, wakes = [], []
    opened = {
        key: _open_on(lines, levels, day, rules.rounding[key[0]]) for key, lines in groups.items()
    }
    ledger = [lines for (_currency_id, of_plan), lines in opened.items() if not of_plan]
    customer = course.on(day, customer, ledger, rules)
    wakes += course.wakes(day)
    for (currency_id, of_plan), open_lines in opened.items():
        lines = groups[currency_id, of_plan]
        wakes += [when for line in lines for when in _ledger_days(line) if when > day]
        if not any(line.residual > 0 for line in open_lines):
            continue
        who = _under_rules(customer, rules, lines) if of_plan else customer
        decisions = decide(open_lines, who, rules, day)
        if any(decision.rung for decision in decisions):
            wakes.append(day + ONE_DAY)
            is_taken = any(contact.currency_id == currency_id for contact in sent)
            if is_taken or not is_open(who.policy_id, day):
                continue
            contact = _contact(decisions, levels, rules, days_of, day)
            sent.append(contact._replace(is_installment=of_plan))
        wakes += _wakes(decisions, who, rules, day)
        for rival in () if of_plan else course.rivals(day, customer):
            wakes += _wakes(decide(open_lines, rival, rules, day), rival, rules, day)
    return sent, min(wakes, default=None)


def _under_rules(customer, rules, lines):
    """The customer under the rules of its payment plan."""
    policies = [rules.move_policy[line.move_id] for line in lines if line.amount > 0]
    return replace(customer, policy_id=policies[0]) if policies else customer


def _open_on(lines, levels, day, rounding):
    rows = []
    for line in lines:
        residual = line.residual_on(day)
        if abs(residual) < rounding / 2:
            continue
        late = (day - line.due).days
        rows.append(
            OpenLine(
                line.partner_id,
                line.currency_id,
                line.id,
                line.move_id,
                late,
                residual,
                residual,
                levels[line.id],
                line.no_followup,
            )
        )
    return rows


def _ledger_days(line):
    yield line.opened
    for when, _change in line.events:
        yield when


def _contact(decisions, levels, rules, days_of, day):
    listing = compose(decisions, days_of)
    for item in listing.items:
        levels[item.line.id] = item.level_id
    line = listing.items[0].line
    return SimulatedContact(
        day,
        line.partner_id,
        line.currency_id,
        listing.level_id,
        listing.total,
        listing.overdue,
        len(listing.items),
    )


def _wakes(decisions, customer, rules, day):
    """The days on which these items may move next, as far as time alone decides."""
    tomorrow = day + ONE_DAY
    for decision in decisions:
        if decision.reason in DAILY_REASONS:
            yield tomorrow
        else:
            when = next_step_date(decision, customer, rules, day)
            if when is not None:
                yield max(when, tomorrow)
