from odoo import api, fields, models

from ..domain.eligibility import decide
from .dunning_action_text import StatementLine
from .fields_unchecked import UncheckedMany2one


class DunningActionItem(models.Model):
    """An installment of a payment plan in a contact."""

    _inherit = "dunning.action.item"

    plan_line_id = UncheckedMany2one(
        "collections.plan.line", string="Installment", index="btree_not_null"
    )
    due_date = fields.Date(related=None, compute="_compute_due_date")

    @api.depends("move_line_id.date_maturity", "plan_line_id.date")
    def _compute_due_date(self):
        for item in self:
            item.due_date = item.plan_line_id.date or item.move_line_id.date_maturity

    def _line_id(self):
        """Override: what is listed is an installment."""
        return self.plan_line_id.id or super()._line_id()


class DunningAction(models.Model):
    """Reminders of installments: the same contacts, through the same gate."""

    _inherit = "dunning.action"

    plan_line_id = fields.Many2one(
        "collections.plan.line",
        string="Installment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The installment this contact is about. Empty: a contact about invoices.",
    )
    plan_id = fields.Many2one(related="plan_line_id.plan_id", string="Payment Plan")

    # === THE GATE === #

    def _gate_by_facts(self, company, run, now):
        """Override: about installments the plan is asked, not the invoices."""
        of_plans = self.filtered("plan_line_id")
        others = self - of_plans
        ready = super(DunningAction, others)._gate_by_facts(company, run, now) if others else others
        if not of_plans:
            return ready
        return ready | of_plans._gate_by_plan(company, run, company._collections_today(now), now)

    def _gate_by_plan(self, company, run, today, now):
        plans = (
            self.env["collections.plan"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "in", self.partner_id.ids),
                    ("state", "=", "active"),
                ]
            )
        )
        plans._settle(today)
        still = self.filtered(lambda action: action.state in ("queued", "sending"))
        plans = plans.filtered(lambda plan: plan.state == "active")
        groups = plans._reminder_groups(company, today, run.id or 0)
        ready = self.browse()
        for action in still:
            group = groups.get((action.partner_id.id, action.currency_id.id))
            decisions = decide(group.lines, group.facts, group.rules, today) if group else []
            if action._confirm(decisions, None, today, now):
                ready |= action
        return ready

    def _item_values(self, item):
        """Override: the item is an installment."""
        values = super()._item_values(item)
        if not self.plan_line_id:
            return values
        return {
            **values,
            "move_line_id": False,
            "move_id": False,
            "plan_line_id": item.line.id,
        }

    def _items_name(self, line_ids):
        """Override: how installments are called."""
        if not self.plan_line_id:
            return super()._items_name(line_ids)
        lines = self.env["collections.plan.line"].sudo().browse(sorted(line_ids))
        return ", ".join(lines.mapped("display_name"))

    def _copy_to_step(self, step):
        """Override: the next channel is about the same installment."""
        fallback = super()._copy_to_step(step)
        if self.plan_line_id:
            fallback.sudo().plan_line_id = self.plan_line_id
        return fallback

    # === WHAT IS SAID === #

    def _statement_lines(self):
        """Override: installments instead of invoices."""
        lines = super()._statement_lines()
        for action in self.filtered("plan_line_id"):
            lines[action.id] = [action._installment_row(item) for item in action.item_ids]
        return lines

    def _installment_row(self, item):
        line = item.plan_line_id.with_env(self.env)
        return StatementLine(
            move_id=None,
            number=line.display_name or "",
            invoice_date=None,
            due_date=line.date,
            days_overdue=item.days_overdue,
            original=line.amount or item.amount_residual,
            open=item.amount_residual,
            disputed=item.amount_disputed,
            credit=item.amount_credit,
            is_invoice=False,
            bank_id=None,
            reference=line.plan_id.name,
        )

    def _letter_row(self, item):
        """Override: an installment has the number of its plan as the reference."""
        row = super()._letter_row(item)
        if item.plan_line_id:
            line = item.plan_line_id.with_context(lang=self.recipient_lang)
            row |= {"name": line.display_name, "reference": line.plan_id.name, "date": False}
        return row

    def _call_item_name(self, item):
        """Override: an installment by its name."""
        return item.plan_line_id.display_name or super()._call_item_name(item)
