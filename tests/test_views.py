"""The screens open, for everybody they are meant for, and tell what they should."""

from ast import literal_eval
from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..collections_addon.wizards import collections_first_steps
from .screens_common import ScreensCommon

#: Actions of the menus everybody in the app has.
ACTIONS = (
    "action_collections_case",
    "action_collections_case_mine",
    "action_collections_open_items",
    "action_dunning_run",
    "action_dunning_action",
    "action_dunning_action_analysis",
    "action_collections_hold",
    "action_collections_sync_log",
    "action_collections_external_ref",
    "action_collections_drift",
)
#: And those of the administrator.
ADMIN_ACTIONS = (
    "action_dunning_policy",
    "action_collections_segment",
    "action_collections_aging_bucket",
    "action_dunning_outcome",
    "action_collections_texts",
    "action_collections_connection",
    "action_collections_webhook_event",
)


@tagged("post_install", "-at_install")
class TestViews(ScreensCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls._customers(3)
        cls.moves = cls._invoices(cls.partners)
        cls.dunning_run = cls.env["dunning.run"]._execute(cls.company, cls.today)
        cls.cases = cls.env["collections.case"].search([("partner_id", "in", cls.partners.ids)])
        cls.hold = cls.env["collections.hold"].create(
            {"partner_id": cls.partners[2].id, "reason": "Asked for a copy"}
        )

    # === OPENING === #

    def _open(self, xmlid, user):
        """Open every view of an action and read its records, as the web client does."""
        action = self.env.ref(f"collections_addon.{xmlid}")
        model = self.env[action.res_model].with_user(user)
        context = safe_eval(action.context or "{}", {"uid": user.id})
        model = model.with_context(**context)
        modes = action.view_mode.split(",")
        views = [(dict(action.views).get(mode, False), mode) for mode in modes]
        answer = model.get_views([*views, (action.search_view_id.id, "search")])
        for mode in modes:
            specification = self._specification(action.res_model, answer["views"][mode])
            if mode in ("list", "kanban", "calendar"):
                model.web_search_read(literal_eval(action.domain or "[]"), specification, limit=80)
            elif mode == "form":
                model.search([], limit=3).web_read(specification)
        return answer

    def test_every_screen_opens_for_every_role(self):
        for role, user in self.users.items():
            for xmlid in ACTIONS:
                with self.subTest(role=role, action=xmlid):
                    self.assertTrue(self._open(xmlid, user)["views"])

    def test_every_configuration_screen_opens_for_the_administrator(self):
        for xmlid in ADMIN_ACTIONS:
            with self.subTest(action=xmlid):
                self.assertTrue(self._open(xmlid, self.users["admin"])["views"])

    def test_every_filter_and_group_of_every_screen_works(self):
        for xmlid in (*ACTIONS, *ADMIN_ACTIONS):
            action = self.env.ref(f"collections_addon.{xmlid}")
            view = self.env[action.res_model].get_views([(action.search_view_id.id, "search")])
            arch = etree.fromstring(view["views"]["search"]["arch"])
            for node in arch.iter("filter"):
                with self.subTest(action=xmlid, filter=node.get("name")):
                    self._use(self.env[action.res_model].with_user(self.users["admin"]), node)

    def _use(self, model, node):
        if node.get("domain"):
            model.search(safe_eval(node.get("domain"), {"uid": model.env.uid}))
        group = safe_eval(node.get("context") or "{}").get("group_by")
        if group:
            model.formatted_read_group([], [group], ["__count"])

    def test_menus_are_those_of_the_role(self):
        configuration = self.env.ref("collections_addon.menu_collections_configuration")
        root = self.env.ref("collections_addon.menu_collections_root")
        menus = self.env["ir.ui.menu"]
        for role, user in self.users.items():
            visible = menus.with_user(user)._visible_menu_ids()
            self.assertIn(root.id, visible, role)
            self.assertEqual(configuration.id in visible, role == "admin", role)
        outsider = new_test_user(self.env, login="screens_outsider", groups="base.group_user")
        self.assertNotIn(root.id, menus.with_user(outsider)._visible_menu_ids())

    def test_menus_lead_somewhere(self):
        root = self.env.ref("collections_addon.menu_collections_root")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        leaves = menus.filtered(lambda menu: not menu.child_id)
        self.assertFalse(leaves.filtered(lambda menu: not menu.action).mapped("complete_name"))

    # === OUTSIDERS === #

    def test_invoices_and_contacts_open_without_our_groups(self):
        accountant = new_test_user(
            self.env, login="screens_accountant", groups="account.group_account_invoice"
        )
        plain = new_test_user(self.env, login="screens_plain", groups="base.group_user")
        for user, record in (
            (accountant, self.moves[0]),
            (accountant, self.partners[0]),
            (plain, self.partners[0]),
        ):
            own = record.with_user(user)
            view = own.get_views([(False, "form"), (False, "list"), (False, "search")])
            for mode in ("form", "list", "search"):
                arch = view["views"][mode]["arch"]
                for name in ("collections_case_id", "dunning_explanation", "is_on_hold"):
                    self.assertNotIn(name, arch)
            own.web_read(self._specification(record._name, view["views"]["form"]))
            ours = [name for name, field in own._fields.items() if self._is_ours(own, field)]
            self.assertIn("dunning_policy_id", ours)
            self.assertTrue(own.read(ours))

    def _is_ours(self, record, field):
        """Whether a field is added by this module and open to the user."""
        return field._module == "collections_addon" and record._has_field_access(field, "read")

    def test_the_accountant_works_on_an_invoice_as_before(self):
        accountant = new_test_user(
            self.env, login="screens_accountant", groups="account.group_account_invoice"
        )
        with Form(
            self.env["account.move"]
            .with_user(accountant)
            .with_context(default_move_type="out_invoice")
        ) as form:
            form.partner_id = self.partners[0]
            with form.invoice_line_ids.new() as line:
                line.name = "Work"
                line.price_unit = 10
                line.tax_ids.clear()
        move = form.save()
        move.action_post()
        self.assertEqual(move.state, "posted")

    def test_a_viewer_without_accounting_reads_a_customers_invoice_only(self):
        viewer = self.users["viewer"]
        invoice = self.moves[0].with_user(viewer)
        view = invoice.get_views([(False, "form")])["views"]["form"]
        [values] = invoice.web_read(self._specification("account.move", view))
        self.assertIn("dunning_explanation", values)
        bill = self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.partners[0].id}
        )
        with self.assertRaises(AccessError):
            bill.with_user(viewer).read(["name"])
        with self.assertRaises(AccessError):
            invoice.write({"ref": "changed"})

    def test_an_accountant_who_is_a_viewer_keeps_every_payment(self):
        both = new_test_user(
            self.env,
            login="screens_both",
            groups="account.group_account_invoice,collections_addon.group_collections_viewer",
        )
        payment = self.env["account.payment"].create(
            {"partner_type": "supplier", "payment_type": "outbound", "amount": 5}
        )
        self.assertEqual(payment.with_user(both).amount, 5)
        with self.assertRaises(AccessError):
            payment.with_user(self.users["viewer"]).read(["amount"])

    # === WHAT THEY TELL === #

    def test_the_hold_shows_on_the_customer_and_on_its_invoice(self):
        held = self.cases.filtered(lambda case: case.partner_id == self.partners[2])
        self.assertTrue(held.is_on_hold)
        self.assertTrue(self.moves[2].is_on_hold)
        others = self.cases - held
        self.assertFalse(any(others.mapped("is_on_hold")))
        found = self.env["collections.case"].search([("is_on_hold", "=", True)])
        self.assertEqual(found & self.cases, held)
        found = self.env["collections.case"].search([("is_on_hold", "=", False)])
        self.assertEqual(found & self.cases, others)
        moves = self.env["account.move"].search([("is_on_hold", "=", True)])
        self.assertEqual(moves & self.moves, self.moves[2])

    def test_a_hold_on_one_invoice_is_not_a_hold_on_its_customer(self):
        self.env["collections.hold"].create(
            {"partner_id": self.partners[0].id, "move_id": self.moves[0].id, "reason": "Wrong"}
        )
        case = self.cases.filtered(lambda case: case.partner_id == self.partners[0])
        self.assertFalse(case.is_on_hold)
        self.assertEqual(case.hold_count, 1)
        self.assertTrue(self.moves[0].is_on_hold)

    def test_every_open_item_of_the_customer_is_explained(self):
        case = self.cases[0].with_user(self.users["collector"])
        self.assertTrue(case.move_line_ids)
        self.assertTrue(all(case.move_line_ids.mapped("dunning_explanation")))

    def test_amounts_are_told_per_currency_and_never_added_up(self):
        euro = self.env.ref("base.EUR")
        self.other_currency = self.setup_other_currency("EUR")
        case = self.cases.filtered(lambda case: case.partner_id == self.partners[0])
        self.assertFalse(case.open_by_currency, "the company's currency alone needs no second line")
        foreign = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partners[0].id,
                "currency_id": euro.id,
                "invoice_date": self.today,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": 70, "tax_ids": []})
                ],
            }
        )
        foreign.action_post()
        case.invalidate_recordset()
        self.assertIn("70.00", case.open_by_currency)
        self.assertIn("100.00", case.open_by_currency)

    def test_items_left_alone_can_be_listed_by_their_reason(self):
        held = self._customers(1, start=50)
        self._invoices(held)
        self.env["collections.hold"].create({"partner_id": held.id, "reason": "Copy"})
        run = self.env["dunning.run"]._execute(self.company, self.today)
        reason = run.reason_ids.filtered(lambda r: r.reason_code == "manual_hold")
        action = reason.with_user(self.users["viewer"]).action_open_items()
        lines = self.env["account.move.line"].search(Domain(action["domain"]))
        self.assertIn(held, lines.partner_id)
        self.assertEqual(len(lines), reason.line_count)

    def test_first_steps_set_up_the_users_own_company_only(self):
        guides = self.env["collections.first.steps"].with_user(self.users["admin"])
        guide = guides.create({"company_id": self.company.id})
        gentle = self.policy.copy({"name": "Gentle"})
        guide.write({"policy_id": gentle.id, "test_email": "test@example.com"})
        self.assertEqual(self.company.dunning_policy_id, gentle)
        self.assertEqual(self.company.collections_test_email, "test@example.com")
        foreign = self.env["res.company"].create({"name": "Foreign"})
        with self.assertRaises(AccessError):
            guides.create({"company_id": foreign.id, "test_email": "spy@example.com"})
        self.assertFalse(foreign.collections_test_email)

    def test_first_steps_look_at_the_data(self):
        guide = self.env["collections.first.steps"].create({})
        self.assertTrue(guide.is_policy_done)
        self.assertTrue(guide.is_run_done)
        self.assertFalse(guide.is_test_done)
        self.assertFalse(guide.is_approved_done)
        self.company.collections_test_email = "test@example.com"
        guide.invalidate_recordset()
        self.assertTrue(guide.is_test_done)
        self.env["ir.mail_server"].search([]).active = False
        self.company.email = "books@example.com"
        for host, done in (("localhost", False), ("smtp.example.com", True)):
            with patch.object(collections_first_steps, "config", {"smtp_server": host}):
                guide.invalidate_recordset()
                self.assertEqual(guide.is_mail_done, done, host)
        for name in ("policy", "texts", "mail", "evaluate", "contacts"):
            self.assertTrue(getattr(guide, f"action_{name}")()["type"])

    def test_a_chart_is_read_at_a_glance(self):
        """One bar per reason: what is counted besides is a measure, not a further color."""
        for view, groups in (("collections_reason_report", ["reason_id"]),):
            arch = etree.fromstring(self.env.ref(f"collections_addon.view_{view}_graph").arch)
            found = [one.get("name") for one in arch if one.get("type") != "measure"]
            self.assertEqual(found, groups)
