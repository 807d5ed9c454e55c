"""The worklist: who is on it, in which order, whose it is, and what is done with it."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import CollectionsCommon

TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 9)


@tagged("post_install", "-at_install")
class TestWorklist(CollectionsCommon):
    """Small Ltd owes 100 for 60 days, Large Ltd 5,000 for 20 days. Ann looks after both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.boss = cls.users["collector"], cls.users["manager"]
        cls.bob = cls._user("collector", login="bob", name="Bob")
        cls.small = cls._customer("Small Ltd", phone="+1 555 0100")
        cls.large = cls._customer("Large Ltd", phone="+1 555 0101")
        cls._invoice(cls.small, 100, due="2026-04-02")
        cls.invoice = cls._invoice(cls.large, 5000, due="2026-05-12")
        of = cls.env["collections.case"]._of
        cls.small_case, cls.large_case = of(cls.small, cls.company), of(cls.large, cls.company)
        cls.cases = cls.small_case | cls.large_case
        cls.cases._refresh(TODAY)
        cls.cases.collector_id = cls.ann
        cls.worklist = cls.env["collections.worklist"]
        cls.items = cls.env["collections.worklist.item"]
        cls.worklist._rank(cls.company, TODAY)

    def _rank(self, day=TODAY, customers=None):
        return self.worklist._rank(self.company, day, customers and customers.ids)

    def _item(self, case):
        return self.items.with_context(active_test=False).search([("case_id", "=", case.id)])

    def _day(self, user=None, now=NOW, companies=None, **choices):
        user = user or self.ann
        chosen = (companies or user.company_id).ids
        worklist = self.worklist.with_user(user).with_context(allowed_company_ids=chosen)
        with freeze_time(now):
            return worklist.get_day(**choices)

    def _names(self, user=None, now=NOW, companies=None, **choices):
        return [item["name"] for item in self._day(user, now, companies, **choices)["items"]]

    def _elsewhere(self):
        """Another company, in euro at 2 dollars each, in which Ann works as well."""
        company = self.env["res.company"].search([("name", "=", "Elsewhere")], limit=1)
        if company:
            return company
        euro = self.env.ref("base.EUR")
        euro.active = True
        company = self.env["res.company"].create({"name": "Elsewhere", "currency_id": euro.id})
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "company_id": self.company.id, "name": TODAY, "rate": 0.5}
        )
        self.ann.company_ids |= company
        return company

    def _foreign_case(self, company, name="Étranger SA", overdue=3000.0):
        """A customer of another company, as the evaluation of its ledger leaves it."""
        case = self.env["collections.case"]._of(self._customer(name), company)
        case.collector_id = self.ann
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE collections_case SET overdue = %s, exposure = %s, oldest_due_date = %s,"
            " stage = 'dunning' WHERE id = %s",
            [overdue, overdue, TODAY - timedelta(days=20), case.id],
        )
        self.env.invalidate_all()
        self.worklist._rank(company, TODAY)
        return case

    # === WHO, AND IN WHICH ORDER === #

    def test_who_is_worth_more_stands_first_and_says_why(self):
        self.assertEqual(self._names(), ["Large Ltd", "Small Ltd"])
        large = self._item(self.large_case)
        self.assertEqual((large.chaseable, large.days_overdue), (5000, 20))
        self.assertAlmostEqual(sum(money for _name, money in large.reasons), large.value, 1)
        self.assertGreater(large.value, self._item(self.small_case).value)
        with freeze_time(NOW):
            customer = self.worklist.with_user(self.ann).get_customer(large.id)
        self.assertIn("assumed, not measured", customer["why"]["change"])
        self.assertEqual([row["name"] for row in customer["invoices"]["rows"]], [self.invoice.name])
        self.assertEqual(customer["contact"]["phones"], [["Large Ltd", "+1 555 0101"]])
        self.assertIn("the oldest item is overdue since 05/12/2026", " ".join(customer["script"]))

    def test_orders_and_filters_from_most_to_least_likely(self):
        self.env.cr.execute(
            "UPDATE collections_case SET chance_30 = CASE WHEN id = %s THEN .9 ELSE .1 END"
            " WHERE id IN %s",
            [self.small_case.id, tuple(self.cases.ids)],
        )
        self.env.invalidate_all()
        self._rank()
        self.assertEqual(self._names(order="likely"), ["Small Ltd", "Large Ltd"])
        self.assertEqual(self._names(order="unlikely"), ["Large Ltd", "Small Ltd"])
        self.assertEqual(self._names(order="at_risk"), ["Large Ltd", "Small Ltd"])
        self.assertEqual(self._names(order="oldest"), ["Small Ltd", "Large Ltd"])
        self.assertEqual(self._names(chance="likely"), ["Small Ltd"])
        self.assertEqual(self._names(chance="maybe"), [])
        self.assertEqual(self._names(scope="what is this"), self._names(), "one's own")
        self.assertEqual(self._names(chance="unlikely"), ["Large Ltd"])

    def test_whose_chance_is_not_known_stands_last(self):
        for chances in ((0.6, None), (0.2, None)):
            for case, chance in zip(self.cases, chances, strict=True):
                self.env.cr.execute(
                    "UPDATE collections_case SET chance_30 = %s WHERE id = %s", [chance, case.id]
                )
            self.env.invalidate_all()
            self._rank()
            for order in ("likely", "unlikely"):
                with self.subTest(order=order, chances=chances):
                    self.assertEqual(self._names(order=order), ["Small Ltd", "Large Ltd"])
                    self.assertEqual(
                        self._names(order=order, companies=self.company | self._elsewhere()),
                        ["Small Ltd", "Large Ltd"],
                    )

    def test_what_is_paused_is_not_asked_for(self):
        self.env["collections.hold"].create(
            {
                "partner_id": self.small.id,
                "company_id": self.company.id,
                "reason": "Rest",
                "date_start": TODAY,
            }
        )
        line = self.invoice.line_ids.filtered("date_maturity")
        self.env["collections.promise"].create(
            {
                "partner_id": self.large.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "amount": 5000,
                "date": TODAY + timedelta(days=5),
                "made_on": TODAY,
                "line_ids": [Command.set(line.ids)],
            }
        )
        self._rank()
        self.assertEqual(self._names(), [])
        due = TODAY + timedelta(days=5)
        self._rank(due)
        [found] = self._day(now=NOW + timedelta(days=5))["items"]
        self.assertEqual([task["code"] for task in found["tasks"]], ["promise_due"])

    def test_what_is_paid_leaves_the_list_with_the_event(self):
        self._pay(self.invoice, day=TODAY)
        with freeze_time(NOW):
            self.env["collections.refresh"]._refresh_batch()
        self.assertEqual(self._names(), ["Small Ltd"])
        self.assertFalse(self._item(self.large_case).active)

    def test_one_customer_ranked_alone_leaves_the_others(self):
        before = self._item(self.small_case).read()
        self._rank(customers=self.large)
        self.assertEqual(self._item(self.small_case).read(), before)

    def test_what_has_been_said_long_ago_or_has_time_is_no_task(self):
        mine = {"partner_id": self.large.id, "company_id": self.company.id}
        line = self.invoice.line_ids.filtered("date_maturity")
        promise = self.env["collections.promise"].create(
            {
                **mine,
                "amount": 5000,
                "date": "2026-05-20",
                "made_on": "2026-05-19",
                "line_ids": [Command.set(line.ids)],
            }
        )
        promise.state = "broken"
        reason = self.env["collections.dispute.reason"].search([], limit=1)
        dispute = self.env["collections.dispute"].create(
            {
                **mine,
                "reason_id": reason.id,
                "opened_on": TODAY,
                "line_ids": [Command.create({"move_id": self.invoice.id})],
            }
        )

        def tasks(day):
            found = self.worklist._tasks(self.company, day)[self.large_case.id]
            return [task.code for task in found]

        self.assertEqual(tasks(TODAY), ["dispute", "promise_broken"])
        dispute.write({"state": "under_review", "deadline": "2026-06-10"})
        self.assertEqual(tasks(TODAY), ["promise_broken"])
        self.assertEqual(tasks(date(2026, 6, 10)), ["dispute", "promise_broken"])
        late = promise.deadline + timedelta(days=30)
        self.assertIn("promise_broken", tasks(late))
        self.assertNotIn("promise_broken", tasks(late + timedelta(days=1)))

    def test_who_was_contacted_rests_for_some_days(self):
        self.env["dunning.run"]._execute(self.company, TODAY)
        with freeze_time(NOW):
            self.env["dunning.action"]._dispatch(now=NOW)
        self._rank(TODAY + timedelta(days=1))
        self.assertEqual(self._names(now=NOW + timedelta(days=1)), [])
        self._rank(TODAY + timedelta(days=4))
        self.assertEqual(len(self._names(now=NOW + timedelta(days=4))), 2)

    # === CALLS === #

    def _call(self, case, code, user=None):
        item = self._item(case).with_user(user or self.ann).with_context(call_outcome=code)
        with freeze_time(NOW):
            return item.action_outcome()

    def test_one_click_records_the_call_and_takes_the_customer_off(self):
        self._call(self.large_case, "voicemail")
        call = self.large_case.action_ids
        self.assertEqual((call.channel_code, call.state), ("call", "sent"))
        self.assertEqual(call.outcome_id.code, "voicemail")
        day = self._day()
        self.assertEqual([item["name"] for item in day["items"]], ["Small Ltd"])
        self.assertEqual((day["done"], day["left"]), (1, 1))
        item = self._item(self.large_case)
        self.assertEqual((item.done_user_id, item.done_how), (self.ann, "voicemail"))
        self._rank()
        self.assertEqual(self._names(), ["Small Ltd"])

    def test_an_outcome_of_the_list_is_undone(self):
        """The call that was made for it is cancelled; the customer stands where it stood."""
        before = self._day()["items"]
        for code in ("voicemail", "no_answer"):
            with self.subTest(code):
                told = self._call(self.large_case, code)
                call = self.env["dunning.action"].browse(told["params"]["action_id"])
                with freeze_time(NOW + timedelta(minutes=1)):
                    call.with_user(self.ann).action_undo_outcome()
                self.assertEqual((call.state, call.outcome_id.code), ("cancelled", False))
                self.assertFalse(call.contact_date)
                self.assertFalse(self.large_case.activity_ids)
                self.assertEqual(self._day()["items"], before)
                self.assertEqual((self._day()["done"], self._day()["left"]), (0, 2))
                self.assertIn("undone by", self.large_case.message_ids[0].body)

    def test_who_may_not_be_called_is_not(self):
        self.env["collections.opt.out"].create(
            {"case_id": self.large_case.id, "channel_code": "call", "date": TODAY}
        )
        with self.assertRaisesRegex(UserError, "not to be called"):
            self._call(self.large_case, "voicemail")
        self.assertFalse(self.large_case.action_ids)
        self.assertEqual(self._day()["left"], 2)

    def test_a_talk_outside_the_hours_is_warned_of_and_written_down(self):
        self.policy.write({"send_from": 12.0, "send_to": 18.0})
        item = self._item(self.large_case)
        with freeze_time(NOW):
            customer = self.worklist.with_user(self.ann).get_customer(item.id)
        self.assertIn("Do not call now", " ".join(customer["notices"]))
        self._call(self.large_case, "refused")
        call = self.large_case.action_ids
        self.assertEqual((call.state, call.outcome_id.code), ("sent", "refused"))
        self.assertIn("had taken place", call.override_reason)

    def test_a_call_asked_for_comes_at_its_time(self):
        with freeze_time(NOW):
            call = self.small_case.with_user(self.ann)._put_on_call_list(
                datetime(2026, 6, 1, 14), "Said at noon", NOW
            )
        self.assertTrue(call)
        self._rank()
        day = self._day()
        self.assertEqual([item["name"] for item in day["items"]], ["Large Ltd"])
        self.assertEqual([item["name"] for item in day["later"]], ["Small Ltd"])
        self.assertEqual(self._names(now=datetime(2026, 6, 1, 13, 56))[0], "Small Ltd")
        with self.assertRaises(UserError), freeze_time(NOW):
            self._item(self.small_case).with_user(self.ann).action_later()

    def test_a_call_for_another_day_rests_until_then(self):
        self._call(self.large_case, "no_answer")
        call = self.large_case.action_ids
        self.assertEqual(call.state, "sending")
        self._rank()
        self.assertEqual(self._names(), ["Small Ltd"])
        self._rank(call.call_on)
        moment = datetime.combine(call.call_on, NOW.time())
        [first] = [i for i in self._day(now=moment)["items"] if i["name"] == "Large Ltd"]
        self.assertEqual([task["code"] for task in first["tasks"]], ["call_list"])

    # === WHAT ASKS FOR MORE === #

    def test_a_window_that_is_cancelled_leaves_no_call(self):
        for code, model in (
            ("callback", "dunning.call.outcome"),
            ("promised", "collections.promise"),
            ("disputed", "collections.dispute"),
        ):
            with self.subTest(code):
                self.assertEqual(self._call(self.large_case, code)["res_model"], model)
                self.env.flush_all()
                self.env.cr.precommit.run()
                self.assertFalse(self.env["dunning.action"].search([], limit=1))
                self.assertFalse(self.large_case.activity_ids)
                self.assertEqual(self._day()["left"], 2)

    def test_a_window_that_is_saved_writes_the_call_down(self):
        opened = self._call(self.large_case, "callback")
        wizard = self.env["dunning.call.outcome"].with_user(self.ann).browse(opened["res_id"])
        self.assertEqual((wizard.partner_id, wizard.amount_overdue), (self.large, 5000))
        self.assertEqual(wizard.phones, "Large Ltd: +1 555 0101")
        with freeze_time(NOW), Form(wizard) as form:
            form.callback_at = datetime(2026, 6, 1, 15)
        with freeze_time(NOW):
            wizard.action_save()
        call = self.large_case.action_ids
        self.assertEqual((call.state, call.callback_at), ("sending", datetime(2026, 6, 1, 15)))
        self.assertEqual([item["name"] for item in self._day()["later"]], ["Large Ltd"])

    def test_a_promise_and_a_dispute_are_outcomes_of_their_call(self):
        line = self.invoice.line_ids.filtered("date_maturity")
        reasons = self.env["collections.dispute.reason"]
        more = {
            "promised": {"amount": 5000, "date": TODAY + timedelta(days=5), "line_ids": line.ids},
            "disputed": {"reason_id": reasons.search([], limit=1).id},
        }
        for code, values in more.items():
            with self.subTest(code), self.env.cr.savepoint() as undone, freeze_time(NOW):
                item = self._item(self.large_case).with_user(self.ann)
                opened = item.with_context(
                    call_outcome=code, call_note="Said so on the phone"
                ).action_outcome()
                records = self.env[opened["res_model"]].with_user(self.ann)
                record = records.with_context(**opened["context"]).create(values)
                text = record.note if code == "promised" else record.description
                self.assertEqual(text, "Said so on the phone")
                call = self.large_case.action_ids
                self.assertEqual((call.state, call.outcome_id.code), ("sent", code))
                self.assertEqual(call.outcome_note, "Said so on the phone")
                self.assertEqual(item.done_how, code)
                self.assertFalse(record.env.context.get("collections_call_made"), "Once")
                undone.rollback()

    def test_nobody_fills_in_a_window_for_a_call_that_may_not_be_made(self):
        self.env["collections.opt.out"].create(
            {"case_id": self.large_case.id, "channel_code": "call", "date": TODAY}
        )
        for code in ("callback", "promised"):
            with self.subTest(code), self.assertRaisesRegex(UserError, "not to be called"):
                self._call(self.large_case, code)

    def test_a_window_whose_customer_has_left_the_list_says_so(self):
        opened = self._call(self.large_case, "promised")
        self._item(self.large_case).sudo().unlink()
        promises = self.env["collections.promise"].with_user(self.ann)
        with self.assertRaisesRegex(UserError, "no longer on the list"):
            promises.with_context(**opened["context"]).create({"date": TODAY})

    # === DONE, LATER === #

    def test_done_later_and_back(self):
        item = self._item(self.large_case).with_user(self.ann)
        with freeze_time(NOW):
            item.action_later()
        self.assertEqual(item.later_until, TODAY + timedelta(days=1))
        self._rank()
        self.assertEqual(self._names(), ["Small Ltd"])
        with freeze_time(NOW):
            item.action_reopen()
        self.assertEqual(len(self._names()), 2)
        with freeze_time(NOW):
            item.action_done()
        self.assertEqual(self._day()["done"], 1)
        self._rank()
        self.assertFalse(item.active)
        with freeze_time(NOW):
            item.action_reopen()
        self.assertEqual(self._names(), ["Large Ltd", "Small Ltd"])

    def test_not_today_on_a_friday_is_monday(self):
        item = self._item(self.large_case).with_user(self.ann)
        with freeze_time("2026-06-05 09:00:00"):
            item.action_later()
        self.assertEqual(item.later_until, date(2026, 6, 8))

    # === WHOSE === #

    def test_work_follows_the_collector_and_nobodys_is_seen_apart(self):
        self.large_case.collector_id = self.bob
        self.assertEqual(self._names(), ["Small Ltd"])
        self.assertEqual(self._names(self.bob), ["Large Ltd"])
        self.large_case.collector_id = False
        self.assertEqual(self._names(self.boss, scope="nobody"), ["Large Ltd"])
        self.assertEqual(self._names(self.boss, scope=self.ann.id), ["Small Ltd"])
        self.assertEqual(len(self._names(self.boss, scope="all")), 2)
        self.assertEqual(self._day(self.boss)["unassigned"], 1)

    def _away(self, user, substitute, as_user=None, **values):
        return (
            self.env["collections.absence"]
            .with_user(as_user or self.boss)
            .create(
                {
                    "user_id": user.id,
                    "substitute_id": substitute and substitute.id,
                    "date_from": TODAY,
                    "date_to": TODAY + timedelta(days=1),
                    "company_id": self.company.id,
                    **values,
                }
            )
        )

    def test_a_substitute_has_the_work_from_the_first_to_the_last_day(self):
        self._away(self.ann, self.bob)
        self.assertEqual(self._names(self.bob), ["Large Ltd", "Small Ltd"])
        self.assertEqual(self._day(self.bob)["stands_in_for"], [self.ann.name])
        self.assertEqual(self._names(self.bob, now=NOW + timedelta(days=2)), [])
        self.assertEqual(self.large_case.collector_id, self.ann)

    def test_who_may_say_who_is_away(self):
        self._away(self.ann, self.bob, self.ann)
        with self.assertRaises(AccessError):
            self._away(self.bob, self.ann, self.ann)
        with self.assertRaises(AccessError):
            self._away(self.bob, self.ann, self.users["viewer"])
        with self.assertRaises(ValidationError):
            self._away(self.ann, self.boss)
        with self.assertRaises(ValidationError):
            self._away(self.bob, self.users["viewer"])

    # === COMPLAINTS === #

    def test_a_complaint_goes_to_a_manager_and_asks_for_nothing(self):
        self.env["collections.complaint"].create(
            {"case_id": self.large_case.id, "text": "Rude!", "opened_on": TODAY}
        )
        self._rank()
        item = self._item(self.large_case)
        self.assertEqual((item.urgency, item.chaseable, item.value), (1, 0, 0))
        self.assertIn("do not ask for it", " ".join(self.worklist._script(self.large_case)))
        self.assertTrue(item.user_id.has_group("collections_addon.group_collections_manager"))
        self.assertEqual(self._names(), ["Small Ltd"])
        self.assertEqual(self._names(self.boss, scope="all")[0], "Large Ltd")

    def test_a_public_mention_stops_automation_and_goes_to_a_manager(self):
        """E6: what the customer says of us elsewhere is noted and obeyed."""
        values = {"case_id": self.large_case.id, "text": "Never again", "opened_on": TODAY}
        complaints = self.env["collections.complaint"].with_user(self.ann)
        with self.assertRaises(ValidationError):
            complaints.create({**values, "kind": "mention"})
        mention = complaints.create(
            {**values, "kind": "mention", "url": "https://reviews.example/1"}
        )
        told = mention.activity_ids
        self.assertEqual(told.user_id, self.large_case._collections_manager())
        self.assertIn("in public", told.summary)
        lead = self._user("manager", login="zoe", name="zoe, of the east")
        team = {"name": "East", "manager_id": lead.id, "member_ids": self.ann.ids}
        self.env["collections.team"].create({**team, "company_id": self.company.id})
        self.small_case.collector_id = False
        self._rank()
        self.assertEqual(self.large_case._collections_manager(), lead, "of the collector's team")
        self.assertNotEqual(self.small_case._collections_manager(), lead)
        self.assertEqual(self._item(self.large_case).user_id, lead)
        lead.group_ids -= self.env.ref("collections_addon.group_collections_manager")
        self.assertNotEqual(self.large_case._collections_manager(), lead, "no manager")
        run = self.env["dunning.run"]._execute(self.company, TODAY)
        self.assertNotIn(self.large, run.action_ids.partner_id)
        self.assertIn(self.small, run.action_ids.partner_id)
        self.assertEqual(
            self.large_case.with_user(self.ann).action_new_complaint()["res_model"],
            "collections.complaint",
        )

    def test_a_control_group_is_not_called(self):
        experiment = self.env["collections.experiment"].create(
            {"name": "Do calls help?", "policy_id": self.policy.id, "share": 50}
        )
        self.env.cr.execute(
            "UPDATE collections_experiment SET state = 'running', date_start = %s WHERE id = %s",
            [TODAY, experiment.id],
        )
        self.env["collections.experiment.member"].sudo().create(
            {
                "experiment_id": experiment.id,
                "company_id": self.company.id,
                "partner_id": self.large.id,
                "arm": "control",
                "date": TODAY,
                "level_id": self.policy.level_ids[0].id,
            }
        )
        self.env.invalidate_all()
        self._rank()
        self.assertEqual(self._names(), ["Small Ltd"])

    # === DISTRIBUTION === #

    def _rule(self, people, **values):
        return self.env["collections.assignment.rule"].create(
            {"name": "Rule", "company_id": self.company.id, "user_ids": people.ids, **values}
        )

    def test_rules_give_new_customers_to_who_has_least_to_do(self):
        team = self.env["collections.team"].create(
            {"name": "Team", "company_id": self.company.id, "member_ids": self.bob.ids}
        )
        with self.assertRaises(ValidationError):
            self._rule(self.env["res.users"])
        self._rule(self.env["res.users"], team_id=team.id, amount_from=1000, sequence=1)
        self._rule(self.ann | self.bob, sequence=2)
        self.cases.collector_id = False
        self.worklist._make_day(self.company, TODAY)
        self.assertEqual(self.large_case.collector_id, self.bob)
        self.assertEqual(self.small_case.collector_id, self.ann)
        self.assertEqual(self._names(self.bob), ["Large Ltd"])
        self.cases.collector_id = self.ann
        self.worklist._make_day(self.company, TODAY)
        self.assertEqual(self.cases.collector_id, self.ann, "The night takes nothing away")

    def test_two_letters_the_first_one_first(self):
        self._rule(self.ann, letter_from="a", letter_to="Ö")
        for first, last in (("B", "A"), ("1", "Z"), ("A", False), (False, "Z"), ("ö", "N")):
            with self.subTest(first=first, last=last), self.assertRaises(ValidationError):
                self._rule(self.ann, letter_from=first, letter_to=last)

    def test_who_is_away_gets_nobody_new(self):
        self._rule(self.ann | self.bob)
        self._away(self.ann, self.bob)
        self.cases.collector_id = False
        self.worklist._make_day(self.company, TODAY)
        self.assertEqual(self.cases.collector_id, self.bob)

    def test_a_distribution_is_shown_before_it_is_done(self):
        self._rule(self.ann | self.bob)
        wizards = self.env["collections.assignment"].with_user(self.boss)
        wizard = wizards.create({"company_id": self.company.id, "keep": False})
        with self.assertRaises(UserError):
            wizard.action_apply()
        with freeze_time(NOW):
            wizard.action_simulate()
        self.assertEqual(self.cases.collector_id, self.ann)
        self.assertEqual(wizard.move_count, 1)
        after = {line.user_id: line.customers_after for line in wizard.line_ids}
        self.assertEqual(after, {self.ann: 1, self.bob: 1})
        wizard.action_apply()
        self.assertEqual(self.cases.collector_id, self.ann | self.bob)
        with self.assertRaises(AccessError):
            wizards.with_user(self.ann).create({"company_id": self.company.id})
        other = self.setup_other_company()["company"]
        for method in ("action_simulate", "action_apply"):
            stranger = wizards.create({"company_id": other.id, "is_simulated": True})
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(stranger, method)()
        with self.assertRaises(AccessError):
            self.env["collections.assignment.rule"].with_user(self.ann).search([]).unlink()

    def _notes(self, case):
        domain = [("model", "=", case._name), ("res_id", "=", case.id)]
        return self.env["mail.message"].search(domain)

    def test_who_changes_hands_by_the_thousand_has_the_same_history_as_one(self):
        one, many = self.small_case.with_user(self.boss), self.large_case.with_user(self.boss)
        self.env.cr.flush()  # what was made in this transaction is not tracked
        notes = self._notes(one), self._notes(many)
        one.with_context(tracking_disable=False, mail_notrack=False).collector_id = self.bob
        self.env.cr.flush()
        self.assertEqual(many._give_to(self.bob), 1)
        self.assertEqual(many.collector_id, self.bob)
        self.assertEqual(self._item(self.large_case).user_id, self.bob)
        alone, bulk = self._notes(one) - notes[0], self._notes(many) - notes[1]
        self.assertEqual((len(alone), len(bulk)), (1, 1))
        for records in ("message", "value"):
            if records == "value":
                alone, bulk = alone.sudo().tracking_value_ids, bulk.sudo().tracking_value_ids
            apart = {"id", "date", "create_date", "write_date", "message_id", "res_id", "reply_to"}
            names = [
                name
                for name, field in alone._fields.items()
                if field.store and field.type not in ("one2many", "many2many") and name not in apart
            ]
            names = [n for n in names if n not in ("mail_message_id", "record_name")]
            with self.subTest(records):
                self.assertEqual(
                    alone.sudo().read(names, load="")[0] | {"id": 0},
                    bulk.sudo().read(names, load="")[0] | {"id": 0},
                )

    def test_who_has_changed_hands_meanwhile_stays_and_complaints_stay_a_managers(self):
        self.env["collections.complaint"].create(
            {"case_id": self.large_case.id, "text": "Rude!", "opened_on": TODAY}
        )
        self._rank()
        manager = self._item(self.large_case).user_id
        change = self.env["collections.case"].with_user(self.boss)._change_hands
        rows = [
            (self.large_case.id, self.ann.id, self.bob.id),
            (self.small_case.id, self.bob.id, None),
        ]
        self.assertEqual(change(rows), 1)
        self.assertEqual((self.large_case | self.small_case).collector_id, self.bob | self.ann)
        self.assertEqual(self._item(self.large_case).user_id, manager)
        self.assertEqual(change([]), 0)
        with self.assertRaises(AccessError):
            self.env["collections.case"].with_user(self.users["viewer"])._change_hands(rows)

    def test_half_a_day_gets_half_the_work(self):
        self._rule(self.ann | self.bob)
        shares = self.env["collections.workload"].with_user(self.boss)
        with Form(shares, "collections_addon.view_collections_workload_list") as form:
            form.user_id = self.ann
            form.share = 0.0
        self.cases.collector_id = False
        self.worklist._make_day(self.company, TODAY)
        self.assertEqual(self.cases.collector_id, self.bob)
        values = {"user_id": self.users["viewer"].id, "company_id": self.company.id, "share": 0.5}
        with self.assertRaises(ValidationError):
            shares.create(values)
        with self.assertRaises(AccessError):
            shares.with_user(self.ann).create({**values, "user_id": self.bob.id})

    def test_the_days_of_rest_are_set_on_the_settings(self):
        admin = self.users["admin"]
        admin.group_ids |= self.env.ref("base.group_system")
        with Form(self.env["res.config.settings"].with_user(admin)) as form:
            form.collections_work_rest_days = 7
        form.record.execute()
        self.assertEqual(self.company.collections_work_rest_days, 7)

    # === ACCESS === #

    def test_who_sees_and_who_works(self):
        viewer = self.users["viewer"]
        self.assertEqual(len(self._names(viewer, scope="all")), 2)
        item = self._item(self.large_case)
        for method in ("action_done", "action_later", "action_outcome", "action_reopen"):
            with self.subTest(method), self.assertRaises(AccessError), freeze_time(NOW):
                getattr(item.with_user(viewer), method)()
        with self.assertRaises(AccessError):
            item.with_user(self.ann).write({"value": 1})
        clerk = self._user("viewer", login="clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._day(clerk)

    def test_p09_p10_the_companies_of_the_switcher_in_the_currency_of_each(self):
        """3,000 € are more than $ 5,000 at 2 dollars each, though the number is smaller."""
        other = self._elsewhere()
        case = self._foreign_case(other)
        both = self.company | other
        self.assertEqual(self._names(), ["Large Ltd", "Small Ltd"])
        day = self._day(companies=both)
        self.assertEqual(
            [(item["name"], item["company"]) for item in day["items"]],
            [
                ("Étranger SA", "Elsewhere"),
                ("Large Ltd", self.company.name),
                ("Small Ltd", self.company.name),
            ],
        )
        first, large, small = day["items"]
        self.assertEqual((first["overdue"], first["currency_id"]), (3000, other.currency_id.id))
        self.assertEqual(day["currency_id"], self.company.currency_id.id)
        self.assertAlmostEqual(
            day["left_value"], 2 * first["value"] + large["value"] + small["value"], 2
        )
        self.assertEqual((day["left"], day["found"]), (3, 3))
        self.assertEqual(day["companies"], both.mapped("name"))
        self.assertEqual(
            self._names(companies=both, order="at_risk"), ["Étranger SA", "Large Ltd", "Small Ltd"]
        )
        self.assertEqual(self._names(companies=both, order="oldest")[0], "Small Ltd")
        self.assertEqual(self._names(companies=other), ["Étranger SA"])
        item = self._item(case).with_user(self.ann).with_context(allowed_company_ids=both.ids)
        with freeze_time(NOW):
            item.action_done()
        self.assertEqual(self._day(companies=both)["done"], 1)
        self.assertEqual(self._day()["done"], 0)

    def test_what_is_agreed_and_what_waits_for_an_answer(self):
        line = self.invoice.line_ids.filtered("date_maturity")
        complaint = self.env["collections.complaint"].create(
            {"case_id": self.large_case.id, "text": "Rude!", "opened_on": TODAY}
        )
        promise = self.env["collections.promise"].create(
            {
                "partner_id": self.large.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "amount": 1000,
                "date": TODAY + timedelta(days=5),
                "made_on": TODAY,
                "note": "After payday",
                "line_ids": [Command.set(line.ids)],
            }
        )
        dispute = self.env["collections.dispute"].create(
            {
                "partner_id": self.large.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "reason_id": self.env["collections.dispute.reason"].search([], limit=1).id,
                "description": "Two boxes were missing",
                "line_ids": [Command.create({"move_id": self.invoice.id, "amount_disputed": 70})],
            }
        )
        item = self._item(self.large_case)
        with freeze_time(NOW):
            found = self.worklist.with_user(self.users["viewer"]).get_customer(item.id)["agreed"]
        self.assertEqual(
            [(row["model"], row["id"], row["is_due"]) for row in found],
            [
                ("collections.complaint", complaint.id, True),
                ("collections.dispute", dispute.id, True),
                ("collections.promise", promise.id, False),
            ],
        )
        for row, text in zip(
            found, ("Rude!", "Two boxes were missing", "After payday"), strict=True
        ):
            self.assertIn(text, row["text"])

    def test_p09_other_companies_see_nothing_of_it(self):
        other = self.setup_other_company()["company"]
        stranger = self._user("manager", login="stranger")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        item = self._item(self.large_case)
        self.assertEqual(self._names(stranger, scope="all"), [])
        with self.assertRaises(AccessError):
            self.worklist.with_user(stranger).get_customer(item.id)
        with self.assertRaises(AccessError):
            item.with_user(stranger).action_done()
        absence = self._away(self.ann, self.bob)
        self.assertFalse(
            self.env["collections.absence"].with_user(stranger).search([("id", "=", absence.id)])
        )

    def test_the_screen_asks_as_often_for_many_as_for_few(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._day(self.boss, scope="all")
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        for number in range(12):
            customer = self._customer(f"Customer {number}")
            self._invoice(customer, 100, due="2026-04-02")
            self.env["collections.case"]._of(customer, self.company)._refresh(TODAY)
        self._rank()
        self.assertEqual(len(self._names(self.boss, scope="all")), 14)
        self.assertLessEqual(queries(), few + 1)

    # === ASSUMPTIONS === #

    def test_a_companys_own_figures_stand_for_the_shared_ones(self):
        uplifts = self.env["collections.uplift"]
        uplifts.search([("segment_code", "=", "any")]).unlink()
        uplifts.create({"days_from": 0, "share": 0.2, "note": "For all"})
        uplifts.create(
            {
                "days_from": 0,
                "share": 0.4,
                "is_measured": True,
                "company_id": self.company.id,
                "note": "Control group",
            }
        )
        self._rank()
        item = self._item(self.large_case)
        self.assertTrue(item.is_measured)
        self.assertAlmostEqual(item.value, 5000 * 0.5 * 0.4)

    def test_the_scheduled_action_makes_the_list_once_a_day(self):
        self.items.sudo().search([]).unlink()
        self.company.collections_work_date = False
        with freeze_time(NOW), self.enter_registry_test_mode():
            cron = self.env.ref("collections_addon.cron_collections_worklist")
            cron.method_direct_trigger()
        self.assertEqual(len(self._names()), 2)
        self.assertEqual(self.company.collections_work_date, TODAY)
