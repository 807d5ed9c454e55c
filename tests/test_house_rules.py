"""The rules of the house, so that nobody has to remember them."""

import ast
import re
import sys
from collections import Counter
from pathlib import Path

from odoo.tests import TransactionCase, tagged

MODULE = "collections_addon"
ROOT = Path(__file__).resolve().parent.parent
BUSINESS = ("collections_addon", "connectors")
MOST_LINES = 400

#: What asks for the time: crons, buttons, controllers, and fields shown relative to the user's day.
CLOCKS = ("now", "today", "utcnow", "context_today")
ENTRY_POINTS = ("_cron_", "action_", "_compute_", "_search_", "_gc_")
#: Other places that may ask, with the reason.
CLOCK_ALLOWED = {
    # what a cron or a dispatch calls, for each batch or company its own moment
    "dunning_run.DunningRun._execute_today",
    "dunning_action_dispatch.DunningAction._dispatch",
    "dunning_action_dispatch.DunningAction._dispatch_batch",
    "dunning_writer.DunningWriter._prepare",
    "collections_plan_reminder.CollectionsPlan._remind",
    "collections_refresh.CollectionsRefresh._refresh_batch",
    "collections_connection_job.CollectionsConnection._sync_job",
    "collections_kpi.CollectionsKpi._catch_up_all",
    "collections_recount.CollectionsRecount._this_month",
    "collections_forecast.CollectionsForecast._make_all",
    "collections_performance_count.CollectionsPerformance._count_all",
    "collections_case_profile.CollectionsCase._profile_all",
    "collections_demo.CollectionsDemo._load",
    "collections_connection_sync.CollectionsConnection._sync",
    "collections_sync_log_run.CollectionsSyncLog._run",
    # asked for by contract without a moment
    "collections_connection_mirror.CollectionsConnection._check_drift",
    # what a person does by a button is dated at that moment
    "dunning_action.DunningAction._approve",
    "collections_plan_wizard.CollectionsPlanWizard.default_get",
    "collections_plan_settlement.CollectionsPlanSettlement._default_date",
    "dunning_action_call.DunningAction._record_call",
    "dunning_action_undo.DunningAction._record_call",
    "collections_worklist_outcome.DunningAction._record_call",
    "collections_worklist_outcome.CollectionsWorklistItem._record_from_context",
    "dunning_action_call.DunningAction._done_without_outcome",
    "dunning_action_letter.DunningAction._post_letters",
    "collections_case.CollectionsCase._set_stage",
    "collections_dispute.CollectionsDispute._transition",
    "collections_commitment.CollectionsCommitment._keep_words",
    # mail comes and goes through core, which gives no time
    "mail_mail.MailMail._dunning_now",
    "collections_case_mail.CollectionsCase._note_bounce",
    "collections_case_mail.CollectionsCase._take_reply",
    # channels called without a moment: by a preview, or alone
    "email.CollectionsChannelEmail._render",
    "email.CollectionsChannelEmail._send",
    "call.CollectionsChannelCall._send",
    "journaled.CollectionsJournaledChannel._send",
    "sms.CollectionsChannelSms._render",
    "whatsapp.CollectionsChannelWhatsapp._render",
    "whatsapp.CollectionsChannelWhatsapp._unavailable_reason",
    # core's SMS queue and services give no time
    "sms_sms.SmsSms._send",
    "sms_sms.SmsTracker._tell_contacts",
    # a chat that begins by itself has no moment of its own
    "collections_conversation.CollectionsConversation._open",
    # Live Chat says nothing of time
    "discuss_channel_chat.DiscussChannel._collections_begin",
    "discuss_channel_chat.DiscussChannel._collections_hear",
    "discuss_channel_chat.DiscussChannel._close_livechat_session",
    # what is shown or printed as of today
    "collections_overview.CollectionsOverview.get_overview",
    "collections_overview.CollectionsOverview.refresh_overview",
    "collections_worklist.CollectionsWorklist.get_day",
    "collections_worklist_customer.CollectionsWorklist.get_customer",
    "collections_aging_report.CollectionsAgingReport._table_query",
    "collections_case_statement.CollectionsCase._statement_date",
    "collections_statement.CollectionsStatement._rows",
    "res_partner_statement.ResPartner._collections_document",
    "dunning_action_letter.DunningAction._letter_head_values",
    "dunning_letter.DunningLetterPrint._open_for",
}

#: Methods that anybody may call over RPC beside the buttons (`action_…`), on purpose.
PUBLIC = {
    # the Overview screen; they check the group and the companies
    "collections_overview.CollectionsOverview.get_overview",
    "collections_overview.CollectionsOverview.refresh_overview",
    # the screen My Day; they check the group and the company
    "collections_worklist.CollectionsWorklist.get_day",
    "collections_worklist_customer.CollectionsWorklist.get_customer",
    # hooks of core that have public names
    "dunning_action_text.DunningAction.mail_allowed_qweb_expressions",
    "kpi_provider.KpiProvider.get_collections_kpi_summary",
    "kpi_provider.KpiProvider.get_kpi_summary",
    "mail_mail.MailMail.mark_outgoing",
    "mail_mail.MailMail.cancel",
    "account_move.AccountMove.button_draft",
    "sms_sms.SmsSms.resend_failed",
}
#: Methods of a model that the connectors replace: their first definition is what there is without.
REPLACED = {
    ("collections.overview", "_ledgers"),
    ("collections.connection", "_mirror"),
    ("collections.connection", "_check_drift"),
    ("collections.connector.quickbooks", "_identity"),
    ("collections.connector.xero", "_identity"),
}
ORM = {"create", "write", "unlink", "copy", "copy_data", "default_get", "init"}
#: A method of a model, overridden here, that core calls with a record of its own.
MAIL_HOOKS = {"message_new", "message_update"}


def modules():
    """Every Python file of the business code, with its tree."""
    for folder in BUSINESS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text())


def functions(tree, owner=""):
    """(qualified name, function) of every function of a module."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from functions(node, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield owner + node.name, node


def model_methods(tree):
    """(model, method) of every method of a module's models that does not go on to another."""
    for owner in tree.body:
        if not isinstance(owner, ast.ClassDef):
            continue
        values = {
            target.id: node.value.value
            for node in owner.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
        }
        model = values.get("_name") or values.get("_inherit")
        for node in owner.body:
            if model and isinstance(node, ast.FunctionDef) and "super(" not in ast.unparse(node):
                yield model, node.name


def calls_of(node, names):
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            if call.func.attr in names:
                yield call


@tagged("post_install", "-at_install")
class TestHouseRulesOfSources(TransactionCase):
    def test_the_domain_knows_neither_odoo_nor_the_database(self):
        allowed = set(sys.stdlib_module_names) | {"pytz"}
        for path in sorted((ROOT / "collections_addon" / "domain").rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module]
                elif isinstance(node, ast.ImportFrom):
                    self.assertEqual(node.level, 1, f"{path.name} looks outside the domain")
                for name in names:
                    self.assertIn(name.split(".")[0], allowed, path.name)

    def test_the_domain_has_no_clock(self):
        for path in sorted((ROOT / "collections_addon" / "domain").rglob("*.py")):
            self.assertFalse(list(calls_of(ast.parse(path.read_text()), CLOCKS)), path.name)

    def test_only_entry_points_ask_what_time_it_is(self):
        """The date is an argument: an allowed place is listed, with its reason."""
        for path, tree in modules():
            for name, node in functions(tree):
                if not list(calls_of(node, CLOCKS)):
                    continue
                if name.split(".")[-1].startswith(ENTRY_POINTS):
                    continue
                if path.parent.name == "controllers":
                    continue
                with self.subTest(name=f"{path.stem}.{name}"):
                    self.assertIn(f"{path.stem}.{name}", CLOCK_ALLOWED)

    def test_no_place_is_allowed_in_vain(self):
        found = {f"{path.stem}.{name}" for path, tree in modules() for name, _ in functions(tree)}
        self.assertFalse((CLOCK_ALLOWED | PUBLIC) - found)

    def test_no_two_files_give_one_method_two_meanings(self):
        """Of two definitions in one model the later wins, and nobody is told."""
        found = Counter(each for _path, tree in modules() for each in model_methods(tree))
        self.assertEqual({each for each, count in found.items() if count > 1}, REPLACED)

    def test_files_stay_short(self):
        for path, _tree in modules():
            with self.subTest(path.name):
                self.assertLessEqual(len(path.read_text().splitlines()), MOST_LINES)

    def test_nobody_commits(self):
        """`ir.cron._commit_progress` does, between whole steps."""
        for path, tree in modules():
            for call in calls_of(tree, ("commit",)):
                with self.subTest(f"{path.name}:{call.lineno}"):
                    self.assertNotIn("cr", ast.unparse(call.func.value).split("."))


@tagged("post_install", "-at_install")
class TestHouseRulesOfModels(TransactionCase):
    def _models(self):
        for name in self.env.registry:
            model = self.env[name]
            if model._original_module == MODULE:
                yield model

    def test_every_model_says_what_it_is(self):
        for model in self._models():
            with self.subTest(model._name):
                self.assertTrue(model._description)
                self.assertNotEqual(model._description, model._name)

    def test_every_stored_model_has_its_access(self):
        access = self.env["ir.model.access"].search([("model_id.model", "!=", False)])
        named = set(access.mapped("model_id.model"))
        for model in self._models():
            if not model._abstract:
                with self.subTest(model._name):
                    self.assertIn(model._name, named)

    def test_every_model_of_a_company_has_a_rule_for_it(self):
        """P9. A queue that only crons and administrators read needs none."""
        exempt = {"collections.refresh"}
        rules = self.env["ir.rule"].search([("groups", "=", False)])
        named = {
            rule.model_id.model for rule in rules if "company_ids" in (rule.domain_force or "")
        }
        for model in self._models():
            stored = not model._abstract and not model._transient
            if stored and "company_id" in model._fields and model._name not in exempt:
                with self.subTest(model._name):
                    self.assertIn(model._name, named)

    def test_the_public_methods_are_buttons_or_listed(self):
        """Every public method can be called over RPC: private is the rule."""
        for path, tree in modules():
            for name, node in functions(tree):
                owner, _dot, method = name.rpartition(".")
                if not owner or method.startswith("_") or method.startswith("action_"):
                    continue
                if not self._is_model_class(tree, owner):
                    continue
                decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
                if "api.private" in decorators:
                    continue
                if method not in ORM | MAIL_HOOKS:
                    with self.subTest(f"{path.stem}.{name}"):
                        self.assertIn(f"{path.stem}.{name}", PUBLIC)

    def test_no_public_method_has_an_argument_that_rpc_takes_for_itself(self):
        for path, tree in modules():
            for name, node in functions(tree):
                if name.split(".")[-1].startswith("_"):
                    continue
                arguments = {argument.arg for argument in node.args.args}
                with self.subTest(f"{path.stem}.{name}"):
                    self.assertFalse(arguments & {"ids", "context"})

    def _is_model_class(self, tree, owner):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name == owner:
                return any("Model" in ast.unparse(base) for base in node.bases)
        return False


@tagged("post_install", "-at_install")
class TestHouseRulesOfControllers(TransactionCase):
    def test_no_page_shadows_a_method_of_another(self):
        """Odoo merges all controllers of one base: a name is used once, or calls super."""
        owners = {}
        for path in sorted((ROOT / "collections_addon" / "controllers").glob("portal_*.py")):
            for name, node in functions(ast.parse(path.read_text())):
                owner, _dot, method = name.rpartition(".")
                if owner and not list(calls_of(node, {method})):
                    owners.setdefault(method, []).append(owner)
        shared = {method: classes for method, classes in owners.items() if len(classes) > 1}
        self.assertFalse(shared)


@tagged("post_install", "-at_install")
class TestHouseRulesOfPitfalls(TransactionCase):
    """docs/pitfalls.md names the tests of every pitfall of the ledgers' services."""

    def _tested(self):
        """Number -> {(file, words)} of the tests that name it."""
        found = {}
        for path in sorted((ROOT / "tests").glob("*.py")):
            for _name, node in functions(ast.parse(path.read_text())):
                match = re.fullmatch(r"(?:.*\.)?test_pitfall_(\d+)_(.*)", node.name)
                if match:
                    words = match[2].replace("_", " ")
                    found.setdefault(int(match[1]), set()).add((path.name, words))
        return found

    def _told(self):
        """The same, as docs/pitfalls.md has it."""
        found, number = {}, None
        for line in (ROOT / "docs" / "pitfalls.md").read_text().splitlines():
            if heading := re.match(r"## (\d+)\.", line):
                number = int(heading[1])
            elif test := re.match(r"- `(.*)`: (.*)", line):
                found.setdefault(number, set()).add((test[1], test[2]))
        return found

    def test_each_of_the_fifteen_has_tests_and_they_are_told(self):
        tested, told = self._tested(), self._told()
        self.assertEqual(sorted(tested), list(range(1, 16)))
        for number in tested:
            with self.subTest(number):
                self.assertEqual(told.get(number), tested[number])

    def test_pitfall_15_versions_that_do_not_go_together_are_not_asked_for(self):
        """intuit-oauth 1.2.7 contradicts python-quickbooks; urllib3 2.6.0 breaks xero-python."""
        pinned = {}
        for path in (ROOT / "requirements").glob("*.txt"):
            for line in path.read_text().splitlines():
                name, _equal, version = line.partition("==")
                pinned.setdefault(name.strip().lower(), set()).add(version.strip())
        self.assertEqual(pinned["intuit-oauth"], {"1.2.6"})
        self.assertNotIn("2.6.0", pinned["urllib3"])
        project = (ROOT / "pyproject.toml").read_text()
        self.assertIn("intuit-oauth==1.2.6", project)
        self.assertIn("urllib3!=2.6.0", project)
