"""Ways in which such systems have failed their users, each a test named by its number.

The list is that of the design; P12 and P13 (fees and interest) are in `test_charge` and
`test_scenario_charges`, P20 (promises and disputes) with those.
"""

from datetime import date, timedelta

from odoo.tests import tagged

from .common import CollectionsCommon, days


@tagged("post_install", "-at_install")
class TestPitfalls(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])

    def _send(self, when, hour=12):
        with self.day(when, hour) as now:
            return self._dispatch(now)

    def test_p01_money_received_but_not_yet_matched_is_not_chased(self):
        """Chasing invoices already paid: the lag between receipt and matching."""
        self._invoice(self.customer, 100, due="2026-03-05")
        action = self._run("2026-03-10").action_ids
        payment = self._pay_unallocated(self.customer, 100, "2026-03-10")
        self.assertFalse(payment.is_reconciled)
        self._send("2026-03-10")
        self.assertEqual((action.state, action.reason_code), ("skipped", "covered_by_credit"))
        self.assertFalse(self._live("2026-03-11", "2026-03-20"))

    def test_p01_a_bank_line_matched_to_the_invoice_stops_the_reminder(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        action = self._run("2026-03-10").action_ids
        bank = self.company_data["default_journal_bank"]
        self.pay_with_statement_line(invoice, bank.id, "2026-03-10", 100)
        self._send("2026-03-10")
        self.assertEqual((action.state, action.reason_code), ("skipped", "paid"))

    def test_p02_however_often_the_scheduler_ticks_one_message_leaves(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        for _tick in range(9):
            self._run("2026-03-10")
            self._send("2026-03-10")
        self.assertEqual(self.sent(), {"2026-03-10": [("Debtor Ltd", "Friendly", 100.0)]})
        self.assertEqual(len(self._actions()), 1)

    def test_p03_no_guard_silences_a_customer_for_good(self):
        """Cancelled, failed and skipped contacts give way to the next day's."""
        self._invoice(self.customer, 100, due="2026-03-05")
        endings = (
            lambda action: action.action_cancel(),
            lambda action: action._mark_failed("x", "It did not work"),
            lambda action: action._transition("skipped", "paid"),  # and then returned
        )
        for when, end in zip(days("2026-03-10", "2026-03-12"), endings, strict=True):
            [action] = self._run(when).action_ids
            end(action)
        self._live("2026-03-13", "2026-03-13")
        self.assertEqual(self._levels_sent(), {"2026-03-13": ["Friendly"]})
        self._live("2026-03-14", "2026-04-10")
        self.assertEqual(len(self._contacts()), 3, "the ladder goes on after it")

    def test_p04_a_part_payment_leaves_the_rest_to_ask(self):
        """Neither is the invoice dropped, nor its whole amount demanded."""
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._pay(invoice, 60, "2026-03-08")
        self._live("2026-03-10", "2026-03-10")
        action = self._contacts()
        self.assertEqual((action.amount_total, action.item_ids.amount_residual), (40.0, 40.0))

    def test_p05_the_total_of_many_invoices_is_the_sum_of_what_is_open(self):
        first = self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 33.33, due="2026-03-01")
        self._invoice(self.customer, 66.67, due="2026-03-25")
        self._pay(first, 12.34, "2026-03-08")
        self._credit(self.customer, 7.66, "2026-03-08")
        self._live("2026-03-10", "2026-03-10")
        action = self._contacts()
        self.assertEqual(action.amount_total, 180.0)
        self.assertEqual(action.amount_credit, 7.66)
        self.assertEqual(sum(action.item_ids.mapped("amount_residual")), 187.66)
        ledger = self.env["account.move.line"].search(
            [("partner_id", "=", self.customer.id), ("account_type", "=", "asset_receivable")]
        )
        self.assertEqual(sum(ledger.mapped("amount_residual_currency")), action.amount_total)

    def test_p06_credits_count_and_cancelled_documents_do_not(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._credit(self.customer, 30, "2026-03-08")
        undone = self._credit(self.customer, 500, "2026-03-08")
        undone.button_draft()
        undone.button_cancel()
        cancelled = self._invoice(self.customer, 900, due="2026-03-01")
        cancelled.button_draft()
        cancelled.button_cancel()
        draft = self._invoice(self.customer, 800, due="2026-03-01")
        draft.button_draft()
        self._live("2026-03-10", "2026-03-10")
        self.assertEqual(self.sent(), {"2026-03-10": [("Debtor Ltd", "Friendly", 70.0)]})

    def test_p07_the_debtors_language_not_the_users(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env["mail.template"].create(
            {
                "name": "Reminder",
                "model_id": self.env["ir.model"]._get_id("dunning.action"),
                "subject": "Your account, {{ object.partner_id.name }}",
                "body_html": "<p>Please pay</p>",
            }
        )
        template.with_context(lang="fr_FR").write(
            {
                "subject": "Votre compte, {{ object.partner_id.name }}",
                "body_html": "<p>Veuillez payer</p>",
            }
        )
        self.policy.level_ids.step_ids.template = template
        self.customer.lang = "fr_FR"
        other = self._customer("English", lang="en_US")
        for customer in (self.customer, other):
            self._invoice(customer, 100, due="2026-03-05")
        actions = self._run("2026-03-10").action_ids.with_user(self.users["collector"])
        french = actions.filtered(lambda a: a.partner_id == self.customer)
        subject, body = french._level_text()
        self.assertEqual(subject, "Votre compte, Debtor Ltd")
        self.assertIn("Veuillez", body)
        self.assertEqual((actions - french)._level_text()[0], "Your account, English")

    def test_p08_the_invoice_contact_is_written_to_in_a_language(self):
        """Wrong recipient; a child contact without a language of its own."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        child = self.env["res.partner"].create(
            {
                "name": "Accounts Payable",
                "parent_id": self.customer.id,
                "type": "invoice",
                "email": "ap@example.com",
            }
        )
        child.lang = False
        self.env["res.partner"].create(
            {"name": "Sales", "parent_id": self.customer.id, "type": "contact"}
        )
        self._invoice(child, 100, due="2026-03-05")
        self._live("2026-03-10", "2026-03-10")
        action = self._contacts()
        self.assertEqual((action.partner_id, action.recipient_id), (self.customer, child))
        self.assertEqual(action.recipient_lang, "fr_FR")

    def test_p08_invoices_of_all_its_contacts_make_one_message_to_the_customer(self):
        child = self.env["res.partner"].create({"name": "Desk", "parent_id": self.customer.id})
        self._invoice(child, 60, due="2026-03-05")
        self._invoice(self.customer, 40, due="2026-03-05")
        self._live("2026-03-10", "2026-03-10")
        self.assertEqual(self.sent(), {"2026-03-10": [("Debtor Ltd", "Friendly", 100.0)]})
        self.assertEqual(self._contacts().recipient_id, self.customer)

    def test_p10_currencies_are_neither_mixed_nor_skipped(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 70, due="2026-03-05", currency=self.euro)
        self._live("2026-03-10", "2026-03-10")
        totals = {a.currency_id.name: a.amount_total for a in self._contacts()}
        self.assertEqual(totals, {"USD": 100.0, "EUR": 70.0})
        self.assertEqual(self._case().overdue, 135.0)

    def test_p10_a_tolerance_is_per_currency(self):
        self.policy.tolerance_ids = [(0, 0, {"currency_id": self.euro.id, "amount": 80})]
        self._invoice(self.customer, 70, due="2026-03-05")
        self._invoice(self.customer, 70, due="2026-03-05", currency=self.euro)
        self._live("2026-03-10", "2026-03-10")
        self.assertEqual(self._contacts().currency_id.name, "USD")

    def test_p11_the_first_installment_is_late_when_it_is_late(self):
        terms = self._terms(30, 60)
        invoice = self._invoice(self.customer, 200, issued="2026-02-03", terms=terms)
        self._live("2026-03-10", "2026-03-10")
        action = self._contacts()
        self.assertEqual((action.amount_total, action.amount_overdue), (200.0, 100.0))
        late, later = self._lines(invoice)
        self.assertEqual(late.dunning_level_id.name, "Friendly")
        self.assertFalse(later.dunning_level_id)
        self.assertEqual(self._case().overdue, 100.0)
        self.assertEqual(invoice.dunning_level_id.name, "Friendly")

    def test_p14_no_level_is_skipped_however_late(self):
        self._invoice(self.customer, 100, due="2025-01-01")
        self._live("2026-03-10", "2026-03-20")
        names = [name for levels in self._levels_sent().values() for name in levels]
        self.assertEqual(names, ["Friendly", "Firm", "Final"])

    def test_p14_when_the_oldest_is_paid_the_tone_is_that_of_what_remains(self):
        old = self._invoice(self.customer, 100, due="2026-02-01")
        self._invoice(self.customer, 40, due="2026-03-12")
        diary = self._live(
            "2026-02-20", "2026-04-15", {"2026-03-15": lambda: self._pay(old, day="2026-03-15")}
        )
        after = {when: rows for when, rows in diary.items() if when > "2026-03-15"}
        self.assertEqual(
            after,
            {
                "2026-03-17": [("Debtor Ltd", "Friendly", 40.0)],
                "2026-03-27": [("Debtor Ltd", "Firm", 40.0)],
                "2026-04-11": [("Debtor Ltd", "Final", 40.0)],
            },
        )

    def test_p15_a_payment_that_arrives_between_decision_and_sending_is_seen(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        action = self._run("2026-03-10").action_ids
        claimed = self._scheduler["dunning.action"]._claim(self._at("2026-03-10"), 10)
        self.assertEqual(claimed, action)
        self._pay(invoice, day="2026-03-10")  # after the worker took it up
        with self.day("2026-03-10") as now:
            claimed._send_claimed(now)
        self.assertEqual((action.state, action.reason_code), ("skipped", "paid"))

    def test_p16_a_hold_is_honored_everywhere(self):
        """In the run, at the moment of sending, in the explanation, the case, the simulation."""
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        action = self._run("2026-03-10").action_ids
        self._hold(self.customer, start="2026-03-10")
        self._send("2026-03-10")
        self.assertEqual((action.state, action.reason_code), ("skipped", "manual_hold"))
        run = self._run("2026-03-11")
        self.assertFalse(run.action_ids)
        self.assertEqual(run.reason_ids.mapped("reason_code"), ["manual_hold"])
        self.assertEqual(self._why(invoice, "2026-03-11"), "manual_hold")
        self.assertEqual((self._case().stage, self._case().next_step_date), ("waiting", False))
        with self.day("2026-03-11"):
            self.assertTrue(invoice.with_user(self.users["viewer"]).is_on_hold)
            simulation = self.env["dunning.simulation"].create(
                {"date_from": date(2026, 3, 11), "date_to": date(2026, 4, 11)}
            )
            simulation.action_simulate()
        self.assertFalse(simulation.line_ids)

    def test_p17_what_is_done_to_one_invoice_leaves_the_others_alone(self):
        paid, held, excluded, left = (
            self._invoice(self.customer, amount, due="2026-03-05") for amount in (1, 2, 4, 8)
        )
        self._pay(paid, day="2026-03-06")
        self._hold(held, start="2026-03-01")
        excluded.line_ids.no_followup = True
        self._live("2026-03-10", "2026-03-10")
        self.assertEqual(self.sent(), {"2026-03-10": [("Debtor Ltd", "Friendly", 8.0)]})
        self.assertEqual(left.dunning_level_id.name, "Friendly")
        self.assertFalse((paid | held | excluded).dunning_level_id)

    def test_p18_due_today_is_in_time_and_a_day_has_the_right_sign(self):
        self.company.dunning_policy_id = self._policy("Next day", Late=1)
        invoice = self._invoice(self.customer, 100, due="2026-03-10")
        for when, reason in (
            ("2026-03-09", "not_due"),
            ("2026-03-10", "not_due"),
            ("2026-03-11", False),
        ):
            self.assertEqual(self._why(invoice, when), reason, when)
        self._live("2026-03-11", "2026-03-11")
        self.assertEqual(self._contacts().item_ids.days_overdue, 1)

    def test_p18_the_date_is_the_companys_the_hour_the_customers(self):
        self.company.partner_id.tz = "Pacific/Auckland"  # a day ahead of the customer
        self.customer.tz = "America/Los_Angeles"
        self._invoice(self.customer, 100, due="2026-03-05")
        action = self._run("2026-03-10").action_ids
        self._send("2026-03-10", 6)  # 19:00 in Auckland; 23:00 the day before in Los Angeles
        self.assertEqual((action.state, action.reason_code), ("queued", "outside_window"))
        self._send("2026-03-10", 17)  # 6:00 on the 11th in Auckland; 10:00 in Los Angeles
        self.assertEqual(action.state, "sent")
        self.assertEqual(action.contact_date, date(2026, 3, 11))

    def test_p18_a_step_missed_on_its_day_is_taken_on_the_next(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-09", "2026-03-09")
        self._live("2026-03-12", "2026-03-12")
        self.assertEqual(self._levels_sent(), {"2026-03-12": ["Friendly"]})

    def _queries_of_a_run(self, when):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._run(when)
        return self.env.cr.sql_log_count - before

    def test_p19_queries_do_not_grow_with_customers_and_lines(self):
        self._queries_of_a_run("2026-03-09")  # warm
        self._invoice(self._customer("First"), 100, due="2026-03-05")
        few = self._queries_of_a_run("2026-03-10")
        for number in range(25):
            customer = self._customer(f"Many {number}")
            for offset in range(2):
                due = date(2026, 3, 5) - timedelta(days=offset)
                self._invoice(customer, 100, due=due)
        many = self._queries_of_a_run("2026-03-11")
        self.assertEqual(len(self._actions()), 26)
        self.assertLess(many, few + 5, "a constant more, not 50 lines more")

    def test_p19_the_explanation_of_many_lines_takes_as_many_queries_as_of_one(self):
        moves = self.env["account.move"]
        for number in range(10):
            moves |= self._invoice(self._customer(f"Many {number}"), 100, due="2026-03-05")
        lines = self._lines(moves)
        lines[:1]._dunning_explain(date(2026, 3, 10))
        counts = []
        for some in (lines[:1], lines):
            before = self.env.cr.sql_log_count
            some._dunning_explain(date(2026, 3, 10))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
