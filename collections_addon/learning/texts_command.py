"""The command line of reading messages: measure it, or work as the module's own process."""

import csv
import json
import os
import sys
import time
from pathlib import Path

from ..domain import text_words
from ..domain.text_learning import hits
from ..domain.text_topics import parts, reading
from . import texts, transcribe


def add(commands):
    """Add the commands about messages.

    :param commands: subparsers of the command line
    """
    measure = commands.add_parser("evaluate-texts", help="measure on messages never learnt from")
    measure.add_argument("folder", type=Path, help="CSV files: topic,intent,sentiment,text")
    measure.add_argument("--json", type=Path, help="write the figures to this file")
    measure.set_defaults(run=evaluate)
    for name, work in (
        ("read-texts", texts.read),
        ("learn-texts", texts.train),
        ("transcribe", transcribe.run),
    ):
        command = commands.add_parser(name, help="what the module's own process runs")
        command.add_argument("source", type=Path)
        command.add_argument("target", type=Path)
        command.set_defaults(run=_nicely(work))


def _nicely(work):
    def run(options):
        os.nice(10)
        work(options.source, options.target)
        return 0

    return run


def evaluate(options):
    """Print how often messages are read rightly, per language and way of reading."""
    figures = {}
    kinds = (texts.WORDS, texts.MEANING) if texts.best_kind() == texts.MEANING else (texts.WORDS,)
    cases = {path.stem: list(_cases(path)) for path in sorted(options.folder.glob("*.csv"))}
    for kind in kinds:
        begun = time.monotonic()
        model = texts.learn([], kind)["model"]
        _say(f"{kind}: learnt in {time.monotonic() - begun:.0f} s")
        figures[kind] = _measured(kind, model, cases)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def _cases(path):
    with path.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            topic = row["topic"]
            intent = row["intent"] or parts(topic)[1]
            yield row["text"], topic, intent, int(row["sentiment"])


def _measured(kind, model, cases):
    ask = texts.ask_meaning if kind == texts.MEANING else texts.ask_words
    results, everything = {}, []
    for lang, rows in cases.items():
        begun = time.monotonic()
        answers = ask(model, [row[0] for row in rows])
        seconds = (time.monotonic() - begun) / max(len(rows), 1)
        known = texts.languages([row[0] for row in rows])
        whole = [(*row, found) for row, found in zip(rows, answers, strict=True)]
        results[lang] = _figures(kind, whole) | {
            "language": sum(found == lang for found in known) / max(len(rows), 1),
            "seconds": round(seconds, 4),
        }
        everything += whole
        _show(lang, results[lang])
    results["all"] = _figures(kind, everything)
    _show("all", results["all"])
    return results


def _figures(kind, rows):
    found = hits([row[4] for row in rows], [row[1] for row in rows])
    readings = [reading(row[4], text_words.fold(row[0]), row[0]) for row in rows]
    pairs = list(zip(rows, readings, strict=True))
    alone = [row[1] == read.topic for row, read in pairs if not read.needs_person(kind)]
    return {
        "count": found.count,
        "first": round(found.first, 3),
        "offered": round(found.offered, 3),
        "intent": _share(row[2] == read.intent for row, read in pairs),
        "mood": _share(row[3] == _sign(read.sentiment) for row, read in pairs),
        "alone": round(len(alone) / max(len(rows), 1), 3),
        "alone_right": _share(alone),
    }


def _share(rights):
    rights = list(rights)
    return round(sum(rights) / len(rights), 3) if rights else None


def _sign(mood):
    return 0 if abs(mood) < 0.25 else (1 if mood > 0 else -1)


def _show(name, found):
    language = f"  language {found['language']:.2f}" if "language" in found else ""
    right = "-" if found["alone_right"] is None else f"{found['alone_right']:.2f}"
    _say(
        f"  {name:4} {found['count']:4}  first {found['first']:.3f}  first three "
        f"{found['offered']:.3f}  intent {found['intent']:.3f}  mood {found['mood']:.3f}  "
        f"read alone {found['alone']:.2f}, right {right}{language}"
    )


def _say(text):
    sys.stdout.write(text + "\n")
