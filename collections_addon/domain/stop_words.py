"""Words with which somebody ends or takes up messages, in the languages that are shipped.

Only a message that is nothing but such a word counts: "stop the delivery" is talk.
"""

import unicodedata

STOP, START = "stop", "start"
#: Language -> words, without accents and in small letters.
STOP_WORDS = {
    "en": "stop stopall unsubscribe end quit optout opt-out revoke".split(),
    "tr": "dur durdur iptal ret red".split(),
    "pt": "parar pare sair cancelar remover".split(),
    "ro": "opreste opriti dezabonare renunt".split(),
    "lt": "stabdyti sustabdyti atsisakau atsisakyti nebesiuskite".split(),
}
START_WORDS = {
    "en": "start unstop resume".split(),
    "tr": "basla baslat".split(),
    "pt": "comecar iniciar voltar retomar".split(),
    "ro": "porneste porniti reia".split(),
    "lt": "pradeti atnaujinti testi".split(),
}
MEANING = {word: STOP for words in STOP_WORDS.values() for word in words} | {
    word: START for words in START_WORDS.values() for word in words
}


def meaning(text: str) -> str | None:
    """What a message that is one of these words says: `stop`, `start`, None for any other."""
    return MEANING.get(_bare(text))


def _bare(text):
    """Without accents, dots of an I, punctuation around it, and in small letters."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    return letters.strip(" \t\r\n.,;:!?\"'()[]").replace("opt out", "optout")
