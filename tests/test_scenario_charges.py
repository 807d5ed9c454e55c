"""What levels charge, told day by day: said in the message, claimed when it was sent."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import SecondCompany
from .test_charge import ChargeCommon


def plain(text):
    """A text without the spaces that do not break."""
    return str(text).replace("\N{NO-BREAK SPACE}", " ")


class ChargingCommon(ChargeCommon):
    """Levels: Friendly 5 days charges nothing, Firm 15 and Final 30 what a test says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True
        reference = cls.env["collections.interest.reference"].create(
            {
                "name": "House rate",
                "code": "HOUSE",
                "rate_ids": [
                    Command.create({"date_from": "2026-01-01", "percent": 2, "source": "Test"})
                ],
            }
        )
        cls.law = cls.env["collections.interest.law"].create(
            {
                "name": "House law",
                "reference_id": reference.id,
                "margin": 8,
                "source": "Test",
                "compensation_ids": [
                    Command.create(
                        {
                            "date_from": "2020-01-01",
                            "currency_id": cls.company.currency_id.id,
                            "amount_from": size,
                            "amount": amount,
                        }
                    )
                    for size, amount in ((0, 40), (1000, 70))
                ],
            }
        )
        cls.reference = reference
        cls.company.collections_business_law_id = cls.law

    def _charging(self, name="Firm", mode="mention", **values):
        self._level(name).write({"charge_mode": mode, **values})

    def _fee(self, amount, currency=None):
        currency = currency or self.company.currency_id
        return [Command.create({"currency_id": currency.id, "amount": amount})]

    def _charges(self, **domain):
        return self.env["collections.charge"].search(
            [("company_id", "=", self.company.id), *((k, "=", v) for k, v in domain.items())],
            order="id",
        )

    def _claimed(self):
        return [
            (str(c.date), c.kind, c.amount, c.state) for c in self._charges()
        ]  # fmt: skip


@tagged("post_install", "-at_install")
class TestScenarioCharges(ChargingCommon):
    def test_a_fee_is_claimed_on_the_day_of_its_message_and_on_no_other(self):
        self._charging(fee_ids=self._fee(7.5))
        self._invoice(self.customer, 100, due="2026-03-01")
        seen = {}
        for day, last in (("02", "05"), ("06", "15"), ("16", "16"), ("17", "30"), ("31", "31")):
            self._live(f"2026-03-{day}", f"2026-03-{last}")
            seen[last] = self._claimed()
        fee = ("2026-03-16", "fee", 7.5, "mentioned")
        self.assertEqual(seen, {"05": [], "15": [], "16": [fee], "30": [fee], "31": [fee]})
        charge = self._charges()
        self.assertEqual(charge.level_id.name, "Firm")
        self.assertEqual(charge.action_id.contact_date, date(2026, 3, 16))
        self.assertEqual(charge.case_id.charge_count, 1)

    def test_once_per_message_or_for_each_item(self):
        self._charging(fee_ids=self._fee(5), fee_percent=1)
        for amount, due in ((100, "2026-03-01"), (200, "2026-02-27")):
            self._invoice(self.customer, amount, due=due)
        self._charging("Final", fee_ids=self._fee(5), fee_scope="item")
        self._live("2026-03-01", "2026-04-05")
        amounts = [(c.level_id.name, c.move_id.amount_total, c.amount) for c in self._charges()]
        self.assertEqual(
            amounts,
            # each of the two steps on a day of its own: a message, a fee each
            [("Firm", 200, 7), ("Firm", 100, 6), ("Final", 200, 5), ("Final", 100, 5)],
        )

    def test_two_items_of_one_message_bear_one_fixed_fee(self):
        self._charging(fee_ids=self._fee(5))
        for amount in (100, 200):
            self._invoice(self.customer, amount, due="2026-03-01")
        self._live("2026-03-06", "2026-03-16")
        self.assertEqual(self._claimed(), [("2026-03-16", "fee", 5, "mentioned")])

    def test_p13_interest_is_on_what_was_open_on_each_day(self):
        """A part payment lowers the base from the day after it; no day counts twice."""
        self._charging(interest="statutory")
        self._charging("Final", interest="statutory")
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        self._live(
            "2026-03-02",
            "2026-04-05",
            {
                "2026-03-11": lambda: self._pay(invoice, 400, "2026-03-11"),
                "2026-03-26": lambda: self._pay(invoice, 300, "2026-03-26"),
            },
        )
        first, second = self._charges()
        # 10 % a year: 10 days on 1,000 and 5 on 600; then 10 on 600 and 5 on 300
        self.assertEqual((str(first.date_from), str(first.date_to)), ("2026-03-02", "2026-03-16"))
        self.assertEqual(first.amount, 3.56)
        self.assertEqual((str(second.date_from), str(second.date_to)), ("2026-03-17", "2026-03-31"))
        self.assertEqual(second.amount, 2.05)
        basis = plain(first.basis)
        self.assertIn("$ 1,000.00 × 10.00 % × 10/365", basis)
        self.assertIn("$ 600.00 × 10.00 % × 5/365", basis)
        self.assertIn("House law", first.basis)

    def test_p13_a_payment_that_was_matched_late_had_arrived_early(self):
        self._charging(interest="statutory")
        self._charging("Final", interest="statutory")
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        self._live(
            "2026-03-02",
            "2026-04-05",
            {"2026-03-20": lambda: self._pay(invoice, 500, "2026-03-06")},
        )
        first, second = self._charges()
        self.assertEqual(first.amount, 4.11)
        self.assertEqual(second.amount, 0.68, "15 days on 500, less 10 days on 500 too much")
        self.assertIn("set right", second.basis)

    def test_p13_what_is_credited_was_never_owed(self):
        self._charging(interest="statutory")
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        self._live(
            "2026-03-02",
            "2026-03-20",
            {"2026-03-12": lambda: invoice._credit_partly(400, date(2026, 3, 12), "Wrong price")},
        )
        self.assertEqual(self._charges().amount, 2.47, "15 days on 600")

    def test_p13_money_that_nobody_has_allocated_bears_no_interest(self):
        self._charging(interest="statutory")
        self._invoice(self.customer, 1000, due="2026-03-01")
        self._pay_unallocated(self.customer, 400, "2026-03-06")
        self._live("2026-03-02", "2026-03-20")
        # 5 days on 1,000, 10 on 600
        self.assertEqual(self._charges().amount, 3.01)

    def test_p12_interest_that_was_mentioned_stays_when_the_principal_is_paid(self):
        self._charging(interest="contract", interest_percent=12)
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        self._live(
            "2026-03-02", "2026-04-20", {"2026-03-18": lambda: self._pay(invoice, day="2026-03-18")}
        )
        charge = self._charges()
        self.assertEqual((charge.amount, charge.state), (4.93, "mentioned"))
        charge.with_user(self.users["manager"]).action_book()
        self.assertAlmostEqual(self._balance(), 4.93)

    def test_p12_booked_it_reaches_the_account_and_is_chased_without_a_fee_of_its_own(self):
        self._charging(mode="book", fee_ids=self._fee(10), interest="statutory")
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        self._live("2026-03-02", "2026-03-15")
        self._live("2026-03-16", "2026-03-16")
        self.assertEqual({c.state for c in self._charges()}, {"draft"})
        self.env["collections.charge"]._book_waiting(self.company, date(2026, 3, 16))
        notes = self._charges().invoice_id
        self.assertEqual(sorted(notes.mapped("amount_total")), [4.11, 10])
        self._refresh()
        self.assertEqual(self._case().exposure, 1014.11)
        sent = self._live(
            "2026-03-17", "2026-05-01", {"2026-03-20": lambda: self._pay(invoice, day="2026-03-20")}
        )
        self.assertEqual([row[0][1] for row in sent.values()], ["Friendly", "Firm", "Final"])
        self.assertEqual(sent["2026-03-21"], [("Debtor Ltd", "Friendly", 14.11)])
        self.assertEqual(len(self._charges()), 2, "a debit note is not charged again")

    def test_nothing_is_claimed_by_a_message_that_did_not_leave(self):
        self._charging(fee_ids=self._fee(5))
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        self._live("2026-03-06", "2026-03-06")
        with self.day("2026-03-16") as now:
            action = self._run("2026-03-16").action_ids
            self._pay(invoice, day="2026-03-16")
            self._dispatch(now)
        self.assertEqual(action.state, "skipped")
        self.assertFalse(self._charges())
        failed = self._invoice(self._customer("Other", is_company=True), 100, due="2026-03-01")
        self._live("2026-03-17", "2026-03-17")
        with self.day("2026-03-18") as now:
            actions = self._run("2026-03-18").action_ids
            self.assertTrue(actions)
            actions._plan_charges(now)
            actions._transition("sending")
            actions._mark_failed("test", "No line")
        self.assertTrue(failed.dunning_level_id)
        self.assertFalse(self._charges())

    def test_two_channels_of_a_level_claim_once(self):
        self._charging(fee_ids=self._fee(5))
        self._level("Firm").step_ids = self._steps("call")
        self.customer.phone = "+32 2 555 01 00"
        self._invoice(self.customer, 100, due="2026-03-01")
        self._live("2026-03-06", "2026-03-16")
        self.assertEqual(self._claimed(), [("2026-03-16", "fee", 5, "mentioned")])
        call = self._actions([("channel_code", "=", "call")])
        self.assertEqual(call.state, "sending")
        with self.day("2026-03-17") as now:
            call._mark_sent(now)
        self.assertEqual(len(self._charges()), 1)

    def test_a_repeated_day_claims_nothing_twice(self):
        self._charging(fee_ids=self._fee(5), interest="statutory", charge_compensation=True)
        self._invoice(self.customer, 1000, due="2026-03-01")
        self._live("2026-03-06", "2026-03-16")
        before = self._claimed()
        self.assertEqual(
            [row[1:3] for row in before], [("fee", 5), ("compensation", 70), ("interest", 4.11)]
        )
        for _again in range(3):
            self._live("2026-03-16", "2026-03-16")
        self.assertEqual(self._claimed(), before)

    def test_the_compensation_is_claimed_once_whatever_the_level(self):
        for name in ("Firm", "Final"):
            self._charging(name, charge_compensation=True)
        self._invoice(self.customer, 999.99, due="2026-03-01")
        self._live("2026-03-02", "2026-04-10")
        self.assertEqual(self._claimed(), [("2026-03-16", "compensation", 40, "mentioned")])

    def test_days_without_a_known_rate_are_counted_when_it_comes(self):
        self._charging(interest="statutory")
        self._charging("Final", interest="statutory")
        self.reference.period_months = 2
        self.reference.rate_ids.date_from = "2026-01-11"
        self._invoice(self.customer, 1000, due="2026-03-01")
        self._live("2026-03-02", "2026-03-20")
        first = self._charges()
        self.assertEqual((str(first.date_to), first.amount), ("2026-03-10", 2.47))
        self.assertIn("not known yet", first.basis)
        self.reference.rate_ids = [
            Command.create({"date_from": "2026-03-11", "percent": 4, "source": "Test"})
        ]
        self._live("2026-03-21", "2026-04-05")
        second = self._charges() - first
        self.assertEqual((str(second.date_from), str(second.date_to)), ("2026-03-11", "2026-03-31"))
        self.assertEqual(second.amount, 6.9, "21 days at 12 %")

    def test_who_is_charged(self):
        consumer = self._customer("Person")
        shop = self._customer("Shop", collections_debtor_kind="business")
        friend = self._customer("Friend", is_company=True, collections_no_charges=True)
        self._charging(fee_ids=self._fee(5), interest="statutory", charge_audience="business")
        for partner in (consumer, shop, friend):
            self._invoice(partner, 1000, due="2026-03-01")
        self._live("2026-03-06", "2026-03-16")
        self.assertEqual(self._charges().partner_id, shop)
        self._charging(charge_audience="all")
        other = self._customer("Second Person")
        self._invoice(other, 1000, due="2026-03-03")
        self._live("2026-03-17", "2026-03-18")
        charges = self._charges().filtered(lambda c: c.partner_id == other)
        self.assertEqual(charges.mapped("kind"), ["fee"], "no law for consumers here")

    def test_nothing_in_test_mode(self):
        self._charging(fee_ids=self._fee(5))
        self.company.collections_test_email = "test@firm.example"
        self.policy.test_mode = True
        self._invoice(self.customer, 100, due="2026-03-01")
        self._live("2026-03-06", "2026-04-10")
        self.assertFalse(self._charges())

    def test_each_currency_has_its_own_fee(self):
        self._charging(fee_ids=self._fee(5) + self._fee(4, self.euro), interest="statutory")
        self._invoice(self.customer, 1000, due="2026-03-01")
        self._invoice(self.customer, 730, due="2026-03-01", currency=self.euro)
        self._live("2026-03-06", "2026-03-16")
        self.assertEqual(
            sorted((c.currency_id.name, c.kind, c.amount) for c in self._charges()),
            [
                ("EUR", "fee", 4),
                ("EUR", "interest", 3),
                ("USD", "fee", 5),
                ("USD", "interest", 4.11),
            ],
        )

    def test_a_compensation_in_another_currency_is_converted(self):
        self._charging(charge_compensation=True)
        self.law.compensation_ids.currency_id = self.euro
        self._invoice(self.customer, 100, due="2026-03-01")
        self._live("2026-03-06", "2026-03-16")
        self.assertEqual(self._charges().amount, 20, "40 euros at 2 to 1")

    def test_what_is_disputed_is_not_charged(self):
        self._charging(interest="statutory")
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        self.env["collections.dispute"].create(
            {
                "partner_id": self.customer.id,
                "reason_id": self.env.ref("collections_addon.dispute_reason_price").id,
                "line_ids": [Command.create({"move_id": invoice.id, "amount_disputed": 400})],
            }
        )
        self._live("2026-03-02", "2026-03-20")
        self.assertEqual(self._charges().amount, 2.47, "15 days on 600")


@tagged("post_install", "-at_install")
class TestChargesInMessages(ChargingCommon):
    def _firm(self, channel="email"):
        self._charging(fee_ids=self._fee(7.5), interest="statutory", charge_compensation=True)
        self._level("Firm").step_ids.channel_code = channel
        self._invoice(self.customer, 1000, due="2026-03-01")
        self._live("2026-03-06", "2026-03-06")

    def test_the_email_says_what_is_charged_and_how_it_was_worked_out(self):
        self._firm()
        with self.day("2026-03-16") as now:
            action = self._run("2026-03-16").action_ids
            preview = self.env["collections.channel.email"]._render(action)["body"]
            self._dispatch(now)
        [statement] = action.mail_message_id.attachment_ids
        for text in (preview, statement.raw.decode()):
            for part in (
                "Charges for late payment",
                "Reminder Fee",
                "$ 7.50",
                "Compensation",
                "$ 70.00",
                "$ 1,000.00 × 10.00 % × 15/365",
                "$ 4.11",
                "Total with charges",
                "$ 1,081.61",
            ):
                with self.subTest(part):
                    self.assertIn(part, plain(text))
        self.assertEqual(sum(self._charges().mapped("amount")), 81.61)

    def test_what_was_mentioned_before_is_said_again_until_it_is_waived_or_booked(self):
        self._firm()
        self._charging("Final", fee_ids=self._fee(9))
        self._live("2026-03-16", "2026-03-30")
        fee = self._charges(kind="fee")
        self._charges(kind="compensation")._waive("Goodwill")
        with self.day("2026-03-31"):
            action = self._run("2026-03-31").action_ids
            shown = action._charges_shown(date(2026, 3, 31))[action.id]
        self.assertEqual([charge.amount for charge in shown], [7.5, 4.11, 9])
        fee._book(date(2026, 3, 31))
        shown = action._charges_shown(date(2026, 3, 31))[action.id]
        self.assertEqual([charge.amount for charge in shown], [4.11, 9])

    def test_a_letter_claims_what_it_said_on_the_day_it_was_printed(self):
        self.customer.write(
            {
                "street": "High Street 1",
                "zip": "1000",
                "city": "Town",
                "country_id": self.env.ref("base.be").id,
            }
        )
        self._firm("letter")
        self._live("2026-03-16", "2026-03-16")
        action = self._actions([("channel_code", "=", "letter")])
        self.assertEqual(action.state, "sending")
        html = str(self.env["collections.document"]._html(action._collections_document()))
        self.assertIn("Charges for late payment", html)
        self.assertIn("$ 1,081.61", plain(html))
        self.assertFalse(self._charges())
        with self.day("2026-03-19"):
            action._post_letters(date(2026, 3, 19))
        interest = self._charges(kind="interest")
        self.assertEqual((interest.amount, str(interest.date)), (4.11, "2026-03-19"))
        self.assertEqual(str(interest.date_to), "2026-03-16")

    def test_a_letter_that_has_changed_is_printed_with_charges_worked_out_anew(self):
        self.customer.write(
            {"street": "S", "zip": "1", "city": "T", "country_id": self.env.ref("base.be").id}
        )
        self._firm("letter")
        self._live("2026-03-16", "2026-03-16")
        action = self._actions([("channel_code", "=", "letter")])
        printed = action.attachment_id.checksum
        invoice = action.item_ids.move_id
        with self.day("2026-03-18") as now:
            self._pay(invoice, 400, "2026-03-10")
            self._refresh()
            action._print_batch(now)
            action._post_letters(date(2026, 3, 18))
        self.assertNotEqual(action.attachment_id.checksum, printed)
        # 9 days on 1,000, 8 on 600
        self.assertEqual(self._charges(kind="interest").amount, 3.78)

    def test_in_the_debtors_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self._firm()
        self._live("2026-03-16", "2026-03-16")
        charge = self._charges(kind="interest")
        self.assertIn("10,00 %", charge.with_context(lang="fr_FR").basis)
        self.assertIn("10.00 %", charge.with_context(lang="en_US").basis)


@tagged("post_install", "-at_install")
class TestInterestByHand(ChargingCommon):
    def _charge_interest(self, *moves, date, user="manager", **values):
        wizard = (
            self.env["collections.charge.interest"]
            .with_user(self.users[user])
            .create({"move_ids": [Command.set([m.id for m in moves])], "date": date, **values})
        )
        wizard.action_confirm()
        return self._charges()

    def test_p12_on_an_invoice_paid_late_by_the_day(self):
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        self._pay(invoice, 400, "2026-03-11")
        self._pay(invoice, 600, "2026-03-31")
        charge = self._charge_interest(invoice, date="2026-04-30")
        # 10 days on 1,000, 20 on 600, none after the last payment
        self.assertEqual((charge.amount, charge.state), (6.03, "draft"))
        self.assertEqual(str(charge.date_to), "2026-03-31")
        with self.assertRaisesRegex(UserError, "No interest is due"):
            self._charge_interest(invoice, date="2026-05-30")

    def test_days_that_a_level_has_charged_are_left_out(self):
        self._charging(interest="statutory")
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        self._live("2026-03-06", "2026-03-16")
        charges = self._charge_interest(invoice, date="2026-03-26", interest="contract", percent=20)
        self.assertEqual(charges.mapped("amount"), [4.11, 5.48])

    def test_who_and_what(self):
        invoice = self._invoice(self.customer, 1000, due="2026-03-01")
        for name in ("viewer", "collector"):
            with self.subTest(name), self.assertRaises(AccessError), self.cr.savepoint():
                self._charge_interest(invoice, date="2026-03-26", user=name)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._charge_interest(invoice, date="2026-03-26", interest="contract")
        with self.assertRaises(UserError):
            self._charge_interest(invoice, date="2026-03-01")
        note = self._charge(invoice)._book(date(2026, 3, 5))
        with self.assertRaises(UserError):
            self._charge_interest(note, date="2026-03-26")


@tagged("post_install", "-at_install")
class TestChargesOfCompanies(SecondCompany, ChargingCommon):
    def test_p09_each_company_charges_by_its_own_law_and_books_in_its_own_journal(self):
        self.other_policy.level_ids.write(
            {"charge_mode": "book", "interest": "statutory", "charge_compensation": True}
        )
        self.other.collections_business_law_id = self.law.copy({"margin": 18, "name": "Theirs"})
        self._invoice(self.customer, 1000, due="2026-03-01", company=self.other)
        self._invoice(self.customer, 1000, due="2026-03-01")
        with self.day("2026-03-11") as now:
            self._run("2026-03-11", self.other)
            self._run("2026-03-11")
            self._dispatch(now)
        charges = self.env["collections.charge"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(charges.company_id, self.other)
        self.assertEqual(charges.amount, 5.48)
        self.env["collections.charge"]._book_waiting(self.other, date(2026, 3, 11))
        self.assertEqual(charges.invoice_id.journal_id.company_id, self.other)
