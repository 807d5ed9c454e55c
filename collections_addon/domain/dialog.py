"""The self-service conversation with a debtor, the same on every channel.

A state machine of pure functions: facts and what was heard go in, what is said and what
is to be done come out. Keypads, speech, text messages and chats differ only in how
they bring `Heard` and say a `Turn`.

It ends for certain: each thing heard counts, and after `Facts.max_turns` a person takes
over; a question that is not understood `max_tries` times does the same. It never ends in
nothing: there is a record, or a person. Amounts and invoices are told to who is
identified as the policy wants it, and to nobody else.
"""

from dataclasses import replace

from . import (  # noqa: F401 - the questions register themselves
    dialog_ask_dispute,
    dialog_ask_identity,
    dialog_ask_pay,
    dialog_ask_person,
    dialog_ask_plan,
    dialog_ask_promise,
)
from . import dialog_words as words
from .dialog_ask_menu import account, welcome
from .dialog_turns import LISTENERS, ask, begin, end, first_question, go, noted, person, stale
from .dialog_types import NO_RECORD, Effect, Heard, Say, State, Turn

#: What can be asked for at any time, and by anybody.
ANYBODY = frozenset(("stop", "wrong_person", "human", "language", "bye"))
#: What is not said when the answer came with the very first words.
ANSWERED = frozenset(("menu", "not_understood", "identify_number", "identify_postcode"))
#: Where silence is an answer.
SILENCE_COUNTS = frozenset(("dispute_text", "callback"))
#: Where words are what the debtor tells us, not what it wants of us.
TOLD = frozenset(("dispute_text",))
#: Questions that understand more than one word of "no" or "today" and so go first.
OWN_WORDS = frozenset(("more", "wrong_person"))
#: The question to which a refusal of the books leads back.
ASKED_AGAIN = {
    "promise": "promise",
    "plan": "plan",
    "paid": "paid",
    "dispute": "dispute",
    "pay_link": "pay",
}
#: So often the books may refuse before a person takes over.
MOST_REFUSALS = 2


def start(facts):
    """The first turn: who we are, who it is, what is open.

    :param Facts facts: what is known
    :rtype: Turn
    """
    state = State(lang=facts.lang, step="start", identified=_is_identified(facts))
    hello = Say("greeting", {"company": facts.company})
    if not facts.known:
        return person(state, facts, "unknown", hello, Say("unknown"))
    if state.identified:
        return welcome(state, facts, hello)
    if facts.locked:
        return person(state, facts, "locked", hello, Say("identify_failed"))
    if facts.identify == "link":
        return _by_link(state, facts, hello)
    if not facts.answer:
        return person(state, facts, "no_answer_known", hello)
    return go(state, facts, first_question(facts), hello)


def _is_identified(facts):
    return facts.known and (facts.identified or facts.identify == "none")


def _by_link(state, facts, hello):
    """Only the customer's own page tells: send it to the address on file."""
    ways = [way for way in facts.ways if way != "here"]
    if not ways:
        return person(state, facts, "no_address", hello)
    return go(state, facts, "closed", hello, effects=(Effect("pay_link", {"by": ways[0]}),))


def hear(state, heard, facts):
    """The next turn.

    :param State state: of the last turn
    :param Heard heard: what came from the debtor
    :param Facts facts: what is known now; it may differ from last time
    :rtype: Turn
    """
    if state.ended:
        return Turn(state, (), (), "none", (), True, False)
    state = replace(state, turns=state.turns + 1)
    if heard.kind in ("hangup", "timeout"):
        return end(state, effects=noted(state, heard.kind))
    if turn := _at_any_time(state, heard, facts):
        return turn
    if state.turns >= facts.max_turns:
        return person(state, facts, "too_long")
    if stale(state, facts):
        return go(replace(state, data={}), facts, "menu", Say("changed"), *account(facts))
    return _answered(state, heard, facts) or _not_understood(state, heard, facts)


def is_for_anybody(text, facts):
    """Whether something can be answered to somebody of whom it is not known who it is."""
    wanted = words.intent(text, facts.lang)
    named = words.named_language(text, facts.languages)
    return wanted in ANYBODY or bool(named) or words.is_stop_word(text)


def joined(first, second):
    """Two turns in one answer, without the question that was answered in between.

    :rtype: Turn
    """
    says = tuple(say for say in first.says if say.key not in ANSWERED)
    repeated = tuple(say for say in second.says if say not in says)
    return second._replace(says=(*says, *repeated), effects=(*first.effects, *second.effects))


def _at_any_time(state, heard, facts):
    """Stopping comes before everything; the rest where it is not an answer itself."""
    if heard.kind == "text" and _is_stop(state, heard, facts):
        return begin(state, facts, "stop", heard)
    if heard.kind == "silence" or state.step in TOLD:
        return None
    if words.fold(heard.text) == "*":
        return _again(state, facts)
    if words.fold(heard.text) == "0" and "human" not in state.offered:
        return begin(state, facts, "human", Heard("digits"))
    return None


def _is_stop(state, heard, facts):
    if facts.channel in ("sms", "whatsapp") and words.is_stop_word(heard.text):
        return True
    alone = words.fold(heard.text).strip(" .,") == "stop"
    return alone or (state.step not in TOLD and words.intent(heard.text, state.lang) == "stop")


def _again(state, facts):
    """Say the last question once more; it counts as one that was not understood."""
    return _tried(state, facts)


def _answered(state, heard, facts):
    """The turn that an answer leads to; None when it means nothing."""
    if heard.kind == "silence" and state.step not in SILENCE_COUNTS:
        return None
    turn = LISTENERS[state.step](state, facts, heard)
    if turn and turn.state.tries > state.tries and turn.state.tries >= facts.max_tries:
        return person(state, facts, state.step)
    if turn or heard.kind != "text":
        return turn
    wanted = words.intent(heard.text, state.lang)
    if words.named_language(heard.text, facts.languages):
        wanted = wanted or "language"
    if wanted == "repeat":
        return _again(state, facts)
    if wanted in ANYBODY or state.identified:
        return begin(state, facts, wanted, heard)
    return None


def _not_understood(state, heard, facts):
    key = "silence" if heard.kind == "silence" else "not_understood"
    if heard.kind == "silence" and state.tries + 1 >= facts.max_tries:
        return end(state, Say("silent_bye"), effects=noted(state, "silence"))
    return _tried(state, facts, Say(key))


def _tried(state, facts, *says):
    state = replace(state, tries=state.tries + 1)
    if state.tries >= facts.max_tries:
        return person(state, facts, state.step, *says)
    return ask(state, facts, *says)


def refuse(turn, effect, text, facts):
    """The books refused what a turn wanted to do: say why, and try again.

    :param Turn turn: the turn whose effect was refused
    :param Effect effect: that effect
    :param str text: a sentence for the debtor
    :rtype: Turn
    """
    state = replace(turn.state, refused=turn.state.refused + 1, data={}, step="refused")
    state = replace(state, done=tuple(kind for kind in state.done if kind != effect.kind))
    say = Say("text", {"text": text})
    if turn.ended or state.refused >= MOST_REFUSALS or not state.identified:
        return person(state, facts, "refused", say)
    again = begin(state, facts, ASKED_AGAIN.get(effect.kind, "menu"), Heard("digits"))
    if again.effects or again.ended:
        return person(state, facts, "refused", say)
    return again._replace(says=(say, *again.says))


def ends_well(turn):
    """Whether an ended conversation left a record or a person behind."""
    return bool(set(turn.state.done) - NO_RECORD)
