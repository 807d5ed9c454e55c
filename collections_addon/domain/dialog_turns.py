"""What every question of the conversation is made of.

A step has a *prompt* (what is said and offered) and a *listener*, which makes the next
turn of an answer, or None when the answer makes no sense to it. A *starter* begins what
the debtor wants. They register themselves here; the modules `dialog_ask_….py` hold them.
"""

import re
from dataclasses import replace
from typing import NamedTuple

from . import dialog_words as words
from .dialog_types import NO_RECORD, Choice, Effect, Heard, Say, Turn

PROMPTS, LISTENERS, BEGIN = {}, {}, {}


class Prompt(NamedTuple):
    """What a question says and offers."""

    says: tuple = ()
    choices: tuple = ()
    expects: str = "text"


def prompt(step):
    """Register how a step is asked: `(state, facts) -> Prompt`."""
    return lambda function: PROMPTS.setdefault(step, function)


def listener(step):
    """Register what an answer means: `(state, facts, heard) -> Turn | None`."""
    return lambda function: LISTENERS.setdefault(step, function)


def starter(code):
    """Register how something begins: `(state, facts, heard) -> Turn`."""
    return lambda function: BEGIN.setdefault(code, function)


# === TURNS === #


def go(state, facts, step, *says, effects=(), **data):
    """Ask a question next.

    :param data: what is remembered of the record to come; None forgets
    """
    kept = {**state.data, **data}
    kept = {key: value for key, value in kept.items() if value is not None}
    tries = state.tries if step == state.step else 0
    state = replace(state, step=step, tries=tries, data=kept)
    return ask(_with_effects(state, effects), facts, *says, effects=effects)


def ask(state, facts, *says, effects=()):
    """Say something and ask the question of the present step."""
    asked = PROMPTS[state.step](state, facts)
    state = replace(state, offered=tuple(choice.code for choice in asked.choices))
    return Turn(
        state, (*says, *asked.says), asked.choices, asked.expects, tuple(effects), False, False
    )


def end(state, *says, effects=(), hand_over=False):
    """The last turn of a conversation."""
    state = replace(_with_effects(state, effects), step="ended", tries=0, data={}, offered=())
    return Turn(state, says, (), "none", tuple(effects), True, hand_over)


def _with_effects(state, effects):
    return replace(state, done=(*state.done, *(effect.kind for effect in effects)))


def done(state, facts, says, effect):
    """Something is settled: is there anything else?"""
    clean = replace(state, data={})
    return go(clean, facts, "more", says, effects=(effect,))


def person(state, facts, why, *says):
    """Somebody takes over: now where that is possible, else as soon as it is."""
    line = Say("human_now") if facts.live else Say("person_later")
    effect = Effect("human", {"why": why, "live": facts.live})
    return end(state, *says, line, effects=(effect,), hand_over=facts.live)


def begin(state, facts, code, heard, **data):
    """Start what the debtor wants.

    :param data: what is known of it already
    :return: None for what is nothing to start
    """
    starter = BEGIN.get(code)
    return starter and starter(replace(state, data=data), facts, heard)


def noted(state, what):
    """That there was a conversation, where nothing else is on record."""
    return () if set(state.done) - NO_RECORD else (Effect("note", {"what": what}),)


# === CHOICES === #


def numbered(pairs):
    """Choices with the keys 1, 2, 3 … of (code, label) pairs."""
    return tuple(
        Choice(str(number), code, label) for number, (code, label) in enumerate(pairs, start=1)
    )


def keys(*codes):
    return numbered((code, Say(code)) for code in codes)


def chosen(state, heard):
    """The code of the choice whose key was heard; None for anything else."""
    key = words.fold(heard.text).strip(" .,#/:-")
    with_human = state.offered[-1:] == ("human",)
    numbered_ones = state.offered[: len(state.offered) - with_human]
    if key == "0" and with_human:
        return "human"
    if re.fullmatch("[1-9]", key) and int(key) <= len(numbered_ones):
        return numbered_ones[int(key) - 1]
    return None


def by_key(heard):
    """What was heard, when it was a key and so has no words to look into."""
    return Heard("digits", heard.text)


def agreed(state, facts, heard):
    """What a question of yes or no was answered with, by key or by words."""
    code = chosen(state, heard)
    if code in ("yes", "no"):
        return code == "yes"
    return None if heard.kind == "digits" else words.yes_or_no(heard.text, state.lang)


# === WHAT IS SPOKEN OF === #


def balance_of(state, facts):
    """The balance spoken of; None when there are several, or it was settled meanwhile."""
    named = state.data.get("currency")
    if not named and len(facts.balances) == 1:
        return facts.balances[0]
    return next((one for one in facts.balances if one.currency == named), None)


def stale(state, facts):
    """Whether what the question is about has changed: paid, settled or handed over."""
    if state.step.startswith("promise_"):
        return not facts.last_day or not balance_of(state, facts)
    needed = {
        "currency": len(facts.balances) > 1,
        "pay_by": facts.ways,
        "paid_when": facts.balances,
        "paid_how": facts.balances,
        "plan_choose": facts.offers,
        "plan_confirm": facts.offers,
        "dispute_invoice": facts.balances,
        "dispute_reason": facts.reasons,
    }
    return not needed.get(state.step, True)


def first_question(facts):
    """The step at which who is not identified stands."""
    return "identify" if facts.identify in ("customer_number", "postcode") else "closed"


def back(state, facts):
    """To the menu, or to the question who it is."""
    return go(state, facts, "menu" if state.identified else first_question(facts))
