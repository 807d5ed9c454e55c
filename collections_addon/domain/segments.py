"""The five groups of customers, told from two facts: how much is known, and how one pays.

Customers of whom nothing is known, and known ones of whom no more is told, are about
information; those who want to and can pay, who cannot, and who will not are about
behavior. Rules are data: each asks one figure of the customer for a least value. The
first that applies decides; one that needs a person's word only proposes.
"""

from datetime import date
from typing import NamedTuple

INFORMED, UNKNOWN = "informed", "unknown"
BEHAVIORS = ("able_willing", "cannot_pay", "will_not_pay")
GROUPS = (INFORMED, UNKNOWN, *BEHAVIORS)
#: A rule that gives this speaks of what is known, the others of behavior.
KNOWN = "known"


class Rule(NamedTuple):
    """When ``fact`` reaches ``least``, the customer is ``gives``."""

    key: object
    fact: str
    least: float
    gives: str
    needs_person: bool = False


class Evidence(NamedTuple):
    """The rule that spoke, and the figure it saw."""

    key: object
    fact: str
    value: float


class Grouping(NamedTuple):
    """``proposed``: a group that a person is to confirm, or None."""

    group: str
    is_known: bool
    behavior: str | None
    evidence: tuple
    proposed: str | None


class Override(NamedTuple):
    """A person's decision; ``until`` None for no end."""

    group: str
    until: date | None

    def holds(self, day):
        return self.until is None or day <= self.until


def group(figures, rules):
    """The group of a customer.

    :param dict figures: fact -> number; what is missing counts as nothing
    :param rules: in order
    :rtype: Grouping
    """
    is_known, behavior, proposed, evidence = False, None, None, []
    for rule in rules:
        value = figures.get(rule.fact) or 0
        if value < rule.least:
            continue
        if rule.gives == KNOWN:
            if not is_known:
                is_known = True
                evidence.append(Evidence(rule.key, rule.fact, value))
        elif behavior is None and rule.needs_person:
            proposed = proposed or rule.gives
        elif behavior is None:
            behavior = rule.gives
            evidence.append(Evidence(rule.key, rule.fact, value))
    if behavior == proposed:
        proposed = None
    named = behavior or (INFORMED if is_known else UNKNOWN)
    return Grouping(named, is_known, behavior, tuple(evidence), proposed)


def speaking_for(figures, rules, gives):
    """What speaks for a proposed group: every rule that waits for a person's word and applies.

    :param str gives: the group that is proposed
    :rtype: tuple[Evidence]
    """
    return tuple(
        Evidence(rule.key, rule.fact, figures.get(rule.fact))
        for rule in rules
        if rule.needs_person and rule.gives == gives and (figures.get(rule.fact) or 0) >= rule.least
    )
