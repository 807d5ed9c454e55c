"""Another person, another language, or nobody at all."""

from dataclasses import replace
from datetime import timedelta

from . import dialog_dates as dates
from . import dialog_words as words
from .dialog_turns import (
    Prompt,
    agreed,
    back,
    begin,
    by_key,
    chosen,
    end,
    first_question,
    go,
    keys,
    listener,
    numbered,
    person,
    prompt,
    starter,
)
from .dialog_types import Choice, Effect, Say


@starter("wrong_person")
def _begin_wrong_person(state, facts, heard):
    return go(state, facts, "wrong_person")


@prompt("wrong_person")
def _prompt_wrong_person(state, facts):
    return Prompt((Say("wrong_person_confirm"),), keys("yes", "no"))


@listener("wrong_person")
def _hear_wrong_person(state, facts, heard):
    again = heard.kind == "text" and words.intent(heard.text, state.lang) == "wrong_person"
    answer = True if again else agreed(state, facts, heard)
    if answer is None:
        return None
    if answer:
        return end(state, Say("wrong_person_done"), effects=(Effect("wrong_person"),))
    return back(state, facts)


@prompt("closed")
def _prompt_closed(state, facts):
    """For who can only be told by a link: nothing about the account."""
    return Prompt((Say("identify_link"),), (Choice("0", "human", Say("menu_human")),))


@listener("closed")
def _hear_closed(state, facts, heard):
    code = chosen(state, heard)
    return begin(state, facts, code, by_key(heard)) if code else None


@starter("stop")
def _begin_stop(state, facts, heard):
    return end(state, Say("stop_done"), effects=(Effect("stop", {"channel": facts.channel}),))


@starter("human")
def _begin_human(state, facts, heard):
    if facts.live:
        return person(state, facts, "asked")
    moment = heard.kind == "text" and dates.moment(heard.text, state.lang, facts.now)
    return _call_back(state, moment) if moment else go(state, facts, "callback")


@prompt("callback")
def _prompt_callback(state, facts):
    return Prompt((Say("callback_when"),), keys("soon", "tomorrow_morning", "tomorrow_afternoon"))


@listener("callback")
def _hear_callback(state, facts, heard):
    code = chosen(state, heard)
    tomorrow = facts.now + timedelta(days=1)
    if code == "soon" or heard.kind == "silence":
        return _call_back(state, None)
    if code:
        hour = 9 if code == "tomorrow_morning" else 14
        return _call_back(state, tomorrow.replace(hour=hour, minute=0, second=0, microsecond=0))
    named = heard.kind == "text" or len(heard.text) == 4  # an hour on a keypad
    moment = dates.moment(heard.text, state.lang, facts.now) if named else None
    if moment:
        return _call_back(state, moment)
    anything = heard.kind == "text" and words.yes_or_no(heard.text, state.lang)
    return _call_back(state, None) if anything else None


def _call_back(state, moment):
    if not moment:
        return end(state, Say("callback_soon"), effects=(Effect("callback", {"at": None}),))
    say = Say("callback_done", {"date": moment.date(), "time": moment.strftime("%H:%M")})
    effect = Effect("callback", {"at": moment.isoformat(timespec="minutes")})
    return end(state, say, effects=(effect,))


@starter("language")
def _begin_language(state, facts, heard):
    named = words.named_language(heard.text, facts.languages)
    return _speak(state, facts, named) if named else go(state, facts, "language")


@prompt("language")
def _prompt_language(state, facts):
    pairs = [(code, Say("language_name", {"code": code})) for code in facts.languages[:9]]
    return Prompt((Say("language"),), numbered(pairs))


@listener("language")
def _hear_language(state, facts, heard):
    code = chosen(state, heard) or words.named_language(heard.text, facts.languages)
    return _speak(state, facts, code) if code else None


def _speak(state, facts, code):
    """Go on in another language where the conversation stood."""
    state = replace(state, lang=code, step="language")
    step = "menu" if state.identified else first_question(facts)
    return go(
        state, facts, step, Say("language_done"), effects=(Effect("language", {"code": code}),)
    )
