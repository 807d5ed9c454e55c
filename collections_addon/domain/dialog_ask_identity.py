"""Who is it? Asked before an amount is told."""

import re
from dataclasses import replace

from . import dialog_words as words
from .dialog_ask_menu import welcome
from .dialog_turns import Prompt, go, listener, person, prompt
from .dialog_types import Effect, Say


@prompt("identify")
def _prompt_identify(state, facts):
    if facts.identify == "postcode":
        return Prompt((Say("identify_postcode"),))
    return Prompt((Say("identify_number", {"digits": len(facts.answer)}),), expects="digits")


@listener("identify")
def _hear_identify(state, facts, heard):
    if is_answer(heard.text, state.lang, facts):
        known = replace(state, identified=True, failures=0)
        return welcome(known, facts, effects=(Effect("identified"),))
    if not words.digits(heard.text, state.lang) or words.intent(heard.text, state.lang):
        return None  # something else was said
    failed = replace(state, failures=state.failures + 1)
    effect = Effect("not_identified")
    if failed.failures >= facts.max_tries:
        turn = person(failed, facts, "not_identified", Say("identify_failed"))
        return turn._replace(effects=(effect, *turn.effects))
    return go(failed, facts, "identify", Say("identify_wrong"), effects=(effect,))


def is_answer(text, lang, facts):
    """Whether a text is the answer: one guess at a time, whatever stands around it."""
    if not facts.answer:
        return False
    if facts.identify == "customer_number":
        return words.digits(text, lang).endswith(facts.answer)
    wanted = plain_code(facts.answer)
    said = words.fold(text)
    figures = sum(letter.isdigit() for letter in said)
    if figures > sum(letter.isdigit() for letter in wanted):
        return False
    numbers = re.sub(r"\D", "", wanted)
    in_figures = len(numbers) >= 4 and words.digits(text, lang) == numbers
    return in_figures or plain_code(said).endswith(wanted)


def plain_code(text):
    """A postcode without what is written in different ways."""
    return re.sub(r"[^a-z0-9]", "", words.fold(text))
