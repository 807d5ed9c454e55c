"""Caches that outlive a test show nobody what the test had changed."""

from odoo import Command
from odoo.tests import BaseCase, TransactionCase, tagged

from .warm_caches import WarmCachesCase

PARAMETER = XMLID = "collections_addon.test_warm_caches"
NOBODY = [("id", "<", 0)]


class Facts(WarmCachesCase, TransactionCase):
    """A case whose tests are functions that are given it."""

    @property
    def visitor(self):
        return self.env.ref("base.public_user")

    @property
    def group(self):
        return self.env.ref("base.group_allow_export")


def selection(env):
    partners = env["res.partner"].with_context(lang="en_US")
    return dict(partners.fields_get(["type"])["type"]["selection"])["other"]


def page(env):
    values = {"object": env.user.partner_id, "fields": [], "options": {}}
    return str(env["ir.qweb"]._render("base.contact_name", values))


def bar_countries(env):
    country = env["ir.model"]._get("res.country")
    env["ir.rule"].create({"name": "Warm", "model_id": country.id, "domain_force": NOBODY})


def close_countries(env):
    access = env["ir.model.access"].search([("model_id.model", "=", "res.country")])
    access.active = False


def name_visitor(env):
    row = {"xml_id": XMLID, "record": env.ref("base.public_user"), "noupdate": True}
    env["ir.model.data"]._update_xmlids([row])


#: What a registry caches: how it is read, and changed.
FACTS = {
    "parameter": (
        lambda case: case.env["ir.config_parameter"].get_param(PARAMETER),
        lambda case: case.env["ir.config_parameter"].set_param(PARAMETER, "warm"),
    ),
    "rule": (
        lambda case: case.env["res.country"].with_user(case.visitor).search_count([], limit=1),
        lambda case: bar_countries(case.env),
    ),
    "access": (
        lambda case: case.env["res.country"].with_user(case.visitor).has_access("read"),
        lambda case: close_countries(case.env),
    ),
    "selection": (
        lambda case: selection(case.env),
        lambda case: (
            case.env["ir.model.fields"]
            ._get("res.partner", "type")
            .selection_ids.write({"name": "Warm"})
        ),
    ),
    "group of a user": (
        lambda case: case.visitor.has_group("base.group_allow_export"),
        lambda case: case.visitor.write({"group_ids": [Command.link(case.group.id)]}),
    ),
    "group of a group": (
        lambda case: case.group in case.visitor.all_group_ids,
        lambda case: case.env.ref("base.group_public").write(
            {"implied_ids": [Command.link(case.group.id)]}
        ),
    ),
    "digits": (
        lambda case: case.env["decimal.precision"].precision_get("Payment Terms"),
        lambda case: case.env.ref("account.decimal_payment").write({"digits": 3}),
    ),
    "view": (
        lambda case: case.env["res.country"].get_view(view_type="list")["arch"],
        lambda case: case.env.ref("base.view_country_tree").write(
            {"arch": "<list><field name='name' string='Warm'/></list>"}
        ),
    ),
    "page": (
        lambda case: page(case.env),
        lambda case: case.env.ref("base.contact_name").write(
            {"arch": "<t t-name='base.contact_name'>Warm</t>"}
        ),
    ),
    "default": (
        lambda case: case.env["ir.default"]._get_model_defaults("res.country").get("phone_code"),
        lambda case: case.env["ir.default"].set("res.country", "phone_code", 77),
    ),
    "external id": (
        lambda case: bool(case.env.ref(XMLID, raise_if_not_found=False)),
        lambda case: name_visitor(case.env),
    ),
    "language": (
        lambda case: case.env["res.lang"]._get_data(code="en_US").date_format,
        lambda case: case.env.ref("base.lang_en").write({"date_format": "%d.%m.%Y"}),
    ),
}


def run(*tests):
    """Run tests in a class of their own, as a runner does; what each of them returned."""
    case = type("Telling", (Facts,), {})
    case.setUpClass()
    try:
        return [run_test(case(), test) for test in tests]
    finally:
        case.doClassCleanups()


def run_test(case, test):
    case.setUp()
    try:
        return test(case)
    finally:
        end(case)


def end(case):
    while case._cleanups:
        function, arguments, options = case._cleanups.pop()
        function(*arguments, **options)


@tagged("post_install", "-at_install")
class TestWarmCaches(BaseCase):
    def test_what_a_test_changed_is_gone_for_the_next_and_for_the_next_class(self):
        for fact, (read, change) in FACTS.items():
            with self.subTest(fact):
                before, changed, after = run(read, changing(read, change), read)
                self.assertNotEqual(changed, before, "nothing was changed")
                self.assertEqual(after, before)
                self.assertEqual(run(read), [before])

    def test_what_a_class_changed_is_gone_for_the_next_class(self):
        for fact, (read, change) in FACTS.items():
            with self.subTest(fact):
                [before] = run(read)
                changed, seen = run(for_the_class(changing(read, change)), read)
                self.assertNotEqual(changed, before, "nothing was changed")
                self.assertEqual(seen, changed, "the class's tests see what it has prepared")
                self.assertEqual(run(read), [before])

    def test_what_nobody_changed_is_kept(self):
        def stable(case):
            selection(case.env)
            return set(case.registry._Registry__caches["stable"])

        def kept(case):
            return set(case.registry._Registry__caches["stable"])

        filled, found = run(stable, kept)
        self.assertTrue(filled)
        self.assertLessEqual(filled, found)


def changing(read, change):
    """A test that reads before and after: both leave something in the caches."""

    def test(case):
        read(case)
        change(case)
        return read(case)

    return test


def for_the_class(test):
    """A test that does as `setUpClass` would: what it changes stays until the class ends."""

    def lasting(case):
        end(case)
        return test(case)

    return lasting
