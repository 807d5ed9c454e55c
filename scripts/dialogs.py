#!/usr/bin/env python3
"""Write docs/dialogs.md: the self-service conversation on paper, without Odoo.

    python3 scripts/dialogs.py      or: make dialogs

The conversations are held by the module's own `domain/dialog.py` with the lines of
`data/dialog`, so the page cannot say anything else than customers hear.
"""

import importlib.util
import json
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dialogs.md"
DOMAIN = ROOT / "collections_addon" / "domain"
TODAY = date(2026, 3, 4)  # a Wednesday
LANGUAGES = ("en", "tr", "pt", "ro", "lt")
#: How each language writes dates and amounts, as far as the examples need it.
DATES = {"en": "%d/%m/%Y", "lt": "%Y-%m-%d"}
MARKS = {"en": (",", "."), "tr": (".", ","), "pt": (".", ","), "ro": (".", ","), "lt": (" ", ",")}
REASONS = {
    "en": ("Wrong price", "Goods damaged", "Other"),
    "tr": ("Yanlış fiyat", "Hasarlı mal", "Diğer"),
    "pt": ("Preço errado", "Mercadoria danificada", "Outro"),
    "ro": ("Preț greșit", "Marfă deteriorată", "Altele"),
    "lt": ("Neteisinga kaina", "Sugadinta prekė", "Kita"),
}
#: What the customer says: on the phone (keys and words), by SMS, in the chat.
CALLS = {
    "en": ("#start", "#1234", "#3", "on Friday", "#1", "no, thank you"),
    "tr": ("#start", "#1234", "#3", "cuma günü", "#1", "hayır, teşekkürler"),
    "pt": ("#start", "#1234", "#3", "na sexta-feira", "#1", "não, obrigado"),
    "ro": ("#start", "#1234", "#3", "vineri", "#1", "nu, mulțumesc"),
    "lt": ("#start", "#1234", "#3", "penktadienį", "#1", "ne, ačiū"),
}
MESSAGES = {
    "en": ("the amount on this invoice is wrong", "1234", "2", "1", "No", "STOP"),
    "tr": ("bu faturadaki tutar yanlış", "1234", "2", "1", "Hayır", "DUR"),
    "pt": ("o valor desta fatura está errado", "1234", "2", "1", "Não", "PARAR"),
    "ro": ("suma de pe această factură este greșită", "1234", "2", "1", "Nu", "OPREȘTE"),
    "lt": ("šios sąskaitos suma yra neteisinga", "1234", "2", "1", "Ne", "STABDYTI"),
}
CHATS = {
    "en": ("I can't pay all of it at once", "1", "yes", "I paid 100 yesterday by card", "bye"),
    "tr": ("hepsini birden ödeyemiyorum", "1", "evet", "dün kartla ödedim", "hoşça kalın"),
    "pt": ("não consigo pagar tudo de uma vez", "1", "sim", "paguei ontem por cartão", "adeus"),
    "ro": ("nu pot plăti tot deodată", "1", "da", "am plătit ieri cu cardul", "la revedere"),
    "lt": ("negaliu sumokėti visko iš karto", "1", "taip", "vakar sumokėjau kortele", "viso gero"),
}


def load(name):
    """A module of the domain, without Odoo."""
    package = "dialogs_domain"
    if package not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            package, DOMAIN / "__init__.py", submodule_search_locations=[str(DOMAIN)]
        )
        sys.modules[package] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[package])
    return importlib.import_module(f"{package}.{name}")


dialog, types, lines, words = map(load, ("dialog", "dialog_types", "dialog_lines", "dialog_words"))


def facts(lang, channel):
    """A customer who owes two invoices and may do everything."""
    invoices = (
        types.Invoice("1", "INV/2026/0017", Decimal("1250.00"), date(2026, 1, 20)),
        types.Invoice("2", "INV/2026/0031", Decimal("480.50"), date(2026, 2, 17)),
    )
    total = sum(invoice.amount for invoice in invoices)
    plan = types.Offer(
        "1-3", "EUR", 3, Decimal("576.84"), TODAY + timedelta(days=14), date(2026, 5, 18), total,
        Decimal(0),
    )  # fmt: skip
    codes = ("price", "quality", "other")
    return types.Facts(
        today=TODAY,
        now=datetime(2026, 3, 4, 10),
        company="Nordic Parts",
        channel=channel,
        lang=lang,
        languages=LANGUAGES,
        identify="link" if channel == "chat" else "customer_number",
        identified=channel == "chat",
        answer="1234",
        balances=(types.Balance("EUR", total, total, total, Decimal("173.05"), invoices),),
        ways=("sms", "email") if channel == "voice" else ("here",),
        pay_url="https://pay.example/8f3a",
        last_day=TODAY + timedelta(days=30),
        offers=(plan,),
        reasons=tuple(zip(codes, REASONS[lang], strict=True)),
    )


class Voice:
    """Puts turns into words of one language."""

    def __init__(self, lang):
        self.use(lang)

    def use(self, lang):
        self.lang = lang
        self.lines = json.loads((ROOT / "data" / "dialog" / f"{lang}.json").read_text("utf-8"))

    def say(self, say):
        """A sentence."""
        values = {name: self.shown(value) for name, value in say.values.items()}
        values["name"] = lines.OWN_NAMES.get(say.values.get("code"))
        return lines.fill(lines.FIXED.get(say.key) or self.lines[say.key], values)

    def shown(self, value):
        """An amount or date as the language writes it."""
        if isinstance(value, Decimal):
            group, mark = MARKS[self.lang]
            text = f"{value:,.2f}".replace(",", "_").replace(".", mark).replace("_", group)
            return f"€{text}" if self.lang == "en" else f"{text} €"
        if isinstance(value, date):
            return value.strftime(DATES.get(self.lang, "%d.%m.%Y"))
        return value

    def turn(self, turn, spoken):
        """What is said of a turn, choices included."""
        says = [self.say(say) for say in turn.says]
        for choice in turn.choices:
            label = self.say(choice.label)
            says.append(
                lines.fill(self.lines["press"], {"label": label, "key": choice.key})
                if spoken
                else f"{choice.key} {label}"
            )
        return says


def begin(known, text):
    """The first turn, and what to hear again once it is known who it is."""
    turn = dialog.start(known)
    wish = text if text and not turn.state.identified else None
    if text and (turn.state.identified or dialog.is_for_anybody(text, known)):
        following = dialog.hear(turn.state, types.Heard("text", text), known)
        turn, wish = dialog.joined(turn, following), None
    return turn, wish


def transcript(lang, channel, inputs):
    """A conversation as rows of (who, texts, effects)."""
    known, voice = facts(lang, channel), Voice(lang)
    turn, wish, rows = None, None, []
    for text in inputs:
        if text != "#start":
            rows.append(("in", [text.removeprefix("#")], ()))
        if turn is None or turn.ended:
            turn, wish = begin(known, None if text == "#start" else text)
        else:
            kind = "digits" if text.startswith("#") else "text"
            turn = dialog.hear(turn.state, types.Heard(kind, text.removeprefix("#")), known)
            if wish and turn.state.identified:
                following = dialog.hear(turn.state, types.Heard("text", wish), known)
                turn, wish = dialog.joined(turn, following), None
        rows.append(("out", voice.turn(turn, channel == "voice"), turn.effects))
    return rows


def document():
    """The page with a call, an exchange of messages and a chat per language.

    :rtype: str
    """
    parts = [
        "# Conversations\n",
        "What a customer hears and reads, in the five languages the module speaks. A customer of "
        "Nordic Parts owes two invoices on Wednesday, 4 March 2026. In *italics*: what comes of "
        "it in the books. The page is written by `make dialogs` from the very code and lines that "
        "serve customers.\n",
    ]
    for lang in LANGUAGES:
        parts.append(f"## {lines.OWN_NAMES[lang]}\n")
        for title, channel, inputs in (
            ("A call: keys and speech", "voice", CALLS),
            ("Text messages", "sms", MESSAGES),
            ("A chat on the customer's page", "chat", CHATS),
        ):
            parts.append(f"### {title} ({lang})\n")
            parts += [_row(*row) for row in transcript(lang, channel, inputs[lang])]
    return "\n".join(parts)


def _row(who, texts, effects):
    if who == "in":
        return f"> **{texts[0]}**\n"
    done = [f"*{effect.kind}{_values(effect)}*" for effect in effects]
    return "  \n".join([*texts, *done]) + "\n"


def _values(effect):
    return "".join(f" · {name}: {value}" for name, value in effect.values.items() if value)


if __name__ == "__main__":
    PAGE.write_text(document(), "utf-8")
