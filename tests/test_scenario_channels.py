"""Calendar stories about channels: fallback, calls and letters that wait for a person."""

from unittest.mock import patch

from odoo.tests import tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestScenarioChannels(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+12025550123"
        cls.env["collections.case"]._of(cls.customer, cls.company).collector_id = cls.users[
            "collector"
        ]

    def test_a_wrong_number_goes_on_to_the_next_channel_of_the_level(self):
        policy = self._policy(
            "Fallback", First={"days": 5, "step_ids": self._steps("email", fallback=("call",))}
        )
        self.company.dunning_policy_id = policy
        self._invoice(self.customer, 100, due="2026-03-05")
        email = self.env.registry["collections.channel.email"]
        with patch.object(email, "_unavailable_reason", lambda self, action: "no_address"):
            self._live("2026-03-10", "2026-03-10")
        first, second = self._actions()
        self.assertEqual((first.channel_code, first.state), ("email", "skipped"))
        self.assertEqual(first.reason_code, "no_address")
        self.assertEqual((second.channel_code, second.state), ("call", "sending"))

    def test_a_call_nobody_made_yet_is_not_doubled_by_the_next_days(self):
        policy = self._policy(
            "Fallback", First={"days": 5, "step_ids": self._steps("email", fallback=("call",))}
        )
        self.company.dunning_policy_id = policy
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        email = self.env.registry["collections.channel.email"]
        with patch.object(email, "_unavailable_reason", lambda self, action: "no_address"):
            self._live("2026-03-10", "2026-03-20")
        calls = self._actions([("channel_code", "=", "call")])
        self.assertEqual(len(calls), 1)
        self.assertEqual(len(self._actions()), 2, "no pile of skipped e-mails either")
        self.assertTrue(self._why(invoice, "2026-03-20"))

    def test_a_level_of_calls_only_says_why_nothing_new_is_planned(self):
        policy = self._policy("Calls", Call_them={"days": 5, "step_ids": self._steps("call")})
        self.company.dunning_policy_id = policy
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-10", "2026-03-15")
        self.assertEqual(len(self._actions()), 1)
        self.assertTrue(self._why(invoice, "2026-03-16"), "never silent")
        run = self._run("2026-03-16")
        self.assertEqual(sum(run.reason_ids.mapped("line_count")), 1)

    def test_without_an_address_one_contact_a_week_is_tried_and_says_why(self):
        """Not one skipped contact a day, as long as nothing changes."""
        nobody = self._customer("No Address", email=False)
        invoice = self._invoice(nobody, 100, due="2026-03-05")
        self._live("2026-03-10", "2026-03-23")
        actions = self._actions([("partner_id", "=", nobody.id)])
        self.assertEqual(
            [(str(a.run_id.date), a.state, a.reason_code) for a in actions],
            [("2026-03-10", "skipped", "no_address"), ("2026-03-17", "skipped", "no_address")],
        )
        self.assertEqual(self._why(invoice, "2026-03-13"), "no_address")

    def test_once_the_address_is_there_the_reminder_leaves_the_same_day(self):
        """P3: the week of patience ends with the obstacle."""
        nobody = self._customer("No Address", email=False)
        self._invoice(nobody, 100, due="2026-03-05")

        def enter():
            nobody.email = "here@example.com"

        self._live("2026-03-10", "2026-03-16", {"2026-03-13": enter})
        self.assertEqual(self.sent(), {"2026-03-13": [("No Address", "Friendly", 100.0)]})
