"""Automatic calls: made, answered, talked through, transferred, recorded, repeated."""

import os
import unittest
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..collections_addon.domain.text_topics import Reading
from ..collections_addon.learning import transcribe
from ..collections_addon.models.collections_transcriber import MODEL_PATH
from .common import CollectionsCommon
from .emulators.twilio import signature
from .emulators.twilio.voice import Debtor, HangUp, Press, Speak, Wait
from .emulators.twilio.voice_markup import read
from .voice_common import VoiceMixin

DAY = "2026-03-10"
#: Folder of a Whisper model, for the test that hears for real.
WHISPER = os.environ.get("COLLECTIONS_WHISPER_MODEL")
NUMBER = "+37060012345"
CLEAR_PROMISE = Reading((("promise", 0.9),), "promise", 0.9, 0)
QUIET = (
    "odoo.addons.collections_addon.connectors.models.collections_provider_send",
    "odoo.addons.collections_addon.collections_addon.channels.base",
    "odoo.addons.collections_addon.collections_addon.channels.journaled",
)


@tagged("post_install", "-at_install")
class TestVoice(VoiceMixin, CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        steps = cls._steps("voice", fallback=("letter",))
        cls.policy.level_ids[0].step_ids = [Command.clear(), *steps]
        cls.customer.write(
            {"phone": NUMBER, "street": "5 Road", "zip": "N1", "city": "London", "ref": "C-4711"}
        )
        cls.invoice = cls._invoice(cls.customer, 1250, due="2026-03-04")
        cls.case = cls.env["collections.case"]._of(cls.customer, cls.company)
        cls.script = cls.env["collections.dialog.script"].create(
            {"name": "Phone", "company_id": cls.company.id, "identify": "none"}
        )
        cls.company.phone = "+44 20 7946 0000"

    def _order(self, day=DAY, hour=12):
        """A call that was ordered."""
        with self.day(day, hour) as now:
            self._run(now.date())
            self._dispatch(now)
        action = self._actions([("channel_code", "=", "voice")])[-1:]
        self.assertEqual(action.state, "sending", action.failure_text)
        return action

    def _said(self, told):
        return " ".join(text for kind, text in told if kind == "said")

    def _call(self, action):
        return action.call_ids.sorted("id")[-1:]

    # === MADE === #

    def test_is_a_contact_once_somebody_picks_up(self):
        action = self._order()
        form = self.desk.calls[-1].form
        self.assertEqual((form["To"], form["MachineDetection"]), (NUMBER, "Enable"))
        self.assertEqual(action.external_id, self.desk.calls[-1].sid)
        self.assertFalse(self.invoice.dunning_level_id)
        told = self._play(Debtor([HangUp()]), DAY)
        self.assertIn("1,250.00", self._said(told))
        self.assertEqual((action.state, str(action.contact_date)), ("sent", DAY))
        self.assertEqual(self.invoice.dunning_level_id.name, "Friendly")
        self.assertEqual(self._call(action).state, "done")
        self.assertNotEqual(self._call(action).conversation_id.state, "open")

    def test_a_collector_may_order_a_call_without_rights_to_the_provider(self):
        case = self.case.with_user(self.users["collector"])
        with self.day(DAY) as now:
            action = case._new_message("voice", self.invoice.currency_id, "Please call us.")
            action._send_claimed(now)
        self.assertEqual((action.state, self._call(action).state), ("sending", "new"))

    def test_what_is_told_twice_or_late_changes_nothing(self):
        action = self._order()
        self._play(Debtor([Wait(), HangUp()]), DAY)
        before = (action.state, action.sent_at, self._call(action).state)
        said = len(self.case.interaction_ids)
        with self.day(DAY, 13) as now:
            self._again(now, list(reversed(self.desk.deliveries)) * 2)
            call = self.desk.calls[-1]
            old = call.form["Url"]
            answer = self.desk.post(old, call.fields(AnsweredBy="human"))
            self.assertEqual(read(answer)[0].name, "Gather")
        self.assertEqual((action.state, action.sent_at, self._call(action).state), before)
        self.assertEqual(len(self.case.interaction_ids), said)

    def test_cancelled_while_it_rings_it_says_nothing(self):
        action = self._order()
        action.action_cancel()
        self.assertEqual(self._play(Debtor(), DAY), [])
        self.assertEqual(action.state, "cancelled")

    def test_nonsense_of_a_signed_request_breaks_nothing(self):
        action = self._order()
        calls, call = self._scheduler["collections.call"], self._call(action)
        provider = self.provider.with_env(calls.env)
        sid = {"CallSid": call.sid}
        for ref, form in (
            ("", {}),
            ("", {"Direction": "inbound"}),
            ("x.y", sid),
            (f"{call.id}", sid),
            (f"{call.id}.-1", sid),
            ("999999999.0", sid),
            (f"{call.id}.0", {"CallSid": "CAanother"}),
            ("\x00.\x00", {"CallSid": "\x00"}),
        ):
            with self.subTest(ref):
                answer = read(calls._answer(provider, ref, form, self._at(DAY)))
                self.assertEqual([verb.name for verb in answer], ["Hangup"])
        self.assertEqual((action.state, call.turn), ("sending", -1))

    # === TALKED THROUGH === #

    def test_promise_by_word_of_mouth_is_on_record(self):
        action = self._order()
        told = self._play(Debtor([Speak("I will pay on Friday"), Speak("yes"), Press("2")]), DAY)
        promise = self.env["collections.promise"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((str(promise.date), promise.amount), ("2026-03-13", 1250), told)
        said = self.case.interaction_ids.filtered(lambda said: said.direction == "out")
        self.assertTrue(any(action.body[3:20] in (text or "") for text in said.mapped("text")))
        heard = self.case.interaction_ids.filtered(lambda said: said.direction == "in")
        self.assertIn("I will pay on Friday", heard.mapped("text"))
        self.assertEqual(set(self.case.interaction_ids.mapped("channel_code")), {"voice"})
        self.assertEqual(action.state, "sent")

    def test_speaks_the_customers_language_from_the_first_word_on(self):
        for lang, tag, voice in (
            ("tr_TR", "tr-TR", "Polly.Filiz"),
            ("pt_BR", "pt-BR", "Polly.Camila"),
            ("ro_RO", "ro-RO", "Polly.Carmen"),
            ("lt_LT", "lt-LT", "Google.lt-LT-Standard-B"),
        ):
            with self.subTest(lang), self.env.cr.savepoint() as undone:
                self.env["res.lang"]._activate_lang(lang)
                self.customer.lang = lang
                self._order()
                with self.day(DAY) as self.now:
                    call = self.desk.calls[-1]
                    call.answer()
                say = call.gather.inside[0]
                self.assertEqual(say.attributes, {"language": tag, "voice": voice})
                self.assertEqual(call.gather.attributes["language"], tag)
                self.assertNotIn("Hello", say.text)
                self.assertNotIn("press", " ".join(verb.text for verb in call.gather.inside))
                undone.rollback()
            self.env.invalidate_all()
        unknown = self.env["collections.voice"]._for("de_AT")
        self.assertEqual((unknown.language, unknown.name), ("de-AT", ""))

    def test_no_amount_before_it_is_known_who_listens(self):
        self.script.identify = "customer_number"
        self._order()
        told = self._play(Debtor([Press("9999"), Press("4711")]), DAY)
        positions = [n for n, (kind, text) in enumerate(told) if "1,250.00" in text]
        answered = next(n for n, (_kind, text) in enumerate(told) if text == "4711")
        self.assertTrue(positions)
        self.assertGreater(min(positions), answered)

    def test_nobody_can_be_asked_without_end(self):
        action = self._order()
        for does in ([], [Speak("blah")] * 90, [Press("7")] * 90, [Press("#*#")] * 90):
            with self.subTest(does[:1]), self.env.cr.savepoint() as undone:
                self._play(Debtor(does), DAY)
                self.assertNotEqual(self._call(action).state, "under_way")
                undone.rollback()
            self.env.invalidate_all()
            self.desk.calls[-1].begin_again()

    def test_transfer_to_the_collector_and_a_call_back_when_nobody_is_free(self):
        self.case.collector_id = self.users["collector"]
        self.users["collector"].partner_id.phone = "+370 600 99999"
        action = self._order()
        told = self._play(Debtor([Press("0")], colleague="no-answer"), DAY)
        self.assertIn(("dialled", "+37060099999"), told)
        self.assertIn("call you back", told[-1][1])
        self.assertTrue(self._call(action).is_transferred)
        [asked] = self._actions([("channel_code", "=", "call")])
        self.assertEqual((asked.state, asked.caller_id), ("sending", self.users["collector"]))
        self.assertEqual(asked.amount_overdue, 1250)

    def test_who_wants_to_be_called_back_is_on_the_call_list(self):
        self.case.collector_id = self.users["collector"]
        self._order()
        self._play(Debtor([Press("0"), Speak("tomorrow at 15:30")]), DAY)
        [asked] = self._actions([("channel_code", "=", "call")])
        self.assertEqual((asked.state, str(asked.call_on)), ("sending", "2026-03-11"))
        self.assertEqual(str(asked.callback_at), "2026-03-11 15:30:00")
        self.assertIn("tomorrow at 15:30", asked.body)
        with self.day(DAY, 13) as now:
            self.case._put_on_call_list(None, "", now)
        self.assertEqual(len(self._actions([("channel_code", "=", "call")])), 1)
        self.assertEqual(str(asked.call_on), DAY)

    # === NOT ANSWERED === #

    def test_machine_is_told_nothing_and_called_again_at_another_hour(self):
        action = self._order(hour=9)
        told = self._play(Debtor(answered_by="machine_start"), DAY, 9)
        self.assertEqual(told, [])
        self.assertEqual((action.state, str(action.scheduled_at)), ("queued", f"{DAY} 14:00:00"))
        self.assertEqual(self._call(action).state, "machine")

    def test_machine_is_asked_to_have_us_called_back_where_policy_says_so(self):
        self.policy.voice_machine = "message"
        action = self._order()
        self.assertEqual(self.desk.calls[-1].form["MachineDetection"], "DetectMessageEnd")
        said = self._said(self._play(Debtor(answered_by="machine_end_beep"), DAY))
        self.assertIn("+44 20 7946 0000", said)
        for word in ("1,250", "1250", "invoice", "overdue", "owe", "pay"):
            self.assertNotIn(word, said.lower())
        self.assertEqual((action.state, action.outcome_id.code), ("sent", "voicemail"))
        self.assertEqual(self.case.interaction_ids.text, said)

    def test_busy_is_tried_again_and_then_the_next_channel_takes_over(self):
        action = self._order(hour=9)
        self._play(Debtor(status="busy"), DAY, 9)
        self.assertEqual(str(action.scheduled_at), f"{DAY} 09:20:00")
        for hour in (9.5, 10.5):
            with self.day(DAY, hour) as now:
                self._dispatch(now)
                self.assertEqual(action.state, "sending")
            self._play(Debtor(status="no-answer"), DAY, hour)
            action.scheduled_at = self._at(DAY, hour)
        self.assertEqual((action.state, action.failure_type), ("failed", "no_answer"))
        self.assertEqual(len(action.call_ids), 3)
        self.assertEqual(len(self._actions([("channel_code", "=", "letter")])), 1)

    def test_lost_reports_are_asked_for(self):
        action = self._order()
        self.desk.calls[-1].status = "no-answer"
        with self.day(DAY, 14) as now:
            self._scheduler["dunning.action"]._recover(now)
        self.assertEqual((action.state, self._call(action).state), ("queued", "no_answer"))

    def test_nobody_knew_whether_it_was_ordered_until_it_is_answered(self):
        self.service.fault("lose")
        with mute_logger(*QUIET), self.day(DAY) as now:
            self._run(DAY)
            self._dispatch(now)
        action = self._actions([("channel_code", "=", "voice")])
        self.assertEqual((action.state, action.failure_type), ("failed", "unknown"))
        self.assertIn("1,250.00", self._said(self._play(Debtor([HangUp()]), DAY)))
        self.assertEqual((action.state, action.external_id), ("sent", self.desk.calls[-1].sid))

    @mute_logger(*QUIET)
    def test_in_doubt_the_provider_is_asked_whether_it_was_ordered(self):
        for fault, became, ends in (
            ("lose", "no-answer", ("queued", "no_answer")),
            ("lose", "failed", ("failed", "call_failed")),
            ("lose", "ringing", ("sending", False)),
            ("drop", None, ("sending", "not_received")),
        ):
            with self.subTest(fault, became=became), self.env.cr.savepoint() as undone:
                self.desk.calls.clear()
                self.service.fault(fault, path="Calls", method="POST")
                with self.day(DAY) as now:
                    self._run(DAY)
                    self._dispatch(now)
                action = self._actions([("channel_code", "=", "voice")])
                self.assertEqual(action.failure_type, "unknown")
                if became:
                    self.desk.calls[-1].status = became
                with self.day(DAY, 13) as now:
                    self._dispatch(now)
                self.assertEqual((action.state, action.failure_type), ends)
                self.assertEqual(len(self.desk.calls), 1)
                undone.rollback()
            self.service.clear_faults()

    def test_worker_dies_between_order_and_commit(self):
        """The journal knows: it is not ordered again, and settled when it is told of."""
        with self.day(DAY) as now:
            self._run(DAY)
            self._dispatch(now)
        action = self._actions([("channel_code", "=", "voice")])
        call = self._call(action).sudo()
        call.sid = action.external_id = False  # what the lost transaction had written
        with self.day(DAY, 13) as now:
            self._scheduler["dunning.action"]._recover(now)
            self._dispatch(now)
        self.assertEqual((len(self.desk.calls), action.state), (1, "sending"))
        self._play(Debtor([HangUp()]), DAY, 13)
        self.assertEqual((action.state, call.sid), ("sent", self.desk.calls[-1].sid))

    def test_call_of_which_nobody_ever_tells_is_a_persons_task(self):
        action = self._order()
        self._call(action).sudo().sid = False
        self._scheduler["dunning.action"]._recover(self._at("2026-03-12"))
        self.assertEqual((action.state, action.failure_type), ("failed", "unknown"))
        self.assertFalse(self._actions([("channel_code", "=", "letter")]))

    # === THE PROVIDER FAILS === #

    @mute_logger(*QUIET)
    def test_failures_of_the_provider_are_told_apart(self):
        for fault, details, state, kind in (
            ("busy", {}, "queued", "rate_limit"),
            ("unavailable", {}, "queued", "connection"),
            ("lose", {}, "failed", "unknown"),
            ("drop", {"path": "Calls"}, "failed", "unknown"),
        ):
            with self.subTest(fault), self.env.cr.savepoint() as undone:
                self.service.fault(fault, **details)
                with self.day(DAY) as now:
                    self._run(DAY)
                    self._dispatch(now)
                action = self._actions([("channel_code", "=", "voice")])
                self.assertEqual((action.state, action.failure_type), (state, kind))
                undone.rollback()
            self.service.clear_faults()
        self.provider.voice_sender = "+15550999999"
        with self.day(DAY) as now:
            self._run(DAY)
            self._dispatch(now)
        action = self._actions([("channel_code", "=", "voice")])
        self.assertEqual((action.state, action.failure_type), ("failed", "21210"))

    # === RECORDED === #

    def test_recorded_with_consent_kept_as_long_as_policy_says(self):
        self.policy.write({"voice_record": "ask", "voice_record_days": 10})
        action = self._order()
        self._play(Debtor([Speak("yes"), HangUp()]), DAY)
        call = self._call(action)
        self.assertEqual((call.consent, str(call.recording_until)), ("yes", "2026-03-20"))
        self.assertTrue(call.audio_id.raw.startswith(b"ID3"))
        self.assertEqual(len(self.desk.deleted), 1, "no copy is left at the provider")
        calls = self._scheduler["collections.call"]
        calls._delete_recordings(self._at("2026-03-20"))
        self.assertTrue(call.audio_id)
        calls._delete_recordings(self._at("2026-03-21"))
        self.assertFalse(call.audio_id or call.recording_until)

    def test_a_recording_is_written_down_where_an_engine_is_there(self):
        self.policy.write({"voice_record": "ask", "voice_record_days": 10})
        action = self._order()
        self._play(Debtor([Speak("yes"), HangUp()]), DAY)
        call, calls = self._call(action), self._scheduler["collections.call"]
        engine = type(self.env["collections.transcriber"])
        now = self._at("2026-03-11")
        with patch.object(engine, "_begin", return_value=("/nowhere", 1)) as begin:
            self.assertEqual(calls._begin_transcript(now), call)
            self.assertTrue(begin.call_args.args[0].startswith(b"ID3"))
            with patch.object(engine, "_outcome", return_value=("running", None)):
                call.sudo()._take_transcript(now)
                self.assertTrue(call.sudo().transcript_folder)
            heard = {"text": "We pay on Friday.", "language": "en", "confidence": 0.8}
            with patch.object(engine, "_outcome", return_value=("done", heard)):
                call.sudo()._take_transcript(now)
            self.assertFalse(calls._begin_transcript(now), "it is written down once")
        said = call.transcript_id
        self.assertEqual((said.text, said.case_id), ("We pay on Friday.", call.case_id))
        self.assertEqual((said.audio_id, said.reading_state), (call.audio_id, "waiting"))
        self.assertEqual(said.heard, 0.8)
        self.assertEqual(said._state_of(CLEAR_PROMISE, "meaning"), "read")
        said.sudo().heard = 0.5
        self.assertEqual(said._state_of(CLEAR_PROMISE, "meaning"), "review")
        said.with_user(self.users["collector"]).corrected_text = "We pay on Thursday."
        self.assertEqual(said._readable(), "We pay on Thursday.")
        self.assertEqual(said.text, "We pay on Friday.")

    @unittest.skipUnless(
        transcribe.is_installed() and WHISPER,
        "needs faster-whisper and COLLECTIONS_WHISPER_MODEL, the folder of a model",
    )
    def test_a_recording_is_heard_for_real_and_read(self):
        """A voice of espeak-ng, as a telephone carries it: 8 kHz, 16 kbit/s."""
        self.policy.write({"voice_record": "ask", "voice_record_days": 10})
        action = self._order()
        self._play(Debtor([Speak("yes"), HangUp()]), DAY)
        call, calls = self._call(action), self._scheduler["collections.call"]
        sound = Path(__file__).parent / "data" / "recordings" / "en.mp3"
        call.audio_id.sudo().raw = sound.read_bytes()
        self.env["ir.config_parameter"].set_param(MODEL_PATH, WHISPER)
        now = self._at("2026-03-11")
        self.assertEqual(calls._begin_transcript(now), call)
        with suppress(ChildProcessError):
            os.waitpid(call.sudo().transcript_process_id, 0)
        call.sudo()._take_transcript(now)
        self.assertFalse(call.transcript_error)
        said = call.transcript_id
        self.assertIn("cannot pay this month", said.text)
        self.assertGreater(said.heard, 0.6)
        said._read(self.company)
        self.assertEqual(said.topic, "cash_shortage")
        self.assertIn("300", said.text)

    def test_a_recording_that_cannot_be_written_down_says_so_once(self):
        self.policy.write({"voice_record": "ask", "voice_record_days": 10})
        action = self._order()
        self._play(Debtor([Speak("yes"), HangUp()]), DAY)
        call, now = self._call(action), self._at("2026-03-11")
        engine = type(self.env["collections.transcriber"])
        for outcome, error in (
            (("failed", "no memory"), "no memory"),
            (("done", {"text": ""}), "Nothing was said."),
        ):
            call.sudo().write({"transcript_folder": "/nowhere", "transcript_begun": now})
            with patch.object(engine, "_outcome", return_value=outcome):
                call.sudo()._take_transcript(now)
            self.assertEqual(call.transcript_error, error)
        with patch.object(engine, "_begin") as begin:
            self.assertFalse(self._scheduler["collections.call"]._begin_transcript(now))
        begin.assert_not_called()

    def test_without_consent_nothing_is_recorded(self):
        self.policy.voice_record = "ask"
        action = self._order()
        for answer in (Press("2"), Wait(), Speak("what?")):
            with self.subTest(answer), self.env.cr.savepoint() as undone:
                told = self._play(Debtor([answer, HangUp()]), DAY)
                self.assertEqual(self._call(action).consent, "no")
                self.assertFalse(self.desk.recordings)
                self.assertIn("1,250.00", self._said(told))
                undone.rollback()
            self.env.invalidate_all()
            self.desk.calls[-1].begin_again()

    # === CALLED === #

    def _called(self, number, debtor):
        with self.day(DAY) as now:
            self.now = now
            provider = self.provider
            return self.desk.receive(provider.voice_url, number, debtor, provider.call_status_url)

    def test_customer_who_calls_is_known_by_the_number(self):
        told = self._called(NUMBER, Debtor([HangUp()]))
        self.assertIn("1,250.00", self._said(told))
        call = self.env["collections.call"].search([("direction", "=", "in")])
        self.assertEqual((call.case_id, call.state), (self.case, "done"))

    def test_stranger_is_told_nothing(self):
        told = self._called("+37060000000", Debtor([Wait()] * 5))
        self.assertNotIn("1,250.00", self._said(told))
        self.assertNotIn(self.customer.name, self._said(told))

    def test_test_mode_calls_the_companys_own_number(self):
        self.policy.test_mode = True
        self.company.collections_test_phone = "+37060077777"
        self._order()
        self.assertEqual(self.desk.calls[-1].form["To"], "+37060077777")


@tagged("post_install", "-at_install")
class TestVoiceHttp(HttpCase):
    """The address itself: signed or refused."""

    def test_only_what_is_signed_is_answered(self):
        company = self.env.company
        provider = self.env["collections.provider"].create(
            {
                "name": "Twilio",
                "code": "twilio",
                "company_id": company.id,
                "account_id": "AC1",
                "auth_token": "secret",
                "voice_sender": "+15550100200",
            }
        )
        url = provider.voice_url
        path = urlsplit(url).path
        form = {"CallSid": "CA1", "Direction": "inbound", "From": "+37060000000", "To": "+1"}
        signed = {"X-Twilio-Signature": signature("secret", url, form)}
        answer = self.url_open(path, data=form, headers=signed)
        self.assertEqual(
            (answer.status_code, answer.headers["Content-Type"][:8]), (200, "text/xml")
        )
        self.assertTrue(read(answer.content))
        for headers, data, target, status in (
            ({}, form, path, 401),
            (signed, {**form, "From": "+37061111111"}, path, 401),
            (signed, form, path[:-3] + "xxx", 401),
            (signed, {**form, "x": "y" * 1_100_000}, path, 413),
        ):
            with self.subTest(status):
                answer = self.url_open(target, data=data, headers=headers)
                self.assertEqual(answer.status_code, status)
        provider.auth_token = False
        self.assertEqual(self.url_open(path, data=form, headers=signed).status_code, 401)
        self.assertEqual(self.env["collections.call"].search_count([("sid", "=", "CA1")]), 1)
