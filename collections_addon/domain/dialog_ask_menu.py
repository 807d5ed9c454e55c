"""What is open, and what the debtor wants."""

from . import dialog_dates as dates
from . import dialog_words as words
from .dialog_turns import (
    Prompt,
    agreed,
    begin,
    by_key,
    chosen,
    end,
    go,
    keys,
    listener,
    noted,
    numbered,
    prompt,
    starter,
)
from .dialog_types import Choice, Say


def welcome(state, facts, *says, effects=()):
    """What is open, and the menu. Said to who is identified only."""
    return go(state, facts, "menu", *says, *account(facts), effects=effects)


def account(facts):
    """Balance and oldest invoice, currency by currency."""
    if not facts.balances:
        return (Say("nothing_open"),)
    says = []
    for balance in facts.balances:
        key = "balance" if balance.overdue else "balance_not_due"
        values = {"total": balance.total, "overdue": balance.overdue, "currency": balance.currency}
        says.append(Say(key, values))
        if balance.invoices:
            oldest = balance.invoices[0]
            values = {
                "number": oldest.number,
                "amount": oldest.amount,
                "date": oldest.due,
                "currency": balance.currency,
            }
            says.append(Say("oldest", values))
    return tuple(says)


def menu_items(state, facts):
    """Codes of the menu that make sense now; a person is always one of them."""
    possible = {
        "pay": facts.balances and facts.ways,
        "paid": facts.balances,
        "promise": any(balance.promisable for balance in facts.balances) and facts.last_day,
        "plan": facts.offers and not facts.plan_refusal,
        "dispute": facts.balances and facts.reasons,
        "balance": facts.balances,
        "language": len(facts.languages) > 1,
    }
    items = [code for code in facts.menu if possible.get(code, True) and code != "human"]
    return (*items, "human")


@prompt("menu")
def _prompt_menu(state, facts):
    *items, _human = menu_items(state, facts)
    choices = numbered((code, Say(f"menu_{code}")) for code in items)
    human = Choice("0", "human", Say("menu_human"))
    return Prompt((Say("menu"),), (*choices, human))


@listener("menu")
def _hear_menu(state, facts, heard):
    code = chosen(state, heard)
    if code:
        return begin(state, facts, code, by_key(heard))
    if heard.kind == "digits":
        return None
    return begin(state, facts, wish(heard.text, state.lang, facts.today), heard)


def wish(text, lang, today):
    """What is wanted by words. Who pays on a day to come promises it."""
    wanted = words.intent(text, lang)
    if wanted in (None, "pay") and any(day > today for day in dates.find(text, lang, today).days):
        return "promise"
    return wanted


@starter("balance")
def _begin_balance(state, facts, heard):
    return welcome(state, facts)


@starter("menu")
def _begin_menu(state, facts, heard):
    return go(state, facts, "menu")


@starter("bye")
def _begin_bye(state, facts, heard):
    return end(state, Say("bye"), effects=noted(state, "bye"))


@prompt("more")
def _prompt_more(state, facts):
    return Prompt((Say("more"),), keys("yes", "no"))


@listener("more")
def _hear_more(state, facts, heard):
    answer = agreed(state, facts, heard)
    if answer is False and not chosen(state, heard):
        wanted = wish(heard.text, state.lang, facts.today)  # "no, I want to dispute it"
        turn = begin(state, facts, wanted, heard) if wanted != "bye" else None
        return turn or _begin_bye(state, facts, heard)
    if answer is None:
        return begin(state, facts, wish(heard.text, state.lang, facts.today), heard)
    return go(state, facts, "menu") if answer else _begin_bye(state, facts, heard)
