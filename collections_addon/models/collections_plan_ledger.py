from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..domain.plans import ZERO, cut_from_end, missed, stand
from .collections_plan_offer import to_decimal


class CollectionsPlan(models.Model):
    """What the ledger says of a plan: what was paid, what is missed, whether it is over."""

    _inherit = "collections.plan"

    @api.model
    def _keep(self, company, today):
        """Bring the plans of a company up to date on a date: paid, missed, over.

        :return: the plans that are active then
        """
        plans = self.search(
            [("company_id", "=", company.id), ("state", "in", ("active", "proposed"))]
        )
        plans._expire(today)
        plans.filtered(lambda plan: plan.state == "active")._settle(today)
        return plans.filtered(lambda plan: plan.state == "active")

    def _settle(self, today):
        """Derive everything from the ledger: installments, missed ones, completion, default.

        Can be repeated at any time; a payment taken back opens again what it had paid.

        :param datetime.date today: the evaluated date
        """
        plans = self.sudo().filtered(lambda plan: plan.state in ("active", "completed"))
        if not plans:
            return
        ledger = plans._read_ledger()
        for plan in plans:
            paid, credited = ledger[plan.id]
            plan._write_standing(paid, credited)
        asked = plans._asked(today)
        for plan in plans:
            plan._come_to_terms(asked[plan.id], today)

    def _write_standing(self, paid, credited):
        lines = self._ordered_lines()
        standings, _beyond = stand(self._decimals("amount"), paid, credited)
        for line, standing in zip(lines, standings, strict=True):
            values = {
                "amount_paid": float(standing.paid),
                "amount_credited": float(standing.credited),
            }
            if any(self.currency_id.compare_amounts(line[f], v) for f, v in values.items()):
                line.write(values)

    def _come_to_terms(self, asked, today):
        """States of the plan and its installments, from what is asked of each."""
        grace = self.grace_days
        for line in self.line_ids:
            state = line._state_on(missed([(line.date, asked[line.id])], today, grace))
            if state != line.state:
                line.state = state
        count = missed([(line.date, asked[line.id]) for line in self.line_ids], today, grace)
        if count != self.missed_count:
            self.missed_count = count
        is_paid = self.currency_id.is_zero(self.amount_open)
        if self.state == "completed" and not is_paid:
            self._reopen(today)
        elif self.state == "active" and is_paid:
            self._transition("completed", self.env._("Payment plan %s paid off.", self.name), today)
        elif self.state == "active" and count > self.missed_allowed:
            self._default(today)

    def _reopen(self, today):
        """A payment was taken back: the plan goes on, unless another has its invoices."""
        if self.item_ids.move_id.payment_plan_id:
            return
        begun = self.activated_on
        self._transition("active", self.env._("A payment of plan %s was taken back.", self.name))
        self.activated_on = begun

    def _ordered_lines(self):
        return self.line_ids.sorted(lambda line: (line.date, line.number))

    # === THE LEDGER === #

    def _read_ledger(self):
        """Plan id -> what was paid and credited of its invoices since it was agreed.

        An invoice that is no longer posted counts as credited.

        :rtype: dict[int, tuple[Decimal, Decimal]]
        """
        result = {plan.id: (ZERO, ZERO) for plan in self}
        credited = self._credited_by_item()
        for plan_id, item_id, agreed, before, residual in self._read_items():
            paid, credit = result[plan_id]
            if residual is None:
                result[plan_id] = (paid, credit + Decimal(agreed))
                continue
            gone = Decimal(agreed) - Decimal(residual)
            new_credit = credited.get(item_id, ZERO) - Decimal(before)
            result[plan_id] = (paid + gone - new_credit, credit + new_credit)
        return result

    def _read_items(self):
        self._flush_ledger()
        return self.env.execute_query(
            SQL(
                """
                SELECT item.plan_id, item.id, item.amount::text,
                       COALESCE(item.amount_credited, 0)::text,
                       CASE WHEN move.state = 'posted'
                            THEN COALESCE(sum(line.amount_residual_currency), 0)::text END
                  FROM collections_plan_item item
                  JOIN account_move move ON move.id = item.move_id
             LEFT JOIN (account_move_line line
                        JOIN account_account account
                          ON account.id = line.account_id
                         AND account.account_type = 'asset_receivable')
                    ON line.move_id = move.id
                 WHERE item.plan_id IN %s
              GROUP BY item.id, move.state
                """,
                tuple(self.ids) or (0,),
            )
        )

    def _credited_by_item(self):
        """Item id -> what credit notes have taken from its invoice.

        :rtype: dict[int, Decimal]
        """
        self._flush_ledger()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id, sum(partial.debit_amount_currency)::text
                  FROM collections_plan_item item
                  JOIN account_move_line line ON line.move_id = item.move_id
                  JOIN account_account account ON account.id = line.account_id
                   AND account.account_type = 'asset_receivable'
                  JOIN account_partial_reconcile partial ON partial.debit_move_id = line.id
                  JOIN account_move_line counterpart ON counterpart.id = partial.credit_move_id
                  JOIN account_move credit ON credit.id = counterpart.move_id
                 WHERE item.plan_id IN %s AND credit.move_type = 'out_refund'
              GROUP BY item.id
                """,
                tuple(self.ids) or (0,),
            )
        )
        return {item_id: Decimal(amount) for item_id, amount in rows}

    def _flush_ledger(self):
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model(["state", "move_type"])
        self.env["account.move.line"].flush_model(["amount_residual_currency"])
        self.env["collections.plan.item"].flush_model()

    # === WHAT IS ASKED === #

    def _asked(self, today, with_credits=True):
        """What of each installment is asked for on a date.

        Not what a dispute, a hold or a promise has stopped (it leaves the plan's end),
        nor what a payment that nobody has allocated yet covers (the oldest first).

        :param bool with_credits: whether payments not yet allocated are deducted
        :return: plan id -> line id -> amount
        :rtype: dict[int, dict[int, Decimal]]
        """
        asked = {}
        for company, plans in self.grouped("company_id").items():
            held = plans._held(company, today)
            stopped = self._stopped_partners(company, today)
            credits = plans._free_credits() if with_credits else {}
            for plan in plans.sorted("id"):
                if plan.partner_id.id in stopped:
                    asked[plan.id] = dict.fromkeys(plan.line_ids.ids, ZERO)
                else:
                    asked[plan.id] = plan._asked_lines(held[plan.id], credits)
        return asked

    def _asked_lines(self, held, credits):
        lines, opened = self._ordered_lines(), self._decimals("amount_open")
        left = [a - cut for a, cut in zip(opened, cut_from_end(opened, held), strict=True)]
        key = (self.partner_id.id, self.currency_id.id)
        standings, beyond = stand(left, credits.get(key, ZERO), ZERO)
        credits[key] = beyond
        return {line.id: standing.open for line, standing in zip(lines, standings, strict=True)}

    def _held(self, company, today):
        """Plan id -> how much of its invoices something else has stopped.

        :rtype: dict[int, Decimal]
        """
        facts = self.env["dunning.facts"].sudo().with_context(collections_without_plans=True)
        pauses = facts._move_pauses(company, today)
        disputed = facts._move_disputed(company, today)
        held = defaultdict(lambda: ZERO)
        for item in self.item_ids:
            move = item.move_id
            if move.id in pauses:
                held[item.plan_id.id] += to_decimal(move.amount_residual, move.currency_id)
            elif move.id in disputed:
                held[item.plan_id.id] += to_decimal(disputed[move.id], move.currency_id)
        return held

    def _stopped_partners(self, company, today):
        """Customers who are not to be asked for anything at all."""
        facts = self.env["dunning.facts"].sudo()
        manual = (
            self.env["collections.case"]
            .sudo()
            .search(
                Domain("company_id", "=", company.id)
                & Domain("stage", "in", ("legal", "written_off"))
            )
        )
        return {*facts._partner_pauses(company, today), *manual.partner_id.ids}

    def _free_credits(self):
        """(customer id, currency id) -> payments and credit notes not yet allocated."""
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, line.currency_id,
                       (-sum(line.amount_residual_currency))::text
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN account_account account ON account.id = line.account_id
                 WHERE account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency < 0 AND line.company_id IN %s
                   AND partner.commercial_partner_id IN %s
              GROUP BY partner.commercial_partner_id, line.currency_id
                """,
                tuple(self.company_id.ids) or (0,),
                tuple(self.partner_id.ids) or (0,),
            )
        )
        return {(partner, currency): Decimal(amount) for partner, currency, amount in rows}


class CollectionsRefresh(models.Model):
    """A payment may complete a plan, one taken back opens it again."""

    _inherit = "collections.refresh"

    @api.model
    def _before_refresh(self, company, partner_ids, today):
        super()._before_refresh(company, partner_ids, today)
        plans = self.env["collections.plan"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("state", "in", ("active", "completed")),
            ]
        )
        plans._settle(today)
