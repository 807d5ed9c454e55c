"""The Overview in a real browser: its unit tests and a tour through it."""

from datetime import timedelta

from odoo import Command, fields
from odoo.addons.account.tests.common import AccountTestInvoicingHttpCommon
from odoo.addons.web.tests.test_js import unit_test_error_checker
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestOverviewTour(AccountTestInvoicingHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("collections_addon.group_collections_admin")
        cls.company = cls.env.company
        cls.today = fields.Date.context_today(cls.env.user)
        cls.customer = cls.env["res.partner"].create(
            {"name": "Overview Customer", "email": "customer@example.com"}
        )
        for days, amount in ((12, 300), (70, 100), (-9, 50)):
            cls._invoice(cls.customer, days, amount)
        new_test_user(
            cls.env,
            "overview_tour",
            "collections_addon.group_collections_manager",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )

    @classmethod
    def _invoice(cls, customer, days, amount):
        """Post an invoice that many days past due."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": cls.today - timedelta(days=days + 14),
                "invoice_date_due": cls.today - timedelta(days=days),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": amount, "tax_ids": []})
                ],
            }
        )
        move.action_post()
        return move

    def _tour(self, action, name):
        self.start_tour(f"/odoo/action-collections_addon.{action}", name, login="overview_tour")

    def test_overview(self):
        level = Command.create(
            {"name": "First", "days": 5, "step_ids": [Command.create({"channel_code": "email"})]}
        )
        self.company.dunning_policy_id = self.env["dunning.policy"].create(
            {"name": "House rules", "company_id": self.company.id, "level_ids": [level]}
        )
        self.env["dunning.run"]._execute(self.company, self.today)
        self.env["collections.kpi"].search([]).unlink()
        self._tour("action_collections_overview", "collections_overview")

    def test_aging_as_of_a_past_day(self):
        customer = self.env["res.partner"].create({"name": "Paid Customer"})
        invoice = self._invoice(customer, 60, 80)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": self.today})._create_payments()
        self._tour("action_collections_aging", "collections_aging")


@tagged("post_install", "-at_install")
class TestOverviewUnits(HttpCase):
    def test_unit_tests(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=@collections_addon",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )
