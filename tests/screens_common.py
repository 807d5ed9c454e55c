"""What the tests of the screens share: a company, some debtors, a user per role."""

from datetime import timedelta

from lxml import etree

from odoo import Command, fields
from odoo.tests import new_test_user

from .quick_common import QuickAccountingCommon

ROLES = ("viewer", "collector", "manager", "admin")


class ScreensCommon(QuickAccountingCommon):
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
