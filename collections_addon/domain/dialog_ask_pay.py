"""Paying, and having paid."""

from dataclasses import replace
from datetime import timedelta

from . import dialog_dates as dates
from . import dialog_words as words
from .dialog_ask_menu import welcome
from .dialog_turns import Prompt, chosen, done, go, listener, numbered, person, prompt, starter
from .dialog_types import Effect, Say

HOWS = ("transfer", "card", "cheque", "cash")


@starter("pay")
def _begin_pay(state, facts, heard):
    if not facts.balances:
        return welcome(state, facts)
    if not facts.ways:
        return person(state, facts, "pay")
    if len(facts.ways) == 1:
        return _send_link(state, facts, facts.ways[0])
    return go(state, facts, "pay_by")


@prompt("pay_by")
def _prompt_pay_by(state, facts):
    pairs = [(way, Say(f"pay_by_{way}")) for way in facts.ways]
    return Prompt((Say("pay_by"),), numbered(pairs))


@listener("pay_by")
def _hear_pay_by(state, facts, heard):
    way = chosen(state, heard)
    if (
        not way
        and "sms" in facts.ways
        and words.says("sms|text|mesaj|zinut\\w*", words.fold(heard.text))
    ):
        way = "sms"
    if (
        not way
        and "email" in facts.ways
        and words.says(
            "e ?-?mail\\w*|mail\\w*|e-posta\\w*|eposta\\w*|el pastu|pastu", words.fold(heard.text)
        )
    ):
        way = "email"
    return _send_link(state, facts, way) if way in facts.ways else None


def _send_link(state, facts, way):
    say = Say("pay_here", {"url": facts.pay_url}) if way == "here" else Say(f"pay_sent_{way}")
    return done(state, facts, say, Effect("pay_link", {"by": way}))


@starter("paid")
def _begin_paid(state, facts, heard):
    if not facts.balances:
        return welcome(state, facts)
    how = words.paid_how(heard.text)
    days = dates.find(heard.text, state.lang, facts.today, past=True).days
    state = replace(state, data={"how": how} if how else {})
    if heard.kind == "text" and days:
        return _paid_on(state, facts, days[0])
    return go(state, facts, "paid_when")


@prompt("paid_when")
def _prompt_paid_when(state, facts):
    pairs = [("today", Say("today")), ("yesterday", Say("yesterday"))]
    return Prompt((Say("paid_when"),), numbered(pairs))


@listener("paid_when")
def _hear_paid_when(state, facts, heard):
    code = chosen(state, heard)
    if code:
        return _paid_on(state, facts, facts.today - timedelta(days=code == "yesterday"))
    days = dates.find(heard.text, state.lang, facts.today, True, facts.month_first).days
    fitting = [day for day in days if day <= facts.today]
    if not fitting:
        return None
    how = words.paid_how(heard.text)
    return _paid_on(
        replace(state, data={**state.data, **({"how": how} if how else {})}), facts, fitting[0]
    )


def _paid_on(state, facts, day):
    state = replace(state, data={**state.data, "date": day.isoformat()})
    return _paid(state, facts) if "how" in state.data else go(state, facts, "paid_how")


@prompt("paid_how")
def _prompt_paid_how(state, facts):
    return Prompt((Say("paid_how"),), numbered((how, Say(f"how_{how}")) for how in HOWS))


@listener("paid_how")
def _hear_paid_how(state, facts, heard):
    how = chosen(state, heard) or words.paid_how(heard.text)
    return _paid(replace(state, data={**state.data, "how": how}), facts) if how else None


def _paid(state, facts):
    values = {"date": state.data["date"], "how": state.data["how"]}
    return done(state, facts, Say("paid_done"), Effect("paid", values))
