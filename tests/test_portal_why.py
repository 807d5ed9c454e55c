"""Reason first: the first message past due asks why, each answer opens the right record."""

from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged

from .common import CollectionsCommon
from .email_common import DAY, EmailCommon
from .portal_common import PortalCommon
from .test_portal_acts import Neighbor

ANSWERS = ("paid", "missing", "wrong", "time", "other")


@tagged("post_install", "-at_install")
class TestWhyInEmail(EmailCommon):
    def _links(self, part):
        page = html.fromstring(self._html(self._only_message()))
        return [href for href in page.xpath("//a/@href") if part in href]

    def test_the_first_message_past_due_asks_why(self):
        self._invoice(self.customer, 100, due="2026-03-10")
        self._remind()
        base = self._case()._portal_url(fields.Date.to_date(DAY))
        self.assertEqual(self._links("/why/"), [f"{base}/why/{answer}" for answer in ANSWERS])
        self.assertIn(base, self._links("/collections/"))

    def test_later_messages_do_not_but_lead_to_the_account(self):
        self._invoice(self.customer, 100, due="2026-02-20")
        self._remind("2026-02-26")
        self.catcher.forget()
        self._remind("2026-03-08")
        self.assertEqual(self._links("/why/"), [])
        base = self._case()._portal_url(fields.Date.to_date("2026-03-08"))
        account = self._links(f"/collections/{self._case().id}/")
        self.assertEqual(account, [base, f"{base}/preferences"])

    def test_a_policy_may_leave_it_out(self):
        self.policy.ask_why = False
        self._invoice(self.customer, 100, due="2026-03-10")
        self._remind()
        self.assertEqual(self._links("/why/"), [])

    def test_a_reminder_before_the_due_date_does_not_ask(self):
        policy = self._policy("Early", Soon=-3, Late=4)
        soon, late = policy.level_ids.sorted("days")
        self.assertFalse(soon._asks_why())
        self.assertTrue(late._asks_why())


@tagged("post_install", "-at_install")
class TestWhyPaid(Neighbor, PortalCommon):
    def _paid(self, status=200, **values):
        data = {
            "line_ids": self._lines(self.invoice).ids,
            "paid_on": self._in(-2),
            "how": "transfer",
            "reference": "RF 1234",
            **values,
        }
        files = data.pop("files", None)
        return self._post("/why/paid/confirm", data, status=status, files=files)

    def test_it_rests_while_the_payment_is_looked_for(self):
        """P1, P17."""
        page = self._paid()
        self.assertIn("We look for your payment", self._text(page))
        claim = self.case.announcement_ids
        self.assertRecordValues(
            claim,
            [
                {
                    "amount": 100,
                    "reference": "RF 1234",
                    "kind": "transfer",
                    "state": "announced",
                    "source": "portal",
                }
            ],
        )
        self.assertEqual(self._why(self.invoice, self._in(0)), "promised")
        history = self._text(self._get("/history"), "collections_history")
        self.assertIn("You told us of a payment", history)
        self.assertNotEqual(self._why(self.second, self._in(0)), "promised")
        later = claim.deadline + timedelta(days=1)
        self.assertNotEqual(self._why(self.invoice, later), "promised")

    def test_a_link_that_is_only_opened_does_nothing(self):
        """A mail scanner opens every link of a message."""
        before = self.env["mail.message"].search_count([])
        for answer in ANSWERS:
            self._get(f"/why/{answer}")
        self.assertEqual(self.url_open(self._base() + "/why/paid/confirm").status_code, 405)
        self.assertFalse(self.case.announcement_ids)
        self.assertFalse(self.case.dispute_ids)
        self.assertEqual(self.env["mail.message"].search_count([]), before)

    def test_what_makes_no_sense_is_refused(self):
        for values in (
            {"paid_on": ""},
            {"paid_on": self._in(1)},
            {"paid_on": self._in(-400)},
            {"how": "barter"},
            {"line_ids": []},
        ):
            with self.subTest(values):
                self._paid(422, **values)
        self._paid(404, line_ids=self._lines(self.foreign).ids)
        self.assertFalse(self.env["collections.announcement"].search([]))

    def test_it_cannot_be_said_for_ever(self):
        self._paid()
        self.assertIn("already", self._text(self._paid(422), "collections_error"))
        self.case.announcement_ids._transition("missing")
        self.assertIn("proof", self._text(self._paid(422), "collections_error"))
        proof = [("files", ("bank.pdf", b"%PDF-1.4", "application/pdf"))]
        self._paid(files=proof)
        self.case.announcement_ids.filtered(lambda a: a.state == "announced")._transition("missing")
        self.assertIn("call or write", self._text(self._paid(422, files=proof)))
        self.assertEqual(len(self.case.announcement_ids), 2)
        self.assertTrue(self.case.activity_ids.filtered(lambda a: "proof" in a.summary))

    def test_the_answer_is_what_came_of_the_contact(self):
        run = self._run(self._in(0))
        self._dispatch(fields.Datetime.now())
        self._paid()
        contact = run.action_ids.filtered(lambda action: action.case_id == self.case)
        self.assertEqual(contact.outcome_id.code, "paid")
        other = run.action_ids - contact
        self.assertFalse(other.outcome_id)


@tagged("post_install", "-at_install")
class TestWhyOther(Neighbor, PortalCommon):
    def test_an_invoice_that_never_came_is_sent_again(self):
        data = {"move_ids": self.invoice.id, "text": "We have moved"}
        page = self._post("/why/missing/confirm", data)
        self.assertIn("on its way to you", self._text(page))
        dispute = self.case.dispute_ids
        self.assertEqual(dispute.reason_id.code, "invoice_not_received")
        self.assertEqual(dispute.move_ids, self.invoice)
        self.assertEqual(dispute.description, "We have moved")
        self.assertEqual(self.invoice.sending_data["sending_methods"], ["email"])
        self.assertFalse(self.second.sending_data)
        self.assertEqual(self._why(self.invoice, self._in(0)), "disputed")

    def test_core_sends_it(self):
        self.env["account.move"].search([("sending_data", "!=", False)]).sending_data = False
        self._post("/why/missing/confirm", {"move_ids": self.invoice.id})
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertFalse(self.invoice.sending_data)
        sent = self.invoice.message_ids.filtered(lambda m: self.customer in m.partner_ids)
        self.assertTrue(sent.attachment_ids)

    def test_only_own_invoices_are_sent(self):
        self._post("/why/missing/confirm", {"move_ids": self.foreign.id}, status=404)
        self._post("/why/missing/confirm", {}, status=422)
        self.assertFalse(self.foreign.sending_data)

    def test_the_address_is_shown_to_its_owner_only(self):
        text = self._text(self._get("/why/missing"))
        self.assertIn("d•••@example.com", text)
        self.assertNotIn(self.customer.email, text)

    def test_a_message_reaches_the_collector(self):
        self.case.collector_id = self.users["collector"]
        self._post("/why/other/confirm", {"text": "My father died"})
        message = self.case.message_ids.filtered(lambda m: "My father died" in (m.body or ""))
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(self.case.activity_ids.user_id, self.users["collector"])
        self._post("/why/other/confirm", {"text": "  "}, status=422)

    def test_an_unknown_answer_is_not_found(self):
        self._refuses("/why/rich")

    def test_who_needs_time_finds_ways(self):
        page = self._get("/why/time")
        self.assertTrue(page.xpath("//*[@id='collections_time']//a[contains(@href, '/promise')]"))


@tagged("post_install", "-at_install")
class TestScenarioWhy(CollectionsCommon):
    """Told day by day: who says it has paid is left alone, and reminded when nothing came."""

    def test_says_paid_and_nothing_comes(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        days = self.company.collections_announcement_grace_days

        def answer():
            self._case()._customer_paid(
                self._lines(invoice),
                fields.Date.to_date("2026-03-05"),
                "transfer",
                "",
                fields.Date.to_date("2026-03-08"),
            )

        story = self._live("2026-03-01", "2026-03-31", {"2026-03-08": answer})
        self.assertEqual(list(story)[0], "2026-03-06")
        self.assertEqual(story["2026-03-06"][0][1], "Friendly")
        quiet = fields.Date.to_string(fields.Date.to_date("2026-03-08") + timedelta(days=days))
        self.assertFalse([day for day in story if "2026-03-06" < day <= quiet])
        self.assertEqual([row[1] for rows in story.values() for row in rows][1:2], ["Firm"])

    def test_says_paid_and_it_comes(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01")

        def answer():
            self._case()._customer_paid(
                self._lines(invoice),
                fields.Date.to_date("2026-03-05"),
                "transfer",
                "",
                fields.Date.to_date("2026-03-08"),
            )

        events = {"2026-03-08": answer, "2026-03-09": lambda: self._pay(invoice, day="2026-03-09")}
        story = self._live("2026-03-01", "2026-04-20", events)
        self.assertEqual(list(story), ["2026-03-06"])
