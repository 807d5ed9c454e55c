"""Announced transfers and cheques: they pause, they are matched, a missing one is noticed."""

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import CollectionsCommon, SecondCompany, days

DUE = "2026-03-02"


class AnnouncementCommon(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collections_announcement_grace_days = 2

    def _announce(self, moves=None, day="2026-03-09", by="2026-03-12", user=None, **values):
        if moves:
            values["line_ids"] = self._lines(moves).ids
        with self.day(day):
            return (
                self.env["collections.announcement"]
                .with_user(user or self.users["collector"])
                .create(
                    {
                        "partner_id": self.customer.id,
                        "company_id": self.company.id,
                        "made_on": day,
                        "date": by,
                        **values,
                    }
                )
            )

    def _unallocated(self, amount, day, memo=None, **args):
        with self.day(day):
            payment = self._pay_unallocated(args.pop("partner", self.customer), amount, day, **args)
            payment.memo = memo
            self._refresh()
        return payment


@tagged("post_install", "-at_install")
class TestAnnouncement(AnnouncementCommon):
    def test_scenario_a_transfer_that_comes_in_time(self):
        """Day by day: a reminder, the announcement, silence, the money, silence."""
        move = self._invoice(self.customer, 100, due=DUE)
        announced = []
        sent = self._live(
            DUE,
            "2026-03-20",
            {
                "2026-03-09": lambda: announced.append(self._announce(move)),
                "2026-03-13": lambda: self._pay_unallocated(self.customer, 100, "2026-03-13"),
            },
        )
        self.assertEqual(list(sent), ["2026-03-07"])
        self.assertEqual(announced[0].state, "arrived")
        self.assertEqual(move.amount_residual, 0)

    def test_scenario_a_cheque_that_never_comes(self):
        self._invoice(self.customer, 100, due=DUE)
        self._live(DUE, "2026-03-08")
        cheque = self._announce(kind="cheque", reference="CHQ 1234567", by="2026-03-16")
        for today in days("2026-03-09", "2026-03-18"):
            with self.day(today):
                cheque._judge(fields.Date.to_date(today))
                self.assertEqual(cheque.state, "announced", today)
        sent = self._live("2026-03-09", "2026-03-18")
        self.assertFalse(sent, "silence until its date and the grace have passed")
        with self.day("2026-03-19"):
            cheque._judge(fields.Date.to_date("2026-03-19"))
        self.assertEqual(cheque.state, "missing")
        activity = self._case().activity_ids
        self.assertEqual(activity.user_id, self.users["collector"])
        self.assertIn("Cheque", activity.summary)
        sent = self._live("2026-03-19", "2026-03-20")
        self.assertEqual(list(sent), ["2026-03-19"], "the ladder goes on where it stood")

    def test_the_pause_is_explained(self):
        move = self._invoice(self.customer, 100, due=DUE)
        other = self._invoice(self.customer, 30, due=DUE)
        self._announce(move)
        self.assertEqual(self._why(move, "2026-03-10"), "promised")
        self.assertNotEqual(self._why(other, "2026-03-10"), "promised", "P17")
        self.assertNotEqual(self._why(move, "2026-03-15"), "promised")

    # === MATCHING === #

    def test_matched_by_amount(self):
        old = self._invoice(self.customer, 100, due="2026-02-01")
        move = self._invoice(self.customer, 60, due=DUE)
        announcement = self._announce(move)
        self._unallocated(60, "2026-03-12")
        self.assertEqual([old.amount_residual, move.amount_residual], [100, 0])
        self.assertEqual(announcement.state, "arrived")
        self.assertEqual(announcement.amount_arrived, 60)

    def test_matched_by_reference_though_the_amount_differs(self):
        move = self._invoice(self.customer, 100, due=DUE)
        announcement = self._announce(move, reference="TRX-99-ABC")
        self._unallocated(95, "2026-03-12", memo="payment trx99abc less bank fee")
        self.assertEqual(move.amount_residual, 5)
        self.assertEqual((announcement.state, announcement.amount_arrived), ("announced", 95))
        with self.day("2026-03-13"):
            self._pay(move, day="2026-03-13")
            self._refresh()
        self.assertEqual(announcement.state, "arrived")

    def test_the_reference_wins_over_an_equal_amount(self):
        first = self._invoice(self.customer, 60, due="2026-02-01")
        second = self._invoice(self.customer, 60, due=DUE)
        by_amount = self._announce(first)
        by_name = self._announce(second, reference="SECOND-ONE")
        self._unallocated(60, "2026-03-12", memo="second one")
        self.assertEqual([first.amount_residual, second.amount_residual], [60, 0])
        self.assertEqual([by_amount.state, by_name.state], ["announced", "arrived"])

    def test_what_is_not_matched(self):
        move = self._invoice(self.customer, 60, due=DUE)
        self._announce(move, reference="TRX-99-ABC")
        neighbor = self._customer("Neighbor")
        self._invoice(neighbor, 60, due=DUE)
        euro = self.setup_other_currency("EUR")
        for reason, amount, day, memo, args in (
            ("another amount", 59, "2026-03-12", "thanks", {}),
            ("long before", 60, "2026-02-12", "thanks", {}),
            ("another customer", 60, "2026-03-12", "TRX-99-ABC", {"partner": neighbor}),
            (
                "another currency",
                60,
                "2026-03-12",
                "",
                {"currency": euro},
            ),
        ):
            with self.subTest(reason):
                self._unallocated(amount, day, memo, **args)
                self.assertEqual(move.amount_residual, 60)

    # === BANK === #

    def _bank_line(self, amount, day, text, partner=None):
        with self.day(day):
            line = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self.company_data["default_journal_bank"].id,
                    "date": day,
                    "payment_ref": text,
                    "amount": amount,
                    "partner_id": partner and partner.id,
                }
            )
            self._refresh()
        return line

    def test_a_line_of_the_bank_is_known_by_the_reference(self):
        move = self._invoice(self.customer, 60, due=DUE)
        announcement = self._announce(move, reference="TRX-99-ABC")
        line = self._bank_line(60, "2026-03-12", "SEPA CT trx 99 abc")
        self.assertEqual((announcement.state, move.amount_residual), ("arrived", 0))
        self.assertEqual(line.partner_id, self.customer)
        self.assertTrue(line.is_reconciled)

    def test_a_line_of_the_bank_that_is_somebody_elses_stays_his(self):
        move = self._invoice(self.customer, 60, due=DUE)
        announcement = self._announce(move, reference="TRX-99-ABC")
        neighbor = self._customer("Neighbor")
        line = self._bank_line(60, "2026-03-12", "TRX-99-ABC", neighbor)
        self.assertEqual((line.partner_id, line.is_reconciled), (neighbor, False))
        self.assertEqual((announcement.state, move.amount_residual), ("announced", 60))

    def test_a_line_of_the_bank_is_known_by_customer_and_amount(self):
        move = self._invoice(self.customer, 60, due=DUE)
        announcement = self._announce(move)
        nobody = self._bank_line(60, "2026-03-12", "from somebody")
        self.assertEqual((announcement.state, nobody.is_reconciled), ("announced", False))
        self._bank_line(59, "2026-03-12", "less", self.customer)
        self.assertEqual(move.amount_residual, 60)
        self._bank_line(60, "2026-03-12", "it is me", self.customer)
        self.assertEqual((announcement.state, move.amount_residual), ("arrived", 0))

    def test_a_credit_note_is_no_payment(self):
        move = self._invoice(self.customer, 60, due=DUE)
        announcement = self._announce(move)
        with self.day("2026-03-12"):
            self._credit(self.customer, 60, "2026-03-12")
            self._refresh()
        self.assertEqual((announcement.state, move.amount_residual), ("announced", 60))

    def test_what_was_paid_before_does_not_count(self):
        move = self._invoice(self.customer, 100, due=DUE)
        with self.day("2026-03-08"):
            self._pay(move, 70, "2026-03-08")
        announcement = self._announce(move)
        self.assertEqual(announcement.amount, 30)
        announcement._judge(fields.Date.to_date("2026-03-10"))
        self.assertEqual(announcement.state, "announced")

    def test_late_and_taken_back(self):
        move = self._invoice(self.customer, 100, due=DUE)
        announcement = self._announce(move)
        announcement._judge(fields.Date.to_date("2026-03-15"))
        self.assertEqual(announcement.state, "missing")
        payment = self._unallocated(100, "2026-03-16")
        self.assertEqual(announcement.state, "arrived", "late, but there")
        with self.day("2026-03-17"):
            self._bounce(payment)
            self._refresh()
        announcement._judge(fields.Date.to_date("2026-03-17"))
        self.assertEqual(announcement.state, "missing")

    # === RULES === #

    def test_the_form_fills_itself(self):
        overdue = self._invoice(self.customer, 100, due=DUE)
        self._invoice(self.customer, 30, due="2099-01-01")
        model = self.env["collections.announcement"].with_user(self.users["collector"])
        with Form(model) as form:
            form.partner_id = self.customer
            form.date = fields.Date.today()
        self.assertEqual(form.record.line_ids, self._lines(overdue))
        self.assertEqual(form.record.amount, 100)

    def test_refused(self):
        with self.assertRaises(ValidationError):
            self._announce()
        own = self._invoice(self.customer, 100, due=DUE)
        foreign = self._invoice(self._customer("Neighbor"), 100, due=DUE)
        with self.assertRaises(ValidationError):
            self._announce(foreign)
        euro = self._invoice(self.customer, 50, due=DUE, currency=self.setup_other_currency("EUR"))
        with self.assertRaises(ValidationError):
            self._announce(own | euro)
        with self.assertRaises(ValidationError):
            self._announce(own, amount=0)

    def test_the_gate(self):
        announcement = self._announce(self._invoice(self.customer, 100, due=DUE))
        announcement.action_cancel()
        with self.assertRaises(UserError):
            announcement.action_cancel()
        with self.assertRaises(UserError):
            announcement.sudo().unlink()

    def test_who_may(self):
        self._invoice(self.customer, 100, due=DUE)
        announcement = self._announce()
        self.assertTrue(announcement.with_user(self.users["viewer"]).amount)
        with self.assertRaises(AccessError):
            self._announce(user=self.users["viewer"])
        with self.assertRaises(AccessError):
            announcement.with_user(self.users["viewer"]).action_cancel()


@tagged("post_install", "-at_install")
class TestAnnouncementCompanies(SecondCompany, AnnouncementCommon):
    def test_p09_another_companys_announcement_is_neither_seen_nor_matched(self):
        self._invoice(self.customer, 60, due=DUE)
        announcement = self._announce()
        stranger = self._user("admin", login="stranger_admin")
        stranger.write({"company_ids": [(6, 0, self.other.ids)], "company_id": self.other.id})
        found = self.env["collections.announcement"].with_user(stranger).search([])
        self.assertNotIn(announcement, found)
