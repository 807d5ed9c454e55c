"""What is wrong, and with which invoice."""

from dataclasses import replace

from . import dialog_words as words
from .dialog_ask_menu import welcome
from .dialog_turns import Prompt, chosen, done, go, listener, numbered, person, prompt, starter
from .dialog_types import Effect, Say

MOST_TEXT = 1000
#: So many invoices are told apart by keys.
MOST_INVOICES = 7


@starter("dispute")
def _begin_dispute(state, facts, heard):
    if not facts.balances:
        return welcome(state, facts)
    if not facts.reasons:
        return person(state, facts, "dispute")
    if heard.kind == "text" and len(heard.text.split()) > 3:
        state = replace(state, data={"said": heard.text[:MOST_TEXT]})
    invoices = _invoices(facts)
    if len(invoices) < 2:
        # none by name: what is open is one thing, and there is nothing to choose from
        key = invoices[0][0].key if invoices else "all"
        return go(state, facts, "dispute_reason", invoice=key)
    return go(state, facts, "dispute_invoice")


def _invoices(facts):
    """(invoice, currency), the oldest first."""
    rows = [(one, balance.currency) for balance in facts.balances for one in balance.invoices]
    return sorted(rows, key=lambda row: (row[0].due, row[0].number))


@prompt("dispute_invoice")
def _prompt_dispute_invoice(state, facts):
    pairs = [
        (
            invoice.key,
            Say(
                "invoice",
                {"number": invoice.number, "amount": invoice.amount, "currency": currency},
            ),
        )
        for invoice, currency in _invoices(facts)[:MOST_INVOICES]
    ]
    return Prompt((Say("dispute_invoice"),), numbered([*pairs, ("all", Say("all_invoices"))]))


@listener("dispute_invoice")
def _hear_dispute_invoice(state, facts, heard):
    code = chosen(state, heard)
    said = words.fold(heard.text)
    for invoice, _currency in _invoices(facts):
        if not code and len(said) >= 3 and words.fold(invoice.number).endswith(said.split()[-1]):
            code = invoice.key
    if not code and words.says(words.LEXICONS[words.language_of(state.lang)].all, said):
        code = "all"
    return go(state, facts, "dispute_reason", invoice=code) if code else None


@prompt("dispute_reason")
def _prompt_dispute_reason(state, facts):
    pairs = [(code, Say("text", {"text": label})) for code, label in facts.reasons[:9]]
    return Prompt((Say("dispute_reason"),), numbered(pairs))


@listener("dispute_reason")
def _hear_dispute_reason(state, facts, heard):
    code = chosen(state, heard)
    said = words.fold(heard.text)
    for reason, label in facts.reasons:
        if not code and len(said) > 2 and said in words.fold(label):
            code = reason
    if not code and heard.kind == "text" and len(said.split()) > 3:
        # told in the debtor's own words
        code, state = facts.reasons[-1][0], replace(state, data={**state.data, "said": heard.text})
    if not code:
        return None
    if "said" in state.data:
        return _dispute(replace(state, data={**state.data, "reason": code}), facts, "")
    return go(state, facts, "dispute_text", reason=code)


@prompt("dispute_text")
def _prompt_dispute_text(state, facts):
    return Prompt((Say("dispute_text"),))


@listener("dispute_text")
def _hear_dispute_text(state, facts, heard):
    """Whatever is said is taken, silence too: the reason is known."""
    return _dispute(state, facts, heard.text if heard.kind == "text" else "")


def _dispute(state, facts, text):
    said = (text or state.data.get("said", "")).strip()[:MOST_TEXT]
    values = {"invoice": state.data["invoice"], "reason": state.data["reason"], "text": said}
    return done(state, facts, Say("dispute_done"), Effect("dispute", values))
