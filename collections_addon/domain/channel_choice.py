"""By which of several channels a customer is contacted, learnt from what came of contacts.

Thompson sampling: for each channel a chance of an answer is drawn from what is known of
it, and the best draw wins. So a channel of which little is known is tried now and then,
one known to be poor hardly ever. A floor of contacts is given out by lot whatever is
known, for customers change. The lot is drawn from a seed: the same contact, decided
again, goes by the same channel.
"""

from random import Random
from typing import NamedTuple


class Arm(NamedTuple):
    """A channel, and what came of contacts by it.

    :param int contacts: made long enough ago to be judged
    :param int answers: of them followed by a payment or reply
    :param float cost: of one contact
    """

    code: str
    contacts: int = 0
    answers: int = 0
    cost: float = 0.0

    @property
    def rate(self):
        """Share of answers to be expected; a half where nothing is known."""
        return (self.answers + 1) / (self.contacts + 2)


class ChoiceRules(NamedTuple):
    """How a company learns.

    :param float floor: share of contacts given out by lot, 0 to 1
    :param int least: contacts to be judged before anything is learnt from them
    :param float worth: what an answer is worth, in the currency of the costs; 0 where
        costs are not weighed
    """

    floor: float = 0.1
    least: int = 200
    worth: float = 0.0


class Choice(NamedTuple):
    """A channel, and why.

    :param str kind: `usual` (too little is known), `lot` or `learnt`
    :param tuple arms: what was known, of all channels there were
    """

    code: str
    kind: str
    arms: tuple


def evidence(codes, of_segment, of_all, least):
    """What is known of some channels: of customers alike, else of all customers.

    :param codes: the channels there are
    :param dict of_segment: code -> :class:`Arm`, of the customer's segment
    :param dict of_all: the same of all customers
    :param int least: contacts that are enough
    :rtype: tuple[Arm, ...]
    """
    alike = tuple(of_segment.get(code, Arm(code)) for code in codes)
    if enough(alike, least):
        return alike
    return tuple(of_all.get(code, Arm(code)) for code in codes)


def enough(arms, least):
    """Whether so many contacts were made by these channels that something can be learnt."""
    return sum(arm.contacts for arm in arms) >= least


def choose(arms, usual, rules, seed):
    """The channel of one contact.

    :param tuple arms: :class:`Arm` of every channel it may go by; not empty
    :param str usual: the one of them that is taken where nothing is learnt
    :param ChoiceRules rules: of the company
    :param str seed: what tells this contact from others; decides the lot
    :rtype: Choice
    """
    if len(arms) == 1:
        return Choice(arms[0].code, "usual", tuple(arms))
    lot = Random(seed)
    if lot.random() < rules.floor:
        return Choice(lot.choice(arms).code, "lot", tuple(arms))
    if not enough(arms, rules.least):
        return Choice(usual, "usual", tuple(arms))
    drawn = [(_value(arm, rules, lot), arm.code) for arm in arms]
    return Choice(max(drawn)[1], "learnt", tuple(arms))


def _value(arm, rules, lot):
    missed = max(arm.contacts - arm.answers, 0)
    chance = lot.betavariate(arm.answers + 1, missed + 1)
    return chance * rules.worth - arm.cost if rules.worth else chance
