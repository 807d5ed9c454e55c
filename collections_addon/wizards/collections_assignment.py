from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..models.bulk_rows import loaded
from ..models.collections_case_hands import HANDS

MOVES = ("assignment_id", *HANDS, "rule_id", "overdue")
#: So many of those who change hands are shown, those who owe most.
SHOWN = 200


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
    shown_move_ids = fields.Many2many(
        "collections.assignment.move", compute="_compute_shown_move_ids", string="With Most Overdue"
    )
    move_count = fields.Integer(string="Customers Who Change Hands", readonly=True)
    orphan_count = fields.Integer(
        string="Customers Without a Collector", readonly=True, help="No rule speaks of them."
    )
    is_simulated = fields.Boolean(readonly=True)

    @api.depends("move_count", "is_simulated")
    def _compute_shown_move_ids(self):
        moves = self.env["collections.assignment.move"]
        for wizard in self:
            wizard.shown_move_ids = moves.search([("assignment_id", "in", wizard.ids)], limit=SHOWN)

    def _check_company(self):
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose one of the companies you are working in."))

    def action_simulate(self):
        """Work out who would look after whom; nothing is changed."""
        self.ensure_one()
        self._check_company()
        today = self.company_id._collections_today(fields.Datetime.now())
        rules = self.env["collections.assignment.rule"]
        if not rules.search_count([("company_id", "=", self.company_id.id)], limit=1):
            raise UserError(
                self.env._("There is no rule yet: say first which customers go to whom.")
            )
        found = rules._distribute(self.company_id, today, self.keep)
        changed = [one for one in found if one.person != one.customer.collector]
        self.line_ids.unlink()
        self.env["collections.assignment.line"].create(self._line_values(found))
        self._keep_moves(changed)
        self.write(
            {
                "is_simulated": True,
                "move_count": len(changed),
                "orphan_count": sum(1 for one in found if not one.person),
            }
        )
        return self._reopen()

    def _keep_moves(self, changed):
        """What is going to be done, in the place of what was shown before."""
        moves = self.env["collections.assignment.move"]
        moves.search([("assignment_id", "=", self.id)]).unlink()
        rows = [
            (
                self.id,
                one.customer.key,
                one.customer.collector,
                one.person,
                one.rule,
                one.customer.amount,
            )
            for one in changed
        ]
        names = SQL(", ").join(map(SQL.identifier, MOVES))
        with loaded(self.env, "collections_assignment_move", MOVES, rows) as table:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO collections_assignment_move"
                    " (%s, create_uid, write_uid, create_date, write_date)"
                    " SELECT %s, %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'"
                    " FROM %s",
                    names,
                    names,
                    self.env.uid,
                    self.env.uid,
                    table,
                )
            )
        moves.invalidate_model(flush=False)
        self.invalidate_recordset(["move_ids", "shown_move_ids"], flush=False)

    def _line_values(self, found):
        """Per collector: customers, money and work, before and after."""
        totals = defaultdict(lambda: defaultdict(float))
        shares = self.env["collections.workload"]._shares(self.company_id)
        for one in found:
            customer = one.customer
            for when, person in (("before", customer.collector), ("after", one.person)):
                totals[person][f"customers_{when}"] += 1
                totals[person][f"overdue_{when}"] += customer.amount
                totals[person][f"hours_{when}"] += customer.work / 60
        return [
            {
                "assignment_id": self.id,
                "user_id": person,
                "share": shares.get(person, 1.0) if person else 0.0,
                **figures,
            }
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
        self._check_company()
        moves = self.env["collections.assignment.move"]
        rows = moves.search_fetch([("assignment_id", "=", self.id)], HANDS)
        count = self.env["collections.case"]._change_hands(
            [(one.case_id.id, one.old_user_id.id or None, one.user_id.id or None) for one in rows]
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("1 customer has changed hands.")
                if count == 1
                else self.env._("%s customers have changed hands.", count),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class CollectionsAssignmentLine(models.TransientModel):
    """What one collector has before and after a distribution."""

    _name = "collections.assignment.line"
    _description = "Distribution per Collector"
    _order = "hours_after desc, id"

    assignment_id = fields.Many2one("collections.assignment", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="assignment_id.company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Collector")
    share = fields.Float(string="Part of a Full Day")
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
