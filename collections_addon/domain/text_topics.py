"""What a customer's message is about, what it wants, and in what mood it was written.

A message is given chances over *labels*: a topic, or a topic and the intent that is not the
topic's usual one (`cash_shortage/plan`). Both readings come from the same chances. Nothing
is ever done because of a reading: a person confirms, and some topics are always asked about.
"""

import re
from typing import NamedTuple

#: Topic -> the intent of who writes about it.
TOPICS = {
    "already_paid": "paid",
    "promise": "promise",
    "billing_error": "dispute",
    "not_received": "dispute",
    "due_date": "dispute",
    "payment_method": "question",
    "process_defect": "other",
    "cash_shortage": "cannot",
    "dispute": "dispute",
    "refuses": "refuse",
    "insolvency": "cannot",
    "wrong_person": "wrong_person",
    "other": "other",
}
#: What a person always looks at, however sure the reading is.
GRAVE_TOPICS = frozenset(("refuses", "insolvency", "wrong_person"))
GRAVE_INTENTS = frozenset(("complaint", "human", "stop"))
#: At least so sure, or a person is asked. Measured: docs/benchmarks.md. Readings by words
#: alone are right too seldom, however sure they seem: a person is always asked.
SURE = {"meaning": 0.7, "words": 2.0}
#: Readings offered to a person.
OFFERED = 3
#: Mood of who writes about a topic or wants something, where the words say no more.
_MOODS = {"refuses": -0.8, "dispute": -0.5, "complaint": -0.9, "stop": -0.6, "insolvency": -0.2}
_LOUD = re.compile(r"[!?]{2,}")
_SHOUTED = re.compile(r"\b[^\W\d_]{4,}\b")
_GLAD = re.compile(
    r"\b(?:thank|thanks|cheers|appreciate|tesekkur\w*|sagol\w*|obrigad[oa]|agradec\w*|multumes\w*|"
    r"mersi|aciu|dekoj\w*|no problem|sorun degil|sem problema|nicio problema|jokiu problemu)\b"
)
_ANGRY = re.compile(
    r"\b(?:disgrac\w+|ridiculous|unacceptable|terrible|rude|scam|fraud|harass\w*|rezalet\w*|sacma|"
    r"saygisiz\w*|dolandir\w*|vergonha|inaceitavel|ridicul\w+|burla|rusin\w+|inadmisibil|teapa|"
    r"geda|juoking\w+|nesamon\w+|apgav\w+)\b"
)
_GOOD, _BAD, _STRONG = 0.6, -0.5, -0.3


class Reading(NamedTuple):
    """How a message is understood.

    ``topics``: (topic, chance), the likeliest first. ``confidence``: chance of the first.
    ``sentiment`` goes from -1 (angry) to 1 (content).
    """

    topics: tuple
    intent: str
    confidence: float
    sentiment: float

    @property
    def topic(self):
        return self.topics[0][0]

    def needs_person(self, kind):
        """Whether a person is asked before this counts for anything.

        :param str kind: of the model that read it: a key of `SURE`
        """
        return (
            self.confidence < SURE[kind]
            or self.topic in GRAVE_TOPICS
            or self.intent in GRAVE_INTENTS
        )


def label(topic, intent=None):
    """The label of a message whose topic and intent are known.

    :raises KeyError: for a topic that there is not
    """
    usual = TOPICS[topic]
    return topic if intent in (None, "", usual) else f"{topic}/{intent}"


def parts(name):
    """(topic, intent) of a label."""
    topic, _slash, intent = name.partition("/")
    return topic, intent or TOPICS[topic]


def reading(chances, plain, text):
    """How a message is understood.

    :param dict chances: label -> chance; in all 1
    :param str plain: the text, folded
    :param str text: as it was written
    :rtype: Reading
    """
    topics, intents = dict.fromkeys(TOPICS, 0.0), {}
    for name, chance in chances.items():
        topic, intent = parts(name)
        topics[topic] += chance
        intents[intent] = intents.get(intent, 0.0) + chance
    ranked = sorted(topics.items(), key=lambda pair: -pair[1])
    first = ranked[0][0]
    of_first = {name: chance for name, chance in chances.items() if parts(name)[0] == first}
    intent = parts(max(of_first, key=of_first.get))[1] if of_first else TOPICS[first]
    return Reading(
        tuple(ranked[:OFFERED]), intent, ranked[0][1], _sentiment(topics, intents, plain, text)
    )


def _sentiment(topics, intents, plain, text):
    mood = sum(_MOODS.get(name, 0.0) * chance for name, chance in topics.items())
    mood += sum(
        _MOODS.get(name, 0.0) * chance for name, chance in intents.items() if name not in TOPICS
    )
    mood += _GOOD * bool(_GLAD.search(plain)) + _BAD * bool(_ANGRY.search(plain))
    shouted = sum(word.isupper() for word in _SHOUTED.findall(text))
    mood += _STRONG * bool(_LOUD.search(text)) + _STRONG * bool(shouted)
    return round(max(-1.0, min(1.0, mood)), 2)
