"""Who may do what: allowed and blocked, for every group, company and portal user."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import GROUPS, CollectionsCommon, SecondCompany

#: Model -> lowest group that may create, write, delete; None: nobody. Readers are viewers.
RIGHTS = {
    "dunning.policy": ("admin", "admin", "admin"),
    "dunning.level": ("admin", "admin", "admin"),
    "dunning.level.step": ("admin", "admin", "admin"),
    "dunning.tolerance": ("admin", "admin", "admin"),
    "dunning.outcome": ("admin", "admin", "admin"),
    "dunning.run": ("manager", "manager", None),
    "dunning.run.reason": ("manager", "manager", "manager"),
    "dunning.action": ("collector", "collector", "manager"),
    "dunning.action.item": (None, None, None),
    "collections.case": ("collector", "collector", None),
    "collections.hold": ("collector", "collector", "manager"),
    "collections.opt.out": ("collector", "collector", None),
    "collections.complaint": ("collector", "manager", None),
    "collections.segment": ("admin", "admin", "admin"),
    "collections.segment.rule": ("admin", "admin", "admin"),
    "collections.segment.change": (None, None, None),
    "collections.experiment": ("manager", "manager", "manager"),
    "collections.experiment.member": (None, None, None),
    "collections.experiment.result": (None, None, None),
    "collections.prediction": (None, None, None),
    "collections.prediction.model": ("admin", "admin", "admin"),
    "collections.forecast": ("manager", "manager", "manager"),
    "collections.forecast.week": ("manager", "manager", "manager"),
    "collections.performance": ("manager", "manager", "manager"),
    "collections.roll": ("manager", "manager", "manager"),
    "collections.target": ("manager", "manager", "manager"),
    "collections.team": ("manager", "manager", "manager"),
    "collections.aging.bucket": ("admin", "admin", "admin"),
    "collections.charge": ("manager", "collector", None),
    "collections.announcement": ("collector", "collector", None),
    "collections.payment.share": (None, None, None),
    "collections.interest.reference": ("admin", "admin", "admin"),
    "collections.interest.rate": ("admin", "admin", "admin"),
    "collections.interest.law": ("admin", "admin", "admin"),
    "collections.compensation": ("admin", "admin", "admin"),
    "dunning.level.fee": ("admin", "admin", "admin"),
    "collections.autopay": (None, "collector", None),
    "collections.autopay.charge": (None, "collector", None),
    "collections.autopay.item": (None, None, None),
    "collections.autopay.attempt": (None, None, None),
    "collections.decline.reason": ("admin", "admin", "admin"),
    "collections.handover": ("collector", "collector", None),
    "collections.handover.line": ("collector", "collector", "collector"),
    "collections.write.off": ("collector", "collector", None),
}
OPERATIONS = ("create", "write", "unlink")
#: Technical models that only an administrator reads.
ADMIN_ONLY = ("dunning.attempt", "collections.refresh", "collections.portal.limit")
#: Rules that accounting people may read, for they choose a policy on an invoice.
SEEN_BY_ACCOUNTING = ("dunning.policy", "dunning.level")


class Outsiders:
    """Mixin: people who have nothing to do with collections."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outsiders = {
            "clerk": cls._user("x", login="clerk", groups="account.group_account_invoice"),
            "employee": cls._user("x", login="employee", groups="base.group_user"),
            "portal": new_test_user(
                cls.env, login="debtor", groups="base.group_portal", partner_id=cls.customer.id
            ),
            "public": cls.env.ref("base.public_user"),
        }


@tagged("post_install", "-at_install")
class TestSecurityMatrix(Outsiders, CollectionsCommon):
    def _own_models(self):
        """The stored models of this module."""
        for name in self.env.registry:
            model = self.env[name]
            stored = not model._abstract and not model._transient
            if stored and model._original_module == "collections_addon":
                yield model

    def _groups_from(self, lowest):
        return GROUPS[GROUPS.index(lowest) :] if lowest else ()

    def test_every_group_may_do_what_it_should_and_nothing_more(self):
        for name, lowest in RIGHTS.items():
            for group, user in self.users.items():
                model = self.env[name].with_user(user)
                self.assertTrue(model.has_access("read"), (name, group))
                for operation, least in zip(OPERATIONS, lowest, strict=True):
                    allowed = group in self._groups_from(least)
                    with self.subTest(model=name, group=group, operation=operation):
                        self.assertEqual(model.has_access(operation), allowed)

    def test_outsiders_see_nothing_of_any_model(self):
        for model in self._own_models():
            for who, user in self.outsiders.items():
                allowed = who == "clerk" and model._name in SEEN_BY_ACCOUNTING
                with self.subTest(model=model._name, user=who):
                    self.assertEqual(model.with_user(user).has_access("read"), allowed)
                    for operation in OPERATIONS:
                        self.assertFalse(model.with_user(user).has_access(operation))

    def test_a_viewer_changes_nothing_in_any_model(self):
        for model in self._own_models():
            for operation in OPERATIONS:
                with self.subTest(model=model._name, operation=operation):
                    self.assertFalse(model.with_user(self.users["viewer"]).has_access(operation))

    def test_technical_tables_are_for_administrators(self):
        for name in ADMIN_ONLY:
            for group, user in self.users.items():
                with self.subTest(model=name, group=group):
                    allowed = self.env[name].with_user(user).has_access("read")
                    self.assertEqual(allowed, group == "admin")

    def test_fields_on_core_models_do_not_open_doors(self):
        """What invoice and contact show of collections is hidden from outsiders."""
        for who in ("employee", "portal"):
            for name in ("res.partner", "account.move"):
                fields = self.env[name].with_user(self.outsiders[who]).fields_get()
                for hidden in ("collections_case_id", "collections_overdue", "is_on_hold"):
                    self.assertNotIn(hidden, fields, (who, name))


@tagged("post_install", "-at_install")
class TestSecurityActions(Outsiders, CollectionsCommon):
    def setUp(self):
        super().setUp()
        self.policy.mode = "review"
        self.invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self.action = self._run("2026-03-10").action_ids

    def _pair(self, do, allowed, people=None):
        """Each person tries, each time from the same beginning."""
        for who, user in (people or {**self.users, **self.outsiders}).items():
            with self.subTest(who=who), self.env.cr.savepoint() as savepoint:
                if who in allowed:
                    do(user)
                else:
                    with self.assertRaises(AccessError):
                        do(user)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_approve(self):
        self._pair(
            lambda user: self.action.with_user(user).action_approve(),
            ("collector", "manager", "admin"),
        )

    def test_approve_a_whole_run(self):
        self._pair(
            lambda user: self.action.run_id.with_user(user).action_approve(),
            ("collector", "manager", "admin"),
        )

    def test_cancel(self):
        self._pair(
            lambda user: self.action.with_user(user).action_cancel(),
            ("collector", "manager", "admin"),
        )

    def test_retry(self):
        self.action.sudo().state = "failed"
        self._pair(
            lambda user: self.action.with_user(user).action_retry(),
            ("collector", "manager", "admin"),
        )

    def test_set_and_release_a_hold(self):
        self._pair(
            lambda user: self._hold(self.customer, start="2026-03-01", user=user),
            ("collector", "manager", "admin"),
        )
        hold = self._hold(self.customer, start="2026-03-01")
        self._pair(
            lambda user: hold.with_user(user).action_release(), ("collector", "manager", "admin")
        )

    def test_start_an_evaluation(self):
        def evaluate(user):
            with self.day("2026-03-11"):
                self.env["dunning.evaluate"].with_user(user).create({}).action_evaluate()

        self._pair(evaluate, ("manager", "admin"))

    def test_hand_over_and_write_off(self):
        case = self._case()

        def hand_over(user):
            wizard = self.env["collections.case.stage"].with_user(user)
            wizard.create(
                {"case_ids": [Command.set(case.ids)], "stage": "legal", "note": "To the lawyer"}
            ).action_apply()
            self.assertEqual(case.stage, "legal")

        self._pair(hand_over, ("manager", "admin"))
        self._pair(
            lambda user: case.with_user(user).write({"stage": "written_off"}), ("manager", "admin")
        )
        case.stage = "legal"
        self._pair(
            lambda user: case.with_user(user).write({"stage": "current"}), ("manager", "admin")
        )

    def test_assign_a_collector(self):
        case = self._case()
        self._pair(
            lambda user: case.with_user(user).write({"collector_id": self.env.uid}),
            ("collector", "manager", "admin"),
        )

    def test_edit_the_rules(self):
        def edit(user):
            self.policy.with_user(user).min_gap_days = 9

        self._pair(edit, ("admin",))

        def add_level(user):
            self.env["dunning.level"].with_user(user).create(
                {"policy_id": self.policy.id, "name": "New", "days": 77}
            )

        self._pair(add_level, ("admin",))

    def test_confirm_that_the_books_are_up_to_date(self):
        self._pair(
            lambda user: self.company.with_user(user).action_collections_confirm_ledger(),
            ("manager", "admin"),
        )

    def test_read_the_journal_of_deliveries(self):
        attempts = self.env["dunning.attempt"]
        self._pair(lambda user: attempts.with_user(user).search([]), ("admin",))

    def test_nobody_writes_a_state_or_a_contact_by_hand(self):
        """Evidence is made by sending, not by editing (over RPC or otherwise)."""
        self._pair(lambda user: self.action.with_user(user).write({"state": "sent"}), ())
        values = {
            "case_id": self.action.case_id.id,
            "partner_id": self.customer.id,
            "recipient_id": self.customer.id,
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
            "level_id": self.action.level_id.id,
            "channel_code": "email",
            "state": "sent",
        }
        self._pair(lambda user: self.action.with_user(user).create(values), ())

    def test_nobody_writes_items_by_hand(self):
        item = self.action.item_ids
        self._pair(lambda user: item.with_user(user).write({"amount_residual": 1}), ())

    def test_the_explanation_is_for_those_who_see_the_invoice(self):
        line = self._lines(self.invoice)
        for user in (*self.users.values(), self.outsiders["clerk"]):
            answer = self.invoice.with_user(user).dunning_explanation
            self.assertTrue(answer)
        for who in ("employee", "portal"):
            with self.assertRaises(AccessError):
                line.with_user(self.outsiders[who]).mapped("dunning_explanation")


@tagged("post_install", "-at_install")
class TestSecurityCompanies(SecondCompany, CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = new_test_user(
            cls.env,
            login="stranger",
            groups="collections_addon.group_collections_admin,account.group_account_readonly",
            company_id=cls.other.id,
        )

    def test_an_administrator_of_another_company_sees_and_touches_nothing(self):
        self.policy.tolerance_ids = [
            Command.create({"currency_id": self.company.currency_id.id, "amount": 1})
        ]
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self._customer("Second"), 100, due="2026-03-09")
        run = self._run("2026-03-10")
        action = run.action_ids
        hold = self._hold(self.customer, start="2026-03-10")
        ours = [
            self.policy,
            self.policy.level_ids,
            self.policy.level_ids.step_ids,
            self.policy.tolerance_ids,
            run,
            run.reason_ids,
            action,
            action.item_ids,
            self._case(),
            hold,
        ]
        for records in ours:
            with self.subTest(model=records._name):
                self.assertTrue(records)
                theirs = records.with_user(self.stranger)
                self.assertFalse(theirs.search([("id", "in", records.ids)]))
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])
        with self.assertRaises(AccessError):
            action.with_user(self.stranger).action_approve()
        with self.assertRaises(AccessError):
            self.policy.with_user(self.stranger).name = "Mine"
        with self.assertRaises(AccessError):
            self.company.with_user(self.stranger).action_collections_confirm_ledger()

    def test_a_shared_policy_is_seen_by_both(self):
        shared = self._policy("Shared", Only=5)
        shared.company_id = False
        for user in (self.stranger, self.users["viewer"]):
            self.assertEqual(shared.with_user(user).level_ids.mapped("name"), ["Only"])

    def test_a_case_of_each_company_for_the_people_of_each(self):
        for company in (self.company, self.other):
            self._invoice(self.customer, 100, due="2026-02-05", company=company)
            self._run("2026-03-10", company)
        cases = self.env["collections.case"]
        mine = cases.with_user(self.users["viewer"]).search([])
        theirs = cases.with_user(self.stranger).search([])
        self.assertEqual(mine.company_id, self.company)
        self.assertEqual(theirs.company_id, self.other)
