import logging
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, get_lang

from ..domain.plan_interest import (
    Agreement,
    Part,
    Past,
    saved,
    saved_when_settled,
    settled_on,
)
from .collections_plan_offer import to_decimal, unit_of

_logger = logging.getLogger(__name__)
ZERO = Decimal(0)


class Settlement(NamedTuple):
    """What paying off a plan on a day comes to.

    :param Decimal open: what is open of the plan
    :param Decimal saved: interest that does not arise then
    :param Decimal amount: to be paid
    """

    open: Decimal
    saved: Decimal

    @property
    def amount(self):
        return self.open - self.saved


class AccountMove(models.Model):
    _inherit = "account.move"

    collections_interest_plan_id = fields.Many2one(
        "collections.plan",
        string="Interest Taken Off Plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="collections_addon.group_collections_viewer",
        help="The payment plan whose interest this credit note lowers, as it was paid early.",
    )


class CollectionsPlanLine(models.Model):
    _inherit = "collections.plan.line"

    principal = fields.Monetary(
        string="Debt in It", readonly=True, help="Bears interest until it is paid."
    )


class CollectionsPlan(models.Model):
    """Interest of a plan runs only as long as the debt is open.

    Who pays before an installment's date is credited what has not been earned then:
    a credit note over a part of the plan's interest, made as soon as the payment is
    known. A payment taken back takes the credit note back.
    """

    _inherit = "collections.plan"

    interest_percent = fields.Float(string="Interest (% a year)", readonly=True, copy=False)
    interest_credit_ids = fields.One2many(
        "account.move", "collections_interest_plan_id", string="Interest Taken Off By"
    )
    interest_saved = fields.Monetary(
        string="Interest Taken Off",
        compute="_compute_interest_saved",
        compute_sudo=True,
        help="Not earned, as the customer paid before the dates agreed.",
    )
    interest_failure = fields.Char(string="Interest Not Taken Off", readonly=True, copy=False)

    @api.depends("interest_credit_ids.state", "interest_credit_ids.reversal_move_ids.state")
    def _compute_interest_saved(self):
        for plan in self:
            plan.interest_saved = sum(plan._interest_credits().mapped("amount_total"))

    def _interest_credits(self):
        """The credit notes over interest that count: posted, and not taken back."""
        return self.interest_credit_ids.filtered(
            lambda credit: credit.state == "posted" and not credit.reversal_move_ids
        )

    # === WHAT WAS AGREED, WHAT CAME === #

    def _write_quote(self, quote):
        """Override: keep what the interest was worked out from."""
        super()._write_quote(quote)
        self.sudo().interest_percent = self.offer_id.interest_percent
        for line, principal in zip(self.sudo()._ordered_lines(), quote.principals, strict=True):
            line.principal = float(principal)

    def _agreement(self):
        """The terms of the interest as a value of the domain."""
        lines, currency = self._ordered_lines(), self.currency_id
        return Agreement(
            [
                Part(line.date, *(to_decimal(line[f], currency) for f in ("amount", "principal")))
                for line in lines
            ],
            self.start_date,
            Decimal(str(self.interest_percent)),
            unit_of(currency),
            to_decimal(self.interest_net, currency),
            to_decimal(self.interest_amount, currency),
        )

    def _read_past(self):
        """Plan id -> what was paid, and credited of the debts, since it was agreed.

        :rtype: dict[int, Past]
        """
        ledger, rows = self._read_ledger(), defaultdict(lambda: ([], []))
        for plan_id, is_credit, day, amount in self._read_movements():
            rows[plan_id][is_credit].append((day, Decimal(amount)))
        past = {}
        for plan in self:
            paid, credited = ledger[plan.id]
            own = credited - to_decimal(plan.interest_saved, plan.currency_id)
            payments, credits = rows[plan.id]
            past[plan.id] = Past(
                _newest(payments, max(paid, ZERO)), _newest(credits, max(own, ZERO))
            )
        return past

    def _read_movements(self):
        self._flush_ledger()
        self.env["account.move"].flush_model(["collections_interest_plan_id"])
        return self.env.execute_query(
            SQL(
                """
                SELECT item.plan_id, (counterpart_move.move_type = 'out_refund')::int,
                       counterpart.date, partial.debit_amount_currency::text
                  FROM collections_plan_item item
                  JOIN account_move_line line ON line.move_id = item.move_id
                  JOIN account_account account ON account.id = line.account_id
                   AND account.account_type = 'asset_receivable'
                  JOIN account_partial_reconcile partial ON partial.debit_move_id = line.id
                  JOIN account_move_line counterpart ON counterpart.id = partial.credit_move_id
                  JOIN account_move counterpart_move ON counterpart_move.id = counterpart.move_id
                 WHERE item.plan_id IN %s
                   AND counterpart_move.collections_interest_plan_id IS DISTINCT FROM item.plan_id
              ORDER BY counterpart.date, partial.id
                """,
                tuple(self.ids) or (0,),
            )
        )

    # === LOWERING === #

    def _settle(self, today):
        """Override: first the interest that has not been earned goes."""
        bearing = self.sudo().filtered(
            lambda plan: plan.state in ("active", "completed") and plan.interest_net
        )
        bearing._lower_interest(today)
        super()._settle(today)

    def _lower_interest(self, today, is_over=False):
        """Credit what was not earned, or take such credits back.

        :param datetime.date today: date of the credit notes
        :param bool is_over: the plan ends today: interest ends with it
        """
        past = self._read_past() if self else {}
        for plan in self:
            agreement = plan._agreement()
            end = settled_on(agreement, past[plan.id]) or (today if is_over else None)
            less = saved_when_settled(agreement, past[plan.id], end)
            change = less - to_decimal(plan.interest_saved, plan.currency_id)
            if change:
                plan._try_to_lower(less, change, today)
        if is_over:  # nobody settles an ended plan again: let it say what is open
            for plan_id, standing in (self._read_ledger() if self else {}).items():
                self.browse(plan_id)._write_standing(*standing)

    def _try_to_lower(self, less, change, today):
        """One plan; what accounting refuses is said on the plan and tried again."""
        try:
            with self.env.cr.savepoint():
                if change < 0:
                    self._take_credits_back(today)
                    change = less
                if change:
                    self._credit_interest(float(change), today)
        except UserError as error:
            _logger.warning("Interest of plan %s could not be lowered: %s", self.id, error)
            self.env.invalidate_all(flush=False)
            self.interest_failure = str(error)
            return
        if self.interest_failure:
            self.interest_failure = False

    def _credit_interest(self, amount, today):
        """Credit a part of the charge; what of it was paid already goes to the debts."""
        charge = self.charge_ids.filtered(
            lambda charge: charge.kind == "plan_interest" and charge.state == "booked"
        )
        if not charge:
            return
        lang = get_lang(self.env, self.recipient_lang).code
        reason = self.with_context(lang=lang).env._(
            "Payment plan %s: paid early, interest ends with the day of payment", self.name
        )
        credit = charge.invoice_id._credit_partly(amount, today, reason)
        credit.collections_interest_plan_id = self
        items = self.item_ids.move_id | credit
        items.line_ids.filtered(
            lambda line: (
                line.account_id
                == credit.line_ids.account_id.filtered(
                    lambda account: account.account_type == "asset_receivable"
                )
                and not line.reconciled
                and line.parent_state == "posted"
            )
        ).reconcile()

    def _take_credits_back(self, today):
        """A payment was taken back: what it had saved is owed again."""
        for credit in self._interest_credits():
            credit.line_ids.remove_move_reconcile()
            credit._reverse_moves(
                [{"date": today, "ref": self.env._("Taken back: %s", credit.name)}], cancel=True
            )

    def _default(self, today):
        """Override: a plan that ends bears no interest for the time after."""
        self.filtered("interest_net")._lower_interest(today, is_over=True)
        super()._default(today)

    def action_cancel(self):
        """Override: so does one that a person ends."""
        for plan in self.filtered(lambda plan: plan.state == "active" and plan.interest_net):
            plan.check_access("write")
            today = plan.company_id._collections_today(fields.Datetime.now())
            plan.sudo()._lower_interest(today, is_over=True)
        return super().action_cancel()

    # === BEFORE PAYING === #

    def _settlement(self, day):
        """What paying off this plan on a day comes to.

        :param datetime.date day: when the payment is made
        :return: None while something of it is disputed, held or on its way
        :rtype: Settlement|None
        """
        self.ensure_one()
        if self.state != "active":
            return None
        plan = self.sudo()
        opened = sum(
            (to_decimal(m.amount_residual, self.currency_id) for m in plan.item_ids.move_id), ZERO
        )
        if plan._held(self.company_id, day)[self.id] or opened <= 0:
            return None
        return Settlement(opened, plan._saved_more(day, None))

    def _saved_by(self, amount, day):
        """Interest that paying an amount on a day takes off, beside what is off already.

        :rtype: Decimal
        """
        self.ensure_one()
        return self.sudo()._saved_more(day, amount)

    def _saved_more(self, day, amount):
        if not self.interest_net:
            return ZERO
        past, agreement = self._read_past()[self.id], self._agreement()
        if amount is None:
            less = saved_when_settled(agreement, past, day)
        else:
            payments = sorted([*past.payments, (day, amount)])
            less = saved(agreement, past._replace(payments=payments))
        return max(less - to_decimal(self.interest_saved, self.currency_id), ZERO)


def _newest(rows, amount):
    """The last of some movements that come to an amount: the others were before."""
    kept = []
    for day, part in reversed(rows):
        part = min(part, amount)
        if part > 0:
            kept.append((day, part))
        amount -= part
    return kept[::-1]
