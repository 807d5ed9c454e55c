"""What is known of a language in which a debtor is understood (`lexicon_<code>.py`), and
the words that are the same for all.

Everything is written *folded*: lower case, without accents and apostrophes, dotless i
as i, as :func:`dialog_words.fold` makes it; so it is found however it was typed.
Values are regular expressions without capturing groups unless it is said otherwise.
"""

from typing import NamedTuple


class Lexicon(NamedTuple):
    """Words of one language.

    :param numbers: number word -> value; 100 and 1000 multiply what stands before
    :param joiner: a word inside a number, such as "and"
    :param one: words that stand for one before a unit ("a week")
    :param weekdays: Monday to Sunday
    :param months: January to December
    :param units: day, working day, week, month -> expression
    :param after: before a unit without a number ("po savaitės": in a week)
    :param next_week: what moves a weekday to the week after this one
    :param last: what moves a weekday into the past
    :param ordinal: a day of the month, with the group `d`
    :param times: part of the day -> (expression, hour)
    :param at: what stands before an hour
    :param suffix: endings of number words
    """

    numbers: dict
    joiner: str
    one: str
    today: str
    tomorrow: str
    after_tomorrow: str
    yesterday: str
    before_yesterday: str
    weekdays: tuple
    months: tuple
    units: dict
    after: str
    next_week: str
    last: str
    end_of_month: str
    end_of_week: str
    next_month: str
    ordinal: str
    times: tuple
    at: str
    half: str
    all: str
    yes: str
    no: str
    suffix: str = "(?!)"


def table(text, start=0):
    """ "a b|c" -> {"a": 0, "b": 1, "c": 1}: places hold a value, bars its other forms."""
    return {
        word: value
        for value, forms in enumerate(text.split(), start)
        for word in forms.split("|")
        if word != "-"
    }


def tens(text):
    return {word: value * 10 for word, value in table(text, 2).items()}


def glued(tens, units):
    """Turkish writes numbers in one word as often as in two."""
    return {
        ten + unit: tens[ten] + units[unit]
        for ten in tens
        for unit in units
        if 0 < units[unit] < 10 and len(unit) > 1
    }


#: Words that alone make a message a refusal of the channel, in any language. The first
#: six are those of the telephone companies.
STOP_WORDS = frozenset(
    "stop stopall unsubscribe cancel end quit optout revoke|"
    "dur durdur iptal ret red cik cikis|parar pare sair cancelar remover|"
    "oprire opreste opriti dezabonare anulare anuleaza|"
    "stabdyti stabdyk sustabdyti atsisakau atsisakyti atsaukti nutraukti".replace("|", " ").split()
)
START_WORDS = frozenset("start unstop basla baslat comecar iniciar incepe porneste pradeti".split())

#: How something was paid, any language.
PAID_HOW = (
    ("card", r"card\w*|kart|karti\w*|kartla|cartao|kortel\w*|credit|credito|kredi\w*"),
    ("cheque", r"che(?:que|ck)|cek\w*|cec\w*"),
    ("cash", r"cash|nakit\w*|dinheiro|numerario|numerar|cash|grynais\w*|grynaisiais|bani gheata"),
    (
        "transfer",
        r"transfer\w*|bank\w*|banc\w*|wire|havale\w*|eft|pix|deposito|virament\w*|"
        r"virat|ordin de plata|paved\w*|perved\w*|online|internet",
    ),
)

#: A language, by what it is called: in itself, and in the others.
LANGUAGE_NAMES = (
    ("en", r"english|ingilizce|ingles|engleza|angl\w*"),
    ("tr", r"turkish|turkce|turco|turca|turk\w*"),
    ("pt", r"portugu\w*|portekizce|portugheza|portugal\w*"),
    ("ro", r"romanian|romen\w*|rumence|romana|rumun\w*"),
    ("lt", r"lithuanian|litvanca|lituan\w*|lietuv\w*"),
)
