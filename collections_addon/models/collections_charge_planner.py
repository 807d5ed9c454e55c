from collections import defaultdict
from datetime import date as Date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..domain.charges import (
    Band,
    EarlierInterest,
    applicable_rates,
    compensation,
    fee,
    interest_claim,
    rounded,
)
from ..domain.interest import Rate
from .collections_number import decimal


class CollectionsChargePlanner(models.AbstractModel):
    """Works out what contacts charge: facts from the ledger, amounts from the domain.

    Reads only. A planned charge is a plain dict, kept with the contact until it has
    been made: `line`, `level`, `kind`, `amount` (text), `mode`, `terms` (the figures of
    the calculation, amounts as text), and for interest `first` and `last`.
    """

    _name = "collections.charge.planner"
    _description = "Charge Planner"

    @api.model
    def _plan(self, actions, date):
        """What these contacts charge when they are made on a date.

        :param actions: `dunning.action`
        :param datetime.date date: last day that bears interest
        :return: action id -> planned charges, oldest items first
        :rtype: dict[int, list[dict]]
        """
        plans = {action.id: [] for action in actions}
        charging = actions.filtered(lambda action: action._may_charge())
        items = charging.item_ids.filtered(
            lambda item: item.is_step and item.days_overdue > 0 and item.level_id._charges()
        )
        if not items:
            return plans
        facts = ChargeFacts(
            self.env,
            items.move_line_id,
            credits={item.move_line_id.id: item.amount_credit for item in items},
            disputed={item.move_line_id.id: item.amount_disputed for item in items},
        )
        for action in charging:
            own = items.filtered(lambda item, action=action: item.action_id == action)
            own = own.sorted(lambda item: (-item.days_overdue, item.id))
            for level, group in own.grouped("level_id").items():
                plans[action.id] += self._plan_level(action, level, group, facts, date)
        return plans

    def _plan_level(self, action, level, items, facts, date):
        kind = action.partner_id._collections_debtor_kind()
        if level.charge_audience == "business" and kind != "business":
            return []
        law = action.company_id._collections_law(kind)
        planned, fee_bearers = [], set()
        for item in items.filtered("move_line_id"):
            line = item.move_line_id
            if facts.is_charge(line):
                continue
            for charge in (
                self._fee(level, item, fee_bearers),
                self._compensation(level, item, law, facts),
                self._interest(level.interest, level.interest_percent, line, law, facts, date),
            ):
                if charge and not facts.has(line, level, charge["kind"]):
                    planned.append({**charge, "level": level.id, "mode": level.charge_mode})
        return planned

    @api.model
    def _plan_interest(self, lines, kind, percent, date):
        """Late interest on items, open or paid by now, that no contact charges.

        :param lines: `account.move.line`, receivable items of one company
        :param str kind: `statutory` or `contract`
        :param float percent: percent a year, for `contract`
        :param datetime.date date: last day that bears interest
        :return: planned charges, without those that come to nothing
        :rtype: list[dict]
        """
        facts = ChargeFacts(self.env, lines, credits={}, disputed={})
        planned = []
        for line in lines:
            debtor = line.partner_id._collections_debtor_kind()
            law = line.company_id._collections_law(debtor)
            if not facts.is_charge(line):
                planned.append(self._interest(kind, percent, line, law, facts, date))
        return [charge for charge in planned if charge]

    def _charge(self, line, kind, amount, **values):
        return {"line": line.id, "kind": kind, "amount": str(amount), **values}

    # === FEE === #

    def _fee(self, level, item, bearers):
        """The fixed fee (of the first item, when once per message) and the percentage."""
        row = level.fee_ids.filtered(lambda row: row.currency_id == item.currency_id)
        fixed = decimal(row.amount)
        if level.fee_scope == "contact" and bearers:
            fixed = Decimal(0)
        base = decimal(item.amount_residual - item.amount_disputed - item.amount_credit)
        percent = decimal(level.fee_percent)
        amount = fee(fixed, percent, base, decimal(item.currency_id.rounding))
        if amount <= 0:
            return None
        bearers.add(item.id)
        terms = {"fixed": str(fixed), "percent": str(percent), "base": str(base)}
        return self._charge(item.move_line_id, "fee", amount, terms=terms)

    # === COMPENSATION === #

    def _compensation(self, level, item, law, facts):
        """What the law grants once for the claim, in the currency of the claim."""
        if not level.charge_compensation or not law.compensation_ids:
            return None
        line, currency = item.move_line_id, item.currency_id
        due = facts.due(line)
        for own, rows in law.compensation_ids.grouped("currency_id").items():

            def convert(amount, source, target, line=line, due=due):
                return decimal(source._convert(amount, target, line.company_id, due))

            claim = convert(line.amount_currency, currency, own)
            bands = [
                Band(row.date_from, decimal(row.amount_from), decimal(row.amount),
                     decimal(row.percent))
                for row in rows
            ]  # fmt: skip
            band = compensation(bands, claim, due)
            if band:
                lump = convert(float(band.amount), own, currency)
                share = decimal(line.amount_currency) * band.percent / 100
                amount = rounded(lump + share, decimal(currency.rounding))
                terms = {
                    "law": law.id,
                    "claim": str(decimal(line.amount_currency)),
                    "lump": str(band.amount),
                    "currency": own.id,
                    "percent": str(band.percent),
                }
                return self._charge(line, "compensation", amount, terms=terms)
        return None

    # === INTEREST === #

    def _interest(self, kind, percent, line, law, facts, date):
        """Late interest of an item up to a date; None when it comes to nothing."""
        due = facts.due(line)
        rates, day_count, known_until = self._rates(kind, percent, line, law, due)
        if not rates:
            return None
        claim = interest_claim(
            facts.owed(line),
            due,
            facts.payments(line),
            (rates, day_count, known_until),
            date,
            facts.earlier_interest(line),
            decimal(line.currency_id.rounding),
        )
        if claim.amount <= 0 or not claim.periods:
            return None
        is_cut = known_until is not None and known_until < date
        return self._charge(
            line,
            "interest",
            claim.amount,
            first=claim.first.isoformat(),
            last=claim.last.isoformat(),
            terms={
                "law": law.id if kind == "statutory" else False,
                "rates": [[rate.since.isoformat(), str(rate.percent)] for rate in rates],
                "day_count": day_count,
                "periods": [
                    [p.first.isoformat(), p.last.isoformat(), str(p.base), str(p.percent)]
                    for p in claim.periods
                ],
                "correction": str(claim.correction),
                "known_until": known_until.isoformat() if is_cut else None,
            },
        )

    def _rates(self, kind, percent, line, law, due):
        """Rates, day count, and last day for which the rates are known."""
        company_count = line.company_id.collections_day_count
        if kind == "contract":
            rates, known_until = applicable_rates([], None, decimal(percent), False, due)
            return rates, company_count, known_until
        if kind == "none" or not law._has_interest():
            return [], company_count, None
        reference = law.reference_id
        rates, known_until = applicable_rates(
            reference._rates() if reference else [],
            reference.known_until or None,
            decimal(law.margin),
            law.is_fixed,
            due,
        )
        return rates, law.day_count or company_count, known_until


class ChargeFacts:
    """What the ledger says of the items that may be charged, in a few queries.

    :param odoo.api.Environment env: with the rights to read the ledger
    :param lines: `account.move.line`
    :param dict credits: line id -> credits of the customer that cover it, not allocated
    :param dict disputed: line id -> contested amount
    """

    def __init__(self, env, lines, credits, disputed):
        self._env = env
        self._lines = lines
        self._credits, self._disputed = credits, disputed
        self._payments, self._credited = self._read_payments()
        self._earlier = self._read_charges()
        self._charge_moves = self._read_charge_moves()
        self._credit_dates = self._read_credit_dates()

    def _read_payments(self):
        """Payments of each line with their days, and what was credited of it."""
        payments, credited = defaultdict(list), defaultdict(Decimal)
        self._env["account.partial.reconcile"].flush_model()
        query = SQL(
            """
            SELECT partial.debit_move_id, counterpart.date,
                   partial.debit_amount_currency::numeric::text, move.move_type
              FROM account_partial_reconcile partial
              JOIN account_move_line counterpart ON counterpart.id = partial.credit_move_id
              JOIN account_move move ON move.id = counterpart.move_id
             WHERE partial.debit_move_id IN %s
            """,
            tuple(self._lines.ids) or (0,),
        )
        for line_id, day, amount, move_type in self._env.execute_query(query):
            if move_type == "out_refund":
                credited[line_id] += Decimal(amount)
            else:
                payments[line_id].append((day, Decimal(amount)))
        return payments, credited

    def _read_charges(self):
        charges = self._env["collections.charge"].sudo()
        found = charges.search([("move_line_id", "in", self._lines.ids)], order="id")
        return found.grouped("move_line_id")

    def _read_charge_moves(self):
        rows = self._env["collections.charge"].sudo().search(
            [("invoice_id", "in", self._lines.move_id.ids)]
        )  # fmt: skip
        return rows.invoice_id

    def _read_credit_dates(self):
        """(customer, currency) -> day of its oldest credit that nobody has allocated."""
        covered = self._lines.filtered(lambda line: self._credits.get(line.id))
        if not covered:
            return {}
        self._env["account.move.line"].flush_model()
        query = SQL(
            """
            SELECT partner.commercial_partner_id, line.currency_id, min(line.date)
              FROM account_move_line line
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN account_account account ON account.id = line.account_id
             WHERE partner.commercial_partner_id IN %s AND line.company_id IN %s
               AND account.account_type = 'asset_receivable' AND line.parent_state = 'posted'
               AND line.amount_residual_currency < 0
          GROUP BY 1, 2
            """,
            tuple(covered.partner_id.commercial_partner_id.ids),
            tuple(covered.company_id.ids),
        )
        return {(row[0], row[1]): row[2] for row in self._env.execute_query(query)}

    def is_charge(self, line):
        """Whether the item itself is a debit note over charges: it is not charged again."""
        return line.move_id in self._charge_moves

    def due(self, line):
        return line.date_maturity or line.date

    def owed(self, line):
        """What was owed from the beginning: what was credited, or is disputed, is not."""
        disputed = decimal(self._disputed.get(line.id))
        return decimal(line.amount_currency) - self._credited[line.id] - disputed

    def payments(self, line):
        """(day, amount) of what was paid; a credit not yet allocated counts as of its day."""
        payments = list(self._payments[line.id])
        covered = decimal(self._credits.get(line.id))
        day = self._credit_dates.get(
            (line.partner_id.commercial_partner_id.id, line.currency_id.id)
        )
        if covered and day:
            payments.append((day, covered))
        return payments

    def has(self, line, level, kind):
        """Whether the item has been charged so for this level, or compensated ever."""
        return any(
            charge.kind == kind and (charge.level_id == level or kind == "compensation")
            for charge in self._earlier.get(line, ())
        )

    def earlier_interest(self, line):
        """Interest charged before on a line.

        :rtype: list[EarlierInterest]
        """
        return [
            self._as_earlier(charge)
            for charge in self._earlier.get(line, ())
            if charge.kind == "interest" and charge.date_to
        ]

    def _as_earlier(self, charge):
        terms = charge.terms or {}
        given_up = charge.state in ("waived", "reversed") or "rates" not in terms
        rates = None if given_up else tuple(
            Rate(Date.fromisoformat(since), Decimal(percent)) for since, percent in terms["rates"]
        )  # fmt: skip
        return EarlierInterest(
            charge.date_from,
            charge.date_to,
            decimal(charge.amount),
            rates,
            terms.get("day_count"),
        )
