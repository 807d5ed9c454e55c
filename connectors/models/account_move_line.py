from odoo import models

from .account_move import PROTECTED_ITEM


class Portions:
    """How much of two items is to be matched, and who says so.

    :ivar wanted: (debit item's id, credit item's id) -> [(amount, id of the record), …]
    """

    def __init__(self):
        self.wanted = {}

    def add_ids(self, debit_id, credit_id, amount, ref_id):
        """Ask for a match of two items."""
        self.wanted.setdefault((debit_id, credit_id), []).append((amount, ref_id))

    def take(self, debit, credit):
        """Return amount and record of the next match of two items, None where there is none."""
        waiting = self.wanted.get((debit.id, credit.id))
        return waiting.pop(0) if waiting else None


class AccountMoveLine(models.Model):
    """Matches of exact amounts, as an outside ledger tells them."""

    _inherit = "account.move.line"

    def write(self, vals):
        """Override of `account`: items of what is mirrored are changed where it comes from."""
        self.move_id._check_not_mirrored(PROTECTED_ITEM.intersection(vals))
        return super().write(vals)

    def _match_portions(self, portions):
        """Match items by the amounts asked for, in core's own way, no more than is open.

        :param Portions portions: none of items that are settled already
        """
        plan = []
        for (debit_id, credit_id), parts in portions.wanted.items():
            plan += [self.browse((debit_id, credit_id))] * len(parts)
        self.with_context(collections_portions=portions, no_cash_basis=True)._reconcile_plan(plan)

    def _prepare_reconciliation_single_partial(
        self, debit_values, credit_values, shadowed_aml_values=None
    ):
        """Override of `account`: of two items, only the portion that was asked for."""
        portions = self.env.context.get("collections_portions")
        if not isinstance(portions, Portions):
            return super()._prepare_reconciliation_single_partial(
                debit_values, credit_values, shadowed_aml_values
            )
        over = {"debit_values": None, "credit_values": None}
        asked = portions.take(debit_values["aml"], credit_values["aml"])
        amount = asked and self._portion(asked[0], debit_values, credit_values)
        if not amount:
            return over
        debit, credit = _cut(debit_values, amount), _cut(credit_values, -amount)
        found = super()._prepare_reconciliation_single_partial(debit, credit, shadowed_aml_values)
        if not found.get("partial_values"):
            return over
        found["partial_values"]["collections_ref_id"] = asked[1]
        return found | over

    def _portion(self, amount, debit_values, credit_values):
        """What of an amount is still open on both items; 0 where nothing is."""
        debit_open = debit_values["amount_residual_currency"]
        credit_open = -credit_values["amount_residual_currency"]
        amount = min(amount, debit_open, credit_open)
        return amount if debit_values["aml"].currency_id.compare_amounts(amount, 0) > 0 else 0


def _cut(values, amount):
    """Take an amount off an item's values and give values of that part alone."""
    aml, rest = values["aml"], values["amount_residual_currency"]
    whole = not aml.currency_id.compare_amounts(rest, amount)
    balance = values["amount_residual"]
    if not whole:
        balance = aml.company_currency_id.round(balance * amount / rest)
    part = dict(values, amount_residual=balance, amount_residual_currency=amount)
    values["amount_residual"] -= balance
    values["amount_residual_currency"] = 0.0 if whole else rest - amount
    return part
