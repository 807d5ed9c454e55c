from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from .collections_plan import DEBTS


class CollectionsCase(models.Model):
    """The payment plans of a customer, and what may be offered to it."""

    _inherit = "collections.case"

    plan_ids = fields.One2many("collections.plan", "case_id", string="Payment Plans")
    plan_count = fields.Integer(compute="_compute_plan_counts", string="Running Plans")
    defaulted_plan_count = fields.Integer(compute="_compute_plan_counts", string="Defaulted Plans")

    def _compute_plan_counts(self):
        rows = self.env["collections.plan"]._read_group(
            [("case_id", "in", self.ids)], ["case_id", "state"], ["__count"]
        )
        counts = {(case.id, state): count for case, state, count in rows}
        for case in self:
            case.plan_count = counts.get((case.id, "active"), 0)
            case.defaulted_plan_count = counts.get((case.id, "defaulted"), 0)

    @api.depends("next_level_id.policy_id.is_for_plans", "plan_ids.next_date")
    @api.depends_context("lang")
    def _compute_next_step(self):
        """Override: what is reminded of is an installment."""
        super()._compute_next_step()
        for case in self.filtered(lambda case: case.next_level_id.policy_id.is_for_plans):
            running = case.plan_ids.filtered(lambda plan: plan.state == "active" and plan.next_date)
            line = running.sorted("next_date")[:1]._next_line()
            if case.next_step and line:
                case.next_step = self.env._(
                    "%(level)s: %(installment)s, %(amount)s due %(date)s",
                    level=case.next_level_id.name,
                    installment=line.label,
                    amount=format_amount(self.env, line.amount_open, line.currency_id),
                    date=format_date(self.env, line.date),
                )

    # === BUSINESS METHODS === #

    def _plan_offers(self, moves=None):
        """Terms of payment plans that the customer's policy allows.

        :param moves: `account.move`; when all have one policy of their own, that counts
        :rtype: `collections.plan.offer`
        """
        self.ensure_one()
        own = moves.dunning_policy_id if moves else self.env["dunning.policy"]
        has_own = len(own) == 1 and all(move.dunning_policy_id for move in moves)
        policy = own if has_own else self._customer_policy()
        offers = policy.sudo().plan_offer_ids.with_env(self.env)
        return offers.filtered(lambda offer: offer.active and offer._is_open_to(self.company_id))

    def _plan_moves(self):
        """Invoices of the customer that a plan could pay off, the oldest first.

        :rtype: `account.move`
        """
        self.ensure_one()
        moves = self.move_line_ids.move_id.filtered(
            lambda move: (
                move.move_type in DEBTS
                and move.amount_residual > 0
                and move.sudo().dispute_state not in ("disputed", "partly")
                and not move.sudo().payment_plan_id
            )
        )
        return moves.sorted(lambda move: (move.invoice_date_due or move.date, move.id))

    def _plan_manager(self):
        """Somebody who decides: a manager of the company, else whoever runs this."""
        group = self.env.ref("collections_addon.group_collections_manager")
        managers = group.sudo().all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids and not user.share
        )
        return managers[:1] or self.env.user

    # === ACTION METHODS === #

    def action_open_plans(self):
        """The payment plans of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collections_addon.action_collections_plan"
        )
        return {**action, "domain": [("case_id", "=", self.id)], "context": {}}
