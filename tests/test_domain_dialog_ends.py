"""Whatever a debtor says, a conversation ends, and ends in a record or with a person."""

import json
import unittest
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from .domain_loader import domain_module

dialog = domain_module("dialog")
types = domain_module("dialog_types")

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 13)
SAYINGS = (
    "0 1 2 3 4 5 6 7 8 9 * # 15 1503 1234 99999 1215 150326 yes no evet hayır sim não da nu taip "
    "ne stop dur parar stabdyti human operator menu repeat bye pay paid promise plan dispute "
    "friday tomorrow cuma sexta vineri penktadienį 15.12. half all 50 50% english lietuviškai "
    "SW1A1AA transfer card sms email soon banana"
).split() + [
    "",
    "   ",
    "\N{PILE OF POO}\x00'; DROP TABLE",
    "I'll pay 100 on Friday",
    "already paid yesterday by card",
    "wrong number",
    "I need installments",
    "the price on this invoice is wrong",
    "call me tomorrow at 10",
    "31.12.2031",
    "1e9 " * 300,
]


def invoices(currency):
    rows = [("1", "INV/2026/0001", 100, 30), ("2", "INV/2026/0002", 250, 10)]
    return tuple(
        types.Invoice(f"{currency}{key}", number, Decimal(amount), TODAY - timedelta(days=days))
        for key, number, amount, days in rows
    )


@st.composite
def balances(draw):
    result = []
    for currency in draw(st.sampled_from([(), ("EUR",), ("EUR", "USD")])):
        total = Decimal(350)
        promisable = draw(st.sampled_from([Decimal(0), Decimal(350)]))
        overdue = draw(st.sampled_from([Decimal(0), total]))
        own = invoices(currency) if draw(st.booleans()) else ()
        result.append(types.Balance(currency, total, overdue, promisable, promisable / 10, own))
    return tuple(result)


@st.composite
def offers(draw):
    rows = draw(st.lists(st.sampled_from(["EUR", "USD"]), max_size=4))
    return tuple(
        types.Offer(
            f"{currency}-{number}-{draw(st.integers(0, 1))}",
            currency,
            number + 2,
            Decimal(50),
            TODAY,
            TODAY + timedelta(days=60),
            Decimal(360),
            draw(st.sampled_from([Decimal(0), Decimal(10)])),
        )
        for number, currency in enumerate(rows)
    )


def mostly(usual, *others):
    """Mostly the usual, for depth; now and then something else."""
    return st.sampled_from([usual] * 5 + list(others))


@st.composite
def some_facts(draw):
    rich = draw(st.integers(0, 3)) > 0
    return types.Facts(
        today=TODAY,
        now=NOW,
        company="Firm",
        channel=draw(st.sampled_from(["sms", "whatsapp", "chat", "voice"])),
        lang=draw(mostly("en", "tr", "pt", "ro", "lt")),
        languages=draw(mostly(("en", "tr", "pt", "ro", "lt"), ("en",))),
        identify=draw(mostly("none", "link", "customer_number", "postcode")),
        answer=draw(mostly("1234", "", "SW1A 1AA", "LT-01234")),
        identified=draw(st.booleans()),
        known=draw(mostly(True, False)),
        locked=draw(mostly(False, True)),
        menu=types.MENU if rich else draw(st.permutations(types.MENU).map(tuple)),
        balances=(EUR, USD)[: draw(st.integers(1, 2))] if rich else draw(balances()),
        ways=draw(mostly(("sms", "email"), (), ("here",), ("here", "sms", "email"))),
        pay_url="https://pay.example",
        last_day=draw(mostly(TODAY + timedelta(days=40), None, TODAY)),
        promise_refusal=draw(mostly("", "Please call us.")),
        offers=OFFERS if rich else draw(offers()),
        plan_refusal=draw(mostly("", "Please talk to us.")),
        reasons=draw(mostly((("wrong", "Wrong price"), ("other", "Something else")), ())),
        live=draw(st.booleans()),
        month_first=draw(st.booleans()),
        max_turns=draw(mostly(40, 12, 3)),
        max_tries=draw(mostly(3, 1, 2)),
    )


EUR, USD = (
    types.Balance(name, Decimal(350), Decimal(100), Decimal(350), Decimal(35), invoices(name))
    for name in ("EUR", "USD")
)
OFFERS = tuple(
    types.Offer(
        f"{name}-3",
        name,
        3,
        Decimal(120),
        TODAY,
        TODAY + timedelta(days=60),
        Decimal(360),
        Decimal(cost),
    )
    for name, cost in (("EUR", 10), ("EUR", 0), ("USD", 0))
)
FACTS = some_facts()
ANYTHING = st.builds(types.Heard, st.sampled_from(["text", "digits"]), st.sampled_from(SAYINGS)) | (
    st.builds(types.Heard, st.just("text"), st.text(max_size=30))
)


class Conversation(RuleBasedStateMachine):
    """Facts may change between any two turns, and the books may refuse anything."""

    @initialize(facts=FACTS)
    def meet(self, facts):
        self.begin(facts)

    def begin(self, facts):
        self.facts = facts
        self.heard = 0
        self.take(dialog.start(facts))

    @rule(heard=ANYTHING)
    def says_something(self, heard):
        self.hear(heard)

    @rule(place=st.integers(0, 9), kind=st.sampled_from(["text", "digits"]))
    def chooses(self, place, kind):
        """Choices lead deeper than chance does."""
        choices = self.turn.choices
        key = choices[place % len(choices)].key if choices else "1234"
        self.hear(types.Heard(kind, key))

    @rule(text=st.sampled_from(["yes", "Friday", "half", "1234", "it was broken"]))
    def answers(self, text):
        self.hear(types.Heard("text", text))

    @rule(kind=mostly("silence", "timeout", "hangup"))
    def is_silent(self, kind):
        self.hear(types.Heard(kind))

    @precondition(lambda self: self.turn.ended)
    @rule(facts=FACTS)
    def comes_back(self, facts):
        self.begin(facts)

    @rule(facts=FACTS)
    def things_change(self, facts):
        keep = ("identify", "identified", "known", "max_turns", "max_tries", "channel")
        self.facts = facts._replace(**{name: getattr(self.facts, name) for name in keep})

    @rule()
    def books_refuse(self):
        for effect in self.turn.effects:
            if effect.kind in dialog.ASKED_AGAIN and not self.turn.ended:
                self.take(dialog.refuse(self.turn, effect, "Not possible.", self.facts))
                return

    def hear(self, heard):
        before = self.turn
        self.heard += not before.ended
        self.take(dialog.hear(before.state, heard, self.facts))
        if before.ended:
            assert not self.turn.effects and not self.turn.says

    def take(self, turn):
        stored = json.loads(json.dumps(turn.state.dump()))
        assert types.State.load(stored) == turn.state
        self.turn = turn
        if turn.ended:
            assert dialog.ends_well(turn), turn

    @invariant()
    def is_bounded(self):
        assert self.heard <= self.facts.max_turns

    @invariant()
    def ends_when_it_says_so(self):
        assert self.turn.ended == self.turn.state.ended
        assert self.turn.ended == (self.turn.expects == "none")
        assert self.turn.ended or self.turn.says

    @invariant()
    def strangers_hear_nothing(self):
        if self.turn.state.identified:
            return
        labels = [choice.label for choice in self.turn.choices]
        for say in (*self.turn.says, *labels):
            assert not any(isinstance(value, Decimal) for value in say.values.values()), say
            assert "number" not in say.values and "url" not in say.values, say
        for effect in self.turn.effects:
            assert effect.kind in (
                "language", "stop", "wrong_person", "human", "callback", "note",
                "not_identified", "pay_link",
            ), effect  # fmt: skip
            assert effect.values.get("by") != "here"

    @invariant()
    def keys_are_told_apart(self):
        keys = [choice.key for choice in self.turn.choices]
        assert len(keys) == len(set(keys))
        assert tuple(choice.code for choice in self.turn.choices) == self.turn.state.offered


class DialogEndsCase(Conversation.TestCase, unittest.TestCase):
    settings = settings(max_examples=250, stateful_step_count=60, deadline=None)
