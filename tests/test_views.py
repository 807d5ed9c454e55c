"""The screens open, for everybody they are meant for, and tell what they should."""

from ast import literal_eval
from base64 import b64decode
from datetime import timedelta

from lxml import etree

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

ROLES = ("viewer", "collector", "manager", "admin")
#: Actions of the menus everybody in the app has.
ACTIONS = (
    "action_collections_case",
    "action_collections_case_mine",
    "action_collections_open_items",
    "action_dunning_run",
    "action_dunning_action",
    "action_dunning_action_analysis",
    "action_collections_hold",
)
#: And those of the administrator.
ADMIN_ACTIONS = (
    "action_dunning_policy",
    "action_collections_segment",
    "action_collections_aging_bucket",
    "action_dunning_outcome",
    "action_collections_texts",
)


class ScreensCommon(AccountTestInvoicingCommon):
    """A company with a policy, some debtors, and one user per role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("collections_addon.group_collections_admin")
        cls.company = cls.env.company
        cls.today = cls.company._collections_today(fields.Datetime.now())
        cls.policy = cls.env["dunning.policy"].create(
            {
                "name": "House rules",
                "company_id": cls.company.id,
                "level_ids": [
                    Command.create({"name": "First", "days": 5}),
                    Command.create({"name": "Second", "days": 15}),
                ],
            }
        )
        cls.company.dunning_policy_id = cls.policy
        cls.users = {role: cls._user(role) for role in ROLES}

    @classmethod
    def _user(cls, role):
        return new_test_user(
            cls.env,
            login=f"screens_{role}",
            groups=f"collections_addon.group_collections_{role}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _customers(cls, count, start=0):
        return cls.env["res.partner"].create(
            [
                {"name": f"Debtor {n}", "email": f"debtor{n}@example.com", "is_company": True}
                for n in range(start, start + count)
            ]
        )

    @classmethod
    def _invoices(cls, partners, days_overdue=20, price=100.0):
        due = cls.today - timedelta(days=days_overdue)
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": due - timedelta(days=30),
                    "invoice_date_due": due,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "Work", "price_unit": price, "tax_ids": []})
                    ],
                }
                for partner in partners
            ]
        )
        moves.action_post()
        return moves

    def _specification(self, model, view, depth=1):
        """What the web client asks of a view: its fields, those of its lists included."""
        arch = etree.fromstring(view["arch"])
        names = {
            node.get("name")
            for node in arch.iter("field")
            if not any(up.tag == "field" for up in node.iterancestors())
        }
        return self._specify(self.env[model], names)

    def _specify(self, model, names):
        spec = {}
        for name in names & set(model._fields):
            relational = model._fields[name].relational
            spec[name] = {"fields": {"display_name": {}}} if relational else {}
        return spec


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

    def test_first_steps_look_at_the_data(self):
        guide = self.env["collections.first.steps"].create({})
        self.assertTrue(guide.is_policy_done)
        self.assertTrue(guide.is_run_done)
        self.assertFalse(guide.is_test_done)
        self.assertFalse(guide.is_approved_done)
        self.company.collections_test_email = "test@example.com"
        guide.invalidate_recordset()
        self.assertTrue(guide.is_test_done)
        for name in ("policy", "texts", "mail", "settings", "evaluate", "contacts"):
            self.assertTrue(getattr(guide, f"action_{name}")()["type"])


@tagged("post_install", "-at_install")
class TestScreenWizards(ScreensCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls._customers(3)
        cls.moves = cls._invoices(cls.partners)
        cls.dunning_run = cls.env["dunning.run"]._execute(cls.company, cls.today)
        cls.cases = cls.env["collections.case"].search([("partner_id", "in", cls.partners.ids)])

    def _wizard(self, model, records, user, **values):
        context = {"active_model": records._name, "active_ids": records.ids}
        return self.env[model].with_user(user).with_context(**context).create(values)

    def test_a_collector_puts_several_customers_on_hold_at_once(self):
        wizard = self._wizard(
            "collections.hold.wizard", self.cases, self.users["collector"], reason="Fair"
        )
        wizard.action_apply()
        self.assertEqual(self.cases.mapped("is_on_hold"), [True] * 3)
        self.assertEqual(set(self.cases.mapped("stage")), {"waiting"})

    def test_a_collector_puts_one_invoice_on_hold(self):
        wizard = self._wizard(
            "collections.hold.wizard", self.moves[0], self.users["collector"], reason="Wrong"
        )
        wizard.action_apply()
        hold = self.env["collections.hold"].search([("move_id", "=", self.moves[0].id)])
        self.assertEqual(hold.partner_id, self.partners[0])
        self.assertFalse(self.moves[1].is_on_hold)

    def test_releasing_holds_lets_reminders_go_on(self):
        case = self.cases[0].with_user(self.users["collector"])
        self._wizard("collections.hold.wizard", case, self.users["collector"], reason="x").action_apply()
        case.action_release_holds()
        self.assertFalse(case.is_on_hold)
        self.assertEqual(case.stage, "dunning")
        with self.assertRaises(UserError):
            case.action_release_holds()

    def test_a_viewer_cannot_put_anybody_on_hold(self):
        with self.assertRaises(AccessError):
            self._wizard(
                "collections.hold.wizard", self.cases, self.users["viewer"], reason="x"
            )

    def test_assigning_may_spare_customers_who_have_a_collector(self):
        self.cases[0].collector_id = self.users["manager"]
        wizard = self._wizard(
            "collections.case.assign",
            self.cases,
            self.users["manager"],
            collector_id=self.users["collector"].id,
            only_unassigned=True,
        )
        wizard.action_apply()
        self.assertEqual(self.cases[0].collector_id, self.users["manager"])
        self.assertEqual(self.cases[1:].collector_id, self.users["collector"])

    def test_handing_over_cancels_what_is_planned_and_keeps_the_reason(self):
        case = self.cases[0]
        self.assertEqual(case.action_ids.mapped("state"), ["draft"])
        wizard = self._wizard(
            "collections.case.stage", case, self.users["manager"], stage="legal", note="Insolvent"
        )
        wizard.action_apply()
        self.assertEqual(case.stage, "legal")
        self.assertEqual(case.action_ids.mapped("state"), ["cancelled"])
        self.assertIn("Insolvent", case.message_ids[0].body)
        self._wizard(
            "collections.case.stage", case, self.users["manager"], stage="current", note="Paid"
        ).action_apply()
        self.assertEqual(case.stage, "dunning", "taken back, it stands where its items stand")

    def test_a_collector_cannot_hand_over(self):
        with self.assertRaises(AccessError):
            self._wizard(
                "collections.case.stage", self.cases, self.users["collector"],
                stage="legal", note="x",
            )

    def test_evaluating_is_the_managers_and_may_be_repeated(self):
        with self.assertRaises(AccessError):
            self.env["dunning.evaluate"].with_user(self.users["collector"]).create({})
        wizard = self.env["dunning.evaluate"].with_user(self.users["manager"]).create({})
        self.assertEqual(wizard.last_date, self.today)
        contacts = self.dunning_run.action_ids
        action = wizard.action_evaluate()
        self.assertEqual(action["res_id"], self.dunning_run.id)
        self.assertEqual(self.dunning_run.action_ids, contacts)

    def test_previewing_goes_through_the_contacts_and_sends_nothing(self):
        preview = self.env["dunning.preview"].with_user(self.users["collector"])._open_for(
            self.dunning_run.action_ids
        )
        first = preview.action_id
        self.assertTrue(preview.is_first)
        self.assertIn(first.partner_id.name, str(preview.body))
        self.assertTrue(preview.subject)
        preview.action_next()
        self.assertNotEqual(preview.action_id, first)
        preview.action_previous()
        self.assertEqual(preview.action_id, first)
        self.assertEqual(set(self.dunning_run.action_ids.mapped("state")), {"draft"})

    def test_the_preview_of_a_letter_is_what_goes_into_the_envelope(self):
        self.policy.level_ids.step_ids.channel_code = "letter"
        partner = self._customers(1, start=900)
        partner.write({"street": "Main Street 1", "city": "Town", "zip": "1000"})
        partner.country_id = self.env.ref("base.fr")
        self._invoices(partner)
        run = self.env["dunning.run"]._execute(self.company, self.today)
        letter = run.action_ids.filtered(lambda action: action.partner_id == partner)
        self.assertEqual(letter.channel_code, "letter")
        preview = (
            self.env["dunning.preview"]
            .with_user(self.users["collector"])
            .with_context(force_report_rendering=True)
            ._open_for(letter)
        )
        self.assertTrue(b64decode(preview.document).startswith(b"%PDF"))
        email = self.dunning_run.action_ids.filtered(lambda a: a.channel_code == "email")[0]
        self.assertFalse(self.env["dunning.preview"]._open_for(email).document)

    def test_approving_in_the_preview_goes_on_to_the_next_and_closes_after_the_last(self):
        preview = self.env["dunning.preview"].with_user(self.users["collector"])._open_for(
            self.dunning_run.action_ids
        )
        first = preview.action_id
        self.assertEqual(preview.action_approve()["res_id"], preview.id)
        self.assertEqual(first.state, "queued")
        second = preview.action_id
        preview.action_cancel_contact()
        self.assertEqual(second.state, "cancelled")
        self.assertEqual(preview.action_approve()["tag"], "soft_reload")

    def test_there_is_nothing_to_preview_once_all_is_approved(self):
        self.dunning_run.with_user(self.users["collector"]).action_approve()
        with self.assertRaises(UserError):
            self.dunning_run.with_user(self.users["collector"]).action_preview_drafts()


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
            "name", "dunning_level_id", "dunning_next_date", "dunning_explanation",
            "dunning_policy_id", "is_on_hold", "dunning_contact_count", "collections_case_id",
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
