"""One conversation on every channel: what is said, and what comes of it in the books."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .plan_common import PlanCommon

NOW = datetime(2026, 3, 4, 10)  # a Wednesday


@tagged("post_install", "-at_install")
class TestConversation(PlanCommon):
    """The customer number is 4711-1234; two invoices are overdue since long."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"ref": "4711-1234", "phone": "+37060000001"})
        cls.policy.write({"promise_max_days": 30, "promise_min_percent": 10})
        cls.moves = cls._invoice(cls.customer, 100, due="2026-02-01")
        cls.moves |= cls._invoice(cls.customer, 250, due="2026-02-10")
        cls.script = cls.env.ref("collections_addon.dialog_script")

    def setUp(self):
        super().setUp()
        self.talks = 0

    def _talk(self, *texts, channel="sms", case=True, now=NOW, **values):
        """The conversation after somebody said these things, and the last reply."""
        self.talks += 1
        talk = self.env["collections.conversation"]._open(
            channel,
            f"+3706000000{self.talks}",
            self.company,
            case=self.case if case else None,
            now=now,
            **values,
        )
        for text in texts:
            kind, said = text if isinstance(text, tuple) else ("text", text)
            reply = talk._hear(kind, said, now)
        return talk, reply

    def _said(self, reply):
        return " ".join(reply.says)

    # === WHO IT IS === #

    def test_no_amount_before_it_is_known_who_it_is(self):
        talk, reply = self._talk("how much do I owe?")
        self.assertNotIn("350", self._said(reply))
        self.assertIn("last 4 digits", self._said(reply))
        self.assertEqual(reply.expects, "digits")
        reply = talk._hear("text", "9999", NOW)
        self.assertNotIn("350", self._said(reply))
        reply = talk._hear("text", "it is 1234", NOW)
        self.assertIn("350.00", self._said(reply))
        self.assertIn(self.moves[0].name, self._said(reply))
        self.assertEqual(talk.failures, 1)

    def test_a_postcode_does_as_well(self):
        self.script.identify = "postcode"
        self.customer.zip = "LT-01234"
        _talk, reply = self._talk("hello", "01234")
        self.assertIn("350.00", self._said(reply))

    def test_a_stranger_gets_a_person(self):
        talk, reply = self._talk("hello", case=False)
        self.assertTrue(reply.ended)
        self.assertEqual(talk.state, "human")
        self.assertTrue(talk.activity_ids)

    def test_who_guesses_gets_a_person_and_no_more_tries_that_day(self):
        for _time in range(2):
            talk, reply = self._talk("hello", "1", "22", "333")
            self.assertEqual(talk.state, "human")
        _talk, reply = self._talk("hello")
        self.assertTrue(reply.ended)
        _talk, reply = self._talk("hello", "1234", now=NOW + timedelta(days=2))
        self.assertIn("350.00", self._said(reply))

    def test_without_a_number_on_file_a_person_takes_over(self):
        self.customer.ref = False
        talk, reply = self._talk("hello")
        self.assertTrue(reply.ended)
        self.assertTrue(self.case.activity_ids)

    def test_a_link_identifies_in_the_chat(self):
        talk, reply = self._talk(("start", ""), channel="chat", identified=True)
        self.assertIn("350.00", self._said(reply))

    # === WHAT COMES OF IT === #

    def test_promise(self):
        talk, reply = self._talk("I will pay 200 on Friday", "1234", "yes", "no")
        promise = self.case.promise_ids
        self.assertEqual(str(promise.date), "2026-03-06")
        self.assertEqual(promise.amount, 200)
        self.assertEqual(promise.source, "sms")
        self.assertEqual((talk.state, reply.ended), ("done", True))
        self.assertEqual(talk.outcome, "identified, promise")

    def test_what_the_books_refuse_is_said_and_asked_again(self):
        talk, reply = self._talk("hello", "1234", "I pay on Friday")
        self.policy.promise_min_percent = 100
        talk.dialog_state = {
            **talk.dialog_state,
            "data": {**talk.dialog_state["data"], "amount": "50"},
        }
        reply = talk._hear("text", "yes", NOW)
        self.assertIn("between", self._said(reply))
        self.assertFalse(self.case.promise_ids)
        self.assertFalse(reply.ended)

    def test_dispute_of_one_invoice(self):
        self._talk("hello", "1234", "5", "2", "1", "the price was 200", "no")
        dispute = self.case.dispute_ids
        self.assertEqual(dispute.line_ids.move_id, self.moves[1])
        self.assertEqual(dispute.description, "the price was 200")
        self.assertEqual(dispute.source, "sms")

    def test_plan(self):
        talk, reply = self._talk("hello", "1234", "I need installments")
        self.assertIn("3 installments of $ 116.68", reply.choices[0][1])
        reply = talk._hear("text", "1", NOW)
        reply = talk._hear("text", "yes", NOW)
        plan = self.case.plan_ids
        self.assertEqual(plan.state, "active")
        self.assertEqual(len(plan.line_ids), 3)

    def test_paid_already(self):
        self._talk("hello", "1234", "paid yesterday by bank transfer")
        self.assertEqual(self.case.announcement_ids.source, "sms")
        self.assertEqual(self.case.announcement_ids.kind, "transfer")

    def test_pay_link(self):
        _talk, reply = self._talk("hello", "1234", "1")
        self.assertIn("/pay", self._said(reply))
        _talk, reply = self._talk(
            ("start", ""), ("digits", "1234"), ("digits", "1"), ("digits", "1"), channel="voice"
        )
        self.assertNotIn("/pay", self._said(reply))
        message = self.env["sms.sms"].search([("number", "=", "+37060000001")])
        self.assertIn("/pay", message.body)

    def test_pay_link_in_test_mode_goes_to_ourselves(self):
        self.policy.test_mode = True
        keys = (("start", ""), *(("digits", key) for key in ("1234", "1", "1")))
        _talk, reply = self._talk(*keys, channel="voice")
        self.assertIn("test mode", self._said(reply))
        sent = self.env["sms.sms"].search([])
        self.company.collections_test_phone = "+37060000099"
        self._talk(*keys, channel="voice")
        message = self.env["sms.sms"].search([]) - sent
        self.assertEqual(message.number, "+37060000099")

    def test_stop(self):
        talk, reply = self._talk("STOP")
        self.assertTrue(reply.ended)
        self.assertTrue(self.env["phone.blacklist"].search([("number", "=", talk.external_key)]))

    def test_wrong_person(self):
        talk, reply = self._talk("you have the wrong number", "yes")
        self.assertTrue(reply.ended)
        self.assertIn("wrong_person", talk.outcome)
        self.assertTrue(self.case.activity_ids)

    def test_call_back(self):
        talk, reply = self._talk("please call me on Friday at 3pm")
        self.assertEqual(talk.state, "human")
        activity = self.case.activity_ids
        self.assertEqual(str(activity.date_deadline), "2026-03-06")
        self.assertIn("15:00", activity.summary)

    def test_language(self):
        self.env["res.lang"]._activate_lang("lt_LT")
        talk, reply = self._talk("lietuviškai")
        self.assertIn("skaitmenis", self._said(reply))
        reply = talk._hear("text", "1234", NOW)
        self.assertIn("Kuo galime padėti?", self._said(reply))
        reply = talk._hear("text", "paskambinkite man rytoj 10 val", NOW)
        self.assertIn("10:00 val.", self._said(reply))
        self.assertNotIn("paprašė", self.case.activity_ids.summary)
        self.assertEqual(talk.lang, "lt_LT")

    # === THE JOURNAL === #

    def test_everything_is_written_down_but_what_identifies(self):
        talk, _reply = self._talk("hello", "1234", "no thanks, bye")
        rows = talk.interaction_ids.sorted("id")
        self.assertEqual(rows.mapped("direction"), ["in", "out"] * 3)
        self.assertNotIn("1234", rows[2].text)
        self.assertEqual(rows.case_id, self.case)

    def test_who_hangs_up_leaves_a_note(self):
        talk, reply = self._talk(("start", ""), ("hangup", ""), channel="voice")
        self.assertEqual((talk.state, talk.outcome), ("done", "note"))

    def test_who_comes_back_late_begins_anew(self):
        first, _reply = self._talk("hello", "1234", "I will pay on Friday")
        self.talks -= 1
        second, reply = self._talk("yes", now=NOW + timedelta(hours=13))
        self.assertNotEqual(first, second)
        self.assertEqual((first.state, first.outcome_text), ("done", "Nothing agreed"))
        self.assertFalse(self.case.promise_ids)

    def test_idle_conversations_are_ended(self):
        talk, _reply = self._talk("hello")
        with self.enter_registry_test_mode():
            self.env.ref("collections_addon.cron_conversation_idle").method_direct_trigger()
        self.assertEqual(talk.state, "done")

    def test_a_new_message_after_the_end_begins_anew(self):
        first, _reply = self._talk("hello", "1234", "bye")
        self.talks -= 1
        second, _reply = self._talk("hello")
        self.assertNotEqual(first, second)

    # === TRYING IT === #

    def test_the_simulator_keeps_nothing(self):
        trial = self.env["collections.dialog.simulator"].create(
            {"script_id": self.script.id, "case_id": self.case.id, "lang": "en_US"}
        )
        self.assertEqual(trial.secret, "1234")
        trial.action_start()
        for said in ("1234", "tomorrow", "yes"):
            trial.said = said
            trial.action_say()
        self.assertIn("350.00", trial.transcript)
        self.assertIn("promise amount", trial.transcript)
        trial.kind = "hangup"
        trial.action_say()
        self.assertTrue(trial.ended)
        self.assertFalse(self.case.promise_ids)
        self.assertFalse(self.case.interaction_ids)

    def test_the_simulator_tells_nothing_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        case = self.env["collections.case"]._of(self.customer, other)
        trial = self.env["collections.dialog.simulator"].with_user(self.users["collector"])
        trial = trial.create({"script_id": self.script.id, "lang": "en_US"})
        with self.assertRaises(AccessError):
            trial.case_id = case
            trial.action_start()

    def test_lines_in_somebodys_own_words(self):
        line = {"script_id": self.script.id, "key": "greeting"}
        with self.assertRaises(ValidationError):
            self.env["collections.dialog.line"].create({**line, "text": "{total} at {company}"})
        own = self.env["collections.dialog.line"].create({**line, "text": "{company} here."})
        _talk, reply = self._talk("hello")
        self.assertEqual(reply.says[0], f"{self.company.name} here.")
        self.assertEqual(own.shipped, "Hello, this is {company}.")

    def test_what_was_said_cannot_be_changed(self):
        talk, _reply = self._talk("hello")
        said = talk.interaction_ids[-1].with_user(self.users["collector"])
        said.human_intent = "question"
        self.assertEqual(said.human_user_id, self.users["collector"])
        with self.assertRaises(UserError):
            said.text = "something else"

    def test_a_provider_tells_of_a_message_once(self):
        talk, _reply = self._talk(("start", ""))
        replies = [talk._hear("text", "hello", NOW, external_id="SM1") for _time in range(2)]
        self.assertEqual([bool(reply.says) for reply in replies], [True, False])
        self.assertEqual(talk.dialog_state["turns"], 1)
        heard = talk.interaction_ids.filtered(lambda row: row.external_id == "SM1")
        self.assertEqual(len(heard), 1)
