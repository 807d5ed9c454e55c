"""Rules of other programs become policies, and what cannot is said."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

policy_import = domain_module("policy_import")
CHANNELS = ("email", "letter", "call")


def oca_level(number, mode="net_days", days=10, channel="email", **values):
    return {
        "id": 100 + number,
        "policy_id": 1,
        "level": number,
        "name": f"Level {number}",
        "computation_mode": mode,
        "delay_days": days,
        "channel": channel,
        **values,
    }


def oca(*levels, accounts=(1,), channels=CHANNELS, **values):
    policy = {"id": 1, "name": "3 time policy", "company_id": None, "active": True, **values}
    [plan] = policy_import.plan_oca([policy], levels, channels, accounts)
    return plan


def codes(remarks):
    return [remark.code for remark in remarks]


class OcaCase(unittest.TestCase):
    def test_net_days_are_taken_over_without_a_word(self):
        plan = oca(oca_level(2, days=30), oca_level(1, days=10))
        self.assertEqual([level.days for level in plan.levels], [10, 30])
        self.assertEqual([level.key for level in plan.levels], [101, 102])
        self.assertFalse(plan.remarks)
        self.assertFalse(any(level.remarks for level in plan.levels))

    def test_the_policy_that_oca_ships(self):
        plan = oca(
            oca_level(1, days=10),
            oca_level(2, "end_of_month", 30),
            oca_level(3, "previous_date", 10, "letter"),
        )
        self.assertEqual([level.days for level in plan.levels], [10, 45, 55])
        self.assertEqual([level.channels for level in plan.levels][-1], ("letter",))
        self.assertEqual(
            plan.levels[1].remarks,
            (policy_import.Remark("end_of_month", {"first": 30, "last": 60, "days": 45}),),
        )
        self.assertEqual(codes(plan.levels[2].remarks), ["previous_date"])

    def test_unknown_way_of_counting_is_said(self):
        self.assertEqual(codes(oca(oca_level(1, "lunar")).levels[0].remarks), ["unknown_mode"])

    def test_previous_date_of_the_first_level_counts_from_the_due_date(self):
        [level] = oca(oca_level(1, "previous_date", 7)).levels
        self.assertEqual((level.days, level.remarks), (7, ()))

    def test_policy_that_does_nothing_is_not_made(self):
        for values, code in (
            ({"do_nothing": True}, "does_nothing"),
            ({"active": False}, "archived"),
        ):
            plan = oca(oca_level(1), **values)
            self.assertEqual((plan.levels, codes(plan.remarks)), ((), [code]))
        self.assertEqual(codes(oca().remarks), ["no_levels"])

    def test_policy_without_account_is_made_and_said(self):
        plan = oca(oca_level(1), accounts=())
        self.assertTrue(plan.levels)
        self.assertEqual(codes(plan.remarks), ["no_account"])

    def test_phone_becomes_a_call(self):
        self.assertEqual(oca(oca_level(1, channel="phone")).levels[0].channels, ("call",))

    def test_channel_that_is_not_there(self):
        [level] = oca(oca_level(1, channel="letter"), channels=["email"]).levels
        self.assertEqual(level.channels, ("email",))
        self.assertEqual(codes(level.remarks), ["channel_missing", "channel_instead"])

    def test_text_of_the_channel(self):
        texts = {"custom_mail_text": {"en_US": "<p>Mail</p>"}, "custom_text": "Letter"}
        self.assertEqual(oca(oca_level(1, **texts)).levels[0].text, {"en_US": "<p>Mail</p>"})
        self.assertEqual(oca(oca_level(1, channel="letter", **texts)).levels[0].text, "Letter")
        self.assertIsNone(oca(oca_level(1)).levels[0].text)

    def test_text_with_placeholders_of_the_other_program_is_left(self):
        [level] = oca(oca_level(1, custom_mail_text={"en_US": "Dear {{ x }}", "fr": None})).levels
        self.assertIsNone(level.text)
        self.assertEqual(codes(level.remarks), ["text_with_placeholders"])


class FollowupCase(unittest.TestCase):
    def plan(self, *rows):
        named = [{"id": n, "name": f"Level {n}", **row} for n, row in enumerate(rows, 1)]
        return policy_import.plan_followups(named, CHANNELS)

    def test_one_policy_per_company_in_the_order_of_days(self):
        plans = self.plan(
            {"delay": 30, "company_id": 1, "send_email": True},
            {"delay": -5, "company_id": 1, "send_email": True},
            {"delay": 15, "company_id": 2, "send_email": True},
        )
        days = {plan.company_id: [level.days for level in plan.levels] for plan in plans}
        self.assertEqual(days, {1: [-5, 30], 2: [15]})

    def test_channels(self):
        [plan] = self.plan(
            {"delay": 1, "send_email": True, "send_letter": True, "create_activity": True},
            {"delay": 2, "create_activity": True, "manual_action": True},
            {"delay": 3, "send_sms": True, "send_email": True},
            {"delay": 4},
        )
        self.assertEqual(
            [level.channels for level in plan.levels],
            [("email", "letter", "call"), ("call",), ("email",), ("call",)],
        )
        self.assertEqual(
            [codes(level.remarks) for level in plan.levels],
            [[], [], ["channel_missing"], ["channel_instead"]],
        )

    def test_automatic_and_manual_levels(self):
        [plan] = self.plan(
            {"delay": 1, "send_email": True, "auto_execute": True},
            {"delay": 2, "send_email": True, "auto_execute": False},
            {"delay": 3, "send_email": True},
        )
        self.assertEqual([level.requires_approval for level in plan.levels], [False, True, False])
        self.assertEqual(codes(plan.remarks), ["review"])

    def test_text_written_for_customers_is_said(self):
        [plan] = self.plan({"delay": 1, "send_email": True, "mail_template_id": 7})
        self.assertEqual(codes(plan.levels[0].remarks), ["text_of_customer"])
        self.assertFalse(plan.remarks)


MODES = st.sampled_from(["net_days", "end_of_month", "previous_date", None])


class DaysCase(unittest.TestCase):
    def test_a_level_on_the_day_of_the_one_before_is_moved(self):
        planned = policy_import.plan_days([("net_days", 5), ("net_days", 5), ("net_days", 9)])
        self.assertEqual([day for day, _remarks in planned], [5, 6, 9])
        moved = policy_import.Remark("moved", {"days": 6})
        self.assertEqual([remarks for _day, remarks in planned], [(), (moved,), ()])

    @given(st.lists(st.tuples(MODES, st.integers(-30, 120)), max_size=8))
    def test_days_always_rise_and_every_change_is_said(self, steps):
        planned = policy_import.plan_days(steps)
        days = [day for day, _remarks in planned]
        self.assertEqual(len(days), len(steps))
        self.assertEqual(days, sorted(set(days)))
        for (mode, delay), (day, remarks) in zip(steps, planned, strict=True):
            if day != delay:
                self.assertTrue(remarks, (mode, delay, day))
