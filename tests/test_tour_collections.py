"""The main screens, walked through in a real browser."""

from odoo.tests import HttpCase, tagged

from .screens_common import ScreensCommon


@tagged("post_install", "-at_install")
class TestTourCollections(ScreensCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "firm@example.com"
        cls.partners = cls._customers(3)
        cls.partners[0].name = "Tour Debtor"
        cls._invoices(cls.partners, days_overdue=10)
        for role in ("collector", "manager"):
            cls.users[role].password = f"screens_{role}"

    def test_a_collector_opens_a_customer_and_pauses_it(self):
        self.env["dunning.run"]._execute(self.company, self.today)
        self.start_tour(
            "/odoo/collections-customers", "collections_collector", login="screens_collector"
        )
        holds = self.env["collections.hold"].search([("partner_id", "=", self.partners[0].id)])
        self.assertEqual(holds.reason, "Waits for a corrected invoice")
        self.assertEqual(holds.user_id, self.users["collector"])
        self.assertTrue(holds.released_on)

    def test_a_manager_evaluates_reads_and_approves(self):
        self.env["collections.hold"].create(
            {"partner_id": self.partners[2].id, "reason": "Asked for a copy"}
        )
        self.start_tour("/odoo/collections-runs", "collections_manager", login="screens_manager")
        run = self.env["dunning.run"].search([("company_id", "=", self.company.id)])
        self.assertEqual(run.action_ids.partner_id, self.partners[:2])
        self.assertEqual(set(run.action_ids.mapped("state")), {"queued"})
        self.assertEqual(run.action_ids.approved_by_id, self.users["manager"])

    def test_a_collector_proposes_a_plan_and_the_customer_agrees(self):
        offer = self.env["collections.plan.offer"].create(
            {"name": "Half a year", "company_id": self.company.id, "max_count": 6}
        )
        self.env["dunning.run"]._execute(self.company, self.today)
        case = self.env["collections.case"]._of(self.partners[0], self.company)
        case._customer_policy().plan_offer_ids = offer
        self.start_tour(
            "/odoo/collections-customers", "collections_plan_wizard", login="screens_collector"
        )
        plan = case.plan_ids
        self.assertEqual((plan.state, plan.count, plan.source), ("active", 3, "collector"))
        self.assertEqual(plan.user_id, self.users["collector"])
