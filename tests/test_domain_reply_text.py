"""Pure tests of cutting quotations; how they are run is told in `domain_loader`."""

from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

reply_text = domain_module("reply_text")
written, first_line = reply_text.written, reply_text.first_line
plain, answer_in = reply_text.plain, reply_text.answer_in

#: Name -> (mail, what its author wrote).
MAILS = {
    "above": (
        "I paid on Friday.\n\nRegards\nAda\n\nOn Mon, 9 Mar 2026 at 10:00, Firm <a@b.c> wrote:\n"
        "> Please pay\n> 100",
        "I paid on Friday.\n\nRegards\nAda",
    ),
    "below": (
        "On Mon, 9 Mar 2026, Firm wrote:\n> Please pay\n\nPaid already.\n",
        "Paid already.",
    ),
    "between": ("> Please pay\nYes.\n> by Friday\nNo.", "Yes.\nNo."),
    "outlook": (
        "Will pay.\n\n________________________________\nFrom: Firm <a@b.c>\nSent: today\n",
        "Will pay.",
    ),
    "outlook header": ("Will pay.\n\nFrom: Firm <a@b.c>\nTo: me", "Will pay."),
    "original": ("Ok\n-----Original Message-----\nPlease pay", "Ok"),
    "forwarded only": ("From: Firm <a@b.c>\nPlease pay", ""),
    "german": ("Bezahlt.\nAm 09.03.26 um 10:00 schrieb Firm:\n> x", "Bezahlt."),
    "portuguese": ("Já paguei.\nEm 9 de mar. de 2026, Firm <a@b.c> escreveu:\n> x", "Já paguei."),
    "romanian": ("Am plătit.\nÎn lun., 9 mar. 2026, Firm <a@b.c> a scris:\n> x", "Am plătit."),
    "turkish": ("Ödedim.\nFirm <a@b.c>, 9 Mar 2026 Pzt tarihinde şunu yazdı:\n> x", "Ödedim."),
    "lithuanian": ("Sumokėjau.\n2026-03-09, pr, 10:00 Firm <a@b.c> rašė:\n> x", "Sumokėjau."),
    "signature": ("Yes\n-- \nAda, Director", "Yes"),
    "phone": ("Yes\n\nSent from my iPhone", "Yes"),
    "gaps": ("a\n\n\n\n\nb", "a\n\nb"),
    "none": (None, ""),
}  # fmt: skip
LABELS = [("I have paid it already", "paid"), ("Ödedim", "paid"), ("Something else", "other")]


class TestReplyText(TestCase):
    def test_what_was_written(self):
        for name, (mail, own) in MAILS.items():
            with self.subTest(name):
                self.assertEqual(written(mail), own)

    @given(st.text())
    def test_never_invents_and_never_fails(self, text):
        own = written(text)
        self.assertTrue(
            set(own.splitlines())
            <= {line.strip() for line in text.splitlines()}
            | {line.rstrip() for line in text.splitlines()}
            | {""}
        )
        self.assertEqual(written(own), written(written(own)))

    def test_ordinary_sentences_stay(self):
        for text in (
            "On Monday I will pay.",
            "From tomorrow on we are closed: please wait",
            "Write to me: ada@example.com",
        ):
            self.assertEqual(written(text), text)

    def test_answers_are_recognized(self):
        self.assertEqual(answer_in("\n  I have paid it already.\nThanks", LABELS), "paid")
        self.assertEqual(answer_in("ÖDEDİM!", LABELS), "paid")
        self.assertIsNone(answer_in("I have paid it already, but", LABELS))
        self.assertIsNone(answer_in("", [("", "paid")]))
        self.assertIsNone(answer_in("Yes", [("Yes", "a"), ("yes!", "b")]))

    def test_first_line(self):
        self.assertEqual(first_line("\n \n Yes \nNo"), "Yes")
        self.assertEqual(first_line(" \n"), "")

    def test_plain(self):
        self.assertEqual(plain("  Plătit,  DÉJÀ! "), "platit deja")
