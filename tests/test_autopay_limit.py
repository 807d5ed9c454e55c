"""The most that a customer lets us collect at once."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .autopay_common import AutopayCommon
from .plan_common import PlanCommon
from .test_portal_pay import PortalPayCommon

DUE = "2026-03-20"


class LimitCommon(AutopayCommon):
    def _limited(self, limit, scope="all"):
        autopay = (
            self.env["collections.autopay"]
            .sudo()
            ._agree(
                self.case.sudo(), scope, "Dora", "I agree.", "192.0.2.7", fields.Datetime.now(),
                limit=limit,
            )
        )  # fmt: skip
        autopay._activate(self._token())
        return autopay


@tagged("post_install", "-at_install")
class TestAutopayLimit(LimitCommon):
    def test_up_to_the_limit_it_is_collected(self):
        self._invoice(self.customer, 100, due=DUE)
        self._limited(100)
        diary = self._autopay_days("2026-03-10", "2026-03-25")
        self.assertEqual(diary, {"2026-03-17": ["announced"], DUE: ["paid"]})

    def test_beyond_it_nothing_is_collected_and_both_sides_are_told_once(self):
        move = self._invoice(self.customer, 100.01, due=DUE)
        self._limited(100)
        diary = self._autopay_days("2026-03-10", "2026-03-25")
        self.assertEqual(diary, {"2026-03-17": ["failed"]})
        self.assertEqual(move.amount_residual, 100.01)
        [subject] = self._mails()
        self.assertIn("more than your limit", subject)
        self.assertFalse(self._charges().attempt_ids)
        said = " ".join(self.case.message_ids.mapped("body"))
        self.assertIn("agreed to at most", said)
        self.assertTrue(self.case.activity_ids)

    def test_what_is_collected_on_a_day_counts_together(self):
        self._invoice(self.customer, 60, due=DUE)
        self._invoice(self.customer, 60, due=DUE)
        self._limited(100)
        self.assertEqual(self._autopay_days("2026-03-10", "2026-03-25"), {"2026-03-17": ["failed"]})

    def test_the_limit_is_in_the_companys_currency_on_the_day_of_collection_too(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 1.0), ("2026-03-19", 0.5)])
        self._invoice(self.customer, 80, due=DUE, currency=euro)
        self._limited(100)
        diary = self._autopay_days("2026-03-10", "2026-03-25")
        self.assertEqual(diary, {"2026-03-17": ["announced"], DUE: ["failed"]})
        self.assertFalse(self._charges().attempt_ids)
        self.assertEqual(len(self._mails()), 2, "the notice, and that it is not collected")

    def test_a_new_consent_with_a_higher_limit_collects_it(self):
        move = self._invoice(self.customer, 120, due=DUE)
        self._limited(100)
        self.assertEqual(self._autopay_day("2026-03-17"), ["failed"])
        self._limited(150)
        self._autopay_days("2026-03-18", "2026-03-22")
        self.assertEqual(self._charges().mapped("state"), ["failed", "paid"])
        self.assertEqual(move.amount_residual, 0)

    def test_who_may_set_it(self):
        autopay = self._limited(100)
        with self.assertRaises(AccessError):
            autopay.with_user(self.users["manager"]).write({"max_amount": 500})
        for limit in (0, -1):
            with self.subTest(limit), self.assertRaises(UserError):
                self._limited(limit)


@tagged("post_install", "-at_install")
class TestAutopayLimitPlan(PlanCommon, LimitCommon):
    def test_an_installment_beyond_it_is_reminded_like_any_other(self):
        invoice = self._invoice(self.customer, 300, due="2026-03-02")
        plan = self._agreed(invoice, "2026-03-04", first="2026-03-15")
        self._limited(80, "plans")
        self.assertEqual(self._autopay_day("2026-03-12"), ["failed"])
        self.assertFalse(plan._installment_pauses())
        self.assertEqual(self._autopay_day("2026-03-13"), ["failed"], "once")


@tagged("post_install", "-at_install")
class TestPortalAutopayLimit(AutopayCommon, PortalPayCommon):
    def _agree(self, limit, status=200):
        data = {"scope": "all", "name": "Dora Debtor", "agreed": "1", "limit": limit}
        return self._post("/autopay/agree", data, status=status)

    def test_asked_shown_and_kept_with_the_consent(self):
        page = self._get("/autopay")
        self.assertTrue(page.xpath("//label[@for='autopay_limit']"))
        self._agree("250.50")
        autopay = self.case.autopay_ids
        self.assertEqual(autopay.max_amount, 250.5)
        self.assertIn("My limit for one collection: $\xa0250.50.", autopay.consent_text)
        autopay.sudo()._activate(self._token())
        said = self._text(self._get("/autopay"), "collections_autopay_limit")
        self.assertIn("$ 250.50", said)

    def test_none(self):
        self._agree("")
        self.assertEqual(self.case.autopay_ids.max_amount, 0)
        self.assertNotIn("My limit", self.case.autopay_ids.consent_text)

    def test_no_number_is_refused(self):
        for limit in ("0", "-5", "much", "1e9", "NaN"):
            with self.subTest(limit):
                page = self._agree(limit, 422)
                self.assertTrue(self._text(page, "collections_error"))
                self.assertFalse(self.case.autopay_ids)
