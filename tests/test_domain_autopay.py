"""Automatic collection: notice, attempts, refusals."""

import unittest
from datetime import date

from .domain_loader import domain_module

autopay = domain_module("autopay")
DAY = date(2026, 3, 10)


class AutopayCase(unittest.TestCase):
    def test_never_without_notice_and_never_before_the_due_date(self):
        self.assertEqual(autopay.charge_day(date(2026, 3, 20), DAY, 3), date(2026, 3, 20))
        self.assertEqual(autopay.charge_day(date(2026, 3, 11), DAY, 3), date(2026, 3, 13))
        self.assertEqual(autopay.charge_day(date(2026, 1, 1), DAY, 3), date(2026, 3, 13))

    def test_days_as_people_enter_them(self):
        self.assertEqual(autopay.retry_days("2, 5"), [2, 5])
        self.assertEqual(autopay.retry_days(" 1;3 9 "), [1, 3, 9])
        self.assertEqual(autopay.retry_days(""), [])
        self.assertEqual(autopay.retry_days(None), [])

    def test_days_that_make_no_sense(self):
        for text in ("two", "5, 2", "2, 2", "0", "-1", "1.5"):
            with self.subTest(text), self.assertRaises(ValueError):
                autopay.retry_days(text)

    def test_attempts(self):
        self.assertEqual(autopay.next_attempt(DAY, 1, [2, 5]), date(2026, 3, 12))
        self.assertEqual(autopay.next_attempt(DAY, 2, [2, 5]), date(2026, 3, 15))
        self.assertIsNone(autopay.next_attempt(DAY, 3, [2, 5]))
        self.assertIsNone(autopay.next_attempt(DAY, 1, []))

    def test_refusals(self):
        words = ["stolen", "Expired", ""]
        self.assertEqual(autopay.refusal("Card reported STOLEN", False, words), "hard")
        self.assertEqual(autopay.refusal("Your card has expired.", False, words), "hard")
        self.assertEqual(autopay.refusal("Not enough money", False, words), "soft")
        self.assertEqual(autopay.refusal(None, False, words), "soft")
        self.assertEqual(autopay.refusal("", True, words), "hard")


if __name__ == "__main__":
    unittest.main()
