from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError


class CollectionsAssignment(models.TransientModel):
    """Distribute customers by the rules: look at what would change, then apply it."""

    _name = "collections.assignment"
    _description = "Distribute Customers"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    keep = fields.Boolean(
        string="Who Has a Customer Keeps It",
        default=True,
        help="Where the rules allow it. Otherwise everything is dealt out anew.",
    )
    line_ids = fields.One2many("collections.assignment.line", "assignment_id", readonly=True)
    move_ids = fields.One2many("collections.assignment.move", "assignment_id", readonly=True)
    move_count = fields.Integer(string="Customers Who Change Hands", readonly=True)
    orphan_count = fields.Integer(
        string="Customers Without a Collector", readonly=True, help="No rule speaks of them."
    )
    is_simulated = fields.Boolean(readonly=True)

    def action_simulate(self):
        """Work out who would look after whom; nothing is changed."""
        self.ensure_one()
        today = self.company_id._collections_today(fields.Datetime.now())
        rules = self.env["collections.assignment.rule"]
        if not rules.search_count([("company_id", "=", self.company_id.id)], limit=1):
            raise UserError(
                self.env._("There is no rule yet: say first which customers go to whom.")
            )
        found = rules._distribute(self.company_id, today, self.keep)
        changed = [one for one in found if one.person != one.customer.collector]
        self.line_ids.unlink()
        self.move_ids.unlink()
        self.env["collections.assignment.line"].create(self._line_values(found))
        self.env["collections.assignment.move"].create(
            [
                {
                    "assignment_id": self.id,
                    "case_id": one.customer.key,
                    "old_user_id": one.customer.collector,
                    "user_id": one.person,
                    "rule_id": one.rule,
                    "overdue": one.customer.amount,
                }
                for one in changed
            ]
        )
        self.write(
            {
                "is_simulated": True,
                "move_count": len(changed),
                "orphan_count": sum(1 for one in found if not one.person),
            }
        )
        return self._reopen()

    def _line_values(self, found):
        """Per collector: customers, money and work, before and after."""
        totals = defaultdict(lambda: defaultdict(float))
        for one in found:
            customer = one.customer
            for when, person in (("before", customer.collector), ("after", one.person)):
                totals[person][f"customers_{when}"] += 1
                totals[person][f"overdue_{when}"] += customer.amount
                totals[person][f"hours_{when}"] += customer.work / 60
        return [
            {"assignment_id": self.id, "user_id": person, **figures}
            for person, figures in totals.items()
        ]

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Distribute Customers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_apply(self):
        """Give the customers away as was shown; who changed hands meanwhile stays."""
        self.ensure_one()
        if not self.is_simulated:
            raise UserError(self.env._("Look first at what would change."))
        for user, moves in self.move_ids.grouped("user_id").items():
            still = moves.filtered(lambda move: move.case_id.collector_id == move.old_user_id)
            still.case_id.write({"collector_id": user.id})
        return {"type": "ir.actions.act_window_close"}


class CollectionsAssignmentLine(models.TransientModel):
    """What one collector has before and after a distribution."""

    _name = "collections.assignment.line"
    _description = "Distribution per Collector"
    _order = "hours_after desc, id"

    assignment_id = fields.Many2one("collections.assignment", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="assignment_id.company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Collector")
    customers_before = fields.Integer()
    customers_after = fields.Integer()
    overdue_before = fields.Monetary()
    overdue_after = fields.Monetary()
    hours_before = fields.Float()
    hours_after = fields.Float()


class CollectionsAssignmentMove(models.TransientModel):
    """A customer who would change hands."""

    _name = "collections.assignment.move"
    _description = "Customer Who Changes Hands"
    _order = "overdue desc, id"

    assignment_id = fields.Many2one("collections.assignment", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="assignment_id.company_id.currency_id")
    case_id = fields.Many2one(
        "collections.case", string="Customer", required=True, ondelete="cascade"
    )
    overdue = fields.Monetary()
    old_user_id = fields.Many2one("res.users", string="From")
    user_id = fields.Many2one("res.users", string="To")
    rule_id = fields.Many2one("collections.assignment.rule", string="By Rule")
