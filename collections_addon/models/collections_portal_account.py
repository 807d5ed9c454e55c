from decimal import Decimal
from typing import NamedTuple

from odoo import api, models

from ..domain.aging import OpenItem, age


class PortalItem(NamedTuple):
    """An open item as the customer sees it; amounts in the currency of its section.

    :param open: negative for a credit
    :param disputed: the part of `open` that the customer contests
    :param days: days past due, negative before
    :param plan_id: the payment plan that pays it off; 0 for none
    :param notes: sentences about it (disputed, promised, …) in the language of the environment
    """

    line_id: int
    move_id: int
    number: str
    date: object
    due: object
    days: int
    original: float
    open: float
    disputed: float
    is_invoice: bool
    notes: list
    plan_id: int = 0

    @property
    def asked(self):
        """What is to be paid of it."""
        return self.open - self.disputed

    @property
    def is_overdue(self):
        """An item due today is not overdue."""
        return self.days > 0


class CollectionsPortalAccount(models.AbstractModel):
    """What a customer owes in one company, as its page on the portal shows it."""

    _name = "collections.portal.account"
    _description = "Account on the Portal"

    @api.model
    def _sections(self, case, today):
        """What is open of a case, one section per currency, in the order of their names.

        A section is a dict: `currency`, `overdue`, `upcoming`, `planned` (what payment plans
        pay off; counted as upcoming) and `credits` (lists of :class:`PortalItem`), the sums
        `overdue_total`, `upcoming_total`, `credit_total` (positive), `disputed_total`,
        `total` (to be paid: all debts less disputes and credits, never negative) and
        `ages` ([(name, amount)]).

        :param case: `collections.case`, one record
        :param datetime.date today: business date of the company
        """
        lines = case.move_line_ids
        items = self._items(case, lines, today)
        currencies = lines.currency_id.sorted("name")
        ages = self._ages(items, lines, today)
        by_currency = lines.grouped("currency_id")
        return [
            self._section(
                currency, [items[line.id] for line in by_currency[currency]], ages.get(currency.id)
            )
            for currency in currencies
        ]

    def _section(self, currency, items, ages):
        debts = [item for item in items if item.open > 0]
        credits = [item for item in items if item.open < 0]
        planned = [item for item in debts if item.plan_id]
        overdue = [item for item in debts if item.is_overdue and not item.plan_id]
        upcoming = [item for item in debts if not item.is_overdue and not item.plan_id]
        credit = -sum(item.open for item in credits)
        disputed = sum(item.disputed for item in debts)
        asked = sum(item.asked for item in debts)
        return {
            "currency": currency,
            "overdue": overdue,
            "upcoming": upcoming,
            "planned": planned,
            "credits": credits,
            "overdue_total": sum(item.open for item in overdue),
            "upcoming_total": sum(item.open for item in (*upcoming, *planned)),
            "credit_total": credit,
            "disputed_total": disputed,
            "total": max(currency.round(asked - credit), 0.0),
            "ages": ages or [],
        }

    def _items(self, case, lines, today):
        """Line id -> its :class:`PortalItem`."""
        notes = self._item_notes(case, lines, today)
        left = {move: move.amount_disputed for move in lines.move_id}
        items = {}
        for line in lines:
            move, open_amount = line.move_id, line.amount_residual_currency
            disputed = min(max(open_amount, 0.0), left[move])
            left[move] -= disputed
            due = line.date_maturity or line.date
            items[line.id] = PortalItem(
                line.id,
                move.id,
                move.name,
                move.invoice_date or line.date,
                due,
                (today - due).days,
                line.amount_currency,
                open_amount,
                disputed,
                move.is_sale_document(include_receipts=True),
                notes.get(line.id, []),
            )
        return items

    @api.model
    def _item_notes(self, case, lines, today):
        """Hook: what is to be said about open items beside their amounts.

        :return: line id -> list of sentences, for the lines that have some
        :rtype: dict[int, list[str]]
        """
        return {}

    def _ages(self, items, lines, today):
        """Currency id -> [(bucket name, amount)] of the debts."""
        buckets = self.env["collections.aging.bucket"].sudo()._all()
        if not buckets:
            return {}
        currency_of = {line.id: line.currency_id.id for line in lines}
        debts = [
            OpenItem(currency_of[item.line_id], item.due, Decimal(str(item.open)))
            for item in items.values()
            if item.open > 0
        ]
        names = {bucket.code: bucket.name for bucket in buckets}
        return {
            currency_id: [(names[code], float(amount)) for code, amount in amounts.items()]
            for currency_id, amounts in age(debts, today, buckets).items()
        }
