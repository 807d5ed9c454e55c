import logging
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_amount, format_date

from ..domain.installments import Installment
from ..domain.plans import Quote
from .collections_plan_offer import to_decimal

_logger = logging.getLogger(__name__)

#: Target state -> states it may be reached from. A returned payment reopens a plan.
TRANSITIONS = {
    "draft": {"proposed"},
    "proposed": {"draft"},
    "active": {"proposed", "completed"},
    "completed": {"active"},
    "defaulted": {"active"},
    "cancelled": {"draft", "proposed", "active"},
}
#: States in which a plan is over.
CLOSED = ("completed", "defaulted", "cancelled")


class CollectionsPlan(models.Model):
    """How a plan comes about, runs and ends."""

    _inherit = "collections.plan"
    _transitions = TRANSITIONS

    # === THE GATE === #

    def _transition(self, target, reason=None, today=None):
        """The one gate of the state machine.

        :param str target: the state to reach
        :param str|None reason: a sentence for the customer's history
        :param datetime.date|None today: business date; kept where a plan begins or ends
        :raises UserError: when the state cannot be reached from the present one
        """
        self.check_access("write")
        self._check_transition(target)
        values = {"state": target, "closed_on": today if target in CLOSED else False}
        if target == "active":
            values["activated_on"] = today
        _logger.info("Payment plans %s -> %s (%s)", self.ids, target, reason or "-")
        self.sudo().write(values)
        self._mark_moves(target)
        if target in CLOSED:
            self._drop_reminders()
        for plan in self.filtered(lambda plan: reason):
            plan._tell_case(reason)
        self.case_id._mark_for_refresh()

    def _mark_moves(self, target):
        """The invoices say in which plan they are."""
        for plan in self.sudo():
            moves = plan.item_ids.move_id
            if target == "active":
                moves.payment_plan_id = plan
            else:
                moves.filtered(
                    lambda move, plan=plan: move.payment_plan_id == plan
                ).payment_plan_id = False

    def _drop_reminders(self):
        """What was to be said about an ended plan is not said any more."""
        pending = (
            self.env["dunning.action"]
            .sudo()
            .search(
                [
                    ("plan_line_id.plan_id", "in", self.ids),
                    ("state", "in", ("draft", "queued", "sending")),
                ]
            )
        )
        pending.filtered(lambda action: action.state != "sending" or action.is_manual)._transition(
            "cancelled"
        )

    # === PROPOSAL AND APPROVAL === #

    def _ask_or_propose(self, today):
        """Propose, or ask a manager when the terms do not allow it by themselves."""
        self.ensure_one()
        reasons = self._approval_reasons(today)
        self.sudo().approval_text = "\n".join(reasons)
        if not self.line_ids:
            raise UserError(self.env._("The plan has no installments yet."))
        if reasons and not self.approved_by_id and not self._may_approve():
            self._ask_manager(reasons, today)
            return
        self._become_proposed(today)

    def _approval_reasons(self, today):
        """Why a manager has to say yes; empty when nobody has to.

        :rtype: list[str]
        """
        quote = self._as_quote()
        offer = self.offer_id
        return [
            *offer._beyond_limits(quote, self.currency_id, self.start_date),
            *offer._needs_approval(quote, self.currency_id, self.company_id, self.start_date),
            *self._cheaper_than_offered(quote),
        ]

    def _cheaper_than_offered(self, quote):
        due = self.offer_id._fee(quote.principal, self.currency_id)
        if quote.net_fee < due:
            return [self.env._("The fee is lower than the terms say.")]
        return []

    def _as_quote(self):
        """This plan as a value of the domain."""
        lines = self.line_ids.sorted(lambda line: (line.date, line.number))
        amounts = self._decimals("amount")
        return Quote(
            to_decimal(self.principal, self.currency_id),
            to_decimal(self.fee_amount, self.currency_id),
            to_decimal(self.interest_amount, self.currency_id),
            [
                Installment(line.number, line.date, amount)
                for line, amount in zip(lines, amounts, strict=True)
            ],
            to_decimal(self.fee_net, self.currency_id),
            to_decimal(self.interest_net, self.currency_id),
        )

    def _may_approve(self):
        return not self.env.su and self.env.user.has_group(
            "collections_addon.group_collections_manager"
        )

    def _ask_manager(self, reasons, today):
        managers = self.env.ref("collections_addon.group_collections_manager").sudo()
        users = managers.all_user_ids.filtered(
            lambda user: not user.share and user.active and self.company_id in user.company_ids
        )
        self.sudo().activity_schedule(
            "collections_addon.activity_plan_approval",
            date_deadline=today,
            user_id=(users[:1] or self.env.user).id,
            summary=self.env._("Payment plan %s waits for approval", self.name),
            note="<br/>".join(reasons),
        )

    def _become_proposed(self, today):
        self._transition("proposed", self.env._("Payment plan %s proposed.", self.name))
        days = self.offer_id.valid_days
        self.sudo().valid_until = today + timedelta(days=days)
        self.sudo().activity_unlink(["collections_addon.activity_plan_approval"])

    # === ACCEPTANCE === #

    def _accept(self, name, now, ip=None):
        """The debtor has agreed: the plan begins.

        :param str name: who agreed, as given
        :param datetime.datetime now: naive UTC
        :param str|None ip: network address, when it was done on the portal
        :raises UserError: when it cannot begin (any more)
        """
        self.ensure_one()
        name = " ".join((name or "").split())
        if not name:
            raise UserError(self.env._("Say who agrees: a name is needed."))
        today = self.company_id._collections_today(now)
        self._lock_moves()
        self._check_can_begin(today)
        self.sudo().write({"accepted_name": name, "accepted_at": now, "accepted_ip": ip})
        self._activate(today)

    def _lock_moves(self):
        """Nobody else puts these invoices into a plan, or pays them, meanwhile."""
        self.env["account.move"].flush_model(["amount_residual", "payment_plan_id"])
        self.env.cr.execute(
            SQL(
                "SELECT id FROM account_move WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                tuple(self.item_ids.move_id.ids) or (0,),
            ),
            log_exceptions=False,
        )
        self.item_ids.move_id.invalidate_recordset(["amount_residual", "payment_plan_id"])

    def _check_can_begin(self, today):
        if self.state != "proposed":
            raise UserError(self.env._("Payment plan %s is not waiting for an answer.", self.name))
        if self.valid_until and self.valid_until < today:
            raise UserError(
                self.env._(
                    "This proposal was valid until %s. Please ask for a new one.",
                    format_date(self.env, self.valid_until),
                )
            )
        for move in self.item_ids.move_id:
            self._check_move(move)
        self._check_unchanged()
        late = self.line_ids.filtered(lambda line: line.number and line.date < today)
        if late:
            raise UserError(
                self.env._("An installment would be late from the start: make a new schedule.")
            )

    def _check_unchanged(self):
        """What is open must be what was proposed."""
        now_open = sum(self.item_ids.move_id.mapped("amount_residual"))
        if self.currency_id.compare_amounts(now_open, self.principal):
            raise UserError(
                self.env._(
                    "%(now)s is open now, the proposal was made over %(then)s: make a new one.",
                    now=format_amount(self.env, now_open, self.currency_id),
                    then=format_amount(self.env, self.principal, self.currency_id),
                )
            )

    def _activate(self, today):
        plan = self.sudo()
        plan._create_charges(today)
        credited = plan._credited_by_item()
        for item in plan.item_ids:
            item.amount_credited = float(credited.get(item.id, 0))
        text = self.env._(
            "Payment plan %(name)s accepted by %(who)s.", name=self.name, who=self.accepted_name
        )
        self._transition("active", text, today)
        plan._settle(today)

    # === ENDS === #

    def _default(self, today):
        """Too much was missed: everything is due again, where the reminders stood."""
        for plan in self:
            text = plan._tell_ended()
            plan._transition("defaulted", text, today)
            plan._alert(text, today)

    def _tell_ended(self):
        if self.missed_count == 1:
            return self.env._("Payment plan %s ended: 1 installment was missed.", self.name)
        return self.env._(
            "Payment plan %(name)s ended: %(count)s installments were missed.",
            name=self.name,
            count=self.missed_count,
        )

    def _alert(self, text, today):
        """The case rises, and its collector is asked to act."""
        case = self.case_id.sudo()
        if case.priority == "0":
            case.priority = "1"
        owner = case.collector_id or self.user_id
        if not owner.active or owner.share or owner._is_superuser():
            owner = case._plan_manager()
        case.activity_schedule(
            "mail.mail_activity_data_todo", date_deadline=today, user_id=owner.id, summary=text
        )

    def _expire(self, today):
        """Proposals nobody answered in time."""
        for plan in self.filtered(
            lambda plan: plan.state == "proposed" and plan.valid_until and plan.valid_until < today
        ):
            plan._transition(
                "cancelled",
                self.env._("The proposal of payment plan %s was not answered.", plan.name),
                today,
            )

    # === ACTION METHODS === #

    def action_propose(self):
        """Propose the plan to the debtor; a manager is asked when the terms want it."""
        for plan in self:
            plan.check_access("write")
            plan._check_lines()
            plan._ask_or_propose(plan.company_id._collections_today(fields.Datetime.now()))
        return True

    def action_approve(self):
        """A manager approves what goes beyond the terms, and proposes it."""
        if not self._may_approve():
            raise AccessError(self.env._("Only a collections manager approves payment plans."))
        for plan in self:
            plan.sudo().write(
                {"approved_by_id": self.env.uid, "approved_at": fields.Datetime.now()}
            )
            plan._become_proposed(plan.company_id._collections_today(fields.Datetime.now()))
        return True

    def action_back_to_draft(self):
        """Take a proposal back, to change it."""
        self._transition("draft", self.env._("The proposal was taken back."))
        self.sudo().write({"approved_by_id": False, "approved_at": False, "valid_until": False})
        return True

    def action_cancel(self):
        """End the plan by a person's decision; reminders go on where they stood."""
        for plan in self:
            text = self.env._("Payment plan %s cancelled.", plan.name)
            plan._transition(
                "cancelled", text, plan.company_id._collections_today(fields.Datetime.now())
            )
        return True

    def action_register_payment(self):
        """Register a payment on the plan's invoices, in core's own dialog."""
        self.ensure_one()
        lines = self.item_ids.move_id._dunning_lines().filtered(lambda line: not line.reconciled)
        if not lines:
            raise UserError(self.env._("Everything in this plan is paid."))
        action = lines.action_register_payment()
        due = self.next_amount if self.state == "active" else self.amount_open
        wishes = {
            "default_group_payment": True,
            "default_amount": due,
            "default_custom_user_amount": due,
            "default_custom_user_currency_id": self.currency_id.id,
        }
        return {**action, "context": {**action.get("context", {}), **wishes}}
