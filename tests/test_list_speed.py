"""Lists open with a number of queries that does not grow with their rows."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from .screens_common import ScreensCommon


@tagged("post_install", "-at_install")
class TestListSpeed(ScreensCommon):
    """Lists cost as many queries for 200 rows as for 10."""

    FEW, MANY = 10, 200

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._run_over_few_customers()
        cls.partners = cls._customers(cls.MANY)
        cls.moves = cls._invoices(cls.partners)
        cls.env["collections.hold"].create(
            [{"partner_id": p.id, "reason": "Copy"} for p in cls.partners[: cls.MANY : 7]]
        )
        before = cls._rows_of_whole_scans()
        cls.dunning_run = cls.env["dunning.run"]._execute(cls.company, cls.today)
        cls.scanned = cls._rows_of_whole_scans() - before
        cls.cases = cls.env["collections.case"].search([("partner_id", "in", cls.partners.ids)])

    @classmethod
    def _run_over_few_customers(cls):
        """Let the connection plan its foreign key checks as it does for tables all but empty.

        From the sixth check on it keeps the plan: here one that reads the table whole.
        """
        few = cls._customers(8, start=900)
        cls._invoices(few)
        case = [cls.env["collections.case"]._of(partner, cls.company) for partner in few][0]
        cls.env.flush_all()
        for way in ("indexscan", "indexonlyscan", "bitmapscan"):
            cls.env.cr.execute(SQL("SET LOCAL %s = off", SQL.identifier(f"enable_{way}")))
        cls.env["dunning.run"]._execute(cls.company, cls.today - timedelta(days=1))
        for way in ("indexscan", "indexonlyscan", "bitmapscan"):
            cls.env.cr.execute(SQL("SET LOCAL %s = on", SQL.identifier(f"enable_{way}")))
        partners = cls._multiply(few[0], 3000, "commercial_partner_id = NULL")
        cls._multiply(case, 3000, f"partner_id = {partners} + n")

    @classmethod
    def _multiply(cls, record, count, difference):
        """Copy a row in the database, without what the ORM does.

        :param str difference: the column that differs, with its value for the n-th copy
        :return: the id before those of the copies
        """
        table = SQL.identifier(record._table)
        column, value = difference.split(" = ")
        cls.env.cr.execute(
            SQL(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                " AND column_name NOT IN ('id', %s)",
                record._table,
                column,
            )
        )
        rest = SQL(", ").join(SQL.identifier(name) for [name] in cls.env.cr.fetchall())
        query = SQL(
            "INSERT INTO %s (%s, %s) SELECT %s, %s FROM %s, generate_series(1, %s) n"
            " WHERE id = %s RETURNING id",
            table,
            SQL.identifier(column),
            rest,
            SQL(value),
            rest,
            table,
            count,
            record.id,
        )
        return cls.env.execute_query(query)[0][0] - 1

    @classmethod
    def _rows_of_whole_scans(cls):
        cls.env.cr.execute(
            "SELECT sum(seq_tup_read) FROM pg_stat_xact_user_tables"
            " WHERE relname IN ('collections_case', 'dunning_action')"
        )
        return cls.env.cr.fetchone()[0]

    def test_a_large_run_after_a_small_one_checks_references_by_index(self):
        """Else each of its rows costs a reading of all the others."""
        self.assertGreater(self.dunning_run.action_count, self.MANY / 2)
        # one reading for each row would be 600,000
        self.assertLess(self.scanned, 100_000)

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
