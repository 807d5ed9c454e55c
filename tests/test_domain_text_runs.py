"""Text that runs from right to left, cut into pieces a simple printer can lay out."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

text_runs = domain_module("text_runs")

MIXED = st.text(alphabet="ab1 .(،؟٣شركةאב\u2066\u2069\n\u064b")


class TextRunsCase(unittest.TestCase):
    def test_letters_signs_and_numbers_are_apart(self):
        self.assertEqual(
            text_runs.split_runs("ثانٍ: شركة، 12 (Acme)."),
            ["ثانٍ", ":", " ", "شركة", "،", " ", "12", " ", "(Acme)."],
        )

    def test_isolated_amount_stays_whole(self):
        self.assertEqual(
            text_runs.split_runs("سداد \u20661,000.50 €\u2069 غدا"),
            ["سداد", " ", "\u20661,000.50 €\u2069", " ", "غدا"],
        )

    def test_only_letters_of_such_scripts_count(self):
        for text, expected in (("שלום", True), ("شركة", True), ("Größe €", False), ("", False)):
            with self.subTest(text):
                self.assertEqual(text_runs.has_rtl(text), expected)
        self.assertFalse(text_runs.has_rtl(None))

    @given(MIXED)
    def test_nothing_is_lost_and_nothing_moved(self, text):
        self.assertEqual("".join(text_runs.split_runs(text)), text)

    @given(MIXED)
    def test_no_piece_mixes_letters_with_anything_else(self, text):
        for piece in text_runs.split_runs(text):
            letters = [sign for sign in piece if sign in "شركةאב\u064b"]
            if letters and piece[0] != "\u2066":
                self.assertEqual("".join(letters), piece)
