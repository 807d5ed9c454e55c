"""Payment plans that the policy allows."""

from dataclasses import replace

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
from .dialog_types import Choice, Effect, Say


@starter("plan")
def _begin_plan(state, facts, heard):
    if not facts.balances:
        return welcome(state, facts)
    if facts.plan_refusal or not facts.offers:
        say = Say("text", {"text": facts.plan_refusal}) if facts.plan_refusal else Say("plan_none")
        return person(state, facts, "plan", say)
    return _plan(state, facts, heard)


def _plan(state, facts, heard):
    offered = {offer.currency for offer in facts.offers}
    if len(offered) == 1:
        state = replace(state, data={**state.data, "currency": offered.pop()})
    else:
        balance = balance_of(state, facts)
        if not balance:
            return go(state, facts, "currency", wanted="plan")
        state = replace(state, data={**state.data, "currency": balance.currency})
    if not offers(state, facts):
        return person(state, facts, "plan", Say("plan_none"))
    return go(state, facts, "plan_choose")


def offers(state, facts):
    """What is offered in the currency spoken of."""
    return [offer for offer in facts.offers if offer.currency == state.data.get("currency")][:3]


@prompt("plan_choose")
def _prompt_plan_choose(state, facts):
    pairs = [(offer.key, Say("plan_offer", _offer_values(offer))) for offer in offers(state, facts)]
    return Prompt(
        (Say("plan_offers"),), (*numbered(pairs), Choice("0", "human", Say("plan_other")))
    )


def _offer_values(offer):
    values = offer._asdict()
    values.pop("key")
    return values


@listener("plan_choose")
def _hear_plan_choose(state, facts, heard):
    code = chosen(state, heard)
    named = None if code or heard.kind == "digits" else words.digits(heard.text, state.lang)
    for offer in offers(state, facts):
        if code == offer.key or named == str(offer.count):
            return go(state, facts, "plan_confirm", offer=offer.key)
    if code == "human":
        return begin(state, facts, "human", by_key(heard))
    # what was open has changed: other schedules are on offer
    return go(state, facts, "plan_choose", Say("plan_changed")) if code else None


def _offer(state, facts):
    return next((one for one in facts.offers if one.key == state.data.get("offer")), None)


@prompt("plan_confirm")
def _prompt_plan_confirm(state, facts):
    offer = _offer(state, facts)
    if not offer:
        return Prompt((Say("plan_changed"),), keys("yes", "no"))
    key = "plan_confirm_cost" if offer.cost else "plan_confirm"
    return Prompt((Say(key, _offer_values(offer)),), keys("yes", "no"))


@listener("plan_confirm")
def _hear_plan_confirm(state, facts, heard):
    answer = agreed(state, facts, heard)
    if answer is None:
        return None
    offer = _offer(state, facts)
    if offer and answer:
        return done(state, facts, Say("plan_done"), Effect("plan", {"offer": offer.key}))
    says = () if offer else (Say("plan_changed"),)
    if not offers(state, facts):
        return person(state, facts, "plan", *says)
    return go(state, facts, "plan_choose", *says, offer=None)
