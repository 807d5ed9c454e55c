"""Predictions, profiles, groups and learnt models, from a ledger made here."""

import json
from datetime import date, timedelta
from unittest import skipUnless
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..collections_addon.domain.scoring import Score
from .common import CollectionsCommon

try:
    import sklearn
except ImportError:
    sklearn = None

TODAY = date(2026, 6, 1)


@tagged("post_install", "-at_install")
class TestPrediction(CollectionsCommon):
    """Two customers with a habit each: Prompt Ltd pays at once, Tardy Ltd 45 days late."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prompt, cls.tardy = cls._customer("Prompt Ltd"), cls._customer("Tardy Ltd")
        for number in range(4):
            due = date(2026, 1, 5) + timedelta(days=20 * number)
            cls._pay(cls._invoice(cls.prompt, 100, due=due), day=due)
            cls._pay(cls._invoice(cls.tardy, 100, due=due), day=due + timedelta(days=45))
        cls.open_prompt = cls._invoice(cls.prompt, 500, due="2026-06-10")
        cls.open_tardy = cls._invoice(cls.tardy, 500, due="2026-06-10")
        cls.scorer = cls.env["collections.prediction.scorer"]
        cls.models = cls.env["collections.prediction.model"]
        cls.cases = cls.env["collections.case"]._of(cls.prompt, cls.company)
        cls.cases |= cls.env["collections.case"]._of(cls.tardy, cls.company)
        cls.cases._refresh(TODAY)
        cls.scorer._refresh(cls.company, TODAY)
        cls.good, cls.bad = cls.cases

    def _prediction(self, move):
        return self.env["collections.prediction"].search([("move_id", "=", move.id)])

    def _score(self, day=TODAY, customers=None):
        self.scorer._refresh(self.company, day, customers and customers.ids)

    # === PREDICTIONS === #

    def test_every_open_invoice_has_its_chances_and_reasons(self):
        good, bad = self._prediction(self.open_prompt), self._prediction(self.open_tardy)
        self.assertGreater(good.chance_30, bad.chance_30 + 0.2)
        self.assertLess(good.expected_date, bad.expected_date)
        self.assertTrue(good.chance_7 <= good.chance_30 <= good.chance_60)
        self.assertAlmostEqual(good.at_risk + good.expected_30, 500, 2)
        self.assertIn("paid later than others", bad.reason_text)
        self.assertIn("paid sooner than others", good.reason_text)
        self.assertFalse(good.model_id)

    def test_the_invoice_says_when_it_will_be_paid_and_why(self):
        viewer = self.users["viewer"]
        good, bad = (move.with_user(viewer) for move in (self.open_prompt, self.open_tardy))
        one = self._prediction(self.open_tardy)
        self.assertEqual(bad.prediction_date, one.expected_date)
        self.assertIn(f"30 days {100 * one.chance_30:.0f} %", bad.prediction_chances)
        self.assertIn("paid later than others", bad.prediction_reasons)
        self.assertLess(good.prediction_date, bad.prediction_date)
        paid = self.env["account.move"].search(
            [("partner_id", "=", self.prompt.id), ("payment_state", "=", "paid")], limit=1
        )
        self.assertFalse(paid.prediction_chances or paid.prediction_date)

    def test_of_several_installments_the_money_counts(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "A tenth, the rest in 150 days",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in ((10, 5), (90, 150))
                ],
            }
        )
        move = self._invoice(self.prompt, 1000, issued="2026-06-01", terms=terms)
        self._score()
        first, rest = move.prediction_ids.sorted("date_due")
        self.assertLess(first.expected_date, rest.expected_date)
        self.assertEqual(move.prediction_date, rest.expected_date)
        share = 0.1 * first.chance_30 + 0.9 * rest.chance_30
        self.assertIn(f"30 days {100 * share:.0f} %", move.prediction_chances)

    def test_a_paid_invoice_loses_its_prediction_and_a_part_payment_its_part(self):
        self._pay(self.open_prompt, day="2026-06-02")
        self._pay(self.open_tardy, 200, day="2026-06-02")
        self._score(TODAY + timedelta(days=2))
        self.assertFalse(self._prediction(self.open_prompt))
        self.assertEqual(self._prediction(self.open_tardy).residual, 300)
        self.assertEqual((self.good.chance_30, self.good.expected_30), (0, 0))

    def test_one_customer_alone_is_scored_as_with_all_others(self):
        before = self._prediction(self.open_tardy).read(["chance_7", "chance_30", "chance_60"])
        others = self._prediction(self.open_prompt)
        self._score(customers=self.tardy)
        again = self._prediction(self.open_tardy).read(["chance_7", "chance_30", "chance_60"])
        self.assertEqual(before, again)
        self.assertTrue(others.exists())

    def test_what_is_known_later_changes_nothing_as_of_a_day(self):
        """Leak test, over the ledger: payments and invoices of later days are not seen."""
        fields = ["chance_7", "chance_30", "chance_60", "expected_date", "reasons"]
        before = self._prediction(self.open_tardy).read(fields)
        later = self._invoice(self.tardy, 900, due="2026-06-20", issued="2026-06-10")
        self._pay(later, day="2026-06-11")
        self._pay(self.open_prompt, day="2026-06-15")
        self._score()
        self.assertEqual(self._prediction(self.open_tardy).read(fields), before)

    def test_what_was_only_credited_was_never_paid(self):
        wrong = self._invoice(self.prompt, 70, due="2026-02-01")
        wrong._reverse_moves([{"date": "2026-03-01", "invoice_date": "2026-03-01"}], cancel=True)
        self.assertEqual(wrong.payment_state, "reversed")
        self._score()
        self.assertEqual(self.good.paid_count, 4)

    def test_a_promise_and_a_dispute_are_reasons(self):
        before = self._prediction(self.open_tardy).chance_30
        self.env["collections.promise"].create(
            {
                "partner_id": self.tardy.id,
                "company_id": self.company.id,
                "made_on": TODAY,
                "date": TODAY + timedelta(days=5),
                "line_ids": [Command.set(self._lines(self.open_tardy).ids)],
                "amount": 500,
            }
        )
        self._score()
        after = self._prediction(self.open_tardy)
        self.assertGreater(after.chance_30, before)
        self.assertIn("promised", after.reason_text)
        before = self._prediction(self.open_prompt).chance_30
        self._say(self.prompt, self.open_prompt, (), ("under_review",))
        self._score()
        after = self._prediction(self.open_prompt)
        self.assertLess(after.chance_30, before)
        self.assertIn("▼ The invoice is contested", after.reason_text)

    def test_what_a_person_took_down_is_a_reason(self):
        """Who said it cannot pay, or refused, is not expected to pay like before."""
        before = self._prediction(self.open_prompt).chance_30
        with self.day(TODAY):
            action = self.good._new_message("call", self.company.currency_id, "Hello")
        for code, days, by_hand, sentence in (
            ("cannot_pay", 179, True, "▼ The customer said it cannot pay"),
            ("cannot_pay", 180, True, ""),
            ("refused", 364, True, "▼ The customer refused to pay"),
            ("refused", 365, True, ""),
            ("refused", 1, False, ""),  # what a machine has understood is not taken for it
        ):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE dunning_action SET state = 'sent', is_manual = %s, contact_date = %s,"
                " outcome_id = %s WHERE id = %s",
                [
                    by_hand,
                    TODAY - timedelta(days=days),
                    self.env["dunning.outcome"]._by_code(code).id,
                    action.id,
                ],
            )
            self.env.invalidate_all()
            self._score(customers=self.prompt)
            found = self._prediction(self.open_prompt)
            with self.subTest(code, days=days, by_hand=by_hand):
                self.assertEqual(found.chance_30 < before, bool(sentence))
                self.assertIn(sentence, found.reason_text)
                self.assertIn(sentence, self.good.prediction_text)
        self.good._set_stage("legal")
        self._score()
        self.assertIn("▼ The customer has been handed over", self.good.prediction_text)

    def test_reasons_that_say_nothing_of_the_customer_as_a_whole_are_left_out(self):
        """One invoice pulls up, the other down: no arrow without a reason."""
        words = self.env["collections.prediction.words"]
        self.assertEqual(words._tell([["history", 0.0]]), "")
        moves = {"trend": (0.5, -0.5), "history": (0.6, 0.4)}
        group = [
            (100, Score((0.1, 0.2, 0.3), 5, tuple((c, moves[c][n]) for c in moves)))
            for n in range(2)
        ]
        found = self.scorer._together(self.models, TODAY, group)
        self.assertEqual(json.loads(found["prediction_reasons"]), [["history", 0.5]])

    def test_an_event_refreshes_the_customer(self):
        with self.day(TODAY + timedelta(days=1)):
            self._pay(self.open_prompt, day=TODAY + timedelta(days=1))
            self._refresh()
        self.assertFalse(self._prediction(self.open_prompt))
        self.assertEqual(self.good.profile_date, TODAY + timedelta(days=1))
        self.assertEqual(self.good.paid_count, 5)

    def test_before_everybody_has_been_looked_at_nobody_is(self):
        self.company.collections_prediction_base = False
        self.env["collections.refresh"]._add(self.prompt, self.company)
        with self.day(TODAY + timedelta(days=1)):
            self._refresh()
        self.assertEqual(self.good.profile_date, TODAY)

    # === PROFILE === #

    def test_the_profile(self):
        self.assertEqual((self.good.paid_count, self.bad.paid_count), (4, 4))
        self.assertEqual((self.good.mean_lateness, self.bad.mean_lateness), (0, 45))
        self.assertEqual((self.good.on_time_share, self.bad.on_time_share), (1, 0))
        self.assertEqual(self.bad.last_paid_date, date(2026, 4, 20))
        self.assertAlmostEqual(self.good.exposure_share, 0.5)
        self.assertEqual(self.good.contact_quality, 50)
        self.assertGreater(self.good.score, self.bad.score)

    def _book(self):
        """A customer whose figures can be told by hand: 100 paid 10 days late, 300 in parts 30
        days late, 600 on the day, 200 open; what was promised and contested."""
        customer = self._customer("Hand Ltd", credit_limit=5000, use_partner_credit_limit=True)
        case = self.env["collections.case"]._of(customer, self.company)
        old = self._invoice(customer, 100, due="2025-10-01")
        parts = self._invoice(customer, 300, due="2026-02-01", issued="2026-01-05")
        whole = self._invoice(customer, 600, due="2026-05-01", issued="2026-04-01")
        unpaid = self._invoice(customer, 200, due="2026-05-20", issued="2026-05-01")
        for move, amount, day in (
            (old, None, "2025-10-11"),
            (parts, 100, "2026-02-10"),
            (parts, None, "2026-03-03"),
            (whole, None, "2026-05-01"),
        ):
            self._pay(move, amount, day)
        self._say(customer, unpaid, ("kept", "kept", "broken"), ("accepted", "rejected"))
        self._say(customer, unpaid, ("kept",), ("withdrawn",), day="2025-05-30")
        case._refresh(TODAY)
        self._score()
        return case

    def _say(self, customer, move, promises, disputes, day="2026-05-25"):
        whose = {"partner_id": customer.id, "company_id": self.company.id}
        line = self._lines(move)
        for state in promises:
            self.env["collections.promise"].create(
                {
                    **whose,
                    "made_on": day,
                    "date": day,
                    "line_ids": [Command.set(line.ids)],
                    "amount": 5,
                }
            ).state = state
        reason = self.env["collections.dispute.reason"].search([], limit=1)
        item = {"move_id": move.id}
        for state in disputes:
            self.env["collections.dispute"].create(
                {**whose, "reason_id": reason.id, "line_ids": [Command.create(item)]}
            ).state = state

    def test_the_profile_of_a_book_reckoned_by_hand(self):
        self.company.account_use_credit_limit = True
        case = self._book()
        figures = {
            "paid_count": 3,
            "mean_lateness": 10.0,  # (100 × 10 + 300 × 30 + 600 × 0) / 1000
            "lateness_trend": 5.0,  # (30 + 0) / 2 since December, 10 before
            "on_time_share": 1 / 3,
            "partial_share": 1 / 3,
            "promise_kept_count": 2,  # one lies more than a year back
            "promise_broken_count": 1,
            "dispute_accepted_count": 1,
            "dispute_rejected_count": 2,
            "exposure_share": 200 / 1200,
            "sales_trend": 800 / 300 - 1,
            "credit_limit": 5000,
        }
        for name, value in figures.items():
            with self.subTest(name):
                self.assertAlmostEqual(case[name], value, 1 if "lateness" in name else 4)
        self.assertEqual(case.last_paid_date, date(2026, 5, 1))
        self.assertTrue(case.has_lateness_trend and case.has_sales_trend)
        self.assertEqual((self.good.has_lateness_trend, self.good.has_sales_trend), (False, True))

    def test_how_well_a_customer_can_be_reached(self):
        """Each part counts, and an event is enough: nobody waits for the night."""
        for values, expected in (
            ({"phone": "+1 555 0100"}, 80),
            ({"street": "1 Main St", "city": "Troy"}, 100),
            ({"collections_bounced_email": "Prompt.Ltd@example.com"}, 60),
            ({"lang": False}, 50),
        ):
            with self.subTest(**values), self.day(TODAY):
                self.prompt.write(values)
                self._refresh()
                self.assertEqual(self.good.contact_quality, expected)
        with self.day(TODAY):
            other = {"type": "invoice", "parent_id": self.prompt.id, "lang": "en_US"}
            accounts = self._customer("Accounts", **other)
            self._score()
            self.assertEqual(self.good.contact_quality, 80, "who is written to; the phone of both")
            accounts.active = False
            self._refresh()
            self.assertEqual(self.good.contact_quality, 50)

    def test_answers_per_channel(self):
        self._live("2026-06-15", "2026-06-15")
        self._pay(self.open_tardy, 100, day="2026-06-29")
        self._pay(self.open_prompt, 100, day="2026-06-30")  # too late to be an answer
        self._score(date(2026, 6, 30))
        self.assertEqual(self.bad.channel_response, [["email", 1, 1]])
        self.assertEqual(self.good.channel_response, [["email", 1, 0]])
        self.assertIn("1 of 1", self.bad.channel_response_text)
        for code, answered in (("voicemail", 0), ("refused", 1)):
            with self.subTest(code):
                self.good.action_ids.outcome_id = self.env["dunning.outcome"]._by_code(code)
                self._score(date(2026, 6, 30))
                self.assertEqual(self.good.channel_response, [["email", 1, answered]])

    # === GROUPS === #

    def test_groups_come_from_the_rules_with_evidence_and_history(self):
        self.assertEqual(self.good.segment, "able_willing")
        self.assertEqual(self.bad.segment, "informed")
        self.assertIn("Settled Invoices: 4", self.bad.group_text)
        self.assertIn("as of 06/01/2026", self.bad.group_text)
        self.assertRegex(self.good.group_text, r"Chance to Pay Within 30 Days: \d+%")
        change = self.good.segment_change_ids
        self.assertEqual((change.segment_id, change.date), (self.good.segment_id, TODAY))
        self._score(TODAY + timedelta(days=1))
        self.assertEqual(len(self.good.segment_change_ids), 1)
        self.assertEqual(self.good.group_date, TODAY)

    def test_the_group_picks_the_policy(self):
        policy = self._policy("Gentle", values={"company_id": False}, Only=20)
        self.good.segment_id.policy_id = policy
        self.assertEqual(self.good.policy_id, policy)
        self.assertEqual(self.bad.policy_id, self.policy)

    def test_a_person_decides_until_a_day(self):
        segment = self.env.ref("collections_addon.segment_cannot_pay")
        collector = self.users["collector"]
        case = self.good.with_user(collector)
        case._override_group(segment, "Lost its main customer", TODAY + timedelta(days=9), TODAY)
        self._score(TODAY + timedelta(days=9))
        self.assertEqual(self.good.segment_id, segment)
        self.assertIn("Lost its main customer", self.good.group_text)
        self.assertEqual(self.good.segment_change_ids[0].user_id, collector)
        self._score(TODAY + timedelta(days=10))
        self.assertEqual(self.good.segment, "able_willing")
        self.assertFalse(self.good.override_segment_id)
        self.assertEqual(len(self.good.segment_change_ids), 3)

    def test_a_segment_of_ones_own_until_a_day_and_back(self):
        own = self.env["collections.segment"].create({"name": "Public", "code": "public"})
        self.good._override_group(own, "A school", TODAY + timedelta(days=9), TODAY)
        self._score(TODAY + timedelta(days=9))
        self.assertEqual(self.good.segment_id, own)
        self._score(TODAY + timedelta(days=10))
        self.assertEqual(self.good.segment, "able_willing")
        self.good._override_group(own, "A school", None, TODAY)
        self.good._override_group(own.browse(), "Not a school any more", None, TODAY)
        self._score()
        self.assertEqual((self.good.segment, self.good.group_date), ("able_willing", TODAY))

    def test_a_companys_own_group_takes_the_place_of_the_shared_one(self):
        own = self.good.segment_id.copy({"company_id": self.company.id, "code": "able_willing"})
        self._score()
        self.assertEqual(self.good.segment_id, own)

    def test_of_whom_nothing_is_known_that_is_said_with_its_day(self):
        case = self.env["collections.case"]._of(self._customer("New Ltd"), self.company)
        case.segment_id = self.env.ref("collections_addon.segment_unknown")
        self._score()
        self.assertEqual((case.segment, case.group_date), ("unknown", TODAY))
        self.assertEqual(case.group_text, "Settled Invoices: 0 (as of 06/01/2026)")

    def test_other_rules_group_everybody_soon(self):
        cron = self.env.ref("collections_addon.cron_prediction_profile")
        rule = self.env.ref("collections_addon.segment_rule_settled")
        for change in (
            lambda: rule.write({"least": 9}),
            lambda: rule.copy({"least": 8}),
            lambda: rule.unlink(),
        ):
            self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
            change()
            self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self._score()
        self.assertEqual(self.bad.segment, "unknown")

    def test_who_may_decide(self):
        segment = self.good.segment_id
        with self.assertRaises(AccessError):
            self.good.with_user(self.users["viewer"])._override_group(segment, "x", None, TODAY)
        with self.assertRaises(UserError):
            self.good._override_group(segment, "x", TODAY - timedelta(days=1), TODAY)

    def test_a_segment_of_ones_own_is_left_alone(self):
        own = self.env["collections.segment"].create({"name": "Public", "code": "public"})
        self.good.segment_id = own
        self._score()
        self.assertEqual(self.good.segment_id, own)

    def test_two_broken_promises_propose_and_a_person_confirms(self):
        for day in ("2026-04-01", "2026-05-01"):
            self.env["collections.promise"].create(
                {
                    "partner_id": self.tardy.id,
                    "company_id": self.company.id,
                    "made_on": day,
                    "date": day,
                    "line_ids": [Command.set(self._lines(self.open_tardy).ids)],
                    "amount": 500,
                }
            ).state = "broken"
        self._score()
        self.assertEqual(self.bad.segment, "informed")
        self.assertEqual(self.bad.proposed_segment_id.code, "will_not_pay")
        self.assertEqual(
            self.bad.with_user(self.users["viewer"]).proposed_text,
            "Promises Broken in a Year: 2 (as of 06/01/2026)",
        )
        self.assertFalse(self.good.proposed_text)
        wizard = self.env["collections.case.group.change"].with_context(
            active_model="collections.case", active_ids=self.bad.ids
        )
        wizard.create({"reason": "Confirmed on the phone"}).action_apply()
        self.assertEqual(self.bad.segment, "will_not_pay")
        self.assertFalse(self.bad.proposed_segment_id)

    # === LEARNT MODELS === #

    def _result(self, verdict="better", targets=None):
        figures = {"count": 9, "rate": 0.5, "auc": 0.8, "brier": 0.1, "curve": [[0.5, 0.5, 9]]}
        speakers = dict.fromkeys(("age", "rule", "scorecard", "learnt"), figures)
        return {
            "verdict": verdict,
            "settled": 400,
            "targets": targets or {"7": {}, "30": {}, "60": {}},
            "figures": {"late": {"verdict": verdict, "models": speakers}},
        }

    def _model(self, version, **result):
        model = self.models.create({"company_id": self.company.id, "version": version})
        with self.day(TODAY) as now:
            model._finish(self._result(**result), now)
        return model

    def test_only_what_is_better_speaks_and_it_can_be_switched_back(self):
        first = self._model(1)
        self.assertTrue(first.is_speaking)
        self.assertIn("0.800", first.figures_html)
        second = self._model(2)
        self.assertEqual((first.is_speaking, second.is_speaking), (False, True))
        first.action_speak()
        self.assertEqual(self.models._speaking(self.company), first)
        first.action_silence()
        self.assertFalse(self.models._speaking(self.company))
        self.assertFalse(self._model(3).is_speaking)
        first.action_speak()
        worse = self._model(4, verdict="not_better")
        self.assertFalse(self.models._speaking(self.company))
        with self.assertRaises(UserError):
            worse.action_speak()
        first.sudo().content = False
        with self.assertRaisesRegex(UserError, "no longer kept"):
            first.action_speak()

    def test_what_cannot_be_predicted_is_said(self):
        model = self._model(1, verdict="not_predictable")
        self.assertIn("Not predictable", model.explanation)
        self.assertTrue(self.good.is_not_predictable)
        self.assertIn("Not enough history", self._model(2, verdict="too_few").explanation)

    def test_without_the_library_the_scorecard_speaks(self):
        self._model(1)
        with patch.object(type(self.models), "_has_library", lambda *args: False):
            with self.assertRaisesRegex(UserError, "pip install"):
                self.models.action_train()
            self._score()
        self.assertFalse(self._prediction(self.open_prompt).model_id)

    @skipUnless(sklearn, "scikit-learn is an optional extra")
    def test_learning_in_a_process_of_its_own(self):
        self.company.collections_prediction_wanted = True
        with self.day(TODAY) as now:
            others = self.models._to_train(now) - self.company
            seen = [{"company_id": other.id, "version": 9, "state": "done"} for other in others]
            self.models.sudo().create(seen)
        with self.enter_registry_test_mode(), self.day(TODAY):
            self.env.ref("collections_addon.cron_prediction_train").method_direct_trigger()
        self.env.invalidate_all()
        model = self.models.search([("company_id", "=", self.company.id)])
        self.assertEqual((model.state, model.verdict), ("done", "too_few"), model.error)
        self.assertEqual(model.settled_count, 8)

    @skipUnless(sklearn, "scikit-learn is an optional extra")
    def test_a_learnt_model_scores_and_says_why(self):
        from .score_cases import firm, learning_module

        training = learning_module("training")
        items = firm(customers=40, days=600)
        last = max(item.issued for item in items) + 1
        targets = training.train(items, last, most=4000)["targets"]
        model = self._model(1, targets=targets)
        self._score()
        found = self._prediction(self.open_tardy)
        self.assertEqual(found.model_id, model)
        self.assertTrue(0 < found.chance_7 <= found.chance_30 <= found.chance_60 < 1)
        self.assertTrue(found.reason_text)
        self.assertEqual(self.bad.prediction_source, "Learnt Model 1")
