"""Ninety days of reminders, told day by day: the ladder."""

from odoo.tests import tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestScenarioLadder(CollectionsCommon):
    def test_a_customer_who_never_pays_hears_three_times_in_ninety_days(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        diary = self._live("2026-02-15", "2026-05-15")
        self.assertEqual(
            diary,
            {
                "2026-03-10": [("Debtor Ltd", "Friendly", 100.0)],
                "2026-03-20": [("Debtor Ltd", "Firm", 100.0)],
                "2026-04-04": [("Debtor Ltd", "Final", 100.0)],
            },
        )
        self.assertEqual(self._case().stage, "final")

    def test_a_customer_who_pays_after_the_first_reminder_hears_nothing_more(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        diary = self._live(
            "2026-03-01", "2026-05-30", {"2026-03-12": lambda: self._pay(invoice, day="2026-03-12")}
        )
        self.assertEqual(list(diary), ["2026-03-10"])
        self.assertEqual(self._case().stage, "current")
        self.assertFalse(self._case().next_step_date)

    def test_an_invoice_due_today_is_not_overdue(self):
        policy = self._policy("At once", Same_day=1)
        self.company.dunning_policy_id = policy
        self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-05", "2026-03-05")
        self.assertFalse(self.sent())
        self.assertEqual(self._case().stage, "current")
        self._live("2026-03-06", "2026-03-06")
        self.assertEqual(list(self.sent()), ["2026-03-06"])
        self.assertEqual(self._case().stage, "final")

    def test_a_late_starter_begins_with_the_friendly_reminder(self):
        self.policy.min_gap_days = 7
        self._invoice(self.customer, 100, due="2026-01-01")
        self._live("2026-03-05", "2026-06-01")
        self.assertEqual(
            self._levels_sent(),
            {"2026-03-05": ["Friendly"], "2026-03-12": ["Firm"], "2026-03-19": ["Final"]},
        )

    def test_without_a_gap_a_late_starter_still_takes_one_step_a_day(self):
        self._invoice(self.customer, 100, due="2026-01-01")
        self._live("2026-03-05", "2026-03-10")
        self.assertEqual(
            self._levels_sent(),
            {"2026-03-05": ["Friendly"], "2026-03-06": ["Firm"], "2026-03-07": ["Final"]},
        )

    def test_where_the_policy_allows_it_a_late_starter_jumps(self):
        self.policy.level_jump = True
        self._invoice(self.customer, 100, due="2026-02-15")  # 18 days on March 5
        self._live("2026-03-05", "2026-05-01")
        self.assertEqual(self._levels_sent(), {"2026-03-05": ["Firm"], "2026-03-17": ["Final"]})

    def test_a_scheduler_that_slept_for_days_catches_up(self):
        """The day on which a level is reached need not be a day with a run (P18)."""
        self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-08", "2026-03-08")
        self._live("2026-03-13", "2026-03-13")
        self._live("2026-04-20", "2026-04-20")
        self.assertEqual(self._levels_sent(), {"2026-03-13": ["Friendly"], "2026-04-20": ["Firm"]})

    def test_two_invoices_make_one_message_at_the_higher_level(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 40, due="2026-03-15")
        diary = self._live("2026-03-01", "2026-05-30")
        self.assertEqual(
            diary,
            {
                "2026-03-10": [("Debtor Ltd", "Friendly", 140.0)],
                # the first invoice is firm, the second friendly: one message
                "2026-03-20": [("Debtor Ltd", "Firm", 140.0)],
                # the second one firm alone; the first stands there already
                "2026-03-30": [("Debtor Ltd", "Firm", 140.0)],
                "2026-04-04": [("Debtor Ltd", "Final", 140.0)],
                "2026-04-14": [("Debtor Ltd", "Final", 140.0)],
            },
        )
        one = self._actions([("contact_date", "=", "2026-03-20")])
        self.assertEqual(one.item_ids.mapped("is_step"), [True, True])
        self.assertEqual(one.item_ids.level_id.mapped("name"), ["Firm", "Friendly"])

    def test_the_minimum_gap_gathers_two_invoices_into_fewer_messages(self):
        self.policy.min_gap_days = 7
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 40, due="2026-03-07")
        self._live("2026-03-01", "2026-05-30")
        self.assertEqual(
            self._levels_sent(),
            {
                "2026-03-10": ["Friendly"],
                "2026-03-17": ["Friendly"],  # the second, reached on the 12th
                "2026-03-24": ["Firm"],  # both
                "2026-04-04": ["Final"],  # the first
                "2026-04-11": ["Final"],  # the second, reached on the 6th
            },
        )

    def test_the_contact_limit_holds_over_ninety_days(self):
        self.policy.write({"contact_cap": 1, "contact_cap_days": 30})
        self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-01", "2026-05-30")
        self.assertEqual(
            self._levels_sent(),
            {"2026-03-10": ["Friendly"], "2026-04-09": ["Firm"], "2026-05-09": ["Final"]},
        )

    def test_a_reminder_before_the_due_date_then_the_ladder(self):
        self.company.dunning_policy_id = self._policy("Early", Soon=-3, Friendly=5)
        self._invoice(self.customer, 100, due="2026-03-10")
        diary = self._live("2026-03-01", "2026-05-01")
        self.assertEqual(
            diary,
            {
                "2026-03-07": [("Debtor Ltd", "Soon", 100.0)],
                "2026-03-15": [("Debtor Ltd", "Friendly", 100.0)],
            },
        )

    def test_what_is_due_today_is_not_announced_as_due_soon(self):
        self.company.dunning_policy_id = self._policy("Early", Soon=-3, Friendly=5)
        self._invoice(self.customer, 100, due="2026-03-10")
        self._live("2026-03-10", "2026-04-01")  # the engine started on the due date
        self.assertEqual(self._levels_sent(), {"2026-03-15": ["Friendly"]})

    def test_who_pays_on_the_early_reminder_is_left_in_peace(self):
        self.company.dunning_policy_id = self._policy("Early", Soon=-3, Friendly=5)
        invoice = self._invoice(self.customer, 100, due="2026-03-10")
        self._live(
            "2026-03-01", "2026-04-01", {"2026-03-09": lambda: self._pay(invoice, day="2026-03-09")}
        )
        self.assertEqual(self._levels_sent(), {"2026-03-07": ["Soon"]})

    def test_a_policy_changed_midway_goes_on_from_the_age_reached(self):
        gentle = self._policy("Gentle", Kind=10, Kinder=25, Kindest=60)
        self._invoice(self.customer, 100, due="2026-03-05")

        def soften():
            admin = self.users["admin"]
            self.customer.with_user(admin).sudo().dunning_policy_id = gentle

        self._live("2026-03-01", "2026-06-15", {"2026-03-21": soften})
        self.assertEqual(
            self._levels_sent(),
            {
                "2026-03-10": ["Friendly"],
                "2026-03-20": ["Firm"],  # day 15: "Kind" (10) lies behind it
                "2026-03-30": ["Kinder"],
                "2026-05-04": ["Kindest"],
            },
        )

    def test_a_level_moved_later_by_the_admin_counts_from_then_on(self):
        self._invoice(self.customer, 100, due="2026-03-05")

        def move():
            self._level("Firm").with_user(self.users["admin"]).days = 20

        self._live("2026-03-01", "2026-05-15", {"2026-03-12": move})
        self.assertEqual(
            self._levels_sent(),
            {"2026-03-10": ["Friendly"], "2026-03-25": ["Firm"], "2026-04-04": ["Final"]},
        )

    def test_invoice_before_partner_before_segment_before_company(self):
        own = self._policy("Invoice", Invoice_rule=1)
        partner = self._policy("Partner", Partner_rule=2)
        group = self._policy("Segment", Segment_rule=3)
        segment = self.env["collections.segment"].create(
            {"company_id": self.company.id, "name": "Group", "code": "group", "policy_id": group.id}
        )
        by_segment, by_partner = self._customer("By Segment"), self._customer("By Partner")
        for customer in (by_segment, by_partner):
            self.env["collections.case"]._of(customer, self.company).segment_id = segment
        by_partner.dunning_policy_id = partner
        for customer in (self.customer, by_segment, by_partner):
            self._invoice(customer, 100, due="2026-03-05")
        self._invoice(by_partner, 50, due="2026-03-05").dunning_policy_id = own
        self._live("2026-03-05", "2026-03-31")
        self.assertEqual(
            self.sent(),
            {
                "2026-03-06": [("By Partner", "Invoice rule", 150.0)],
                "2026-03-07": [("By Partner", "Partner rule", 150.0)],
                "2026-03-08": [("By Segment", "Segment rule", 100.0)],
                "2026-03-10": [("Debtor Ltd", "Friendly", 100.0)],
                "2026-03-20": [("Debtor Ltd", "Firm", 100.0)],
            },
        )
