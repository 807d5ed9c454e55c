"""Automatic collection by days: notice, charge, refusals, and everything that stops it."""

from datetime import timedelta
from unittest.mock import patch

import requests

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .autopay_common import AutopayCommon
from .common import SecondCompany
from .plan_common import PlanCommon

DUE = "2026-03-20"


@tagged("post_install", "-at_install")
class TestAutopay(AutopayCommon):
    def setUp(self):
        super().setUp()
        self.move = self._invoice(self.customer, 100, due=DUE)

    def _dispute(self, amount=100):
        self.env["collections.dispute"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "reason_id": self.env["collections.dispute.reason"].search([], limit=1).id,
                "line_ids": [Command.create({"move_id": self.move.id, "amount_disputed": amount})],
            }
        )

    def _promise(self, by="2026-03-28", made_on="2026-03-18"):
        return self.env["collections.promise"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "made_on": made_on,
                "date": by,
                "grace_days": 0,
                "line_ids": self._lines(self.move).ids,
            }
        )

    # === SCENARIOS === #

    def test_scenario_notice_then_charge_on_the_due_date(self):
        self._mandate()
        diary = self._autopay_days("2026-03-10", "2026-03-25")
        self.assertEqual(diary, {"2026-03-17": ["announced"], DUE: ["paid"]})
        self.assertEqual(self.move.amount_residual, 0)
        [subject] = self._mails()
        self.assertIn("100.00", subject)
        self.assertEqual(self._charges().amount_taken, 100)
        self.assertEqual(self._charges().attempt_ids.outcome, "taken")

    def test_scenario_declined_twice_then_paid(self):
        """Refused on the day, refused two days later, taken five days after the first."""
        self._mandate()
        no_money = ("error", "Insufficient funds")
        with self._answers(no_money, no_money, ("done", "")):
            diary = self._autopay_days("2026-03-15", "2026-03-31")
        self.assertEqual(
            diary,
            {"2026-03-17": ["announced"], DUE: ["retrying"], "2026-03-25": ["paid"]},
        )
        charge = self._charges()
        self.assertEqual(charge.attempt_ids.mapped("outcome"), ["soft", "soft", "taken"])
        self.assertEqual(self.move.amount_residual, 0)
        self.assertEqual(len(self._mails()), 3, "a notice and two refusals")

    def test_scenario_declined_three_times(self):
        self._mandate("error")
        diary = self._autopay_days("2026-03-15", "2026-04-15")
        self.assertEqual(diary["2026-03-25"], ["failed"])
        self.assertEqual(list(diary), ["2026-03-17", DUE, "2026-03-25"], "never again")
        self.assertEqual(len(self._charges().attempt_ids), 3)
        self.assertEqual(self.move.amount_residual, 100)
        self.assertIn("failed", self.case.activity_ids.summary)
        self.assertEqual(self.case.autopay_ids.state, "active")
        self.assertNotEqual(self._why(self.move, "2026-04-01"), "promised")

    def test_scenario_refused_for_good(self):
        mandate = self._mandate()
        self._invoice(self.customer, 50, due="2026-03-22")
        with self._answers(("error", "The card was reported STOLEN")):
            diary = self._autopay_days("2026-03-15", "2026-04-15")
        self.assertEqual(diary[DUE], ["failed", "cancelled"])
        self.assertEqual(mandate.state, "suspended")
        self.assertEqual(len(self._charges().attempt_ids), 1, "never tried again")
        self.assertEqual(self.case.activity_ids.mapped("user_id").mapped("share"), [False])

    def test_scenario_a_bank_debit_that_takes_days(self):
        self._mandate("pending")
        diary = self._autopay_days("2026-03-17", "2026-03-22")
        self.assertEqual(diary, {"2026-03-17": ["announced"], DUE: ["pending"]})
        self.assertEqual(self._why(self.move, "2026-03-22"), "promised")
        transaction = self._charges().attempt_ids.transaction_id
        self._come(transaction, "done", "2026-03-24")
        self.assertEqual(self._charges().state, "paid")
        self.assertEqual(self.move.amount_residual, 0)

    def test_a_debit_that_comes_back_is_tried_again(self):
        self._mandate("pending")
        self._autopay_days("2026-03-17", "2026-03-22")
        transaction = self._charges().attempt_ids.transaction_id
        self._come(transaction, "error", "2026-03-24")
        charge = self._charges()
        self.assertEqual((charge.state, str(charge.next_date)), ("retrying", "2026-03-25"))

    # === P20: WHAT STOPS IT === #

    def test_p20_never_while_disputed(self):
        self._mandate()
        diary = self._autopay_days("2026-03-15", "2026-03-31", {"2026-03-19": self._dispute})
        self.assertEqual(diary, {"2026-03-17": ["announced"], DUE: ["cancelled"]})
        self.assertEqual(self._charges().reason_code, "disputed")
        self.assertFalse(self._charges().attempt_ids)

    def test_p20_only_what_is_not_contested(self):
        self._mandate()
        self._autopay_days("2026-03-15", "2026-03-31", {"2026-03-19": lambda: self._dispute(40)})
        self.assertEqual(self._charges().amount_taken, 60)
        self.assertEqual(self.move.amount_residual, 40)

    def test_p20_never_while_promised_and_again_with_notice_when_broken(self):
        self._mandate()
        diary = self._autopay_days("2026-03-15", "2026-04-05", {"2026-03-18": self._promise})
        self.assertEqual(diary[DUE], ["cancelled"])
        self.assertEqual(diary["2026-03-29"], ["cancelled", "announced"])
        self.assertEqual(diary["2026-04-01"], ["cancelled", "paid"])
        self.assertEqual(self._charges()[0].reason_code, "promised")

    def test_p20_disputed_between_two_attempts(self):
        self._mandate("error")
        diary = self._autopay_days("2026-03-15", "2026-03-31", {"2026-03-21": self._dispute})
        self.assertEqual(diary["2026-03-22"], ["cancelled"])
        self.assertEqual(len(self._charges().attempt_ids), 1)

    def test_p20_promised_between_two_attempts(self):
        self._mandate("error")
        promise = lambda: self._promise(made_on="2026-03-21", by="2026-03-30")  # noqa: E731
        diary = self._autopay_days("2026-03-15", "2026-03-30", {"2026-03-21": promise})
        self.assertEqual(diary["2026-03-22"], ["cancelled"])

    def test_p20_on_hold_announced_or_blocked(self):
        stops = {
            "hold": lambda: self._hold(self.customer, start="2026-03-19"),
            "hold of the invoice": lambda: self._hold(self.move, start="2026-03-19"),
            "payment announced": lambda: self.env["collections.announcement"].create(
                {
                    "partner_id": self.customer.id,
                    "made_on": "2026-03-19",
                    "date": "2026-03-29",
                    "line_ids": self._lines(self.move).ids,
                }
            ),
            "handed over": lambda: self.case.sudo().write({"stage": "legal"}),
            "test mode": lambda: self.policy.write({"test_mode": True}),
        }
        self._mandate()
        self._autopay_day("2026-03-17")
        for name, stop in stops.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                with self.day("2026-03-19"):
                    stop()
                self.assertEqual(self._autopay_day(DUE), ["cancelled"])
                self.assertTrue(self._charges().reason_code)
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_the_stop_switch_and_a_stale_ledger_only_wait(self):
        self._mandate()
        self._autopay_day("2026-03-17")
        self.company.collections_stopped = True
        self.assertEqual(self._autopay_day(DUE), ["announced"])
        self.company.collections_stopped = False
        self.policy.freshness_hours = 1
        with patch.object(
            self.env.registry["res.company"], "_collections_ledger_time", lambda company: None
        ):
            self.assertEqual(self._autopay_day(DUE), ["announced"])
        self.policy.freshness_hours = 0
        self.assertEqual(self._autopay_day("2026-03-21"), ["paid"])

    def test_what_was_announced_long_ago_is_announced_anew(self):
        self._mandate()
        self._autopay_day("2026-03-17")
        self.assertEqual(self._autopay_day("2026-03-30"), ["cancelled"])
        self.assertEqual(self._autopay_day("2026-03-31"), ["cancelled", "announced"])
        self.assertEqual(str(self._charges()[1].date), "2026-04-03")

    # === HOW MUCH === #

    def test_what_was_paid_meanwhile_is_not_taken(self):
        self._mandate()
        pay = lambda: self._pay(self.move, day="2026-03-19")  # noqa: E731
        diary = self._autopay_days("2026-03-15", "2026-03-25", {"2026-03-19": pay})
        self.assertEqual(diary[DUE], ["cancelled"])
        self.assertEqual(self._charges().reason_code, "paid")

    def test_p04_only_the_rest_is_taken(self):
        self._mandate()
        pay = lambda: self._pay(self.move, 30, "2026-03-19")  # noqa: E731
        self._autopay_days("2026-03-15", "2026-03-25", {"2026-03-19": pay})
        self.assertEqual(self._charges().amount_taken, 70)
        self.assertEqual(self.move.amount_residual, 0)

    def test_never_more_than_was_announced(self):
        self._mandate()
        with self.day("2026-03-01"):
            payment = self._pay(self.move, 30, "2026-03-01")
        back = lambda: self._bounce(payment)  # noqa: E731
        self._autopay_days("2026-03-15", "2026-03-20", {"2026-03-19": back})
        self.assertEqual(self._charges()[0].amount_taken, 70)
        self.assertEqual(self.move.amount_residual, 30)

    def test_p06_credits_are_deducted(self):
        self._credit(self.customer, 25, "2026-03-01")
        self._mandate()
        self._autopay_days("2026-03-15", "2026-03-25")
        self.assertEqual(self._charges().amount_taken, 75)
        self.assertEqual(self.move.amount_residual, 0)

    def test_credits_that_are_gone_again_do_not_raise_the_charge(self):
        credit = self._credit(self.customer, 25, "2026-03-01")
        self._mandate()
        gone = lambda: (credit.button_draft(), credit.button_cancel())  # noqa: E731
        self._autopay_days("2026-03-15", DUE, {"2026-03-19": gone})
        self.assertEqual(self._charges()[0].amount_taken, 75)
        self.assertEqual(self.move.amount_residual, 25)

    def test_one_charge_for_several_invoices_of_a_day_p10_each_currency_its_own(self):
        euro = self.setup_other_currency("EUR")
        more = self._invoice(self.customer, 50, due=DUE)
        foreign = self._invoice(self.customer, 80, due=DUE, currency=euro)
        self._mandate()
        self._autopay_days("2026-03-15", "2026-03-25")
        found = {(charge.currency_id, charge.amount_taken) for charge in self._charges()}
        self.assertEqual(found, {(self.company.currency_id, 150), (euro, 80)})
        for move in self.move | more | foreign:
            self.assertEqual(move.amount_residual, 0)

    def test_invoices_are_left_alone_when_only_plans_were_agreed(self):
        self._mandate(scope="plans")
        self.assertFalse(self._autopay_days("2026-03-15", "2026-03-31"))

    # === AT MOST ONCE === #

    def test_the_scheduler_run_twice_takes_once(self):
        self._mandate()
        for _again in range(3):
            self._autopay_day("2026-03-17")
        for _again in range(3):
            self._autopay_day(DUE)
        self.assertEqual(len(self._charges()), 1)
        self.assertEqual(len(self._charges().attempt_ids), 1)

    def test_a_broken_connection_is_a_doubt_that_a_person_settles(self):
        self._mandate()
        self._autopay_day("2026-03-17")
        with self._no_connection():
            self.assertEqual(self._autopay_day(DUE), ["unknown"])
        self.assertEqual(self._autopay_days("2026-03-21", "2026-03-30"), {})
        self.assertIn("not known", self.case.activity_ids.summary)
        charge = self._charges().with_user(self.users["collector"])
        with self.assertRaises(UserError):
            charge.action_cancel()
        with self.day("2026-03-31"):
            charge.action_was_not_taken()
        self.assertEqual(self._autopay_day("2026-03-31"), ["paid"])
        self.assertEqual(len(charge.attempt_ids), 2)

    def test_a_doubt_that_the_provider_took_it(self):
        self._mandate()
        self._autopay_day("2026-03-17")
        with self._no_connection():
            self._autopay_day(DUE)
        with self.day("2026-03-21"):
            self._charges().with_user(self.users["collector"]).action_was_taken()
        self.assertEqual(self._charges().state, "paid")
        self.assertEqual(self.move.amount_residual, 0)

    def _no_connection(self):
        """The provider asks over the network, which breaks while it waits."""

        def ask(transaction):
            transaction._send_api_request("POST", "/charges", json={})

        registry = self.env.registry
        stack = [
            patch.object(registry["payment.transaction"], "_send_payment_request", ask),
            patch.object(
                registry["payment.provider"], "_build_request_url", lambda *a, **k: "http://p"
            ),
            patch.object(requests, "request", side_effect=requests.exceptions.ReadTimeout()),
        ]

        class Stack:
            def __enter__(self):
                return [one.__enter__() for one in stack]

            def __exit__(self, *error):
                for one in reversed(stack):
                    one.__exit__(*error)

        return Stack()

    def test_an_attempt_that_was_interrupted_is_never_made_again(self):
        """A worker died after it had written the attempt down."""
        self._mandate()
        self._autopay_day("2026-03-17")
        charge = self._charges().sudo()
        with self.day(DUE, 9) as now:
            self.assertTrue(charge._begin(now, fields.Date.to_date(DUE)))
        with self.day(DUE, 9.1) as soon:
            self._scheduler["collections.autopay.charge"]._recover(self.company, soon)
        self.assertEqual(charge.state, "charging", "perhaps it is still at work")
        self.assertEqual(self._autopay_day(DUE), ["unknown"])
        self.assertEqual(len(charge.attempt_ids), 1)

    def test_the_provider_reports_after_all(self):
        self._mandate()
        self._autopay_day("2026-03-17")
        charge = self._charges().sudo()
        with self.day(DUE, 9) as now:
            transaction = charge._begin(now, fields.Date.to_date(DUE))
        self._autopay_day(DUE)
        self.assertEqual(charge.state, "unknown")
        self._come(transaction, "done", "2026-03-21")
        self.assertEqual(charge.state, "paid")
        self.assertEqual(self.move.amount_residual, 0)

    # === CONSENT === #

    def test_who_cannot_be_told_is_not_collected_from(self):
        self.customer.email = False
        self._mandate()
        self.assertEqual(self._autopay_day("2026-03-17"), ["cancelled"])
        self.assertEqual(self._charges().reason_code, "no_address")

    def test_ended_by_the_customer(self):
        mandate = self._mandate()
        self._autopay_day("2026-03-17")
        mandate._revoke("Ended on the portal.")
        self.assertEqual(self._charges().state, "cancelled")
        self.assertFalse(self._autopay_days("2026-03-18", "2026-03-31"))

    def test_the_method_was_removed(self):
        mandate = self._mandate()
        self._autopay_day("2026-03-17")
        mandate.token_id.active = False
        self.assertEqual((mandate.state, self._charges().state), ("suspended", "cancelled"))

    def test_a_disabled_provider_is_a_refusal(self):
        self._mandate()
        self._autopay_day("2026-03-17")
        self.provider.with_context(active_test=False).sudo().state = "disabled"
        self.assertIn(self._autopay_day(DUE), (["cancelled"], ["retrying"]))
        self.assertEqual(self.move.amount_residual, 100)

    def test_the_method_of_another_customer_is_refused(self):
        neighbor = self._customer("Neighbor")
        mandate = self._mandate()
        with self.assertRaises(ValidationError):
            mandate._activate(self._token(partner=neighbor))

    def test_consent_cannot_be_typed_in(self):
        mandate = self._mandate()
        for user in self.users.values():
            model = self.env["collections.autopay"].with_user(user)
            with self.assertRaises(AccessError):
                model.create({"case_id": self.case.id, "notice_days": 3, "state": "active"})
            with self.assertRaises(AccessError):
                mandate.with_user(user).write({"consent_text": "more"})
        with self.assertRaises(UserError):
            mandate.unlink()

    def test_who_may_end_it(self):
        mandate = self._mandate()
        with self.assertRaises(AccessError):
            mandate.with_user(self.users["viewer"]).action_revoke()
        mandate.with_user(self.users["collector"]).action_revoke()
        self.assertEqual(mandate.state, "revoked")

    def test_retry_days_are_checked(self):
        with self.assertRaises(ValidationError):
            self.company.collections_autopay_retry_days = "5, two"

    def test_the_gates(self):
        mandate = self._mandate()
        mandate._revoke()
        with self.assertRaises(UserError):
            mandate._transition("active")
        with self.assertRaises(UserError):
            self._charges()._unlink_never()


@tagged("post_install", "-at_install")
class TestAutopayPlan(PlanCommon, AutopayCommon):
    def _running(self, amount=300):
        """A plan of three installments on the first of the month, from the first of April."""
        self.move = self._invoice(self.customer, amount, due="2026-03-01")
        with self.day("2026-03-20"):
            return self._agreed(self.move, "2026-03-20", first="2026-04-01")

    def test_scenario_each_installment_on_its_day(self):
        plan = self._running()
        self._mandate(scope="plans")
        diary = self._autopay_days("2026-03-21", "2026-06-10")
        self.assertEqual(
            diary,
            {
                "2026-03-29": ["announced"],
                "2026-04-01": ["paid"],
                "2026-04-28": ["paid", "announced"],
                "2026-05-01": ["paid", "paid"],
                "2026-05-29": ["paid", "paid", "announced"],
                "2026-06-01": ["paid", "paid", "paid"],
            },
        )
        self.assertEqual(self.move.amount_residual, 0)
        plan._settle(fields.Date.to_date("2026-06-02"))
        self.assertEqual(plan.state, "completed")

    def test_p20_a_disputed_plan_is_not_collected(self):
        self._running()
        self._mandate(scope="plans")
        self._autopay_day("2026-03-29")
        self._hold(self.move, start="2026-03-30")
        self.assertEqual(self._autopay_day("2026-04-01"), ["cancelled"])
        self.assertEqual(self._charges().reason_code, "manual_hold")

    def test_what_is_collected_is_not_reminded_of(self):
        """The notice says it; after a final refusal the reminders of the plan go on."""
        self._running()
        self._mandate("error", scope="plans")
        before = self._contacts()
        for offset in range(26):
            today = str(self._at("2026-03-29").date() + timedelta(days=offset))
            self._autopay_day(today)
            with self.day(today, 13) as now:
                self._run(today)
                self._dispatch(now)
        self.assertEqual(self._charges()[:1].state, "failed")
        days_told = (self._contacts() - before).mapped("contact_date")
        self.assertTrue(days_told)
        self.assertGreaterEqual(str(min(days_told)), "2026-04-06", "the day of the last attempt")

    def test_what_was_paid_of_an_installment_is_not_taken_again(self):
        plan = self._running()
        self._mandate(scope="plans")
        self._autopay_day("2026-03-29")
        with self.day("2026-03-30"):
            self._pay(self.move, 60, "2026-03-30")
            self._refresh()
        self._autopay_day("2026-04-01")
        self.assertEqual(self._charges().amount_taken, 40)
        self.assertEqual(self.move.amount_residual, 200)
        self.assertEqual(plan.amount_paid, 100)

    def test_a_plan_that_ended_is_not_collected(self):
        plan = self._running()
        self._mandate(scope="plans")
        self._autopay_day("2026-03-29")
        with self.day("2026-03-30"):
            plan.sudo()._transition("cancelled")
        self.assertEqual(self._autopay_day("2026-04-01"), ["cancelled"])


@tagged("post_install", "-at_install")
class TestAutopayCompanies(SecondCompany, AutopayCommon):
    def test_p09_one_company_collects_nothing_for_another(self):
        self._invoice(self.customer, 70, due=DUE, company=self.other)
        self._mandate()
        self.assertFalse(self._autopay_day("2026-03-17"))
        self.assertFalse(self._autopay_day("2026-03-17", self.other))
        stranger = self._user("admin", login="stranger_admin")
        stranger.write({"company_ids": [(6, 0, self.other.ids)], "company_id": self.other.id})
        self.assertFalse(self.env["collections.autopay"].with_user(stranger).search([]))

    @mute_logger("odoo.sql_db")
    def test_a_method_of_another_company_is_refused(self):
        theirs = self._demo_provider(self.other)
        mandate = self._mandate()
        with self.assertRaises(ValidationError):
            mandate._activate(self._token(provider_id=theirs.id))
