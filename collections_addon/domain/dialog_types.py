"""What goes into and comes out of the self-service conversation; see `dialog.py`."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

#: In the order in which they are offered.
MENU = (
    "pay",
    "paid",
    "promise",
    "plan",
    "dispute",
    "balance",
    "language",
    "wrong_person",
    "stop",
    "human",
)
IDENTIFY = ("none", "link", "customer_number", "postcode")
HEARD = ("text", "digits", "silence", "timeout", "hangup")
#: Where what is written stays on the debtor's screen.
WRITTEN = ("sms", "whatsapp", "chat", "email")


class Heard(NamedTuple):
    """What came from the debtor.

    :param kind: one of `HEARD`
    """

    kind: str
    text: str = ""


class Say(NamedTuple):
    """A line to say, and what goes into it: `Decimal` amounts, dates, texts."""

    key: str
    values: dict = {}


class Choice(NamedTuple):
    """Something that can be chosen by its key, a digit.

    :param code: what it means to the dialog
    """

    key: str
    code: str
    label: Say


class Effect(NamedTuple):
    """Something to be done about it, by who knows how.

    :param kind: `promise`, `dispute`, `plan`, `paid`, `pay_link`, `wrong_person`, `stop`,
        `callback`, `human`, `language`, `identified`, `not_identified` or `note`
    """

    kind: str
    values: dict = {}


#: Effects that are no record and no person: an end needs another one.
NO_RECORD = frozenset(("language", "identified", "not_identified"))


class Invoice(NamedTuple):
    key: str
    number: str
    amount: Decimal
    due: date


class Balance(NamedTuple):
    """What is open in one currency, as the debtor is told.

    :param promisable: the most that can be promised; 0 when nothing can
    :param least: the least that the policy takes as a promise
    """

    currency: str
    total: Decimal
    overdue: Decimal
    promisable: Decimal
    least: Decimal
    invoices: tuple = ()


class Offer(NamedTuple):
    """A payment plan on offer.

    :param key: names the terms and this very schedule
    """

    key: str
    currency: str
    count: int
    amount: Decimal
    first: date
    last: date
    total: Decimal
    cost: Decimal


class Facts(NamedTuple):
    """What is known while the debtor speaks. Nothing here is said before it is identified.

    :param company: its name
    :param identify: one of `IDENTIFY`: what is asked before an amount is told
    :param answer: what has to be answered; empty: nothing to compare with
    :param identified: known already, by a link it opened
    :param known: whether a customer is at the other end at all
    :param locked: too many wrong answers lately
    :param menu: codes that are offered, in order
    :param ways: where a link can be sent, of `here`, `sms`, `email`
    :param last_day: last day that may be promised; None when nothing can
    :param promise_refusal: why it cannot promise by itself
    :param reasons: (code, label) of what can be contested
    :param languages: codes that can be spoken
    :param live: whether a person can take over now
    """

    today: date
    now: datetime
    company: str = ""
    channel: str = "chat"
    lang: str = "en"
    languages: tuple = ("en",)
    identify: str = "none"
    answer: str = ""
    identified: bool = False
    known: bool = True
    locked: bool = False
    menu: tuple = MENU
    balances: tuple = ()
    ways: tuple = ()
    pay_url: str = ""
    last_day: date | None = None
    promise_refusal: str = ""
    offers: tuple = ()
    plan_refusal: str = ""
    reasons: tuple = ()
    live: bool = False
    month_first: bool = False
    max_turns: int = 40
    max_tries: int = 3


@dataclass(frozen=True)
class State:
    """Where a conversation stands. Small, and made of what JSON can hold.

    :param step: what was asked
    :param tries: answers to it that were not understood
    :param turns: everything heard so far
    :param failures: wrong answers to who it is
    :param refused: what it wanted and could not be done
    :param data: what was said so far of the record to come
    :param offered: codes of the choices given, in order
    :param done: kinds of the effects so far
    """

    step: str = "menu"
    lang: str = "en"
    identified: bool = False
    tries: int = 0
    turns: int = 0
    failures: int = 0
    refused: int = 0
    data: dict = field(default_factory=dict)
    offered: tuple = ()
    done: tuple = ()

    def dump(self):
        """As a dict for JSON."""
        return asdict(self)

    @classmethod
    def load(cls, values):
        """From a dict that :meth:`dump` made."""
        return cls(**{**values, "offered": tuple(values["offered"]), "done": tuple(values["done"])})

    @property
    def ended(self):
        return self.step == "ended"


class Turn(NamedTuple):
    """What is said and done next.

    :param says: tuple[Say]
    :param choices: tuple[Choice]
    :param expects: `text` (words or digits), `digits` or `none`
    :param effects: tuple[Effect], to be done before it is said
    """

    state: State
    says: tuple
    choices: tuple
    expects: str
    effects: tuple
    ended: bool
    hand_over: bool
