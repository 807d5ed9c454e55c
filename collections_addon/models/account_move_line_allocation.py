from odoo import fields, models

from .collections_charge import INTEREST

#: Setting -> the natures in the order in which money goes to them.
NATURES = {
    "due": (),
    "costs": ("costs", "interest", "principal"),
    "principal": ("principal", "interest", "costs"),
}


class ResCompany(models.Model):
    _inherit = "res.company"

    collections_allocation_order = fields.Selection(
        [
            ("due", "The oldest first"),
            ("costs", "Costs, then interest, then principal"),
            ("principal", "Principal, then interest, then costs"),
        ],
        string="Allocation of Payments",
        required=True,
        default="due",
        help="To what money goes for which the customer has not said what it pays. Within "
        "each: the oldest first.",
    )


class AccountMoveLine(models.Model):
    """In which order money goes to what a customer owes."""

    _inherit = "account.move.line"

    def _allocation_order(self):
        """These open items in the order in which money is allocated to them.

        Costs and interest are the debit notes over charges, principal is everything else.

        :return: the same items, sorted by the setting of their company, oldest first
        :rtype: `account.move.line`
        """
        charges = self.env["collections.charge"].sudo()
        booked = charges.search([("invoice_id", "in", self.move_id.ids)])
        nature = {
            charge.invoice_id: "interest" if charge.kind in INTEREST else "costs"
            for charge in booked
        }

        def place(line):
            order = NATURES[line.company_id.collections_allocation_order]
            own = nature.get(line.move_id, "principal")
            rank = order.index(own) if order else 0
            return (rank, line.date_maturity or line.date, line.id)

        return self.sorted(place)


class CollectionsCase(models.Model):
    _inherit = "collections.case"

    def action_allocate_credits(self):
        """Use the customer's credits on what is open, in the order of the settings."""
        for case in self:
            case._allocate_credits()
        return True

    def _allocate_credits(self):
        """Reconcile payments and credit notes without an invoice with what is owed.

        In each currency and account, the oldest credit first.

        :return: the items of which something was settled
        :rtype: `account.move.line`
        """
        self.ensure_one()
        settled = self.env["account.move.line"]
        groups = self.move_line_ids.grouped(lambda line: (line.currency_id, line.account_id))
        for (currency, _account), lines in groups.items():
            credits = lines.filtered(lambda line: line.amount_residual_currency < 0)
            credits = credits.sorted(lambda line: (line.date, line.id))
            for debt in (lines - credits)._allocation_order():
                credits = credits.filtered(lambda line: not line.reconciled)
                if not credits:
                    break
                before = debt.amount_residual_currency
                (credits | debt).reconcile()
                if currency.compare_amounts(debt.amount_residual_currency, before):
                    settled |= debt
        self._mark_for_refresh()
        return settled
