"""How and when customers want to be contacted, and where they do not."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CollectionsCommon
from .portal_common import PortalCommon

TODAY = "2026-03-02"  # a Monday


@tagged("post_install", "-at_install")
class TestPortalPreferences(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        steps = cls._steps("email", fallback=("letter",))
        cls.company.dunning_policy_id = cls._policy("Two Ways", Only={"days": 5, "step_ids": steps})

    def _save(self, status=200, **values):
        data = {
            "channel": "",
            "lang": "en_US",
            "hour_from": "0",
            "hour_to": "0",
            "weekdays": list("0123456"),
            **values,
        }
        return self._post("/preferences/save", data, status=status)

    def test_wishes_are_kept_and_shown_again(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        page = self._save(
            channel="letter",
            lang="fr_FR",
            hour_from="10",
            hour_to="16",
            weekdays=["1", "3"],
            refused=["email"],
        )
        self.assertRecordValues(
            self.case,
            [
                {
                    "preferred_channel": "letter",
                    "contact_from": 10,
                    "contact_to": 16,
                    "contact_weekdays": "13",
                }
            ],
        )
        self.assertEqual(self.customer.lang, "fr_FR")
        self.assertEqual(page.getroottree().getroot().get("lang"), "fr-FR")
        chosen = page.xpath("//input[@name='weekdays'][@checked]/@value")
        self.assertEqual(sorted(chosen), ["1", "3"])
        self.assertEqual(page.xpath("//input[@name='refused'][@checked]/@value"), ["email"])
        row = self.case.opt_out_ids
        self.assertEqual((row.channel_code, row.source, row.date), ("email", "portal", self.today))

    def test_a_channel_allowed_again_leaves_its_history(self):
        self._save(refused=["email"])
        self._save()
        self._save(refused=["email"])
        rows = self.case.opt_out_ids
        self.assertEqual(len(rows), 2)
        self.assertEqual(len(rows.filtered("date_end")), 1)

    def test_what_is_not_offered_is_refused_and_nothing_is_written(self):
        for values in (
            {"channel": "pigeon"},
            {"lang": "xx_XX"},
            {"lang": ""},
            {"hour_from": "3", "hour_to": "8"},
            {"hour_from": "20", "hour_to": "23"},
            {"hour_from": "16", "hour_to": "10"},
            {"hour_from": "x", "hour_to": "9"},
            {"weekdays": ["7"]},
            {"weekdays": ["x"]},
            {"refused": ["letter"]},
            {"refused": ["email"], "channel": "email"},
        ):
            with self.subTest(values):
                page = self._save(422, **values)
                self.assertTrue(self._text(page, "collections_error"))
                self.assertFalse(self.case.opt_out_ids)
                self.assertFalse(self.case.preferred_channel or self.case.contact_weekdays)

    def test_a_letter_can_always_come(self):
        page = self._get("/preferences")
        offered = page.xpath("//input[@name='refused']/@value")
        self.assertIn("email", offered)
        self.assertNotIn("letter", offered)


@tagged("post_install", "-at_install")
class TestScenarioPreferences(CollectionsCommon):
    def setUp(self):
        super().setUp()
        self.day_one = fields.Date.to_date(TODAY)
        self.case = self.env["collections.case"]._of(self.customer, self.company)

    def _reach_by(self, *codes, fallback=()):
        steps = self._steps(*codes, fallback=fallback)
        policy = self._policy("More Ways", Friendly={"days": 5, "step_ids": steps})
        self.company.dunning_policy_id = policy

    def _want(self, channel=None, hours=(0, 0), weekdays=(), refused=()):
        self.case._customer_preferences(
            channel, "en_US", hours, set(weekdays), set(refused), self.day_one
        )

    def test_not_by_email_then_by_letter(self):
        us = self.env.ref("base.us").id
        self.customer.write(
            {"street": "1 Main St", "city": "Boston", "zip": "02101", "country_id": us}
        )
        self.company.partner_id.write({"street": "2 Main St", "city": "Boston", "zip": "02101"})
        self._reach_by("email", fallback=("letter",))
        self._invoice(self.customer, 100, due="2026-02-25")
        self._want(refused=["email"])
        with self.day(TODAY) as now:
            run = self._run(TODAY)
            self._dispatch(now)
            self._dispatch(now)
        states = {a.channel_code: (a.state, a.reason_code) for a in run.action_ids}
        self.assertEqual(states["email"], ("skipped", "opted_out"))
        self.assertEqual(states["letter"][0], "sending")

    def test_not_by_email_and_no_other_way(self):
        self._invoice(self.customer, 100, due="2026-02-25")
        self._want(refused=["email"])
        self.assertEqual(self._live(TODAY, "2026-03-20"), {})
        self.assertEqual({a.reason_code for a in self._actions()}, {"opted_out"})
        self.case._refuse_channels(set(), fields.Date.to_date("2026-03-20"), "phone")
        self.assertTrue(self._live("2026-03-21", "2026-03-31"))

    def test_only_on_thursdays_after_four(self):
        """P18: in the customer's own hours and days."""
        self._invoice(self.customer, 100, due="2026-02-25")
        self._want(hours=(16, 19), weekdays={3})
        with self.day(TODAY, 17) as now:
            run = self._run(TODAY)
            self._dispatch(now)
        action = run.action_ids
        self.assertEqual((action.state, action.reason_code), ("queued", "outside_window"))
        self.assertEqual(fields.Datetime.to_string(action.scheduled_at), "2026-03-05 16:00:00")
        with self.day("2026-03-05", 15.9) as now:
            self._dispatch(now)
        self.assertEqual(action.state, "queued")
        with self.day("2026-03-05", 16) as now:
            self._dispatch(now)
        self.assertEqual(action.state, "sent")

    def test_the_preferred_channel_takes_the_place_of_the_others(self):
        self._reach_by("email", "call", fallback=("letter",))
        other = self._customer("Other Ltd")
        self._invoice(self.customer, 100, due="2026-02-25")
        self._invoice(other, 100, due="2026-02-25")
        self._want(channel="letter")
        actions = self._run(TODAY).action_ids
        by_partner = actions.grouped("partner_id")
        self.assertEqual(by_partner[self.customer].mapped("channel_code"), ["letter"])
        self.assertEqual(set(by_partner[other].mapped("channel_code")), {"email", "call"})

    def test_where_the_preferred_channel_fails_the_usual_one_follows(self):
        self._reach_by("email", fallback=("letter",))
        self._invoice(self.customer, 100, due="2026-02-25")
        self._want(channel="letter")
        with self.day(TODAY) as now:
            run = self._run(TODAY)
            run.action_ids._transition("skipped", "no_address")
            run.action_ids._start_fallback()
            self._dispatch(now)
        self.assertEqual(
            {a.channel_code: a.state for a in run.action_ids},
            {"letter": "skipped", "email": "sent"},
        )

    def test_opt_outs_are_ended_not_deleted(self):
        self._want(refused=["email"])
        with self.assertRaises(UserError):
            self.case.opt_out_ids.unlink()
        row = self.case.opt_out_ids.with_user(self.users["collector"])
        row.date_end = row.date
        with self.assertRaises(AccessError):
            row.with_user(self.users["viewer"]).date_end = False
