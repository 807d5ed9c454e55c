"""Payment plans told day by day, with the days on which nothing happens."""

from odoo.tests import tagged

from .plan_common import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanStories(PlanCommon):
    def test_a_plan_that_is_kept_reminds_before_each_installment_and_no_more(self):
        invoice = self._invoice(self.customer, 300, due="2026-03-02")
        plan = self._agreed(invoice, "2026-03-04", first="2026-03-15")
        self.assertEqual(
            [(str(li.date), li.amount) for li in plan.line_ids],
            [("2026-03-15", 100), ("2026-04-15", 100), ("2026-05-15", 100)],
        )
        diary = self._live(
            "2026-03-04",
            "2026-05-31",
            {
                f"2026-{month}-14": lambda month=month: self._pay(
                    invoice, 100, day=f"2026-{month}-14"
                )
                for month in ("03", "04", "05")
            },
        )
        self.assertEqual(
            diary,
            {
                "2026-03-12": [("Debtor Ltd", "Soon", 100)],
                "2026-04-12": [("Debtor Ltd", "Soon", 100)],
                "2026-05-12": [("Debtor Ltd", "Soon", 100)],
            },
        )
        self.assertEqual(plan.state, "completed")
        self.assertEqual(plan.line_ids.mapped("state"), ["paid"] * 3)
        self.assertFalse(invoice.payment_plan_id)
        self.assertFalse(invoice.dunning_level_id, "no level of the invoice itself was reached")

    def test_a_missed_installment_is_reminded_and_caught_up(self):
        invoice = self._invoice(self.customer, 300, due="2026-03-02")
        plan = self._agreed(invoice, "2026-03-04", first="2026-03-15")
        diary = self._live(
            "2026-03-04",
            "2026-04-11",
            {"2026-04-01": lambda: self._pay(invoice, 100, day="2026-04-01")},
        )
        self.assertEqual(
            diary,
            {
                "2026-03-12": [("Debtor Ltd", "Soon", 100)],
                "2026-03-18": [("Debtor Ltd", "Missing", 200)],
                "2026-03-25": [("Debtor Ltd", "Risk", 200)],
            },
        )
        self.assertEqual((plan.state, plan.missed_count), ("active", 0))
        self.assertEqual(plan.line_ids.mapped("state"), ["paid", "open", "open"])

    def test_two_missed_installments_end_it_and_the_ladder_goes_on_where_it_stood(self):
        invoice = self._invoice(self.customer, 300, due="2026-03-02")
        self.assertEqual(
            self._live("2026-03-03", "2026-03-08"),
            {"2026-03-07": [("Debtor Ltd", "Friendly", 300)]},
        )
        plan = self._agreed(invoice, "2026-03-09", first="2026-03-20")
        diary = self._live("2026-03-09", "2026-04-25")
        self.assertEqual(
            diary,
            {
                "2026-03-17": [("Debtor Ltd", "Soon", 100)],
                "2026-03-23": [("Debtor Ltd", "Missing", 200)],
                "2026-03-30": [("Debtor Ltd", "Risk", 200)],
                "2026-04-17": [("Debtor Ltd", "Risk", 200)],
                "2026-04-23": [("Debtor Ltd", "Risk", 300)],
                # The 24th: two are missed after the grace; what follows is the invoice's own.
                "2026-04-24": [("Debtor Ltd", "Firm", 300)],
                "2026-04-25": [("Debtor Ltd", "Final", 300)],
            },
        )
        self.assertEqual((plan.state, plan.missed_count), ("defaulted", 2))
        self.assertEqual(str(plan.closed_on), "2026-04-24")
        self.assertEqual(self.case.priority, "1")
        self.assertTrue(self.case.activity_ids)
        self.assertFalse(invoice.payment_plan_id)

    def test_early_settlement_completes_it(self):
        first = self._invoice(self.customer, 200, due="2026-03-02")
        second = self._invoice(self.customer, 100, due="2026-03-20")
        plan = self._agreed(first | second, "2026-03-04", first="2026-03-31")
        diary = self._live(
            "2026-03-04",
            "2026-06-30",
            {"2026-03-10": lambda: self._pay(first | second, day="2026-03-10")},
        )
        self.assertEqual(diary, {})
        self.assertEqual(plan.state, "completed")
        self.assertEqual(str(plan.closed_on), "2026-03-10")
        self.assertEqual(plan.amount_open, 0)

    def test_the_thirty_first(self):
        invoice = self._invoice(self.customer, 1000, due="2026-01-02")
        plan = self._agreed(invoice, "2026-01-05", first="2026-01-31")
        self.assertEqual(
            [(str(li.date), li.amount) for li in plan.line_ids],
            [("2026-01-31", 333.33), ("2026-02-28", 333.33), ("2026-03-31", 333.34)],
        )
        self.assertEqual(
            list(self._live("2026-01-05", "2026-02-02")), ["2026-01-28"], "no other day"
        )

    def test_hardship_is_gentler(self):
        soft = self._policy(
            "Soft",
            values={"min_gap_days": 7, "contact_cap": 2, "contact_cap_days": 30},
            Soon=-5,
            Missing=7,
        )
        soft.is_for_plans = True
        offer = self._offer(
            "Hardship",
            hardship=True,
            policy_id=soft.id,
            max_count=36,
            grace_days=10,
            missed_allowed=3,
        )
        invoice = self._invoice(self.customer, 360, due="2026-03-02")
        plan = self._agreed(invoice, "2026-03-04", first="2026-04-01", count=36, offer=offer)
        diary = self._live("2026-03-04", "2026-05-31")
        self.assertEqual(
            diary,
            {
                "2026-03-27": [("Debtor Ltd", "Soon", 10)],
                "2026-04-08": [("Debtor Ltd", "Missing", 20)],
                # The tone is that of what is missing already; the next one stands below.
                "2026-04-26": [("Debtor Ltd", "Missing", 20)],
                "2026-05-08": [("Debtor Ltd", "Missing", 30)],
                "2026-05-27": [("Debtor Ltd", "Missing", 30)],
            },
        )
        self.assertEqual(plan.state, "active")
        self.assertTrue(plan.hardship)

    def test_a_proposal_waits_and_runs_out(self):
        invoice = self._invoice(self.customer, 300, due="2026-03-02")
        plan = self._plan(invoice, "2026-03-04", first="2026-03-31")
        diary = self._live("2026-03-04", "2026-03-20")
        self.assertEqual(
            diary,
            {
                "2026-03-19": [("Debtor Ltd", "Friendly", 300)],
                "2026-03-20": [("Debtor Ltd", "Firm", 300)],
            },
        )
        self.assertEqual(plan.state, "cancelled")

    def test_p17_the_customers_other_invoices_go_on(self):
        invoice = self._invoice(self.customer, 300, due="2026-03-02")
        other = self._invoice(self.customer, 70, due="2026-03-02")
        self._agreed(invoice, "2026-03-04", first="2026-03-31")
        self.assertEqual(
            self._live("2026-03-04", "2026-03-20"),
            {
                "2026-03-07": [("Debtor Ltd", "Friendly", 70)],
                "2026-03-17": [("Debtor Ltd", "Firm", 70)],
            },
        )
        self.assertEqual(self._why(invoice, "2026-03-18"), "in_plan")
        self.assertEqual(other.dunning_level_id.name, "Firm")

    def test_installment_and_invoice_on_one_day_are_one_message(self):
        """The installment's date cannot wait; the invoice's level can."""
        invoice = self._invoice(self.customer, 300, due="2026-02-25")
        self._invoice(self.customer, 70, due="2026-03-07")
        self._agreed(invoice, "2026-03-01", first="2026-03-15")
        self.assertEqual(
            self._live("2026-03-01", "2026-03-16"),
            {
                "2026-03-12": [("Debtor Ltd", "Soon", 100)],
                "2026-03-13": [("Debtor Ltd", "Friendly", 70)],
            },
        )


@tagged("post_install", "-at_install")
class TestPlanMoney(PlanCommon):
    def setUp(self):
        super().setUp()
        self.first = self._invoice(self.customer, 120, due="2026-03-02")
        self.second = self._invoice(self.customer, 180, due="2026-03-09")
        self.plan = self._agreed(self.first | self.second, "2026-03-10", first="2026-03-31")

    def _paid(self):
        return self.plan.line_ids.mapped("amount_paid")

    def test_payments_go_to_the_oldest_installment_whatever_the_invoice(self):
        self._pay(self.second, 150, day="2026-03-12")
        self.assertEqual(
            self._settled(self.plan, "2026-03-12"), ("active", ["paid", "partly_paid", "open"])
        )
        self.assertEqual(self._paid(), [100, 50, 0])
        self.assertEqual(self.plan.next_amount, 50)

    def test_a_credit_note_shortens_it_from_its_end(self):
        self.second._credit_partly(130, "2026-03-12", "Goodwill")
        self._settled(self.plan, "2026-03-12")
        self.assertEqual(self._paid(), [0, 0, 0])
        self.assertEqual(self.plan.line_ids.mapped("amount_credited"), [0, 30, 100])
        self.assertEqual(self.plan.amount_open, 170)

    def test_a_payment_taken_back_opens_it_again(self):
        payment = self._pay(self.first | self.second, day="2026-03-12")
        self.assertEqual(self._settled(self.plan, "2026-03-12")[0], "completed")
        self._bounce(payment)
        self.assertEqual(
            self._settled(self.plan, "2026-03-13"), ("active", ["open", "open", "open"])
        )
        self.assertEqual(self.first.payment_plan_id, self.plan)
        self.assertEqual(self._why(self.first, "2026-03-13"), "in_plan")

    def test_p15_a_payment_nobody_has_allocated_misses_nothing(self):
        self._pay_unallocated(self.customer, 100, "2026-03-31")
        self.assertEqual(self._live("2026-03-31", "2026-04-20"), {})
        self.assertEqual(self.plan.missed_count, 0)

    def test_p1_paid_between_planning_and_sending(self):
        run = self._run("2026-03-28")
        self.assertEqual(run.action_ids.mapped("state"), ["queued"])
        self._pay(self.first, 100, day="2026-03-28")
        self._dispatch(self._at("2026-03-28"))
        self.assertEqual(
            run.action_ids.mapped(lambda a: (a.state, a.reason_code)), [("skipped", "paid")]
        )

    def test_p4_part_of_an_installment_asks_the_rest(self):
        self._run("2026-03-28")
        self._pay(self.first, 40, day="2026-03-28")
        self._dispatch(self._at("2026-03-28"))
        self.assertEqual(self.sent(), {"2026-03-28": [("Debtor Ltd", "Soon", 60)]})

    def test_p20_a_dispute_or_hold_takes_its_amount_out_of_the_plan(self):
        """What is held leaves the end; earlier installments are still asked."""
        self._hold(self.second, start="2026-03-11")
        asked = self.plan._asked(self.plan.start_date.replace(day=12))[self.plan.id]
        self.assertEqual([asked[li.id] for li in self.plan.line_ids], [100, 20, 0])

    def test_p20_nothing_is_asked_or_missed_while_the_customer_is_on_hold(self):
        self._hold(self.customer, start="2026-03-11")
        self.assertEqual(self._live("2026-03-11", "2026-06-30"), {})
        self.assertEqual((self.plan.state, self.plan.missed_count), ("active", 0))

    def test_p20_nothing_is_asked_while_its_payment_is_promised(self):
        self.env["collections.promise"].create(
            {
                "partner_id": self.customer.id,
                "made_on": "2026-03-27",
                "date": "2026-04-10",
                "line_ids": [(6, 0, self._lines(self.first | self.second).ids)],
            }
        )
        diary = self._live("2026-03-27", "2026-04-14")
        self.assertEqual(
            diary,
            {
                "2026-04-13": [("Debtor Ltd", "Missing", 200)],
                "2026-04-14": [("Debtor Ltd", "Risk", 200)],
            },
        )

    def test_a_cancelled_plan_reminds_no_more(self):
        run = self._run("2026-03-28")
        self.plan.with_user(self.users["collector"]).action_cancel()
        self.assertEqual(run.action_ids.state, "cancelled")
        self._dispatch(self._at("2026-03-28"))
        self.assertEqual(self.sent(), {})
        self.assertEqual(self._why(self.first, "2026-03-29"), False)

    def test_p2_the_same_day_again_says_nothing_twice(self):
        for _again in range(3):
            self._run("2026-03-28")
            self._dispatch(self._at("2026-03-28"))
        self.assertEqual(self.sent(), {"2026-03-28": [("Debtor Ltd", "Soon", 100)]})
