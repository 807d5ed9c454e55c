"""The dialog that makes a plan, its buttons, its agreement on paper."""

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .plan_common import PlanCommon

TODAY = "2026-03-04"


class PlanScreens(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._invoice(cls.customer, 300, due="2026-03-02")
        cls.second = cls._invoice(cls.customer, 60, due="2026-03-20")
        cls.collector = cls.users["collector"]

    def _dialog(self, records, user=None):
        dialog = (
            self.env["collections.plan.wizard"]
            .with_user(user or self.collector)
            .with_context(active_model=records._name, active_ids=records.ids)
        )
        with self.day(TODAY):
            return Form(dialog)

    def _confirm(self, form):
        with self.day(TODAY):
            action = form.save().action_confirm()
        return self.env["collections.plan"].browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestPlanDialog(PlanScreens):
    def test_from_the_customer_with_everything_open(self):
        form = self._dialog(self.case)
        self.assertEqual(form.debt, 360)
        self.assertEqual((form.offer_id, form.count), (self.offer, 6))
        self.assertIn("$\xa060.00", form.preview)
        plan = self._confirm(form)
        self.assertEqual((plan.state, plan.total, plan.count), ("proposed", 360, 6))
        self.assertEqual(plan.user_id, self.collector)

    def test_the_schedule_follows_every_change(self):
        form = self._dialog(self.first)
        form.count = 2
        self.assertIn("$\xa0150.00", form.preview)
        form.down_payment = 100
        self.assertIn("Down payment", form.preview)
        self.assertIn("$\xa0100.00", form.preview)
        form.by = "size"
        form.size = 90
        form.down_payment = 0
        self.assertEqual(form.preview.count("$\xa090.00"), 3)
        self.assertIn("$\xa030.00", form.preview)
        form.day_of_month = 31
        self.assertIn("03/31/2026", form.preview)
        self.assertIn("04/30/2026", form.preview)
        self.assertFalse(form.error)

    def test_what_cannot_be_is_said_at_once(self):
        form = self._dialog(self.first)
        form.down_payment = 300
        self.assertIn("down payment", form.error)
        self.assertFalse(form.preview)
        with self.assertRaises(UserError):
            self._confirm(form)

    def test_what_a_manager_must_approve_is_said_at_once(self):
        form = self._dialog(self.first)
        self.assertFalse(form.approval_text)
        form.count = 9
        self.assertIn("More than 6", form.approval_text)
        self.assertEqual(self._confirm(form).state, "draft")

    def test_other_terms_begin_anew(self):
        hard = self._offer("Hard", hardship=True, max_count=12, sequence=50)
        self.policy.plan_offer_ids |= hard
        form = self._dialog(self.first)
        form.offer_id = hard
        self.assertEqual(form.count, 12)
        self.assertTrue(form.hardship)

    def test_another_schedule_for_a_proposal_over_what_is_open_now(self):
        plan = self._confirm(self._dialog(self.first | self.second))
        self._pay(self.first, 100, day=TODAY)
        form = self._dialog(plan)
        self.assertEqual(form.debt, 260)
        form.count = 4
        self.assertEqual(self._confirm(form), plan)
        self.assertEqual((plan.state, plan.total, plan.count), ("proposed", 260, 4))
        plan._accept("Dora", self._at(TODAY))
        self.assertEqual(plan.state, "active")

    def test_it_opens_in_the_browser_with_the_invoices_ticked(self):
        """The web client takes commands, not ids, as what is ticked at first."""
        dialog = (
            self.env["collections.plan.wizard"]
            .with_user(self.collector)
            .with_context(active_model=self.case._name, active_ids=self.case.ids)
        )
        spec = {"move_ids": {"fields": {"display_name": {}}}, "debt": {}, "preview": {}}
        with self.day(TODAY):
            values = dialog.onchange({}, [], spec)["value"]
        ticked = {command[1] for command in values["move_ids"]}
        self.assertEqual(ticked, {self.first.id, self.second.id})
        self.assertEqual(values["debt"], 360)

    def test_only_for_invoices_of_one_customer(self):
        other = self._invoice(self._customer("Other"), 10, due="2026-03-02")
        with self.assertRaises(UserError):
            self._dialog(self.first | other)
        with self.assertRaises(UserError):
            self._dialog(self.env["account.move"])

    def test_a_viewer_makes_none(self):
        with self.assertRaises(AccessError):
            self._confirm(self._dialog(self.first, user=self.users["viewer"]))

    def test_without_offers_it_says_who_can_help(self):
        self.policy.plan_offer_ids = False
        self.assertIn("administrator", self._dialog(self.first).error)

    def test_the_customer_agrees_on_the_phone(self):
        plan = self._confirm(self._dialog(self.first))
        dialog = self.env["collections.plan.accept"].with_user(self.collector)
        wizard = dialog.create({"plan_id": plan.id, "note": "By telephone"})
        self.assertEqual(wizard.name, "Debtor Ltd")
        with self.day("2026-03-05"):
            wizard.action_confirm()
        self.assertEqual((plan.state, plan.accepted_name), ("active", "Debtor Ltd"))
        plan.invalidate_recordset(["message_ids"])
        self.assertIn("By telephone", " ".join(plan.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestPlanForm(PlanScreens):
    def test_what_comes_next_is_said(self):
        plan = self._agreed(self.first, TODAY, first="2026-03-31")
        with self.day("2026-03-10"):
            self.assertIn("Installment 1 of 3", plan.reminder_text)
            self.assertIn("03/28/2026", plan.reminder_text)
        self._hold(self.customer, start="2026-03-11")
        plan.invalidate_recordset(["reminder_text"])
        with self.day("2026-03-12"):
            self.assertFalse(plan.reminder_text)

    def test_reminders_are_counted_and_opened(self):
        plan = self._agreed(self.first, TODAY, first="2026-03-31")
        self._live("2026-03-28", "2026-03-28")
        self.assertEqual(plan.reminder_count, 1)
        found = self.env["dunning.action"].search(plan.action_open_reminders()["domain"])
        self.assertEqual(found.plan_line_id, self._line(1, plan))

    def test_a_payment_is_registered_in_cores_dialog(self):
        plan = self._agreed(self.first | self.second, TODAY, first="2026-03-31")
        action = plan.action_register_payment()
        self.assertEqual(action["res_model"], "account.payment.register")
        wizard = Form(self.env["account.payment.register"].with_context(**action["context"])).save()
        self.assertEqual(wizard.amount, 120, "the next installment")
        wizard.payment_date = fields.Date.to_date("2026-03-30")
        wizard._create_payments()
        self._settled(plan, "2026-03-31")
        self.assertEqual(plan.line_ids.mapped("state"), ["paid", "open", "open"])

    def test_the_message_to_the_customer_carries_the_agreement(self):
        plan = self._plan(self.first, TODAY, first="2026-03-31")
        action = plan.with_user(self.collector).action_send()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.collector)
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn(plan.name, composer.subject)
        self.assertIn("300.00", composer.body)
        self.assertIn(f"/plan/{plan.id}", composer.body)
        self.assertEqual(composer.partner_ids, self.customer)

    def test_the_offer_form_and_the_policy_form_open(self):
        with Form(self.env["collections.plan.offer"].with_user(self.users["admin"])) as form:
            form.name = "Weekly"
            form.frequency = "weekly"
        with Form(self.policy.with_user(self.users["admin"])) as form:
            form.plan_offer_ids.add(self.offer)


@tagged("post_install", "-at_install")
class TestPlanAgreement(PlanScreens):
    def _page(self, plan):
        return str(self.env["collections.document"]._html(plan._collections_document()))

    def test_it_says_what_is_paid_when_and_what_is_agreed(self):
        self.offer.write({"interest_percent": 10, "note": "<p>House conditions.</p>"})
        plan = self._plan(self.first, TODAY, first="2026-03-31")
        page = self._page(plan)
        for text in (plan.name, self.first.name, "Mar 31, 2026", "Apr 30, 2026", "May 31, 2026",
                     "10 % a year", "House conditions.", "valid until", "second one"):  # fmt: skip
            self.assertIn(text, page)
        self.assertNotIn("costs nothing", page)
        plan._accept("Dora Debtor", self._at(TODAY), ip="192.0.2.7")
        page = self._page(plan)
        self.assertIn("Dora Debtor", page)
        self.assertIn("192.0.2.7", page)
        self.assertIn("2026-03-04 12:00 (UTC)", page)

    def test_p7_the_debtors_language_and_direction(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.customer.lang = "ar_001"
        page = self._page(self._plan(self.first, TODAY))
        self.assertIn('dir="rtl"', page)
        self.assertIn("04/03/2026", page)
        self.assertNotIn("2026\N{RIGHT-TO-LEFT MARK}/", page, "the printer would turn it around")
        self.assertNotIn("/\N{RIGHT-TO-LEFT MARK}2026", page)

    def test_it_prints(self):
        plan = self._plan(self.first, TODAY)
        state = self.env["ir.actions.report"].get_wkhtmltopdf_state()
        if state in ("install", "broken"):
            self.skipTest("wkhtmltopdf is missing")
        self.assertTrue(plan._agreement_pdf().startswith(b"%PDF"))

    def test_a_reminder_names_the_installment_not_the_invoice(self):
        plan = self._agreed(self.first, TODAY, first="2026-03-31")
        self._run("2026-03-28")
        action = self._actions()
        channel = self.env["collections.channel.email"]
        with self.day("2026-03-28"):
            message = channel._render(action)
        self.assertIn("Installment 1 of 3", message["body"])
        self.assertIn(plan.name, message["body"])
        self.assertNotIn(self.first.name, message["body"])
        self.assertIn("Mar 31, 2026", message["subject"])

    def test_a_letter_and_a_call_name_the_installment(self):
        self.ladder.level_ids.filtered(lambda level: level.days == 3).step_ids = [
            Command.clear(),
            *self._steps("letter", "call"),
        ]
        self.customer.write({"street": "Road 1", "city": "Town", "zip": "1", "phone": "+1 555"})
        self.case.collector_id = self.collector
        plan = self._agreed(self.first, TODAY, first="2026-03-31")
        with self.day("2026-04-03") as now:
            self._run("2026-04-03")
            self._dispatch(now)
        actions = self._actions()
        self.assertEqual(actions.mapped("state"), ["sending", "sending"])
        letter = actions.filtered(lambda action: action.channel_code == "letter")
        self.assertIn("Installment 1 of 3", str(letter._letter_amount_values()["rows"]))
        self.assertEqual(letter._letter_amount_values()["payment"]["reference"], plan.name)
        self.assertIn("Installment 1 of 3", self.case.activity_ids.note)
        self._pay(self.first, 100, day="2026-04-03")
        with self.day("2026-04-03"):
            self._refresh()
        self.assertEqual(set(actions.mapped("state")), {"skipped"}, "paid: nobody calls")
