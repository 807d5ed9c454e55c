"""Customers build, accept and follow payment plans on their own page."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalPlan(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder = cls._policy("Installments", Soon=-3, Missing=3)
        cls.ladder.is_for_plans = True
        cls.offer = cls._offer("Half a year")
        cls.policy.plan_offer_ids = cls.offer
        cls.second = cls._late(cls.customer, 50, days=3)

    @classmethod
    def _offer(cls, name, **values):
        return cls.env["collections.plan.offer"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "policy_id": cls.ladder.id,
                "self_service": True,
                "max_count": 6,
                **values,
            }
        )

    def _query(self, moves=None, **values):
        moves = moves or self.invoice | self.second
        values = {"count": 3, "first_date": self._in(10), **values}
        pairs = [("move_ids", move.id) for move in moves] + list(values.items())
        return "&".join(f"{name}={value}" for name, value in pairs)

    def _preview(self, status=200, **values):
        return self._get(f"/plan/preview?{self._query(**values)}", status=status)

    def _form(self, page):
        """What the form of a page would send, boxes left empty."""
        fields = page.xpath("//form[contains(@action, '/plan/accept')]//input[@name]")
        data = {}
        for field in fields:
            if field.get("type") != "checkbox":
                data.setdefault(field.get("name"), []).append(field.get("value") or "")
        data.pop("csrf_token")
        return data

    def _agree(self, page, status=200, **values):
        data = {**self._form(page), "name": "Dora Debtor", "agreed": "1", **values}
        return self._post("/plan/accept", data, status=status)

    def _plans(self):
        self.env.invalidate_all()
        return self.env["collections.plan"].search([("partner_id", "=", self.customer.id)])

    def _schedule(self, page):
        rows = page.xpath("//table[@id='collections_schedule']/tbody/tr")
        return [row.xpath("string(td[3])").strip() for row in rows]

    # === BUILD ONE === #

    def test_from_the_overview_to_a_running_plan(self):
        page = self._get()
        self.assertTrue(page.xpath("//a[@id='collections_plan']"))
        page = self._get("/plan")
        self.assertEqual(len(page.xpath("//input[@name='move_ids'][@checked]")), 2)
        page = self._preview()
        self.assertEqual(self._schedule(page), ["$\xa050.00"] * 3)
        self.assertFalse(self._plans(), "looking agrees to nothing")
        page = self._agree(page)
        plan = self._plans()
        self.assertEqual((plan.state, plan.source, plan.total), ("active", "portal", 150))
        self.assertEqual(plan.accepted_name, "Dora Debtor")
        self.assertTrue(plan.accepted_ip and plan.accepted_at)
        self.assertEqual(plan.line_ids[0].date, self.today + timedelta(days=10))
        self.assertIn("The plan begins", self._text(page))
        self.assertIn(plan.name, self._text(self._get(), "collections_plans"))

    def test_in_a_plan_nothing_is_overdue(self):
        self._agree(self._preview())
        page = self._get()
        self.assertFalse(page.xpath("//*[starts-with(@id, 'overdue_')]"))
        self.assertIn(f"In payment plan {self._plans().name}", self._text(page))
        self.assertFalse(page.xpath("//a[@id='collections_plan']"))

    def test_a_part_of_the_invoices_and_something_at_once(self):
        page = self._preview(moves=self.invoice, count=2, down_payment="20")
        self.assertEqual(self._schedule(page), ["$\xa020.00", "$\xa040.00", "$\xa040.00"])
        self._agree(page)
        self.assertEqual(self._plans().move_ids, self.invoice)

    def test_beyond_the_limits_nothing_is_written(self):
        for values in (
            {"count": 7},
            {"count": 0, "first_date": self._in(-1)},
            {"first_date": self._in(40)},
            {"count": "x"},
            {"down_payment": "150"},
            {"down_payment": "-3"},
            {"day_of_month": "32"},
            {"day_of_month": "1e3"},
        ):
            with self.subTest(values):
                page = self._preview(status=422, **values)
                self.assertTrue(self._text(page, "collections_error"))
        self.assertFalse(self._plans())

    def test_what_was_entered_stays_in_the_form(self):
        page = self._preview(status=422, count=7, moves=self.second)
        self.assertEqual(page.xpath("//input[@name='count']/@value"), ["7"])
        ticked = page.xpath("//input[@name='move_ids'][@checked]/@value")
        self.assertEqual(ticked, [str(self.second.id)])

    def test_nobody_agrees_by_accident(self):
        page = self._preview()
        for values in ({"agreed": ""}, {"name": " "}, {"code": "x"}):
            with self.subTest(values):
                answer = self._agree(page, status=422, **values)
                self.assertTrue(self._text(answer, "collections_error"))
        self.assertFalse(self._plans())

    def test_paid_meanwhile_is_looked_at_again(self):
        page = self._preview()
        self._pay(self.invoice, 40, day=self.today)
        answer = self._agree(page, status=422)
        self.assertIn("changed", self._text(answer, "collections_error"))
        self.assertEqual(self._schedule(answer)[0], "$\xa036.66")
        self._agree(answer)
        self.assertEqual(self._plans().total, 110)

    def test_a_tampered_form_gets_what_was_seen_or_nothing(self):
        page = self._preview()
        self._agree(page, status=422, count="6")
        self._agree(page, status=422, first_date=self._in(5))
        self.assertFalse(self._plans())

    def test_foreign_invoices_and_terms_are_not_there(self):
        stranger = self._late(self._customer("Stranger"), 10, days=3)
        secret = self._offer("Secret", self_service=False)
        unlisted = self._offer("Unlisted")
        self.policy.plan_offer_ids |= secret
        for values in (
            {"moves": stranger},
            {"moves": self.invoice | stranger},
            {"offer_id": secret.id},
            {"offer_id": unlisted.id},
            {"offer_id": 0},
        ):
            with self.subTest(values):
                self._preview(status=404, **values)

    def test_a_large_plan_waits_for_a_manager(self):
        self.offer.approval_amount = 100
        page = self._agree(self._preview())
        self.assertEqual(self._plans().state, "draft")
        self.assertIn("answer as soon as we can", self._text(page))
        self.assertFalse(self.invoice.payment_plan_id)
        self.assertTrue(self._plans().activity_ids)

    def test_after_a_failed_plan_a_person_decides(self):
        self._agree(self._preview())
        plan = self._plans()
        plan._transition("defaulted", today=self.today)
        self.assertIn("talk to us", self._text(self._get("/plan")))
        self._preview(status=422)

    def test_without_terms_on_offer_there_is_none(self):
        self.policy.plan_offer_ids = False
        self.assertFalse(self._get().xpath("//a[@id='collections_plan']"))
        self.assertIn("ask us", self._text(self._get("/plan")))

    # === A PROPOSAL === #

    def _proposal(self):
        plan = self.env["collections.plan"]._propose(
            self.case,
            self.invoice,
            self.offer,
            {"count": 2, "first_date": self.today + timedelta(days=10)},
            "collector",
            self.today,
        )
        self.assertEqual(plan.state, "proposed")
        return plan

    def test_a_proposal_is_accepted(self):
        plan = self._proposal()
        page = self._get(f"/plan/{plan.id}")
        self.assertIn("our proposal", self._text(page))
        self._post(f"/plan/{plan.id}/accept", {"name": "Dora"}, status=422)
        self.assertEqual(plan.state, "proposed")
        self._post(f"/plan/{plan.id}/accept", {"name": "Dora", "agreed": "1"})
        self.assertEqual((plan.state, plan.accepted_name), ("active", "Dora"))
        self._post(f"/plan/{plan.id}/accept", {"name": "Eve", "agreed": "1"}, status=422)
        self.assertEqual(plan.accepted_name, "Dora")

    def test_a_proposal_is_declined(self):
        plan = self._proposal()
        self._post(f"/plan/{plan.id}/decline", {"text": "Less a month, please"})
        self.assertEqual(plan.state, "cancelled")
        self.assertTrue(self.case.activity_ids)
        said = " ".join(self.case.message_ids.mapped("body"))
        self.assertIn("Less a month, please", said)
        self._get(f"/plan/{plan.id}", status=404)

    def test_an_expired_proposal_says_so(self):
        plan = self._proposal()
        plan.sudo().valid_until = self.today - timedelta(days=1)
        page = self._post(f"/plan/{plan.id}/accept", {"name": "D", "agreed": "1"}, status=422)
        self.assertIn("valid until", self._text(page, "collections_error"))

    def test_a_running_plan_shows_how_it_stands(self):
        plan = self._proposal()
        plan._accept("Dora", self._at(self.today))
        self._pay(self.invoice, 50, day=self.today)
        plan._settle(self.today)
        page = self._get(f"/plan/{plan.id}")
        self.assertIn("paid", self._schedule_state(page, 1))
        [url] = page.xpath("//a[@id='collections_pay_installment']/@href")
        page = self._get(base=url)
        self.assertEqual(self._text(page, "collections_sum"), "$ 50.00")

    def test_the_agreement_to_download(self):
        plan = self._proposal()
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() in ("install", "broken"):
            self.skipTest("wkhtmltopdf is missing")
        answer = self._get_pdf(plan)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertTrue(answer.content.startswith(b"%PDF"))

    def _schedule_state(self, page, number):
        return page.xpath(f"string(//tr[@data-number='{number}']/td[3])")

    def _get_pdf(self, plan):
        return self.url_open(f"{self._base()}/plan/{plan.id}/agreement")

    # === PAIRS === #

    def test_another_customers_plan_is_not_there(self):
        plan = self._proposal()
        stranger = self._customer("Stranger")
        self._late(stranger, 10, days=3)
        case = self.env["collections.case"]._of(stranger, self.company)
        self._refuses(f"/plan/{plan.id}", case=case)
        for path in ("accept", "decline"):
            data = {"name": "Eve", "agreed": "1"}
            self._post(f"/plan/{plan.id}/{path}", data, case=case, status=404)
        self.assertEqual(plan.state, "proposed")

    def test_a_draft_is_nobodys_but_ours(self):
        self.offer.approval_amount = 10
        plan = self.env["collections.plan"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "offer_id": self.offer.id,
                "item_ids": [Command.create({"move_id": self.invoice.id})],
            }
        )
        self._refuses(f"/plan/{plan.id}")

    def test_get_changes_nothing(self):
        plan = self._proposal()
        for path in ("accept", "decline"):
            response = self.url_open(f"{self._base()}/plan/{plan.id}/{path}")
            self.assertIn(response.status_code, (404, 405))
        self.assertEqual(plan.state, "proposed")

    def test_right_to_left(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.customer.lang = "ar_001"
        page = self._preview()
        self.assertEqual(page.xpath("//div[@id='wrap']/@dir"), ["rtl"])
