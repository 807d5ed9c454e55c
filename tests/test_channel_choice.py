"""Which channel comes first, learnt from what came of contacts; what contacts cost."""

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CollectionsCommon

TODAY = "2026-03-20"


@tagged("post_install", "-at_install")
class TestChannelChoice(CollectionsCommon):
    """The portal stands for any second channel that sends by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "collections_learn_channel": True,
                "collections_lot_percent": 0,
                "collections_least_contacts": 40,
                "collections_answer_days": 10,
            }
        )
        cls.policy.level_ids[0].step_ids = [
            (5,),
            *cls._steps("email", "call", fallback=("portal", "letter")),
        ]
        cls.segment = cls.env["collections.segment"].create({"name": "Slow", "code": "slow"})

    def _past(self, channel, contacts, answers, segment=None):
        """Contacts of January, so many of them answered."""
        partner = self._customer(f"Past {channel} {segment and segment.code}")
        case = self.env["collections.case"]._of(partner, self.company)
        case.segment_id = segment
        values = {
            "case_id": case.id,
            "partner_id": partner.id,
            "recipient_id": partner.id,
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
            "level_id": self.policy.level_ids[0].id,
            "channel_code": channel,
            "state": "sent",
            "contact_date": "2026-01-10",
        }
        actions = self.env["dunning.action"].sudo().create([values] * contacts)
        actions[:answers].outcome_id = self.env.ref("collections_addon.outcome_reply")
        return actions

    def _channels(self, partner=None):
        """Channels of the contacts that today's evaluation makes."""
        self._invoice(partner or self.customer, 100, due="2026-03-12")
        with self.day(TODAY):
            run = self._run(TODAY)
        actions = run.action_ids.filtered(lambda a: a.partner_id == (partner or self.customer))
        return actions, sorted(actions.mapped("channel_code"))

    def test_the_answered_channel_comes_first_and_says_why(self):
        self._past("email", 100, 1)
        self._past("portal", 100, 80)
        actions, channels = self._channels()
        self.assertEqual(channels, ["call", "portal"])
        chosen = actions.filtered(lambda a: a.channel_code == "portal")
        self.assertEqual(chosen.choice["kind"], "learnt")
        self.assertIn("80 of 100 answered", chosen.choice_text)
        self.assertFalse((actions - chosen).choice_text)

    def test_what_fails_is_followed_by_the_usual_channel(self):
        self._past("email", 100, 1)
        self._past("portal", 100, 80)
        self.customer.phone = "+1 555 0101"
        self._channels()
        with self.day(TODAY, 13) as now:
            self._dispatch(now)
        states = {a.channel_code: a.state for a in self._actions([("run_id", "!=", False)])}
        self.assertEqual(states["portal"], "skipped")  # nobody can log in
        self.assertIn("email", states)
        self.assertNotIn("letter", states)

    def test_too_little_is_known(self):
        self._past("portal", 39, 39)
        actions, channels = self._channels()
        self.assertEqual(channels, ["call", "email"])
        self.assertIn("Too little", actions.filtered("choice").choice_text)

    def test_customers_alike_count_before_all(self):
        self._past("email", 60, 1)
        self._past("portal", 60, 50)
        self._past("email", 60, 50, self.segment)
        self._past("portal", 60, 1, self.segment)
        self.env["collections.case"]._of(self.customer, self.company).segment_id = self.segment
        other = self._customer("Plain Ltd")
        self._invoice(other, 50, due="2026-03-12")
        actions, channels = self._channels()
        self.assertEqual(channels, ["call", "email"])
        by_all = self._actions([("partner_id", "=", other.id)]).filtered("choice")
        self.assertEqual(sum(arm[1] for arm in by_all.choice["arms"]), 240)

    def test_the_wish_of_the_customer_goes_before(self):
        self._past("portal", 100, 80)
        self.env["collections.case"]._of(self.customer, self.company).preferred_channel = "letter"
        actions, channels = self._channels()
        self.assertEqual(channels, ["letter"])
        self.assertFalse(actions.choice)

    def test_it_is_off_unless_asked_for(self):
        self.assertFalse(self.env["res.company"].create({"name": "New"}).collections_learn_channel)
        self.company.collections_learn_channel = False
        self._past("portal", 100, 80)
        actions, channels = self._channels()
        self.assertEqual(channels, ["call", "email"])
        self.assertFalse(actions.filtered("choice"))

    def test_a_level_that_sends_by_two_channels_at_once_is_left_alone(self):
        self.policy.level_ids[0].step_ids = [(5,), *self._steps("email", "portal")]
        self._past("portal", 100, 80)
        _actions, channels = self._channels()
        self.assertEqual(channels, ["email", "portal"])

    def test_everything_by_lot(self):
        self.company.collections_lot_percent = 100
        actions, _channels = self._channels()
        self.assertEqual(actions.filtered("choice").choice["kind"], "lot")

    def test_payments_in_time_are_answers_and_costs_follow_the_day(self):
        prices = self.env["collections.contact.cost"]
        for day, cost in (("2026-01-01", 1.5), ("2026-03-01", 2.0)):
            prices.create({"channel_code": "email", "date_start": day, "cost": cost})
        self._past("email", 1, 0)
        invoices = [self._invoice(self._customer(f"C{n}"), 10, due="2026-03-01") for n in range(3)]
        with self.day("2026-03-07") as now:
            self._run("2026-03-07")
            self._dispatch(now)
        self._pay(invoices[0], day="2026-03-17")
        self._pay(invoices[1], day="2026-03-18")
        rows = self.env["collections.contact.report"].search(
            [("company_id", "=", self.company.id), ("channel_code", "=", "email")]
        )
        paid = {row.partner_id.name: (row.answered, row.cost) for row in rows}
        self.assertEqual(
            paid, {"Past email None": (0, 1.5), "C0": (1, 2.0), "C1": (0, 2.0), "C2": (0, 2.0)}
        )

    def test_one_price_per_channel_and_day(self):
        prices = self.env["collections.contact.cost"]
        prices.create({"channel_code": "email", "date_start": "2026-01-01", "cost": 1})
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            prices.create({"channel_code": "email", "date_start": "2026-01-01", "cost": 2})

    def test_prices_of_a_day(self):
        prices = self.env["collections.contact.cost"]
        prices.create({"channel_code": "email", "date_start": "2026-02-01", "cost": 1})
        for day, cost in (("2026-01-31", {}), ("2026-02-01", {"email": 1.0})):
            self.assertEqual(prices._on(self.company, fields.Date.to_date(day)), cost)
