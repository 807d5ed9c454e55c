"""Understanding what a debtor writes or says: words, numbers and amounts.

Speech recognition and thumbs make the same kinds of mistakes: no accents, no
punctuation, odd capitals, numbers as words. So everything is *folded* first. What the
words of the debtor's language do not explain is tried in English.
"""

import re
import unicodedata
from decimal import Decimal
from functools import cache

from . import lexicon_en, lexicon_lt, lexicon_pt, lexicon_ro, lexicon_tr
from .dialog_lexicon import LANGUAGE_NAMES, PAID_HOW, START_WORDS, STOP_WORDS

ENGLISH = "en"
_MODULES = {
    "en": lexicon_en,
    "tr": lexicon_tr,
    "pt": lexicon_pt,
    "ro": lexicon_ro,
    "lt": lexicon_lt,
}
LEXICONS = {code: module.LEXICON for code, module in _MODULES.items()}
INTENTS = {code: module.INTENTS for code, module in _MODULES.items()}
LANGUAGES = tuple(_MODULES)
#: More is not read: nobody says what it wants in more.
MOST_CHARACTERS = 400
_LETTERS = str.maketrans({"ı": "i", "İ": "i", "’": "", "'": "", "`": "", "ʼ": "", "‘": ""})
_NOISE = re.compile(r"[^\w\s.,/:%*#-]|_")
_CURRENCY = (
    "eur|euro|euros|euru|eurai|eurus|usd|dollars?|try|tl|lira|gbp|pounds?|brl|reais|ron|lei|lt|e"
)
_PERCENT = re.compile(r"(?<!\w)(?:per ?cent|procent\w*|por cento|la suta)(?!\w)")
_PERCENT_FIRST = re.compile(r"(?:%|yuzde) ?(\d+)")
_AMOUNT = re.compile(
    rf"(?<![\d.,/-])(\d{{1,3}}(?:[ .,]\d{{3}})+(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d{{1,3}})?)"
    rf"(?: ?(?P<unit>{_CURRENCY}|%)(?!\w))?(?![\d/])"
)


def fold(text):
    """Lower case, without accents, apostrophes and most punctuation; single spaces.

    :param str text: as it was typed or recognised
    :rtype: str
    """
    text = (text or "")[:MOST_CHARACTERS].translate(_LETTERS).casefold()
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(_NOISE.sub(" ", text).split())


def language_of(code):
    """The lexicon's language for a code such as `pt_BR`; English for what it does not know."""
    short = (code or "")[:2].lower()
    return short if short in LEXICONS else ENGLISH


def _languages(lang):
    own = language_of(lang)
    return (own,) if own == ENGLISH else (own, ENGLISH)


@cache
def _whole(expression):
    return re.compile(rf"(?<!\w)(?:{expression})(?!\w)")


def says(expression, folded):
    """Whether a folded text has words of an expression, not in the middle of others."""
    return bool(_whole(expression).search(folded))


# === YES, NO, STOP === #


def yes_or_no(text, lang):
    """What somebody answered to a question.

    A sentence with both words is no: nothing is agreed to by half a yes.

    :rtype: bool|None
    """
    folded = fold(text)
    for code in _languages(lang):
        words = LEXICONS[code]
        if folded in words.yes.split("|"):
            return True
        if says(words.no, folded):
            return False
        if says(words.yes, folded):
            return True
    return None


def is_stop_word(text):
    """Whether a message is nothing but a word by which messages are refused, in any language."""
    return fold(text).strip(" .,*#-/:") in STOP_WORDS


def is_start_word(text):
    """Whether a message is nothing but a word by which messages are allowed again."""
    return fold(text).strip(" .,*#-/:") in START_WORDS


# === WHAT IT WANTS === #


def intent(text, lang):
    """What the debtor wants: `stop`, `wrong_person`, `human`, `plan`, `paid`, `dispute`,
    `promise`, `pay`, `balance`, `language`, `menu`, `repeat` or `bye`.

    :rtype: str|None
    """
    folded = fold(text)
    for code in _languages(lang):
        for name, expression in INTENTS[code]:
            if says(expression, folded):
                return name
    return None


def paid_how(text):
    """How something was paid: `transfer`, `card`, `cheque`, `cash`; None when it is not said."""
    folded = fold(text)
    return next((how for how, words in PAID_HOW if says(words, folded)), None)


def named_language(text, offered):
    """The language that is named, in itself or in another one.

    :param offered: codes such as `pt`
    :rtype: str|None
    """
    folded = fold(text)
    for code, words in LANGUAGE_NAMES:
        if code in offered and (folded == code or says(words, folded)):
            return code
    return None


# === NUMBERS === #


def numerals(folded, lang):
    """A folded text with its number words as digits: "twenty five days" -> "25 days"."""
    words = LEXICONS[language_of(lang)]
    result, number = [], None
    tokens = folded.split()
    for place, token in enumerate(tokens):
        value = _value(token, words)
        if value is None and number is not None and token == words.joiner:
            following = tokens[place + 1 : place + 2]
            if following and number.takes(_value(following[0], words)):
                continue
        if value is None:
            result, number = [*_closed(result, number), token], None
        elif number is not None and number.takes(value):
            number.add(value)
        else:
            result, number = _closed(result, number), _Number(value)
    return " ".join(_closed(result, number))


def _value(token, words):
    token = token.rstrip(".,")
    stems = (token[:cut] for cut in range(len(token), 1, -1))
    return next(
        (
            words.numbers[stem]
            for stem in stems
            if stem in words.numbers
            and (stem == token or re.fullmatch(words.suffix, token[len(stem) :]))
        ),
        None,
    )


def _closed(result, number):
    return result if number is None else [*result, str(number.value)]


class _Number:
    """A number while its words are heard one after the other."""

    def __init__(self, value):
        self.thousands, self.rest = (1000, 0) if value == 1000 else (0, value)

    @property
    def value(self):
        return self.thousands + self.rest

    def takes(self, value):
        """Whether a word goes on with this number, rather than being the next one."""
        if not value or not self.value:
            return False
        if value == 1000:
            return not self.thousands
        if value == 100:
            return self.rest < 10
        step = 10 if value < 10 else 100 if value < 100 else 1000
        return self.rest % step == 0

    def add(self, value):
        if value == 1000:
            self.thousands, self.rest = self.rest * 1000, 0
        elif value == 100:
            self.rest = (self.rest or 1) * 100
        else:
            self.rest += value


def digits(text, lang):
    """All digits that were typed or spoken, in order.

    :rtype: str
    """
    return re.sub(r"\D", "", numerals(fold(text), lang))


# === AMOUNTS === #


def amount(text, lang, total):
    """The amount somebody names: a figure, a share ("half", "50 %"), or all of it.

    :param Decimal total: what shares are of
    :rtype: Decimal|None
    """
    folded = _PERCENT_FIRST.sub(r"\1%", _PERCENT.sub("%", fold(text)))
    for code in _languages(lang):
        words, plain = LEXICONS[code], numerals(folded, code)
        if figure := _figure(plain, total):
            return figure
        if says(words.half, folded):
            return cents(total / 2)
        if says(words.all, folded):
            return total
    return None


def _figure(plain, total):
    found = _AMOUNT.search(plain)
    if not found:
        return None
    value = number(found[1])
    return cents(total * value / 100) if found["unit"] == "%" else value


def number(text):
    """A figure as it is written anywhere: 1.234,56 as well as 1,234.56 and 1 234.

    The last mark before one or two digits is the decimal mark, others group.

    :rtype: Decimal
    """
    whole, mark, part = re.fullmatch(r"(.*?)(?:([.,])(\d{1,2}))?", text).groups()
    whole = re.sub(r"\D", "", whole)
    return Decimal(f"{whole}.{part}" if mark else whole)


def cents(value):
    """An amount of two places."""
    return value.quantize(Decimal("0.01"))
