from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL
from odoo.tools.sql import table_exists

from .common import CollectionsCommon

OCA_TABLES = """
    CREATE TABLE credit_control_policy (
        id serial PRIMARY KEY, name varchar NOT NULL, do_nothing boolean, company_id integer,
        active boolean, apply_max_policy_level boolean);
    CREATE TABLE credit_control_policy_level (
        id serial PRIMARY KEY, name jsonb NOT NULL, policy_id integer NOT NULL,
        level integer NOT NULL, computation_mode varchar NOT NULL, delay_days integer NOT NULL,
        email_template_id integer, channel varchar NOT NULL, custom_text jsonb,
        mail_show_invoice_detail boolean, custom_mail_text jsonb,
        custom_text_after_details jsonb);
    CREATE TABLE account_account_credit_control_policy_rel (
        credit_control_policy_id integer, account_account_id integer);
    CREATE TABLE credit_control_line (
        id serial PRIMARY KEY, move_line_id integer, policy_level_id integer, level integer,
        company_id integer, state varchar, date date);
    ALTER TABLE res_partner ADD COLUMN credit_policy_id integer,
                            ADD COLUMN payment_responsible_id integer;
    ALTER TABLE account_move ADD COLUMN credit_policy_id integer;
    ALTER TABLE res_company ADD COLUMN credit_policy_id integer,
                            ADD COLUMN credit_control_tolerance double precision;
"""
ENTERPRISE_TABLES = """
    CREATE TABLE account_followup_followup_line (
        id serial PRIMARY KEY, name jsonb NOT NULL, delay integer NOT NULL,
        company_id integer NOT NULL, mail_template_id integer, send_email boolean,
        join_invoices boolean, sms_template_id integer, send_sms boolean, send_letter boolean,
        create_activity boolean, activity_summary varchar, activity_note text,
        activity_type_id integer, activity_default_responsible_type varchar,
        auto_execute boolean);
    ALTER TABLE res_partner ADD COLUMN followup_reminder_type varchar,
                            ADD COLUMN followup_next_action_date jsonb,
                            ADD COLUMN followup_responsible_id jsonb;
    ALTER TABLE account_move_line ADD COLUMN followup_line_id integer,
                                  ADD COLUMN last_followup_date date;
"""


class PolicyImportCommon(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_policy_id = False
        cls.today = cls.company._collections_today(fields.Datetime.now())
        cls.admin_env = cls.env(user=cls.users["admin"])

    def sql(self, query, *values):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *values))

    def insert(self, table, **values):
        """Insert a row of the other program.

        :return: its id
        """
        columns = SQL(", ").join(SQL.identifier(name) for name in values)
        places = SQL(", ").join(SQL("%s", value) for value in values.values())
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES (%s) RETURNING id",
                SQL.identifier(table),
                columns,
                places,
            )
        )
        return self.env.cr.fetchone()[0]

    def wizard(self, **values):
        return self.admin_env["dunning.import"].create(values)

    def do_import(self, **values):
        """Import, as an admin of collections.

        :return: the policies shown at the end
        """
        action = self.wizard(**values).action_import()
        self.env.invalidate_all()
        return self.env["dunning.policy"].search(action["domain"])


@tagged("post_install", "-at_install")
class TestNothingToImport(PolicyImportCommon):
    def setUp(self):
        super().setUp()
        for table in ("credit_control_policy", "account_followup_followup_line"):
            if table_exists(self.env.cr, table):
                self.skipTest("The other program is installed in this database.")

    def test_database_without_other_programs(self):
        wizard = self.wizard()
        self.assertFalse(wizard.source)
        self.assertFalse(wizard.line_ids)
        with self.assertRaisesRegex(UserError, "neither policies of OCA credit control nor"):
            wizard.action_import()

    def test_only_admins_import(self):
        with self.assertRaises(AccessError):
            self.env(user=self.users["manager"])["dunning.import"].create({})


@tagged("post_install", "-at_install")
class TestImportOfOca(PolicyImportCommon):
    """The tables and columns of account_credit_control 19.0.1.0.0.13."""

    def setUp(self):
        super().setUp()
        if table_exists(self.env.cr, "credit_control_policy"):
            self.skipTest("OCA credit control is installed in this database.")
        self.sql(OCA_TABLES)
        self.three = self.oca_policy("3 time policy")
        self.first = self.oca_level(self.three, 1, "net_days", 10)
        self.second = self.oca_level(self.three, 2, "end_of_month", 30)
        self.third = self.oca_level(self.three, 3, "previous_date", 10, channel="letter")
        self.idle = self.oca_policy("No follow", do_nothing=True)
        self.oca_level(self.idle, 1, "net_days", 0)

    def oca_policy(self, name, **values):
        policy = self.insert("credit_control_policy", name=name, active=True, **values)
        account = self.company_data["default_account_receivable"]
        self.sql(
            "INSERT INTO account_account_credit_control_policy_rel VALUES (%s, %s)",
            policy,
            account.id,
        )
        return policy

    def oca_level(self, policy, number, mode, days, channel="email", text="Please pay."):
        return self.insert(
            "credit_control_policy_level",
            name=f'{{"en_US": "Level {number}"}}',
            policy_id=policy,
            level=number,
            computation_mode=mode,
            delay_days=days,
            channel=channel,
            custom_text=f'{{"en_US": "{text}\\nOn paper."}}',
            custom_mail_text=f'{{"en_US": "<p>{text}</p>"}}',
        )

    def test_policy_levels_channels_and_texts(self):
        policy = self.do_import(with_choices=False)
        self.assertEqual(policy.name, "3 time policy")
        self.assertFalse(policy.company_id)
        self.assertEqual(policy.mode, "review")
        self.assertEqual(
            [(lv.name, lv.days, lv.step_ids.channel_code) for lv in policy.level_ids],
            [("Level 1", 10, "email"), ("Level 2", 45, "email"), ("Level 3", 55, "letter")],
        )
        first, _second, third = policy.level_ids.step_ids.template
        self.assertEqual(str(first.body_html), "<p>Please pay.</p>")
        self.assertIn("On paper.", str(third.body_html))
        (first | third)._check_dunning_text()

    def test_preview_says_what_changes_and_what_is_left_out(self):
        wizard = self.wizard()
        self.assertEqual(wizard.source, "oca")
        remarks = {line.level_name: line.remark for line in wizard.line_ids if line.level_name}
        self.assertFalse(remarks["Level 1"])
        self.assertIn("month's end, 30 to 60 days past due; here on day 45", remarks["Level 2"])
        self.assertIn("10 days after the reminder before; here 55", remarks["Level 3"])
        left = wizard.line_ids.filtered(lambda line: line.outcome == "left")
        self.assertEqual(left.policy_name, "No follow")
        self.assertIn("does nothing", left.remark)
        self.assertIn("Policies: 1, levels: 3.", wizard.summary)

    def test_preview_writes_nothing(self):
        before = self.env["dunning.policy"].search_count([])
        self.wizard()
        self.assertEqual(self.env["dunning.policy"].search_count([]), before)

    def test_importing_twice_makes_nothing_double(self):
        self.sql(
            "UPDATE res_partner SET credit_policy_id = %s WHERE id = %s",
            self.idle,
            self.customer.id,
        )
        first = self.do_import()
        counts = self.counts()
        again = self.wizard()
        self.assertEqual(set(again.line_ids.filtered("level_name").mapped("outcome")), {"known"})
        self.assertEqual(self.do_import(), first)
        self.assertEqual(self.counts(), counts)

    def counts(self):
        models = (
            "dunning.policy",
            "dunning.level",
            "collections.hold",
            "dunning.action",
            "mail.template",
            "dunning.tolerance",
        )
        return [self.env[model].search_count([]) for model in models]

    def test_what_the_user_changed_stays_changed(self):
        policy = self.do_import()
        policy.level_ids[0].days = 12
        policy.name = "Ours now"
        self.do_import()
        self.assertEqual((policy.level_ids[0].days, policy.name), (12, "Ours now"))

    def test_level_added_by_hand_between_two_imports_stays(self):
        policy = self.do_import()
        self.env["dunning.level"].create({"policy_id": policy.id, "name": "Own", "days": 90})
        self.assertEqual(len(self.do_import().level_ids), 4)

    def test_customers_invoices_and_defaults(self):
        invoice = self._invoice(self.customer, 100, due="2026-03-01")
        other = self._customer("Other")
        self.sql("UPDATE res_partner SET credit_policy_id = %s WHERE id = %s", self.three, other.id)
        self.sql(
            "UPDATE account_move SET credit_policy_id = %s WHERE id = %s", self.three, invoice.id
        )
        self.sql(
            "UPDATE res_company SET credit_policy_id = %s, credit_control_tolerance = 2.5"
            " WHERE id = %s",
            self.three,
            self.company.id,
        )
        policy = self.do_import()
        self.assertEqual(other.dunning_policy_id, policy)
        self.assertEqual(invoice.dunning_policy_id, policy)
        self.assertEqual(self.company.dunning_policy_id, policy)
        tolerance = policy.tolerance_ids
        self.assertEqual((tolerance.currency_id, tolerance.amount), (self.company.currency_id, 2.5))

    def test_choices_made_here_are_kept(self):
        own = self.policy
        self.customer.dunning_policy_id = own
        self.company.dunning_policy_id = own
        self.sql("UPDATE res_partner SET credit_policy_id = %s", self.three)
        self.sql("UPDATE res_company SET credit_policy_id = %s", self.three)
        self.do_import()
        self.assertEqual(self.customer.dunning_policy_id, own)
        self.assertEqual(self.company.dunning_policy_id, own)

    def test_customer_whom_nobody_follows_is_put_on_hold(self):
        self.sql(
            "UPDATE res_partner SET credit_policy_id = %s WHERE id = %s",
            self.idle,
            self.customer.id,
        )
        self.do_import()
        hold = self.env["collections.hold"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(hold.state, "active")
        self.assertFalse(hold.date_end)
        self.assertIn("“No follow” in OCA", hold.reason)

    def test_last_reminder_goes_on_from_its_level(self):
        invoice = self._invoice(self.customer, 100, due=self.today - timedelta(days=50))
        fresh = self._invoice(self.customer, 70, due=self.today - timedelta(days=20))
        line = invoice._dunning_lines()
        for number, level in enumerate((self.first, self.second), 1):
            self.insert(
                "credit_control_line",
                move_line_id=line.id,
                policy_level_id=level,
                level=number,
                company_id=self.company.id,
                state="sent",
                date=self.today - timedelta(days=10 - number),
            )
        self.insert(
            "credit_control_line",
            move_line_id=fresh._dunning_lines().id,
            policy_level_id=self.first,
            level=1,
            company_id=self.company.id,
            state="draft",
            date=self.today,
        )
        policy = self.do_import()
        self.assertEqual(line.dunning_level_id, policy.level_ids[1])
        self.assertEqual(line.dunning_last_date, self.today - timedelta(days=8))
        self.assertFalse(fresh.dunning_level_id)
        contact = self.env["dunning.action"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((contact.state, contact.amount_total), ("sent", 100))

    def test_policy_of_a_company_one_does_not_work_in_is_left_alone(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.oca_policy("Foreign", company_id=elsewhere.id)
        self.oca_level(foreign, 1, "net_days", 5)
        self.assertNotIn("Foreign", self.do_import().mapped("name"))

    def test_placeholders_of_the_other_program_are_not_sent(self):
        odd = self.oca_policy("Odd")
        self.oca_level(odd, 1, "net_days", 5, text="Dear {{ object.name }}")
        policies = self.do_import()
        step = policies.filtered(lambda policy: policy.name == "Odd").level_ids.step_ids
        self.assertEqual(
            step.template, self.env.ref("collections_addon.mail_template_reminder_friendly")
        )

    def test_form_shows_and_imports(self):
        form = Form(self.admin_env["dunning.import"])
        self.assertEqual(form.source, "oca")
        self.assertGreater(len(form.line_ids), 3)
        form.save().action_import()
        self.assertTrue(self.env.ref(f"__import__.collections_oca_policy_{self.three}").level_ids)


@tagged("post_install", "-at_install")
class TestImportOfEnterprise(PolicyImportCommon):
    """The columns of account_followup of Odoo 16 to 19, as public code names them."""

    def setUp(self):
        super().setUp()
        if table_exists(self.env.cr, "account_followup_followup_line"):
            self.skipTest("Odoo Enterprise follow-up is installed in this database.")
        self.sql(ENTERPRISE_TABLES)
        self.early = self.followup("Kind notice", -3, send_email=True, auto_execute=True)
        self.first = self.followup("First", 15, send_email=True, send_letter=True)
        self.last = self.followup("Last", 30, create_activity=True, send_sms=True)

    def followup(self, name, delay, **values):
        return self.insert(
            "account_followup_followup_line",
            name=f'{{"en_US": "{name}"}}',
            delay=delay,
            company_id=self.company.id,
            **{"auto_execute": False, **values},
        )

    def test_levels_become_a_policy_of_the_company(self):
        policy = self.do_import()
        self.assertEqual(policy.company_id, self.company)
        self.assertEqual(self.company.dunning_policy_id, policy)
        self.assertEqual(policy.level_ids.mapped("days"), [-3, 15, 30])
        self.assertEqual(policy.level_ids.mapped("requires_approval"), [False, True, True])
        self.assertEqual(
            [level.step_ids.mapped("channel_code") for level in policy.level_ids][:2],
            [["email"], ["email", "letter"]],
        )
        self.assertIn("call", policy.level_ids[2].step_ids.mapped("channel_code"))
        self.assertEqual(policy.mode, "review")

    def test_customers_left_alone(self):
        waiting, manual, past = (self._customer(n) for n in ("Waiting", "Manual", "Past"))
        later = self.today + timedelta(days=10)
        for partner, day in ((waiting, later), (past, self.today - timedelta(days=10))):
            self.sql(
                "UPDATE res_partner SET followup_next_action_date = jsonb_build_object(%s, %s)"
                " WHERE id = %s",
                str(self.company.id),
                str(day),
                partner.id,
            )
        self.sql(
            "UPDATE res_partner SET followup_reminder_type = CASE id WHEN %s THEN 'manual'"
            " ELSE 'automatic' END",
            manual.id,
        )
        self.do_import()
        holds = self.env["collections.hold"].search([("company_id", "=", self.company.id)])
        self.assertEqual(holds.partner_id, waiting | manual)
        until = {hold.partner_id: hold.date_end for hold in holds}
        self.assertEqual(until, {waiting: later - timedelta(days=1), manual: False})

    def test_responsible_becomes_the_collector(self):
        self.sql(
            "UPDATE res_partner SET followup_responsible_id = jsonb_build_object(%s, %s)"
            " WHERE id = %s",
            str(self.company.id),
            self.users["collector"].id,
            self.customer.id,
        )
        self.do_import()
        case = self.env["collections.case"]._of(self.customer, self.company)
        self.assertEqual(case.collector_id, self.users["collector"])

    def test_level_of_the_last_reminder(self):
        invoice = self._invoice(self.customer, 100, due=self.today - timedelta(days=20))
        self.sql(
            "UPDATE account_move_line SET followup_line_id = %s, last_followup_date = %s"
            " WHERE id = %s",
            self.first,
            self.today - timedelta(days=4),
            invoice._dunning_lines().id,
        )
        policy = self.do_import()
        self.assertEqual(invoice.dunning_level_id, policy.level_ids[1])
        self.do_import()
        contacts = self.env["dunning.action"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(contacts), 1)
        self.assertEqual(contacts.contact_date, self.today - timedelta(days=4))

    def test_older_tables_without_the_newer_columns(self):
        self.sql(
            "ALTER TABLE account_followup_followup_line DROP COLUMN create_activity,"
            " DROP COLUMN auto_execute, DROP COLUMN send_letter, DROP COLUMN mail_template_id"
        )
        self.sql(
            "ALTER TABLE res_partner DROP COLUMN followup_reminder_type,"
            " DROP COLUMN followup_next_action_date, DROP COLUMN followup_responsible_id"
        )
        self.sql("ALTER TABLE account_move_line DROP COLUMN last_followup_date")
        policy = self.do_import()
        self.assertEqual(policy.level_ids.mapped("days"), [-3, 15, 30])

    def test_both_programs_are_offered(self):
        self.sql(OCA_TABLES)
        codes = [code for code, _name in self.wizard()._selection_source()]
        self.assertEqual(codes, ["followup", "oca"])
