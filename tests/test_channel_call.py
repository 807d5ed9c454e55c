"""Calls: on a collector's list until an outcome is recorded."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestCall(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Script",
                "model_id": cls.env.ref("collections_addon.model_dunning_action").id,
                "subject": "Overdue invoices",
                "body_html": "<p>Good morning, it is about your invoices.</p>",
            }
        )
        cls.policy.level_ids[0].step_ids = [
            Command.clear(),
            Command.create({"channel_code": "call", "template": cls.template.id}),
            Command.create(
                {"channel_code": "letter", "fallback_only": True, "template": cls.template.id}
            ),
        ]
        cls.customer.write(
            {"phone": "+44 20 7946 0000", "street": "5 Road", "zip": "N1", "city": "London"}
        )
        cls.collector = cls.users["collector"]
        cls.env["collections.case"]._of(cls.customer, cls.company).collector_id = cls.collector

    def _call(self):
        """A call on the list of the collector, to somebody six days late."""
        self._invoice(self.customer, 120.0, "2026-03-04")
        with self.day("2026-03-10") as now:
            self._run(now.date())
            self._dispatch(now)
        return self._actions([("channel_code", "=", "call")])

    def _came(self, code):
        return self.env["dunning.outcome"]._by_code(code)

    def _record(self, call, code, day="2026-03-10", user=None, **values):
        with self.day(day) as now:
            own = call.with_user(user or self.collector)
            own._record_call(self._came(code), now=now, **values)

    def _list(self, call):
        return self.env["mail.activity"].search([("dunning_action_id", "=", call.id)])

    # === ON THE LIST === #

    def test_call_is_put_on_the_collectors_list_with_all_that_is_needed(self):
        call = self._call()
        self.assertEqual(call.state, "sending")
        activity = self._list(call)
        self.assertEqual(activity.user_id, self.collector)
        self.assertEqual(activity.res_model, "collections.case")
        self.assertEqual(activity.res_id, call.case_id.id)
        self.assertEqual(str(activity.date_deadline), "2026-03-10")
        self.assertIn("120.00", activity.summary)
        for text in ("tel:+442079460000", "INV/2026/", "it is about your invoices"):
            self.assertIn(text, activity.note)
        self.assertFalse(call.contact_date, "nobody has called yet")

    def test_customer_without_phone_gets_the_next_channel(self):
        self.customer.phone = False
        call = self._call()
        self.assertEqual((call.state, call.reason_code), ("skipped", "no_address"))
        self.assertFalse(self._list(call))
        self.assertTrue(self._actions([("channel_code", "=", "letter")]))

    def test_phone_of_the_customer_serves_a_contact_that_has_none(self):
        self.env["res.partner"].create(
            {"parent_id": self.customer.id, "type": "invoice", "name": "Ms. Payer"}
        )
        call = self._call()
        self.assertEqual(call.recipient_id.name, "Ms. Payer")
        self.assertEqual(call.state, "sending")

    def test_script_is_in_the_debtors_language(self):
        """P7: what is said is in the debtor's language, whoever runs the evaluation."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.template.with_context(lang="de_DE").body_html = "<p>Guten Morgen.</p>"
        self.customer.lang = "de_DE"
        call = self._call()
        self.assertIn("Guten Morgen", call.body)
        self.assertIn("Guten Morgen", self._list(call).note)

    def test_case_without_collector_goes_to_a_manager_of_the_company(self):
        self._case().collector_id = False
        user = self._list(self._call()).user_id
        self.assertTrue(user.has_group("collections_addon.group_collections_manager"))
        self.assertIn(self.company, user.company_ids)

    def test_company_without_anybody_fails_and_says_whom_to_name(self):
        self._case().collector_id = False
        groups = [
            Command.unlink(self.env.ref(f"collections_addon.group_collections_{name}").id)
            for name in ("admin", "manager")
        ]
        manager = self.env.ref("collections_addon.group_collections_manager")
        self._invoice(self.customer, 120.0, "2026-03-04")
        manager.sudo().all_user_ids.group_ids = groups
        with (
            self.assertLogs("odoo.addons.collections_addon", level="WARNING"),
            self.day("2026-03-10") as now,
        ):
            self._scheduler["dunning.run"]._execute(
                self.company.with_env(self._scheduler), now.date()
            )
            self._dispatch(now)
        call = self._scheduler["dunning.action"].search(
            [("company_id", "=", self.company.id), ("channel_code", "=", "call")]
        )
        self.assertEqual(call.failure_type, "configuration")
        self.assertIn("collector", call.failure_text)

    # === OUTCOMES === #

    def test_reached_is_the_contact_and_raises_the_level(self):
        call = self._call()
        self._record(call, "promised", note="on Friday")
        self.assertEqual(call.state, "sent")
        self.assertEqual(str(call.contact_date), "2026-03-10")
        self.assertEqual(call.outcome_id.code, "promised")
        self.assertEqual(self._lines(call.move_ids).dunning_level_id, self._level("Friendly"))
        self.assertFalse(self._list(call), "it is off the list")
        self.assertIn("on Friday", call.case_id.message_ids[0].body)

    def test_call_back_plans_another_call_and_the_contact_stays_under_way(self):
        call = self._call()
        self._record(call, "callback", callback_date=date(2026, 3, 13))
        self.assertEqual(call.state, "sending")
        self.assertEqual(str(call.callback_date), "2026-03-13")
        activity = self._list(call)
        self.assertEqual(str(activity.date_deadline), "2026-03-13")
        self.assertEqual(activity.user_id, self.collector)

    def test_call_back_needs_a_date_that_is_not_past(self):
        call = self._call()
        with self.assertRaises(UserError):
            self._record(call, "callback")
        with self.assertRaises(UserError):
            self._record(call, "callback", callback_date=date(2026, 3, 9))
        self.assertTrue(self._list(call), "nothing was recorded")

    def test_third_call_without_answer_fails_and_the_next_channel_takes_over(self):
        call = self._call()
        self._record(call, "no_answer", "2026-03-10")
        self._record(call, "no_answer", "2026-03-11")
        self.assertEqual(call.state, "sending")
        self.assertFalse(self._actions([("channel_code", "=", "letter")]))
        self._record(call, "no_answer", "2026-03-12")
        self.assertEqual((call.state, call.failure_type), ("failed", "no_answer"))
        self.assertFalse(self._list(call))
        self.assertEqual(len(self._actions([("channel_code", "=", "letter")])), 1)

    def test_unanswered_call_is_tried_again_on_the_next_day_calls_are_allowed(self):
        call = self._call()
        self._record(call, "no_answer", "2026-03-10")
        self.assertEqual(str(self._list(call).date_deadline), "2026-03-11")

    def test_retry_after_failure_counts_from_the_start(self):
        call = self._call()
        for day in ("2026-03-10", "2026-03-11", "2026-03-12"):
            self._record(call, "no_answer", day)
        with self.day("2026-03-13") as now:
            call.action_retry()
            self._dispatch(now)
        self.assertEqual(call.state, "sending")
        self._record(call, "no_answer", "2026-03-13")
        self.assertEqual(call.state, "sending")

    def test_wrong_number_is_noted_on_the_customer_and_fails_the_call(self):
        call = self._call()
        self._record(call, "wrong_number")
        self.assertEqual(call.state, "failed")
        self.assertIn("+44 20 7946 0000", self.customer.message_ids[0].body)
        self.assertEqual(len(self._actions([("channel_code", "=", "letter")])), 1)

    def test_outcome_is_recorded_once(self):
        call = self._call()
        self._record(call, "promised")
        with self.assertRaises(UserError):
            self._record(call, "refused")
        self.assertEqual(call.outcome_id.code, "promised")

    # === THE LIST === #

    def _click(self, call, code):
        own = call.with_user(self.collector).with_context(call_outcome=code)
        return own.action_call_outcome()

    def test_list_shows_whose_call_it_is_and_when(self):
        call = self._call()
        self.assertEqual((call.caller_id, str(call.call_on)), (self.collector, "2026-03-10"))
        self.assertEqual(call.call_phone, "+44 20 7946 0000")
        other = self._user("collector", login="other_caller")
        self._list(call).write({"user_id": other.id, "date_deadline": "2026-03-11"})
        self.assertEqual((call.caller_id, str(call.call_on)), (other, "2026-03-11"))

    def test_one_click_records_and_says_what_comes_next(self):
        call = self._call()
        for code, state, said in (
            ("no_answer", "sending", "call again"),
            ("voicemail", "sent", "Firm"),
            ("refused", "sent", "Firm"),
            ("paid", "sent", "Look for the payment"),
            ("wrong_number", "failed", "Letter"),
        ):
            with self.subTest(code), self.env.cr.savepoint() as undone, self.day("2026-03-10"):
                told = self._click(call, code)
                self.assertEqual((call.state, call.outcome_id.code), (state, code))
                self.assertIn(said, told["params"]["message"])
                undone.rollback()
        with self.day("2026-03-10"):
            self.assertEqual(self._click(call, "disputed")["res_model"], "collections.dispute")
        with self.assertRaises(UserError):
            self._click(call, "refused")

    # === UNDONE === #

    def _undo(self, call, now="2026-03-10", hour=12, user=None):
        with self.day(now, hour):
            return call.with_user(user or self.collector).action_undo_outcome()

    def test_an_outcome_is_undone_and_everything_is_as_before(self):
        call = self._call()
        line = self._lines(call.move_ids)
        standing = self._list(call)
        before = call.read(["state", "outcome_id", "call_on", "caller_id", "contact_date"])
        for code in ("no_answer", "voicemail", "refused", "wrong_number"):
            with self.subTest(code):
                with self.day("2026-03-10"):
                    told = self._click(call, code)
                self.assertEqual(told["tag"], "collections_call_recorded")
                self.assertEqual(told["params"]["action_id"], call.id)
                self._undo(call)
                now = call.read(["state", "outcome_id", "call_on", "caller_id", "contact_date"])
                self.assertEqual(now, before)
                self.assertEqual(self._list(call), standing)
                self.assertFalse(standing.dunning_outcome_id or standing.date_done)
                self.assertEqual(call.call_tries, 0)
                self.assertFalse(line.dunning_level_id)
                self.assertFalse(self._actions([("channel_code", "=", "letter")]))
                self.assertIn("undone by", call.case_id.message_ids[0].body)
                with self.assertRaisesRegex(UserError, "Something has happened"):
                    self._undo(call)
        told = " ".join(call.case_id.message_ids.mapped("body"))
        for name in ("No answer", "Voicemail", "Refuses to pay", "Wrong number"):
            self.assertEqual(told.count(f"“{name}”"), 1)
        self.assertGreaterEqual(told.count("Voicemail"), 2, "what was undone is still told")
        self.assertIn("undone", call.recipient_id.message_ids[0].body)
        with self.day("2026-03-10"):
            self._click(call, "wrong_number")
        self.assertTrue(self._actions([("channel_code", "=", "letter")]), "as the first time")

    def test_what_was_noted_with_an_undone_outcome_counts_no_longer(self):
        call = self._call()
        self._record(call, "refused", note="Never!")
        said = self.env["collections.interaction"].search([("action_id", "=", call.id)])
        self.assertEqual(self._undo(call), {"note": "Never!"})
        self.assertEqual((said.active, said.text), (False, "Never!"))
        self.assertFalse(call.outcome_note)

    def test_an_outcome_is_not_undone_where_something_came_of_it(self):
        call = self._call()
        self._record(call, "no_answer")
        for story, problem in (
            (lambda: self._list(call).write({"date_deadline": "2026-03-20"}), "next call"),
            (lambda: self._list(call).write({"user_id": self.users["manager"].id}), "next call"),
            (lambda: self._record(call, "voicemail", user=self.users["manager"]), "Only who"),
            (lambda: call.sudo()._transition("cancelled"), "Something has happened"),
        ):
            with self.subTest(problem), self.env.cr.savepoint() as undone:
                story()
                with self.assertRaisesRegex(UserError, problem):
                    self._undo(call)
                undone.rollback()
        with self.assertRaisesRegex(UserError, "too late"):
            self._undo(call, hour=12.5)
        with self.assertRaisesRegex(UserError, "Only who"):
            self._undo(call, user=self.users["manager"])
        with self.assertRaises(AccessError):
            self._undo(call, user=self.users["viewer"])
        self.assertEqual(call.outcome_id.code, "no_answer")
        self._undo(call)

    def test_no_undo_once_the_letter_instead_is_under_way_or_a_charge_claimed(self):
        call = self._call()
        self._record(call, "wrong_number")
        letter = self._actions([("channel_code", "=", "letter")])
        with self.env.cr.savepoint() as undone:
            letter.sudo()._transition("sending")
            with self.assertRaisesRegex(UserError, "another channel"):
                self._undo(call)
            undone.rollback()
        self.env["collections.charge"].sudo().create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "currency_id": call.currency_id.id,
                "move_line_id": self._lines(call.move_ids).id,
                "level_id": call.level_id.id,
                "action_id": call.id,
                "kind": "fee",
                "amount": 5,
                "date": "2026-03-10",
            }
        )
        with self.assertRaisesRegex(UserError, "claimed a charge"):
            self._undo(call)

    def test_call_back_at_an_hour(self):
        call = self._call()
        with self.day("2026-03-10"):
            opened = self._click(call, "callback")
            wizard = self.env[opened["res_model"]].with_user(self.collector)
            wizard = wizard.browse(opened["res_id"])
            self.assertEqual(wizard.outcome_id.code, "callback")
            wizard.callback_at = "2026-03-10 09:00:00"
            with self.assertRaises(UserError):
                wizard.action_save()
            wizard.callback_at = "2026-03-11 15:30:00"
            told = wizard.action_save()
        self.assertIn("call again", told["params"]["message"])
        self.assertEqual((call.state, str(call.call_on)), ("sending", "2026-03-11"))
        self.assertEqual(str(call.callback_at), "2026-03-11 15:30:00")

    def test_viewer_cannot_click(self):
        call = self._call().with_user(self.users["viewer"])
        with self.assertRaises(AccessError):
            call.with_context(call_outcome="paid").action_call_outcome()

    # === ACTIVITY AND CONTACT IN STEP === #

    def test_done_without_outcome_counts_as_reached(self):
        call = self._call()
        with self.day("2026-03-10"):
            self._list(call).with_user(self.collector).action_feedback(feedback="Spoke to them")
        self.assertEqual((call.state, call.outcome_id.code), ("sent", "reached"))
        self.assertEqual(call.outcome_note, "Spoke to them")

    def test_call_taken_off_the_list_is_cancelled(self):
        call = self._call()
        self._list(call).with_user(self.collector).action_cancel()
        self.assertEqual(call.state, "cancelled")

    def test_cancelled_contact_leaves_the_list(self):
        call = self._call()
        call.with_user(self.collector).action_cancel()
        self.assertFalse(self._list(call))

    def test_paid_customer_leaves_the_list_soon_after(self):
        """P1: nobody calls a customer who has paid."""
        call = self._call()
        self._pay(call.move_ids, day="2026-03-11")
        with self.day("2026-03-11"):
            self.env["collections.refresh"]._refresh_batch()
        self.assertEqual((call.state, call.reason_code), ("skipped", "paid"))
        self.assertFalse(self._list(call))

    def test_other_activities_of_a_case_are_none_of_our_business(self):
        case = self._call().case_id
        todo = case.activity_schedule("mail.mail_activity_data_todo", user_id=self.collector.id)
        todo.with_user(self.collector).action_feedback()
        self.assertEqual(case.action_ids.state, "sending")

    # === RIGHTS AND SCREENS === #

    def test_wizard_records_for_a_collector_and_refuses_a_viewer(self):
        call = self._call()
        with self.assertRaises(AccessError):
            call.with_user(self.users["viewer"]).action_record_call()
        with self.day("2026-03-10"):
            opened = call.case_id.with_user(self.collector).action_record_call()
            wizard = (
                self.env[opened["res_model"]].with_user(self.collector).browse(opened["res_id"])
            )
            with self.assertRaises(UserError):
                wizard.action_save()
            form = Form(wizard)
            form.outcome_id = self._came("refused")
            form.note = "Will not pay"
            form.save().action_save()
        self.assertEqual((call.state, call.outcome_id.code), ("sent", "refused"))

    def test_promise_or_dispute_said_on_the_phone_is_taken_down_next(self):
        call = self._call()
        for code, model in (
            ("promised", "collections.promise"),
            ("disputed", "collections.dispute"),
        ):
            with self.subTest(code), self.env.cr.savepoint() as undone, self.day("2026-03-10"):
                wizard = self.env["dunning.call.outcome"].with_user(self.collector)
                wizard = wizard.create({"action_id": call.id, "outcome_id": self._came(code).id})
                self.assertEqual(wizard.action_save()["res_model"], model)
                self.assertEqual((call.state, call.outcome_id.code), ("sent", code))
                undone.rollback()

    def test_colleague_may_record_for_an_absent_collector(self):
        call = self._call()
        colleague = self._user("collector", login="colleague")
        with self.day("2026-03-10") as now:
            call.with_user(colleague)._record_call(self._came("paid"), now=now)
        self.assertEqual(call.state, "sent")

    def test_people_outside_collections_still_see_activities(self):
        call = self._call()
        outsider = self._user("", login="outsider", groups="base.group_user")
        view = self.env["mail.activity"].with_user(outsider).get_view(view_type="list")
        self.assertNotIn('name="dunning_action_id"', view["arch"])
        self.assertTrue(self._list(call))
