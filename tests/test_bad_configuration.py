import psycopg2

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .quick_common import QuickAccountingCommon

TODAY = fields.Date.to_date("2026-03-11")


class BadConfigurationCommon(QuickAccountingCommon):
    """A sound policy; each test spoils one thing and expects a sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("collections_addon.group_collections_admin")
        cls.company = cls.env.company
        cls.other = (
            cls.company_data_2["company"]
            if hasattr(cls, "company_data_2")
            else (cls.env["res.company"].create({"name": "Elsewhere Ltd"}))
        )
        cls.env.user.company_ids += cls.other
        cls.policy = cls.make_policy()

    @classmethod
    def make_policy(cls, levels=None, **values):
        levels = levels or [
            {"name": "Friendly", "days": 3},
            {"name": "Firm", "days": 14},
            {"name": "Last", "days": 30, "is_final": True},
        ]
        return cls.env["dunning.policy"].create(
            {
                "name": "Sound",
                "company_id": cls.company.id,
                "level_ids": [Command.create(level) for level in levels],
                **values,
            }
        )

    def level(self, name):
        return self.policy.level_ids.filtered(lambda level: level.name == name)

    def refused(self, text, kind=ValidationError):
        """A block of code that must be refused with a message that holds a text."""
        return self.assertRaisesRegex(kind, text)

    def assertDatabaseRefuses(self, constraint, function):
        """A rule kept by the database, with the sentence it has for the user."""
        with (
            self.assertRaises(psycopg2.IntegrityError) as caught,
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            function()
            self.env.flush_all()
        self.assertIn(constraint, caught.exception.diag.constraint_name)


@tagged("post_install", "-at_install")
class TestPolicyLadder(BadConfigurationCommon):
    def test_policy_without_levels_is_refused(self):
        with self.refused("has no levels.*Add at least one level, or archive"):
            self.env["dunning.policy"].create({"name": "Empty"})

    def test_archived_policy_may_have_no_levels_until_it_is_used(self):
        policy = self.env["dunning.policy"].create({"name": "Later", "active": False})
        with self.refused("has no levels"):
            policy.active = True

    def test_last_level_cannot_be_deleted_alone(self):
        with self.refused("has no levels"):
            self.policy.level_ids.unlink()

    def test_last_level_cannot_be_archived_alone(self):
        self.level("Friendly").active = False
        self.level("Firm").active = False
        with self.refused("has no levels"):
            self.level("Last").active = False

    def test_all_levels_can_be_replaced_in_one_save(self):
        new = {"name": "Only", "days": 3}
        self.policy.level_ids = [Command.clear(), Command.create(new)]
        self.assertEqual(self.policy.level_ids.mapped("name"), ["Only"])

    def test_all_levels_removed_in_one_save_is_refused(self):
        with self.refused("has no levels"):
            self.policy.level_ids = [Command.clear()]

    def test_level_after_the_final_one_is_refused(self):
        with self.refused("“Last” of policy “Sound” is marked as final, yet “Later”"):
            self.env["dunning.level"].create(
                {"policy_id": self.policy.id, "name": "Later", "days": 60}
            )

    def test_moving_a_level_behind_the_final_one_is_refused(self):
        with self.refused("marked as final, yet “Firm” comes later"):
            self.level("Firm").days = 31

    def test_two_final_levels_are_refused(self):
        with self.refused("Mark only the last level as final"):
            self.level("Firm").is_final = True

    def test_final_mark_moves_to_another_level_in_one_save(self):
        self.policy.level_ids = [
            Command.create({"name": "Very last", "days": 60, "is_final": True}),
            Command.update(self.level("Last").id, {"is_final": False}),
        ]
        self.assertEqual(self.policy.level_ids.filtered("is_final").name, "Very last")

    def test_two_levels_on_one_day_are_refused(self):
        self.assertDatabaseRefuses(
            "dunning_level_one_per_day", lambda: self.level("Firm").write({"days": 3})
        )

    def test_archived_level_leaves_its_day_free(self):
        self.level("Firm").active = False
        self.env["dunning.level"].create({"policy_id": self.policy.id, "name": "New", "days": 14})
        self.assertEqual(len(self.policy.level_ids), 3)

    def test_level_that_was_reached_cannot_be_deleted(self):
        partner = self.env["res.partner"].create({"name": "Reached"})
        case = self.env["collections.case"]._of(partner, self.company)
        self.env["dunning.action"].create(
            {
                "case_id": case.id,
                "partner_id": partner.id,
                "recipient_id": partner.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "level_id": self.level("Firm").id,
                "channel_code": "email",
            }
        )
        with self.refused("Level “Firm” has been used in contacts.*Archive it instead", UserError):
            self.level("Firm").unlink()
        with self.refused("Level “Firm” has been used in contacts.*Archive it instead", UserError):
            self.policy.unlink()


@tagged("post_install", "-at_install")
class TestLevelChannels(BadConfigurationCommon):
    def test_level_without_channel_is_refused(self):
        with self.refused("Level “Firm” has no channel"):
            self.level("Firm").step_ids = [Command.clear()]

    def test_level_with_a_fallback_only_is_refused(self):
        with self.refused("Add one that is not only a fallback"):
            self.level("Firm").step_ids.fallback_only = True

    def test_last_channel_cannot_be_deleted_alone(self):
        with self.refused("Level “Firm” has no channel"):
            self.level("Firm").step_ids.unlink()

    def test_channel_can_be_exchanged_in_one_save(self):
        self.level("Firm").step_ids = [
            Command.clear(),
            Command.create({"channel_code": "letter"}),
        ]
        self.assertEqual(self.level("Firm").step_ids.channel_code, "letter")

    def test_channel_can_be_exchanged_within_the_policy(self):
        self.policy.level_ids = [
            Command.update(
                self.level("Firm").id,
                {"step_ids": [Command.clear(), Command.create({"channel_code": "letter"})]},
            )
        ]
        self.assertEqual(self.level("Firm").step_ids.channel_code, "letter")

    def test_channel_without_text_is_refused(self):
        with self.refused("E-mail of level “Firm” has no text. Choose one"):
            self.level("Firm").step_ids.template = False

    def test_channel_with_an_empty_text_is_refused(self):
        empty = self.env["mail.template"].create(
            {
                "name": "Blank page",
                "model_id": self.env["ir.model"]._get_id("dunning.action"),
                "subject": "Your account",
            }
        )
        with self.refused("“Blank page” is empty"):
            self.level("Firm").step_ids.template = empty

    def test_default_text_follows_the_days_until_another_is_chosen(self):
        step = self.level("Friendly").step_ids
        texts = {
            name: self.env.ref(f"collections_addon.mail_template_reminder_{name}")
            for name in ("pre_due", "friendly", "final")
        }
        self.assertEqual(step.template, texts["friendly"])
        self.level("Friendly").days = -3
        self.assertEqual(step.template, texts["pre_due"])
        own = texts["friendly"].copy({"name": "Our own"})
        step.template = own
        self.level("Friendly").days = 4
        self.assertEqual(step.template, own)
        self.assertEqual(self.level("Last").step_ids.template, texts["final"])

    def test_channel_twice_in_a_level_is_refused(self):
        values = {"level_id": self.level("Firm").id, "channel_code": "email"}
        self.assertDatabaseRefuses(
            "one_per_channel", lambda: self.env["dunning.level.step"].create(values)
        )


@tagged("post_install", "-at_install")
class TestPolicyLimits(BadConfigurationCommon):
    def test_inverted_hours_are_refused(self):
        with self.refused("the first before the last"):
            self.policy.write({"send_from": 18, "send_to": 9})

    def test_hours_outside_the_day_are_refused(self):
        for values in ({"send_from": -1}, {"send_to": 25}):
            with self.subTest(values), self.refused("between 0:00 and 24:00"):
                self.policy.write(values)

    def test_calendar_that_never_meets_the_hours_is_refused(self):
        attendance = {
            "name": "Night",
            "dayofweek": "0",
            "hour_from": 1,
            "hour_to": 5,
            "day_period": "morning",
        }
        night = self.env["resource.calendar"].create(
            {"name": "Nights", "attendance_ids": [Command.create(attendance)]}
        )
        with self.refused("could never contact anybody: calendar “Nights”"):
            self.policy.calendar_id = night
        self.policy.write({"calendar_id": night.id, "send_from": 4, "send_to": 9})

    def test_cap_without_period_is_refused(self):
        self.assertDatabaseRefuses(
            "cap_needs_period",
            lambda: self.policy.write({"contact_cap": 2, "contact_cap_days": 0}),
        )

    def test_negative_limits_are_refused(self):
        for name in ("min_gap_days", "contact_cap", "freshness_hours", "review_above"):
            with self.subTest(name):
                self.assertDatabaseRefuses(
                    "limits_positive", lambda name=name: self.policy.write({name: -1})
                )

    def test_negative_tolerance_is_refused(self):
        values = {"currency_id": self.company.currency_id.id, "amount": -1}
        self.assertDatabaseRefuses(
            "amount_positive",
            lambda: self.policy.write({"tolerance_ids": [Command.create(values)]}),
        )

    def test_two_tolerances_of_a_currency_are_refused(self):
        values = {"currency_id": self.company.currency_id.id, "amount": 1}
        self.assertDatabaseRefuses(
            "one_per_currency",
            lambda: self.policy.write({"tolerance_ids": [Command.create(values)] * 2}),
        )


@tagged("post_install", "-at_install")
class TestPolicyOfAnotherCompany(BadConfigurationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.make_policy(name="Foreign", company_id=cls.other.id)
        cls.shared = cls.make_policy(name="Shared", company_id=False)

    def test_company_default(self):
        with self.refused("“Foreign” belongs to .* cannot be used by"):
            self.company.dunning_policy_id = self.foreign
        self.company.dunning_policy_id = self.shared

    def test_branch_uses_the_policy_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids += branch
        branch.dunning_policy_id = self.policy
        self.partner_a.with_company(branch).dunning_policy_id = self.policy
        with self.refused("“Foreign” belongs to"):
            branch.dunning_policy_id = self.foreign
        self.policy.company_id = self.company

    def test_customer(self):
        with self.refused("“Foreign” belongs to"):
            self.partner_a.dunning_policy_id = self.foreign
        self.partner_a.dunning_policy_id = self.shared
        self.partner_a.with_company(self.other).dunning_policy_id = self.foreign

    def test_invoice(self):
        invoice = self.init_invoice("out_invoice", amounts=[100])
        with self.assertRaises(UserError):
            invoice.dunning_policy_id = self.foreign
        invoice.dunning_policy_id = self.shared

    def test_segment(self):
        own = self.env["collections.segment"].create(
            {"name": "Own", "code": "own", "company_id": self.company.id}
        )
        with self.refused("“Foreign” belongs to"):
            own.policy_id = self.foreign
        own.policy_id = self.policy

    def test_segment_of_all_companies_needs_a_shared_policy(self):
        segment = self.env["collections.segment"].create({"name": "All", "code": "all"})
        with self.refused("cannot be used by all companies"):
            segment.policy_id = self.policy
        segment.policy_id = self.shared

    def test_shared_policy_in_use_elsewhere_cannot_be_made_one_companys(self):
        self.partner_a.with_company(self.other).dunning_policy_id = self.shared
        with self.refused("“Shared” is still used by 1 customer. "):
            self.shared.company_id = self.company
        self.shared.company_id = self.other

    def test_policy_in_use_cannot_be_archived_or_deleted(self):
        self.company.dunning_policy_id = self.policy
        with self.refused("is still used by .* as its default. Give them another"):
            self.policy.active = False
        with self.refused("is still used by .* as its default. Give them another", UserError):
            self.policy.unlink()
        self.company.dunning_policy_id = self.shared
        self.policy.active = False


@tagged("post_install", "-at_install")
class TestFiguresRefused(BadConfigurationCommon):
    """Figures that make no sense on the screens of experiments, targets, groups and work."""

    def assertSaid(self, text, model, **values):
        """The database refuses to create a record, and the user reads why."""
        with (
            self.subTest(model=model, **values),
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError) as caught,
            self.cr.savepoint(),
        ):
            self.env[model].create(values)
            self.env.flush_all()
        self.assertIn(text, self.env[model]._sql_error_to_message(caught.exception))

    def test_an_experiment(self):
        sound = {"name": "X", "policy_id": self.policy.id, "company_id": self.company.id}
        for text, values in (
            ("above 0 % and at most at 50 %", {"share": 0}),
            ("above 0 % and at most at 50 %", {"share": 100}),
            ("between 1 and 365 days", {"days": 0}),
            ("between 1 and 365 days", {"days": 400}),
            ("fewer than 30 customers", {"min_size": 29}),
            ("at most at 50 points", {"detect": 0}),
            ("is not negative", {"most_owed": -1}),
            ("the challenger is another policy", {"kind": "challenger"}),
            ("before its first", {"date_start": "2026-03-02", "date_end": "2026-03-01"}),
        ):
            self.assertSaid(text, "collections.experiment", **sound, **values)
        old = self.make_policy(name="Old", active=False)
        experiment = self.env["collections.experiment"].create({**sound, "policy_id": old.id})
        with self.refused("“Old” is archived", UserError):
            experiment._start(TODAY)
        experiment.policy_id = self.policy
        experiment._start(TODAY)
        with self.refused("“X” is “Running” already", UserError):
            experiment._start(TODAY)

    def test_targets_rules_and_shares_of_a_day(self):
        mine = {"company_id": self.company.id}
        dso = {**mine, "figure": "dso"}
        self.assertSaid("below zero", "collections.target", **dso, value=-1)
        kept = {**mine, "figure": "kept_share"}
        self.assertSaid("between 0 and 100", "collections.target", **kept, value=150)
        rule = {"fact": "chance_30", "gives": "known"}
        self.assertSaid("above zero", "collections.segment.rule", **rule, least=0)
        self.assertSaid("0.8 stands for 80 %", "collections.segment.rule", **rule, least=80)
        part = {**mine, "user_id": self.env.uid}
        for share in (-0.1, 1.5):
            self.assertSaid("0 % and 100 %", "collections.workload", **part, share=share)
        with self.refused("Choose a team with members, or collectors"):
            self.env["collections.assignment.rule"].create({**mine, "name": "Nobody's"})

    def test_customers_are_given_to_collectors_of_their_company_only(self):
        case = self.env["collections.case"]._of(self.partner_a, self.company)
        stranger = new_test_user(
            self.env,
            login="collector_elsewhere",
            groups="collections_addon.group_collections_collector",
            company_id=self.other.id,
            company_ids=[Command.set(self.other.ids)],
        )
        window = self.env["collections.case.assign"].create(
            {"case_ids": case.ids, "collector_id": stranger.id}
        )
        with self.refused("collector_elsewhere.* is no collector of this company"):
            window.action_apply()
        self.assertFalse(case.collector_id)
        stranger.company_ids |= self.company
        window.action_apply()
        self.assertEqual(case.collector_id, stranger)


@tagged("post_install", "-at_install")
class TestRunRefused(BadConfigurationCommon):
    def run_on(self, company, date=TODAY):
        return self.env["dunning.run"]._execute(company, date)

    def test_company_without_receivable_account(self):
        self.make_policy(company_id=self.other.id)
        bare = self.env["res.company"].create({"name": "Bare Ltd"})
        with self.refused("Bare Ltd has no receivable account.*chart of accounts", UserError):
            self.run_on(bare)

    def test_company_without_policy(self):
        self.env["dunning.policy"].search([]).active = False
        with self.refused("has no dunning policy. Choose one", UserError):
            self.run_on(self.company)

    def test_date_before_the_last_run(self):
        self.run_on(self.company)
        with self.refused("cannot go back to 2026-03-10", UserError):
            self.run_on(self.company, fields.Date.to_date("2026-03-10"))

    def test_scheduler_passes_over_a_company_without_accounts(self):
        bare = self.env["res.company"].create({"name": "Bare Ltd"})
        with self.enter_registry_test_mode():
            self.env.ref("collections_addon.cron_dunning_run").method_direct_trigger()
        runs = self.env["dunning.run"].search([])
        self.assertIn(self.company, runs.company_id)
        self.assertNotIn(bare, runs.company_id)


@tagged("post_install", "-at_install")
class TestPolicyForm(BadConfigurationCommon):
    def test_new_policy_without_levels(self):
        form = Form(self.env["dunning.policy"])
        form.name = "From the form"
        with self.refused("has no levels"):
            form.save()

    def test_new_policy_with_a_level(self):
        form = Form(self.env["dunning.policy"])
        form.name = "From the form"
        with form.level_ids.new() as level:
            level.name = "First"
            level.days = 3
        policy = form.save()
        self.assertEqual(policy.level_ids.step_ids.channel_code, "email")

    def test_last_level_removed(self):
        form = Form(self.policy)
        for _n in self.policy.level_ids:
            form.level_ids.remove(0)
        with self.refused("has no levels"):
            form.save()


@tagged("post_install", "-at_install")
class TestSentencesReachTheUser(HttpCase):
    """What the database refuses is told by its sentence, as the web client shows it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env,
            login="rules_admin",
            groups="collections_addon.group_collections_admin,account.group_account_invoice",
        )
        cls.policy = cls.env["dunning.policy"].create(
            {
                "name": "Web",
                "level_ids": [
                    Command.create({"name": "One", "days": 1}),
                    Command.create({"name": "Two", "days": 2}),
                ],
            }
        )

    def message_of(self, model, method, *args):
        """The message of the error that a call from the web client gives."""
        self.authenticate("rules_admin", "rules_admin")
        with mute_logger("odoo.http", "odoo.sql_db"):
            answer = self.url_open(
                "/web/dataset/call_kw",
                json={
                    "params": {"model": model, "method": method, "args": list(args), "kwargs": {}}
                },
            ).json()
        return answer["error"]["data"]["message"]

    def test_two_levels_on_one_day(self):
        second = self.policy.level_ids[1]
        text = self.message_of("dunning.level", "write", second.ids, {"days": 1})
        self.assertIn("Two levels of a policy cannot stand on the same day", text)

    def test_negative_tolerance(self):
        values = {"currency_id": self.env.company.currency_id.id, "amount": -1}
        text = self.message_of(
            "dunning.policy", "write", self.policy.ids, {"tolerance_ids": [(0, 0, values)]}
        )
        self.assertIn("A tolerance cannot be negative; use 0", text)

    def test_cap_without_period(self):
        text = self.message_of(
            "dunning.policy",
            "write",
            self.policy.ids,
            {"contact_cap": 1, "contact_cap_days": 0},
        )
        self.assertIn("A contact limit needs a period", text)
