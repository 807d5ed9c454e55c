"""Policies without payment plans: an upgrade changes nothing by itself, one button does."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import CollectionsCommon

TERMS = ("standard", "long", "hardship")


@tagged("post_install", "-at_install")
class TestReadyTerms(CollectionsCommon):
    def setUp(self):
        super().setUp()
        self.admin = new_test_user(
            self.env,
            "plans_admin",
            "base.group_user,collections_addon.group_collections_admin",
            company_ids=[(6, 0, self.company.ids)],
            company_id=self.company.id,
        )
        self.policy.plan_offer_ids = False
        self.other = self._policy("Another", First=5)
        self.other.plan_offer_ids = False
        self.as_admin = self.policy.with_user(self.admin)

    def _ready(self):
        offers = self.env["collections.plan.offer"]
        for name in TERMS:
            offers |= self.env.ref(f"collections_addon.plan_offer_{name}")
        return offers

    def test_the_form_tells_and_offers_them(self):
        form = Form(self.as_admin)
        self.assertFalse(form.plan_offer_ids)
        self.assertIn("Offer the Ready Terms", self._arch("dunning.policy"))
        self.as_admin.action_offer_ready_plans()
        self.assertEqual(self.policy.plan_offer_ids, self._ready())
        self.assertFalse(self.other.plan_offer_ids, "the other policy stays as it was")

    def _arch(self, model):
        views = self.env[model].with_user(self.admin).get_views([(False, "form")])
        return views["views"]["form"]["arch"]

    def test_first_steps_tells_and_offers_them(self):
        self.company.dunning_policy_id = self.policy
        guide = self.env["collections.first.steps"].with_user(self.admin).create({})
        self.assertTrue(guide.is_without_plans)
        guide.action_offer_plans()
        guide.invalidate_recordset()
        self.assertFalse(guide.is_without_plans)

    def test_a_database_from_before_there_were_plans_gets_them_made(self):
        self.env["dunning.policy"].with_context(active_test=False).search([]).plan_offer_ids = False
        self.env["collections.plan.offer"].with_context(active_test=False).search([]).unlink()
        names = ("policy_plan", "policy_plan_hardship")
        for name in names:
            self.env.ref(f"collections_addon.{name}").unlink()
        self.assertFalse(self.env["dunning.policy"]._ready_records())
        self.as_admin.action_offer_ready_plans()
        self.assertEqual(self.policy.plan_offer_ids, self._ready())
        self.assertTrue(all(self.policy.plan_offer_ids.mapped("policy_id.is_for_plans")))
        self.assertFalse(self.env.ref("collections_addon.policy_gentle").plan_offer_ids)
        self.assertFalse(self.other.plan_offer_ids)

    def test_terms_that_somebody_deleted_do_not_come_back(self):
        self.env["dunning.policy"].with_context(active_test=False).search([]).plan_offer_ids = False
        self._ready().unlink()
        with self.assertRaises(UserError):
            self.as_admin.action_offer_ready_plans()

    def test_nobody_else_may(self):
        with self.assertRaises(AccessError):
            self.policy.with_user(self.users["manager"]).action_offer_ready_plans()
