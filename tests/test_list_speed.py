"""Lists open with a number of queries that does not grow with their rows."""

from odoo.tests import tagged

from .screens_common import ScreensCommon


@tagged("post_install", "-at_install")
class TestListSpeed(ScreensCommon):
    """Lists cost as many queries for 200 rows as for 10."""

    FEW, MANY = 10, 200

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls._customers(cls.MANY)
        cls.moves = cls._invoices(cls.partners)
        cls.env["collections.hold"].create(
            [{"partner_id": p.id, "reason": "Copy"} for p in cls.partners[: cls.MANY : 7]]
        )
        cls.dunning_run = cls.env["dunning.run"]._execute(cls.company, cls.today)
        cls.cases = cls.env["collections.case"].search([("partner_id", "in", cls.partners.ids)])

    def _queries(self, model, domain, specification, limit):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        answer = model.web_search_read(domain, specification, limit=limit)
        self.assertEqual(len(answer["records"]), limit)
        return self.env.cr.sql_log_count - before

    def _assert_flat(self, model, domain, specification):
        model = model.with_user(self.users["collector"])
        self._queries(model, domain, specification, self.FEW)  # fills the caches of the registry
        few = self._queries(model, domain, specification, self.FEW)
        many = self._queries(model, domain, specification, self.MANY)
        self.assertLessEqual(many, few, f"{self.FEW} rows: {few} queries, {self.MANY}: {many}")

    def _list_specification(self, model, view_id):
        view = self.env[model].get_views([(view_id, "list")])["views"]["list"]
        return self._specification(model, view)

    def test_queries_of_the_customers_do_not_grow_with_rows(self):
        view = self.env.ref("collections_addon.view_collections_case_list")
        specification = self._list_specification("collections.case", view.id)
        self.assertIn("next_step", specification)
        domain = [("partner_id", "in", self.partners.ids)]
        self._assert_flat(self.env["collections.case"], domain, specification)

    def test_queries_of_the_kanban_do_not_grow_with_rows(self):
        view = self.env.ref("collections_addon.view_collections_case_kanban")
        arch = self.env["collections.case"].get_views([(view.id, "kanban")])["views"]["kanban"]
        specification = self._specification("collections.case", arch)
        domain = [("partner_id", "in", self.partners.ids)]
        self._assert_flat(self.env["collections.case"], domain, specification)

    def test_queries_of_the_invoices_do_not_grow_with_rows(self):
        ours = {
            "name",
            "dunning_level_id",
            "dunning_next_date",
            "dunning_explanation",
            "dunning_policy_id",
            "is_on_hold",
            "dunning_contact_count",
            "collections_case_id",
        }
        specification = self._specify(self.env["account.move"], ours)
        domain = [("id", "in", self.moves.ids)]
        self._assert_flat(self.env["account.move"], domain, specification)

    def test_queries_of_the_whole_invoice_list_do_not_grow_with_rows(self):
        """Core's columns and ours together, for an accountant who is a collector."""
        self.users["collector"].group_ids |= self.env.ref("account.group_account_manager")
        view = self.env.ref("account.view_out_invoice_tree")
        specification = self._list_specification("account.move", view.id)
        self.assertIn("dunning_explanation", specification)
        self.assertIn("status_in_payment", specification)
        self._assert_flat(self.env["account.move"], [("id", "in", self.moves.ids)], specification)

    def test_queries_of_the_open_items_do_not_grow_with_rows(self):
        view = self.env.ref("collections_addon.view_move_line_open_items_list")
        specification = self._list_specification("account.move.line", view.id)
        self.assertIn("dunning_explanation", specification)
        domain = [("id", "in", self.moves._dunning_lines().ids)]
        self._assert_flat(self.env["account.move.line"], domain, specification)

    def test_queries_of_the_contacts_do_not_grow_with_rows(self):
        more = self._customers(40, start=500)
        self._invoices(more)
        self.env["dunning.run"]._execute(self.company, self.today)
        view = self.env.ref("collections_addon.view_dunning_action_list")
        specification = self._list_specification("dunning.action", view.id)
        self._assert_flat(self.env["dunning.action"], [], specification)
