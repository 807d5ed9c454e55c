"""Satisfaction and complaints: who complains hears of a person first."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CollectionsCommon, SecondCompany
from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalRating(PortalCommon):
    def _ratings(self):
        return self.env["rating.rating"].search(
            [("res_model", "=", "collections.case"), ("res_id", "=", self.case.id)]
        )

    def test_one_tap_and_a_confirmation(self):
        page = self._get("/rate?value=5")
        self.assertEqual(page.xpath("//input[@name='value'][@checked]/@value"), ["5"])
        self.assertFalse(self._ratings())
        self._post("/rate/confirm", {"value": "5", "text": "Friendly on the phone"})
        rating = self._ratings()
        self.assertEqual(
            (rating.rating, rating.feedback, rating.consumed),
            (5, "Friendly on the phone", True),
        )
        self.assertEqual(rating.partner_id, self.customer)
        self.assertEqual(self.case.satisfaction, 5)
        self.assertFalse(self.case.complaint_ids)

    def test_a_second_answer_corrects_the_first(self):
        self._post("/rate/confirm", {"value": "5"})
        self._post("/rate/confirm", {"value": "3"})
        self.assertEqual(self._ratings().mapped("rating"), [3])

    def test_other_values_are_refused(self):
        for value in ("0", "2", "6", "-1", "x", "", "5.5"):
            with self.subTest(value):
                self._post("/rate/confirm", {"value": value}, status=422)
        self.assertFalse(self._ratings())

    def test_a_bad_answer_stops_automation(self):
        page = self._post("/rate/confirm", {"value": "1", "text": "Rude"})
        self.assertIn("no reminder is sent", self._text(page))
        complaint = self.case.open_complaint_id
        self.assertEqual((complaint.text, complaint.source), ("Rude", "portal"))
        self.assertEqual(self._why(self.invoice, self._in(0)), "complaint_open")
        self.assertEqual(complaint.activity_ids.user_id, self.case._collections_manager())
        self.assertTrue(complaint.activity_ids)

    def test_a_complaint_is_added_to_the_open_one(self):
        self._post("/complaint/send", {"text": "You called at night"})
        self._post("/complaint/send", {"text": "And again"})
        complaint = self.case.complaint_ids
        self.assertEqual(len(complaint), 1)
        said = " ".join(complaint.message_ids.mapped("body"))
        self.assertIn("You called at night", said)
        self.assertIn("And again", said)
        self._post("/complaint/send", {"text": " "}, status=422)
        self.assertTrue(self._text(self._get(), "collections_complaint"))

    def test_it_is_asked_after_something_was_done_and_not_again(self):
        data = {"line_ids": self._lines(self.invoice).ids, "date": self._in(3)}
        page = self._post("/promise/make", data)
        self.assertTrue(self._text(page, "collections_question"))
        self.assertFalse(self._text(self._get(), "collections_question"))
        page = self._post("/rate/confirm", {"value": "5"})
        self.assertFalse(self._text(page, "collections_question"))
        now = fields.Datetime.now()
        self.assertFalse(self.case._may_be_asked(now + timedelta(days=29)))
        self.assertTrue(self.case._may_be_asked(now + timedelta(days=31)))


@tagged("post_install", "-at_install")
class TestScenarioComplaint(SecondCompany, CollectionsCommon):
    def test_nothing_while_it_is_open_then_where_it_stood(self):
        """P17: the other customer is reminded as ever; P9: the other company too."""
        other = self._customer("Other Ltd")
        for partner in (self.customer, other):
            self._invoice(partner, 100, due="2026-03-01")
        case = self.env["collections.case"]._of(self.customer, self.company)

        def complain():
            case._customer_complain("You wrote to my mother", fields.Date.to_date("2026-03-08"))

        def settle():
            manager = case.complaint_ids.with_user(self.users["manager"])
            manager.resolution = "Apologized"
            manager.action_close()

        events = {"2026-03-08": complain, "2026-03-25": settle}
        story = self._live("2026-03-01", "2026-04-05", events)
        mine = {
            day: row[1] for day, rows in story.items() for row in rows if row[0] == "Debtor Ltd"
        }
        theirs = {
            day: row[1] for day, rows in story.items() for row in rows if row[0] == "Other Ltd"
        }
        self.assertEqual(list(mine.values()), ["Friendly", "Firm", "Final"])
        self.assertEqual(list(mine)[:2], ["2026-03-06", "2026-03-25"])
        self.assertEqual(list(theirs)[:2], ["2026-03-06", "2026-03-16"])

    def test_what_waits_to_be_sent_is_stopped_too(self):
        """P20: decided again at the moment of sending."""
        self._invoice(self.customer, 100, due="2026-03-01")
        run = self._run("2026-03-10")
        self._case()._customer_complain("Stop", fields.Date.to_date("2026-03-10"))
        with self.day("2026-03-10") as now:
            self._dispatch(now)
        self.assertEqual(
            (run.action_ids.state, run.action_ids.reason_code), ("skipped", "complaint_open")
        )

    def test_only_a_manager_settles_it_and_says_how(self):
        case = self.env["collections.case"]._of(self.customer, self.company)
        complaint = case._customer_complain("Stop", fields.Date.to_date("2026-03-10"))
        with self.assertRaises(UserError):
            complaint.with_user(self.users["manager"]).action_close()
        complaint.with_user(self.users["manager"]).resolution = "Talked"
        with self.assertRaises(AccessError):
            complaint.with_user(self.users["collector"]).action_close()
        complaint.with_user(self.users["manager"]).action_close()
        self.assertFalse(complaint.activity_ids)
        self.assertFalse(case.open_complaint_id)
        with self.assertRaises(UserError):
            complaint.unlink()
