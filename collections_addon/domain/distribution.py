"""Who looks after whom: customers are given to collectors by rules, fairly.

The first rule that fits a customer names those who may look after it. Among them the one with
least work for its share of a full day gets the next customer, the most laborious customers
first (Graham's rule of the longest task first, 1969: never above 4/3 of the best possible
spread, where all have equal shares). Who has a customer keeps it while the rule allows.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

#: Letters that are not made of a letter and an accent, and where they stand.
BASES = {"Ł": "L", "Ø": "O", "Đ": "D", "Æ": "A", "Œ": "O", "Þ": "T", "Ð": "D", "Ħ": "H"}


class Customer(NamedTuple):
    """Somebody to be looked after.

    :param key: whatever tells customers apart
    :param name: ordered by its first letter
    :param amount: overdue, in the company's currency
    :param work: expected minutes
    :param collector: who has it now, or None
    """

    key: object
    name: str
    amount: float
    work: float
    segment: object = None
    country: object = None
    collector: object = None


class Rule(NamedTuple):
    """Which customers go to whom; what is None or empty asks nothing.

    :param people: collectors, in the order in which they get customers when equal
    :param letters: ("A", "M"), both included
    :param amount_from: least amount overdue
    :param amount_to: below this
    """

    key: object
    people: Sequence
    segments: frozenset = frozenset()
    countries: frozenset = frozenset()
    letters: tuple | None = None
    amount_from: float | None = None
    amount_to: float | None = None


class Given(NamedTuple):
    """A customer and who is to look after it; ``rule`` None: no rule fits, all stays."""

    customer: Customer
    person: object
    rule: object


def fits(customer: Customer, rule: Rule) -> bool:
    """Whether a rule speaks of a customer."""
    if rule.segments and customer.segment not in rule.segments:
        return False
    if rule.countries and customer.country not in rule.countries:
        return False
    if rule.letters and not _within(customer.name, *rule.letters):
        return False
    if rule.amount_from is not None and customer.amount < rule.amount_from:
        return False
    return rule.amount_to is None or customer.amount < rule.amount_to


def _within(name, first, last):
    """Whether a name begins within two letters; a name without letter is within none."""
    letter = first_letter(name)
    return letter is not None and first_letter(first) <= letter <= first_letter(last)


def first_letter(text):
    """The first letter as a list of names is ordered by it: large, without accents.

    :return: None where there is no letter
    """
    letters = [letter for letter in text.upper() if letter.isalpha()]
    if not letters:
        return None
    letter = BASES.get(letters[0], letters[0])
    return unicodedata.normalize("NFKD", letter)[0]


def distribute(
    customers: Iterable[Customer],
    rules: Sequence[Rule],
    shares: dict | None = None,
    keep: bool = True,
) -> list[Given]:
    """Give customers to people.

    :param dict shares: person -> part of a full day, 1 where it is not named; who has none
        gets nobody new
    :param keep: who has a customer keeps it where its rule allows
    :return: for every customer, in the order of the work
    """
    shares = shares or {}
    fitting = [(c, next((r for r in rules if fits(c, r)), None)) for c in customers]
    stays = {c.key for c, rule in fitting if _stays(c, rule, shares, keep)}
    load = {}
    for customer, _rule in fitting:
        if customer.key in stays and customer.collector is not None:
            load[customer.collector] = load.get(customer.collector, 0.0) + customer.work
    fitting.sort(key=lambda pair: -pair[0].work)
    given = []
    for customer, rule in fitting:
        if customer.key in stays:
            person = customer.collector
        else:
            person = _least(rule.people, load, shares)
            load[person] = load.get(person, 0.0) + customer.work
        given.append(Given(customer, person, rule and rule.key))
    return given


def _stays(customer, rule, shares, keep):
    if rule is None or not any(shares.get(person, 1.0) > 0 for person in rule.people):
        return True
    return keep and customer.collector in rule.people


def _least(people, load, shares):
    """Who has least to do for its share of a day."""

    def burden(person):
        share = shares.get(person, 1.0)
        return load.get(person, 0.0) / share if share > 0 else math.inf

    return min(people, key=burden)
