"""The Overview in a real browser: its unit tests and a tour through it."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingHttpCommon
from odoo.addons.web.tests.test_js import unit_test_error_checker


@tagged("post_install", "-at_install")
class TestOverviewTour(AccountTestInvoicingHttpCommon):
    def test_tour(self):
        company = self.env.company
        self.env.user.group_ids |= self.env.ref("collections_addon.group_collections_admin")
        company.dunning_policy_id = self.env["dunning.policy"].create(
            {
                "name": "House rules",
                "company_id": company.id,
                "level_ids": [
                    Command.create(
                        {
                            "name": "First",
                            "days": 5,
                            "step_ids": [Command.create({"channel_code": "email"})],
                        }
                    )
                ],
            }
        )
        today = fields.Date.context_today(self.env.user)
        customer = self.env["res.partner"].create(
            {"name": "Overview Customer", "email": "customer@example.com"}
        )
        self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "invoice_date": today - timedelta(days=days + 14),
                    "invoice_date_due": today - timedelta(days=days),
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "Work", "price_unit": amount, "tax_ids": []})
                    ],
                }
                for days, amount in ((12, 300), (70, 100), (-9, 50))
            ]
        ).action_post()
        self.env["dunning.run"]._execute(company, today)
        self.env["collections.kpi"].search([]).unlink()
        new_test_user(
            self.env,
            "overview_tour",
            "collections_addon.group_collections_manager",
            company_id=company.id,
            company_ids=company.ids,
        )
        self.start_tour(
            "/odoo/action-collections_addon.action_collections_overview",
            "collections_overview",
            login="overview_tour",
        )


@tagged("post_install", "-at_install")
class TestOverviewUnits(HttpCase):
    def test_unit_tests(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            "&filter=@collections_addon/dashboard",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )
