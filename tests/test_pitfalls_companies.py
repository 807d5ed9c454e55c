"""Pitfalls with several companies (P9), and with people outside the module's groups."""

from odoo.tests import Form, tagged

from .common import CollectionsCommon, SecondCompany


@tagged("post_install", "-at_install")
class TestPitfallsOfCompanies(SecondCompany, CollectionsCommon):
    def test_p09_figures_do_not_depend_on_the_active_company(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 70, due="2026-03-01", company=self.other)
        self._run("2026-03-12")
        self._run("2026-03-12", self.other)
        both = self.company | self.other
        for companies in (self.company | self.other, self.other | self.company):
            env = self.env(context={"allowed_company_ids": companies.ids})
            cases = env["collections.case"].search([("partner_id", "=", self.customer.id)])
            self.assertEqual(
                {case.company_id.id: case.overdue for case in cases},
                {self.company.id: 100.0, self.other.id: 70.0},
            )
            totals = {
                case.company_id.id: sum(case.move_line_ids.mapped("amount_residual"))
                for case in cases
            }
            self.assertEqual(totals, {self.company.id: 100.0, self.other.id: 70.0})
        self.assertEqual(len(both), 2)

    def test_p09_the_partners_own_figures_are_of_the_company_one_works_in(self):
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 70, due="2026-03-01", company=self.other)
        self._run("2026-03-12")
        self._run("2026-03-12", self.other)
        for company, overdue in ((self.company, 100.0), (self.other, 70.0)):
            partner = self.customer.with_company(company)
            partner.invalidate_recordset()
            self.assertEqual(partner.collections_overdue, overdue)
            self.assertEqual(partner.collections_case_id.company_id, company)

    def test_p09_the_partners_policy_is_one_per_company(self):
        strict = self._policy("Strict", Now=1)
        self.customer.with_company(self.company).dunning_policy_id = strict
        self._invoice(self.customer, 100, due="2026-03-05")
        self._invoice(self.customer, 70, due="2026-03-05", company=self.other)
        own = self._run("2026-03-06")
        theirs = self._run("2026-03-06", self.other)
        self.assertEqual(own.action_ids.level_id.name, "Now")
        self.assertFalse(theirs.action_ids)

    def test_p09_a_run_of_one_company_touches_nothing_of_the_other(self):
        self._invoice(self.customer, 70, due="2026-03-01", company=self.other)
        self._run("2026-03-12")
        self.assertFalse(self.env["dunning.action"].search([("partner_id", "=", self.customer.id)]))
        self.assertFalse(self._case(company=self.other))

    def test_p09_a_payment_to_one_company_covers_nothing_of_the_other(self):
        self._invoice(self.customer, 70, due="2026-03-01", company=self.other)
        self._pay_unallocated(self.customer, 500, "2026-03-02")
        run = self._run("2026-03-12", self.other)
        self.assertEqual(run.action_ids.amount_total, 70.0)


@tagged("post_install", "-at_install")
class TestPitfallsOfOthers(CollectionsCommon):
    """Views that break for users outside the module's groups; bad configuration."""

    def test_an_invoicing_user_opens_and_edits_an_invoice(self):
        user = self._user("x", login="clerk", groups="account.group_account_invoice")
        invoice = self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-10", "2026-03-10")
        self.env.invalidate_all()
        own = invoice.with_user(user)
        own.read()
        own.line_ids.read()
        with Form(own) as form:
            form.ref = "Changed by a clerk"
        self.assertEqual(invoice.ref, "Changed by a clerk")
        views = [(False, "form"), (False, "list"), (False, "search")]
        self.env["account.move"].with_user(user).get_views(views)

    def test_a_user_without_any_right_opens_a_contact(self):
        user = self._user("x", login="nobody", groups="base.group_user,base.group_partner_manager")
        self._invoice(self.customer, 100, due="2026-03-05")
        self._live("2026-03-10", "2026-03-10")
        self.env.invalidate_all()
        partner = self.customer.with_user(user)
        allowed = set(partner.fields_get())
        ours = [
            name
            for name, field in partner._fields.items()
            if field._module == "collections_addon" and name in allowed
        ]
        self.assertTrue(ours)
        partner.read(ours)
        with Form(self.customer.with_user(user)) as form:
            form.ref = "Changed by nobody"
        self.assertEqual(self.customer.ref, "Changed by nobody")
