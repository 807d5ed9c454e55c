"""Control groups and challengers: drawn by the run, obeyed by it and the gate, measured."""

from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..collections_addon.domain.effect import is_control
from .common import CollectionsCommon, SecondCompany
from .experiment_year import Books, Law, Year

START = "2026-03-02"


@tagged("post_install", "-at_install")
class TestExperiment(SecondCompany, CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = [cls._customer(f"Customer {n}") for n in range(8)]

    def _experiment(self, start=START, **values):
        """A running experiment on half of the customers, with a draw that is known."""
        experiment = self.env["collections.experiment"].create(
            {
                "name": "Does it help?",
                "company_id": self.company.id,
                "policy_id": self.policy.id,
                "share": 50,
                "seed": "a known draw",
                **values,
            }
        )
        if start:
            experiment._start(date.fromisoformat(start))
        return experiment

    def _arms(self, experiment):
        """Customers of each group, as the draw has it."""
        trial = experiment._trial()
        control = [c for c in self.customers if trial.arm(c.id) == "control"]
        treated = [c for c in self.customers if c not in control]
        return control, treated

    def _ensure_both(self, experiment):
        """More customers until both groups have two: the draw is by their numbers."""
        while True:
            control, treated = self._arms(experiment)
            if len(control) >= 3 and len(treated) >= 2:
                return control, treated
            number = len(self.customers)
            self.customers = [*self.customers, self._customer(f"Customer {number}")]

    def _all_owe(self, due="2026-02-25", amount=100):
        return {c: self._invoice(c, amount, due=due) for c in self.customers}

    def test_the_control_group_is_left_alone_until_its_days_have_passed(self):
        experiment = self._experiment(days=20)
        control, treated = self._ensure_both(experiment)
        moves = self._all_owe()
        self._live(START, "2026-03-22")
        told = {action.partner_id for action in self._contacts()}
        self.assertEqual(told, {*treated} & {*self.customers})
        self.assertEqual(self._why(moves[control[0]], "2026-03-20"), "control_group")
        case = self._case(control[0])
        self.assertEqual((case.stage, case.next_step_date), ("waiting", False))
        members = experiment.member_ids
        self.assertEqual(len(members), len(self.customers))
        self.assertEqual({str(m.date) for m in members}, {START})
        self._live("2026-03-23", "2026-03-23")
        names = {a.level_id.name for a in self._contacts() if a.partner_id == control[0]}
        self.assertEqual(names, {"Friendly"}, "from the first level, one step at a time")

    def test_one_level_is_left_out_and_a_legal_notice_never(self):
        self._level("Final").is_statutory = True
        experiment = self._experiment(level_ids=self._level("Firm").ids, days=90)
        control, _treated = self._ensure_both(experiment)
        self._invoice(control[0], 100, due="2026-02-25")
        self._live(START, "2026-04-05")
        self.assertEqual(self._levels_sent(), {"2026-03-02": ["Friendly"], "2026-03-27": ["Final"]})
        with self.assertRaises(ValidationError):
            self._experiment(start=None, level_ids=self._level("Final").ids)

    def test_of_a_whole_ladder_what_the_law_demands_goes_out(self):
        self._level("Final").is_statutory = True
        experiment = self._experiment(days=90)
        control, _treated = self._ensure_both(experiment)
        self._invoice(control[0], 100, due="2026-02-25")
        self._live(START, "2026-04-05")
        self.assertEqual(self._levels_sent(), {"2026-03-27": ["Final"]})

    def test_a_contact_planned_before_is_not_made_to_the_control_group(self):
        """The gate asks again: who was drawn meanwhile is left alone there, too."""
        experiment = self._experiment(start=None)
        control, _treated = self._ensure_both(experiment)
        self._invoice(control[0], 100, due="2026-02-25")
        self._run(START)
        experiment._start(date.fromisoformat(START))
        self.env["collections.experiment.member"].sudo().create(
            {
                "experiment_id": experiment.id,
                "company_id": self.company.id,
                "partner_id": control[0].id,
                "arm": "control",
                "date": START,
                "level_id": self._level("Friendly").id,
                "items": {},
            }
        )
        self._dispatch(self._at(START))
        action = self._actions()
        self.assertEqual((action.state, action.reason_code), ("skipped", "control_group"))

    def test_a_person_writes_to_whom_he_wants(self):
        experiment = self._experiment()
        control, _treated = self._ensure_both(experiment)
        self._invoice(control[0], 100, due="2026-02-25")
        self._run(START)
        case = self._case(control[0])
        case.with_user(self.users["collector"])._write_message(
            "email", self.company.currency_id, "Is everything all right?"
        )
        self._dispatch(self._at(START))
        self.assertEqual(self._contacts().partner_id, control[0])
        self.assertIn("1 customer of", experiment.contacted_text)

    def test_the_same_day_again_draws_nobody_again(self):
        experiment = self._experiment()
        self._ensure_both(experiment)
        self._all_owe()
        self._run(START)
        before = experiment.member_ids.read(["arm", "date"])
        self._run(START)
        self._run("2026-03-03")
        self.assertEqual(experiment.member_ids.read(["arm", "date"]), before)

    def test_a_challenger_for_a_part_but_not_where_somebody_chose(self):
        rival = self._policy("Rival", Early=2, Late=20)
        experiment = self._experiment(kind="challenger", challenger_id=rival.id)
        control, treated = self._ensure_both(experiment)
        treated[1].dunning_policy_id = self.policy
        for customer in (control[0], treated[0], treated[1]):
            self._invoice(customer, 100, due="2026-03-01")
        self._live(START, "2026-03-10")
        by_policy = {a.partner_id: a.level_id.policy_id for a in self._contacts()}
        self.assertEqual(
            by_policy, {control[0]: self.policy, treated[0]: rival, treated[1]: self.policy}
        )
        self.assertEqual({str(m.date) for m in experiment.member_ids}, {"2026-03-03"})
        self.assertEqual(len(experiment.member_ids), 2)
        self.assertEqual(self._case(treated[0])._customer_policy(), rival)
        self.assertEqual(self._case(control[0])._customer_policy(), self.policy)

    def test_the_effect_is_read_off_the_ledger(self):
        """Half of those contacted pay, of the others nobody; a credit note is no payment."""
        experiment = self._experiment(days=10, min_size=30)
        control, treated = self._ensure_both(experiment)
        moves = self._all_owe()
        self._run(START)
        self._pay(moves[treated[0]], day="2026-03-12")
        self._pay(moves[treated[1]], 40, day="2026-03-05")
        self._pay(moves[control[0]], day="2026-03-13")
        credit = self._credit(control[1], 100, "2026-03-05")
        (credit.line_ids + moves[control[1]].line_ids).filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        proposal = {"case_id": self._case(control[2]).id, "reason": "Nothing to get"}
        proposal["move_ids"] = moves[control[2]].ids
        lost = self.env["collections.write.off"].sudo().create(proposal)
        lost.entry_id = self._pay(moves[control[2]], day="2026-03-05").move_id
        experiment._measure(date(2026, 3, 12))
        self.assertEqual(experiment.measured_count, 0, "the days have not passed")
        experiment._measure(date(2026, 3, 13))
        found = {m.partner_id: (m.is_paid, m.received) for m in experiment.member_ids}
        self.assertEqual(found[treated[0]], (True, 100))
        self.assertEqual(found[treated[1]], (False, 40))
        self.assertEqual(found[control[0]], (False, 0), "a day too late")
        self.assertEqual(found[control[1]], (False, 0))
        self.assertEqual(found[control[2]], (False, 0), "what is written off is no payment")
        row = experiment.result_ids
        self.assertEqual(row.verdict, "early")
        self.assertAlmostEqual(row.treated_money, 140 / (100 * len(treated)))
        self.assertIn("Too early", experiment.verdict_text)

    def test_a_large_group_shows_its_effect(self):
        experiment = self._experiment(min_size=30)
        self._fill(experiment, paid={"treated": 40, "control": 12}, of=60)
        experiment._measure(date(2026, 5, 1))
        row = experiment.result_ids[0]
        self.assertEqual((row.treated_share, row.control_share), (40 / 60, 12 / 60))
        self.assertEqual((row.verdict, row.money_verdict), ("better", "better"))
        self.assertIn("It helps: by 46.7 points", experiment.verdict_text)
        self.assertLess(row.effect_low, row.effect)

    def test_what_debtors_of_a_known_law_do_is_what_it_tells(self):
        """A short year: the figures are the debtors' own, and the interval covers the truth.

        That it does so in 95 of 100 years is for `benchmarks/experiment_year.py` to show.
        """
        start = date(2026, 1, 7)
        context = {"tracking_disable": True, "allowed_company_ids": self.company.ids}
        env = self._scheduler(context=context)
        Books(env, start, weeks=2).open(firms=1, debtors=72, invoices=1.1)
        year = Year(env, start, self._even_draw(env), Law(((0.005, 0.12), (0.004, 0.1))))
        year.begin(share=50, days=30, min_size=30)
        year.live(weeks=8)
        experiment, row = year.experiments, year.experiments.result_ids[0]
        known = year.diary(experiment)
        paid = {
            arm: (round(share * count), count)
            for arm, share, count in (
                ("treated", row.treated_share, row.treated_count),
                ("control", row.control_share, row.control_count),
            )
        }
        self.assertEqual(paid, {arm: (one.paid, one.count) for arm, one in known.items()})
        self.assertAlmostEqual(
            row.treated_money * row.treated_owed, known["treated"].money, delta=1
        )
        self.assertAlmostEqual(
            row.control_money * row.control_owed, known["control"].money, delta=1
        )
        self.assertGreater(row.treated_count + row.control_count, 60)
        truth = year.truth(experiment).customers
        self.assertGreater(truth, 0.4)
        # Who is drawn hangs on the customers' numbers in this database: the effect is so large,
        # and twice the interval so wide, that this decides nothing.
        self.assertLess(abs(row.effect - truth), row.effect_high - row.effect_low)
        self.assertEqual((row.verdict, year.count_disturbed(experiment)), ("better", 0))

    def _even_draw(self, env):
        """A seed that gives both groups of the only firm enough customers."""
        ids = env["res.partner"].search([("ref", "like", "0/%")]).ids
        for seed in range(100):
            drawn = sum(is_control(f"{seed} of Firm 0", id_, 0.5) for id_ in ids)
            if 34 <= drawn <= len(ids) - 34:
                return seed
        raise AssertionError("no draw is even")

    def test_the_worklist_takes_the_measured_effect_over(self):
        """40 of 60 paid against 12 of 60: of the 80 percent left, 46.7 / 80 come in."""
        experiment = self._experiment(min_size=30, level_ids=self._level("Firm").ids)
        manager = experiment.with_user(self.users["manager"])
        with self.assertRaises(UserError):
            manager.action_use_in_worklist()
        self._fill(experiment, paid={"treated": 40, "control": 12}, of=60)
        experiment._measure(date(2026, 5, 1))
        for _twice in range(2):
            manager.action_use_in_worklist()
        line = self.env["collections.uplift"].search([("company_id", "=", self.company.id)])
        self.assertEqual((line.days_from, line.is_measured, line.share), (15, True, 0.583))
        with self.assertRaises(AccessError):
            experiment.with_user(self.users["collector"]).action_use_in_worklist()

    def test_no_difference_is_said_to_be_none(self):
        experiment = self._experiment(min_size=30)
        self._fill(experiment, paid={"treated": 20, "control": 19}, of=60)
        experiment._measure(date(2026, 5, 1))
        self.assertIn("Not significant yet", experiment.verdict_text)
        self.assertIn("more customers are needed", experiment.verdict_text)
        even = experiment.result_ids.still_needed
        self._fill(experiment, paid={"treated": 20, "control": 0}, of={"treated": 60, "control": 0})
        experiment._measure(date(2026, 5, 1))
        self.assertEqual(experiment.result_ids.still_needed, even, "the smaller group decides")

    def _fill(self, experiment, paid, of):
        """Customers of both groups whose outcome is known."""
        level = self._level("Friendly")
        rows = [
            {
                "experiment_id": experiment.id,
                "company_id": self.company.id,
                "partner_id": self.env["res.partner"].create({"name": f"{arm} {n}"}).id,
                "arm": arm,
                "date": START,
                "level_id": level.id,
                "owed": 100,
                "received": 100 if n < paid[arm] else 0,
                "is_paid": n < paid[arm],
                "measured_on": date(2026, 1, 31),
                "items": {},
            }
            for arm in ("treated", "control")
            for n in range(of if isinstance(of, int) else of[arm])
        ]
        self.env["collections.experiment.member"].sudo().create(rows)

    def test_states_and_rights(self):
        manager = self.users["manager"]
        form = Form(self.env["collections.experiment"].with_user(manager))
        form.name, form.policy_id = "Ours", self.policy
        experiment = form.save()
        with self.day(START):
            experiment.action_start()
        self.assertEqual((experiment.state, str(experiment.date_start)), ("running", START))
        with self.assertRaises(UserError):
            experiment.share = 20
        with self.assertRaises(AccessError):
            experiment.state = "draft"
        with self.assertRaises(UserError):
            experiment.unlink()
        with self.assertRaises(AccessError):
            experiment.with_user(self.users["collector"]).action_end()
        with self.assertRaises(ValidationError):
            self._experiment(level_ids=self._level("Firm").ids)
        with self.day("2026-03-05"):
            experiment.action_end()
        self.assertEqual((experiment.state, str(experiment.date_end)), ("ended", "2026-03-05"))
        with self.assertRaises(UserError):
            experiment.action_start()

    def test_levels_apart_may_be_tried_at_once(self):
        one = self._experiment(level_ids=self._level("Friendly").ids)
        two = self._experiment(level_ids=self._level("Firm").ids, seed="another")
        self.assertEqual(self.env["collections.experiment"]._running(self.company), one | two)

    def test_who_owes_most_and_who_is_named_stay_outside(self):
        experiment = self._experiment(start=None, most_owed=150)
        control, treated = self._ensure_both(experiment)
        experiment.outside_partner_ids = control[1]
        experiment._start(date.fromisoformat(START))
        self._invoice(control[0], 200, due="2026-02-25")
        for customer in (control[1], treated[0]):
            self._invoice(customer, 100, due="2026-02-25")
        quiet = self._customer("One of the control group")
        while experiment._trial().arm(quiet.id) != "control":
            quiet = self._customer(f"{quiet.name}, or not")
        self._invoice(quiet, 150, due="2026-02-25")
        self._run(START)
        self._dispatch(self._at(START))
        told = self._contacts().partner_id
        self.assertEqual(told, control[0] | control[1] | treated[0])
        arms = {member.partner_id: member.arm for member in experiment.member_ids}
        self.assertEqual((arms.pop(quiet), arms.pop(treated[0])), ("control", "treated"))
        self.assertEqual(set(arms.values()), {"outside"})
        self._credit(control[0], 100, START)
        self._live("2026-03-03", "2026-03-12")
        levels = self._contacts().filtered(lambda one: one.partner_id == control[0]).level_id
        self.assertEqual(levels.mapped("name"), ["Friendly", "Firm"], "outside for good")
        experiment._measure(date(2026, 5, 1))
        self.assertEqual((experiment.drawn_count, experiment.measured_count), (2, 2))
        row = experiment.result_ids
        self.assertEqual((row.treated_count, row.control_count), (1, 1))
        outside = experiment.member_ids.filtered(lambda member: member.arm == "outside")
        self.assertFalse(any(outside.mapped("measured_on")), "nobody looks whether they paid")
        self.assertIn("or by name: 2.", experiment.outside_text)
        with self.assertRaises(UserError):
            experiment.most_owed = 0

    def test_the_coming_days_foresee_draw_release_and_end(self):
        """What the preview says is what the runs then do."""
        customers = self.customers
        for values in ({"days": 8}, {"days": 90, "date_end": "2026-03-20"}):
            with self.subTest(**values), self.env.cr.savepoint() as point:
                experiment = self._experiment(level_ids=self._level("Firm").ids, **values)
                self._ensure_both(experiment)
                self._all_owe()
                self._live(START, "2026-03-14")
                preview = self.env["dunning.simulation"].create(
                    {"date_from": "2026-03-15", "date_to": "2026-04-02"}
                )
                preview.action_simulate()
                foretold = [
                    (str(x.date), x.partner_id.name, x.level_id.name) for x in preview.line_ids
                ]
                happened = [
                    (day, name, level)
                    for day, rows in self._live("2026-03-15", "2026-04-02").items()
                    for name, level, _amount in rows
                ]
                self.assertEqual(sorted(foretold), sorted(happened))
                self.assertIn("Firm", [level for *_rest, level in happened])
                point.rollback()
                self.env.invalidate_all()
                self.customers = customers

    def test_a_challenger_is_foreseen_and_no_part_of_the_past(self):
        rival = self._policy("Rival", Early=2, Late=9)
        experiment = self._experiment(
            kind="challenger", challenger_id=rival.id, date_end="2026-03-08"
        )
        control, treated = self._ensure_both(experiment)
        for customer in (control[0], treated[0]):
            self._invoice(customer, 100, due="2026-03-01", issued="2026-02-01")
        values = {"date_from": START, "date_to": "2026-03-20"}
        preview = self.env["dunning.simulation"].create(values)
        preview.action_simulate()
        foretold = [
            (str(line.date), line.partner_id, line.level_id.name) for line in preview.line_ids
        ]
        done = self._live(START, "2026-03-05")
        past = self.env["dunning.simulation"].create({**values, "mode": "replay"})
        past.action_simulate()
        self.assertEqual(experiment.state, "running")
        self.assertEqual(past.line_ids.level_id.policy_id, self.policy)
        done |= self._live("2026-03-06", "2026-03-20")
        happened = [(day, *row[:2]) for day, rows in done.items() for row in rows]
        self.assertEqual(
            sorted((day, who.name, level) for day, who, level in foretold), sorted(happened)
        )
        self.assertIn("Early", [level for *_rest, level in foretold])

    def test_it_ends_on_its_last_day_and_everybody_is_reminded(self):
        experiment = self._experiment(date_end="2026-03-04")
        self._ensure_both(experiment)
        self._all_owe()
        self._live(START, "2026-03-05")
        self.assertEqual(experiment.state, "ended")
        self.assertEqual(self._contacts().partner_id, self._union(self.customers))

    def _union(self, customers):
        return self.env["res.partner"].browse([customer.id for customer in customers])

    def test_other_companies_know_nothing_of_it(self):
        experiment = self._experiment()
        self._invoice(self.customer, 100, due="2026-02-15", company=self.other)
        self._run(START, company=self.other)
        self.assertFalse(experiment.member_ids)
        stranger = self._user("manager", login="stranger")
        stranger.write({"company_ids": [(6, 0, self.other.ids)], "company_id": self.other.id})
        seen = self.env["collections.experiment"].with_user(stranger).search([])
        self.assertNotIn(experiment, seen)

    def test_every_night_the_effect_is_read_again(self):
        experiment = self._experiment(days=5)
        self._ensure_both(experiment)
        self._all_owe()
        self._run(START)
        with self.day(date.fromisoformat(START) + timedelta(days=6)):
            with self.enter_registry_test_mode():
                self.env.ref("collections_addon.cron_experiment_measure").method_direct_trigger()
        self.assertEqual(experiment.measured_count, len(self.customers))
