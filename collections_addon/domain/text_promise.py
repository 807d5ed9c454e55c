"""The day and the amount that a message promises, to be offered to a person."""

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from . import dialog_dates, dialog_words

#: Further away nobody promises: it was another date.
MOST_DAYS = 366
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])|\n+|;")
_MONEY = "eur|euros?|euru|eurai|usd|dollars?|gbp|pounds?|try|tl|lira|brl|reais|ron|lei|€|\\$|£|₺"
_FIGURE = r"\d{1,3}(?:[ .,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_AMOUNT = re.compile(
    rf"(?<![\w.,/-])(?:(?:{_MONEY}) ?(?P<after>{_FIGURE})|(?P<before>{_FIGURE}) ?(?:{_MONEY}))"
    r"(?!\w)",
    re.IGNORECASE,
)
_CENTS = re.compile(r"(?<![\w.,/-])(?P<figure>\d{1,3}(?:[ .,]\d{3})*[.,]\d{2})(?![\w.,/-])")


class Promised(NamedTuple):
    """What is promised; None where it is not said."""

    day: date | None
    amount: Decimal | None


def promised(text, lang, today):
    """The day and the amount named in a message.

    :param str text: as it was written
    :param str lang: language it is likely in
    :param datetime.date today: day of the message, where the customer is
    :rtype: Promised
    """
    money = _AMOUNT.search(text)
    figure = (money["after"] or money["before"]) if money else None
    if not money and (money := _CENTS.search(text)):
        figure = money["figure"]
    rest = f"{text[: money.start()]} {text[money.end() :]}" if money else text
    return Promised(_day(rest, lang, today), dialog_words.number(figure) if figure else None)


def _day(text, lang, today):
    """The first day ahead that a sentence names."""
    for sentence in _SENTENCE.split(text):
        for day in dialog_dates.find(sentence, lang, today).days:
            if 0 <= (day - today).days <= MOST_DAYS:
                return day
    return None
