"""Telling messages apart by their words, without any library.

A naive Bayes classifier against the complement of each class (Rennie et al., 2003,
"Tackling the Poor Assumptions of Naive Bayes Text Classifiers"), over beginnings of words,
pairs of them and runs of three to five letters: inflection, missing accents and typing
errors leave most of those as they are. A model is plain numbers, fit for JSON.
"""

import re
import unicodedata
from collections import Counter
from math import exp, log, sqrt

_LETTERS = str.maketrans({"ı": "i", "İ": "i", "’": "", "'": "", "`": "", "‘": ""})
_TOKEN = re.compile(r"[^\W\d_]+|\d+|%")
#: More of a message is not read: what matters is said first.
MOST_CHARACTERS = 1500
STEMS, PAIR, RUNS = (4, 7), 4, (3, 4, 5)
SMOOTHING = 0.1
#: Of two opinions neither rules anything out alone.
LEAST_CHANCE = 0.0001


def fold(text):
    """Lower case, without accents and apostrophes.

    :param str text: as it was typed or recognised
    """
    text = (text or "")[:MOST_CHARACTERS].translate(_LETTERS).casefold()
    text = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def features(text):
    """What a message is told by; figures are all the same.

    :rtype: set[str]
    """
    words = ["0" if word.isdigit() else word for word in _TOKEN.findall(fold(text))]
    line = f" {' '.join(words)} "
    found = {f"w{size}{word[:size]}" for word in words for size in STEMS}
    found |= {f"b{one[:PAIR]} {two[:PAIR]}" for one, two in zip(words, words[1:], strict=False)}
    for size in RUNS:
        found |= {line[start : start + size] for start in range(len(line) - size + 1)}
    return found


def learn(examples):
    """A model of examples.

    :param examples: (text, label)
    :return: label -> feature -> number of messages
    :rtype: dict[str, dict[str, int]]
    """
    counts = {}
    for text, name in examples:
        counts.setdefault(name, Counter()).update(features(text))
    return {name: dict(counter) for name, counter in counts.items()}


class Words:
    """A learnt model, ready to be asked.

    :param dict counts: of `learn`
    """

    def __init__(self, counts):
        self.counts = counts
        self.every = Counter()
        for counter in counts.values():
            self.every.update(counter)
        self.sizes = {name: sum(counter.values()) for name, counter in counts.items()}
        self.size = sum(self.every.values())

    def ask(self, text, sharpness=1.0):
        """Chances of each label; all the same where no word is known.

        :param float sharpness: below 1 the chances are closer to each other

        The evidence of n features is divided by the square root of n, because they are
        far from independent of each other.

        :rtype: dict[str, float]
        """
        known = [feature for feature in features(text) if feature in self.every]
        scale = (sqrt(len(known)) or 1.0) / sharpness
        scores = {name: self._score(name, known) / scale for name in self.counts}
        return softmax(scores)

    def _score(self, name, known):
        space = SMOOTHING * max(len(self.every), 1)
        own, own_size = self.counts[name], self.sizes[name] + space
        rest_size = self.size - self.sizes[name] + space
        total = len(known) * log(rest_size / own_size)
        for feature in known:
            inside = own.get(feature, 0)
            outside = self.every[feature] - inside
            total += log((inside + SMOOTHING) / (outside + SMOOTHING))
        return total


def mixed(one, other, share, certainty=1.0):
    """Two opinions as one: their weighted geometric mean, so that both have to agree.

    :param dict one: label -> chance
    :param dict other: label -> chance, of the same labels; a label it lacks is hardly likely
    :param float share: weight of the other, from 0 to 1
    :param float certainty: above 1 the chances are further from each other
    :rtype: dict[str, float]
    """
    scores = {
        name: certainty
        * (
            (1 - share) * log(chance + LEAST_CHANCE)
            + share * log(other.get(name, 0.0) + LEAST_CHANCE)
        )
        for name, chance in one.items()
    }
    return softmax(scores)


def softmax(scores):
    """Scores as chances that add up to one; nothing for no scores."""
    top = max(scores.values(), default=0.0)
    raised = {name: exp(score - top) for name, score in scores.items()}
    whole = sum(raised.values())
    return {name: value / whole for name, value in raised.items()}
