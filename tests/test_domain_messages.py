"""Text messages: alphabets, segments, shortening; words that end them."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

sms_text = domain_module("sms_text")
stop_words = domain_module("stop_words")
LINK = "https://pay.example/collections/12/abcdefghijklmnopqrstuvwxyz0123456789"


class TestSegments(unittest.TestCase):
    def test_the_limits_of_both_alphabets(self):
        for text, segments, is_unicode in (
            ("", 0, False),
            ("a" * 160, 1, False),
            ("a" * 161, 2, False),
            ("a" * 306, 2, False),
            ("a" * 307, 3, False),
            ("€" * 80, 1, False),
            ("€" * 81, 2, False),
            ("ş" * 70, 1, True),
            ("ş" * 71, 2, True),
            ("ş" * 134, 2, True),
            ("ş" * 135, 3, True),
            ("😀" * 35, 1, True),
            ("😀" * 36, 2, True),
        ):
            with self.subTest(text=text[:3], length=len(text)):
                size = sms_text.measure(text)
                self.assertEqual((size.segments, size.is_unicode), (segments, is_unicode))

    def test_a_character_of_two_units_is_not_split(self):
        self.assertEqual(sms_text.measure("a" * 152 + "€" + "a" * 152).segments, 3)
        self.assertEqual(sms_text.measure("a" * 151 + "€" + "a" * 153).segments, 2)

    def test_typography_does_not_cost_half_of_the_room(self):
        text = "It’s “late” – 1\u202f250,00\u00a0€…"
        self.assertEqual(sms_text.plain(text), 'It\'s "late" - 1 250,00 €...')
        self.assertFalse(sms_text.measure(sms_text.plain(text)).is_unicode)


class TestFit(unittest.TestCase):
    def test_what_fits_stays_whole(self):
        self.assertEqual(sms_text.fit("Please pay.", LINK, 3), f"Please pay.\n{LINK}")
        self.assertEqual(sms_text.fit("Please pay.", "", 3), "Please pay.")
        self.assertEqual(sms_text.fit(" ", LINK, 3), LINK)

    def test_what_does_not_is_shortened_between_words_before_the_link(self):
        text = sms_text.fit("word " * 200, LINK, 3)
        self.assertEqual(sms_text.measure(text).segments, 3)
        self.assertTrue(text.endswith(f"word...\n{LINK}"))

    def test_letters_lose_their_marks_before_a_sentence_is_cut(self):
        said = "Ödemenizin vadesi geçti, sąskaita neapmokėta, factură restantă: ł. " * 2
        text = sms_text.fit(said, LINK, 3)
        self.assertIn("Ödemenizin vadesi gecti, saskaita neapmoketa, factura restanta: l.", text)
        self.assertNotIn(sms_text.ELLIPSIS, text)
        self.assertEqual(sms_text.fit("Vadesi geçti.", LINK, 3), f"Vadesi geçti.\n{LINK}")
        self.assertEqual(sms_text.bare("Б\u0301€ 12"), "Б\u0301€ 12")

    def test_letters_that_have_no_plain_form_are_shortened(self):
        text = sms_text.fit("слово " * 100, LINK, 3)
        self.assertIn(sms_text.ELLIPSIS, text)
        self.assertEqual(sms_text.measure(text).segments, 3)

    def test_the_link_stays_even_where_it_alone_is_too_long(self):
        self.assertEqual(sms_text.fit("a b", "x" * 500, 3), "x" * 500)

    @given(st.text(max_size=600), st.sampled_from(["", LINK]), st.integers(1, 4))
    def test_the_end_is_there_and_the_room_is_kept(self, body, tail, most):
        text = sms_text.fit(body, tail, most)
        self.assertTrue(text.endswith(tail))
        self.assertLessEqual(sms_text.measure(text).segments, max(most, 1))


class TestStopWords(unittest.TestCase):
    def test_words_of_all_five_languages(self):
        for word in ("STOP", " Stop! ", "İPTAL", "Oprește", "SUSTABDYTI", "parar", "Opt out"):
            with self.subTest(word):
                self.assertEqual(stop_words.meaning(word), "stop")
        for word in ("START", "Başla", "Começar", "Pornește", "Pradėti"):
            with self.subTest(word):
                self.assertEqual(stop_words.meaning(word), "start")

    def test_talk_is_no_order(self):
        for text in ("", "stop the delivery", "yes", "I will not stop", "1", "end of month"):
            with self.subTest(text):
                self.assertIsNone(stop_words.meaning(text))

    def test_no_word_says_both(self):
        both = set(sum(stop_words.STOP_WORDS.values(), [])) & set(
            sum(stop_words.START_WORDS.values(), [])
        )
        self.assertFalse(both)

    @given(st.text())
    def test_any_text_is_understood_or_not(self, text):
        self.assertIn(stop_words.meaning(text), {None, "stop", "start"})
