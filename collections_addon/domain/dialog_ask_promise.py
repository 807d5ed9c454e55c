"""A day, and how much, by which it will be paid."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from . import dialog_dates as dates
from . import dialog_words as words
from .dialog_ask_menu import welcome
from .dialog_turns import (
    Prompt,
    agreed,
    balance_of,
    begin,
    by_key,
    chosen,
    done,
    go,
    keys,
    listener,
    numbered,
    person,
    prompt,
    starter,
)
from .dialog_types import Effect, Say

#: Quick choices of a promise, in days.
SOON = (3, 7, 14)


@prompt("currency")
def _prompt_currency(state, facts):
    pairs = [
        (one.currency, Say("currency", {"amount": one.total, "currency": one.currency}))
        for one in facts.balances
    ]
    return Prompt((Say("which_currency"),), numbered(pairs))


@listener("currency")
def _hear_currency(state, facts, heard):
    code = chosen(state, heard) or next(
        (one for one in state.offered if one.lower() in words.fold(heard.text).split()), None
    )
    if not code:
        return None
    return begin(state, facts, state.data["wanted"], by_key(heard), currency=code)


@starter("promise")
def _begin_promise(state, facts, heard):
    if not facts.balances:
        return welcome(state, facts)
    if facts.promise_refusal or not facts.last_day:
        text = (Say("text", {"text": facts.promise_refusal}),) if facts.promise_refusal else ()
        return person(state, facts, "promise", *text)
    return _promise(state, facts, heard)


def _promise(state, facts, heard):
    balance = balance_of(state, facts)
    if not balance:
        return go(state, facts, "currency", wanted="promise")
    if not balance.promisable:
        return go(state, facts, "more", Say("promise_nothing"))
    state = replace(state, data={**state.data, "currency": balance.currency})
    turn = heard.kind == "text" and _hear_promise_date(state, facts, heard)
    return turn or go(state, facts, "promise_date")


def quick_days(facts):
    """Days that are offered, all within the limit."""
    days = [facts.today + timedelta(days=after) for after in SOON]
    return [day for day in days if day <= facts.last_day] or [facts.last_day]


@prompt("promise_date")
def _prompt_promise_date(state, facts):
    pairs = [(day.isoformat(), Say("day", {"date": day})) for day in quick_days(facts)]
    say = Say("promise_date", {"last": facts.last_day})
    return Prompt((say,), numbered(pairs))


@listener("promise_date")
def _hear_promise_date(state, facts, heard):
    if state.step == "promise_date" and (code := chosen(state, heard)):
        return _promise_by(state, facts, date.fromisoformat(code))
    found = dates.find(heard.text, state.lang, facts.today, False, facts.month_first)
    fitting = [day for day in found.days if facts.today <= day <= facts.last_day]
    if fitting:
        return _promise_by(_with_amount(state, facts, found.rest), facts, fitting[0])
    if found.days:
        # an answer, but not one that can be taken
        again = replace(state, step="promise_date", tries=state.tries + 1)
        return go(again, facts, "promise_date", Say("date_too_late", {"last": facts.last_day}))
    return None


def _with_amount(state, facts, rest):
    """What was said beside the day may be an amount; one that cannot be is left."""
    balance = balance_of(state, facts)
    amount = words.amount(rest, state.lang, balance.promisable)
    if amount is None or not balance.least <= amount <= balance.promisable or not amount:
        return state
    return replace(state, data={**state.data, "amount": str(amount)})


def _promise_by(state, facts, day):
    return go(state, facts, "promise_confirm", date=day.isoformat())


def promised(state, facts):
    """(amount, day) as far as they were said; all of it when no amount was."""
    balance = balance_of(state, facts)
    amount = Decimal(state.data.get("amount") or balance.promisable)
    return min(amount, balance.promisable), date.fromisoformat(state.data["date"])


@prompt("promise_confirm")
def _prompt_promise_confirm(state, facts):
    amount, day = promised(state, facts)
    values = {"amount": amount, "date": day, "currency": state.data["currency"]}
    choices = keys("yes", "other_day", "other_amount")
    return Prompt((Say("promise_confirm", values),), choices)


@listener("promise_confirm")
def _hear_promise_confirm(state, facts, heard):
    code = chosen(state, heard)
    if code == "other_amount":
        return go(state, facts, "promise_amount")
    if code == "other_day":
        return go(state, facts, "promise_date")
    turn = None if code or heard.kind == "digits" else _hear_promise_date(state, facts, heard)
    if turn:
        return turn
    answer = True if code else agreed(state, facts, heard)
    if answer is False:
        return go(state, facts, "promise_date")
    if answer is None:
        return None
    amount, day = promised(state, facts)
    values = {"amount": str(amount), "date": day.isoformat(), "currency": state.data["currency"]}
    say = Say("promise_done", {**values, "amount": amount, "date": day})
    return done(state, facts, say, Effect("promise", values))


@prompt("promise_amount")
def _prompt_promise_amount(state, facts):
    balance = balance_of(state, facts)
    values = {"least": balance.least, "most": balance.promisable, "currency": balance.currency}
    return Prompt((Say("promise_amount", values),))


@listener("promise_amount")
def _hear_promise_amount(state, facts, heard):
    balance = balance_of(state, facts)
    amount = words.amount(heard.text, state.lang, balance.promisable)
    if not amount or not balance.least <= amount <= balance.promisable:
        return None
    return go(state, facts, "promise_confirm", amount=str(amount))
