"""What is shipped and written about the conversation is what is said."""

import importlib.util
import json
import re
import unittest
from pathlib import Path

from .domain_loader import domain_module

ROOT = Path(__file__).resolve().parent.parent
lines = domain_module("dialog_lines")
words = domain_module("dialog_words")


def shipped(lang):
    return json.loads((ROOT / "data" / "dialog" / f"{lang}.json").read_text("utf-8"))


class PageCase(unittest.TestCase):
    def test_the_page_says_what_customers_hear(self):
        """`make dialogs` writes it anew."""
        spec = importlib.util.spec_from_file_location("dialogs", ROOT / "scripts" / "dialogs.py")
        dialogs = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(dialogs)
        self.assertEqual(dialogs.PAGE.read_text("utf-8"), dialogs.document())


class LinesCase(unittest.TestCase):
    def test_every_language_says_everything_with_the_same_values(self):
        english = shipped("en")
        for lang in words.LANGUAGES:
            own = shipped(lang)
            self.assertEqual(list(own), list(english), lang)
            for key, text in own.items():
                self.assertEqual(lines.places(text), lines.places(english[key]), (lang, key))

    def test_nothing_is_left_in_english(self):
        english = shipped("en")
        for lang in set(words.LANGUAGES) - {"en"}:
            same = {key for key, text in shipped(lang).items() if text == english[key]}
            self.assertFalse(same - {"how_card", "how_cheque"}, lang)  # the same word

    def test_every_line_of_the_dialog_is_shipped(self):
        known = set(shipped("en")) | set(lines.FIXED)
        for path in sorted((ROOT / "collections_addon" / "domain").glob("dialog*.py")):
            for key in re.findall(r"Say\(\s*\"(\w+)\"", path.read_text("utf-8")):
                self.assertIn(key, known, path.name)

    def test_answers_offered_are_understood(self):
        for lang in words.LANGUAGES:
            own = shipped(lang)
            self.assertIs(words.yes_or_no(own["yes"], lang), True)
            self.assertIs(words.yes_or_no(own["no"], lang), False)
            for code in ("paid", "promise", "plan", "stop", "wrong_person", "human"):
                with self.subTest(lang=lang, code=code):
                    said = own[f"menu_{code}"]
                    self.assertEqual(words.intent(said, lang), code, said)
