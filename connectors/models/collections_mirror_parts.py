from collections import Counter, defaultdict

from odoo import Command, models


class CollectionsMirror(models.AbstractModel):
    """Lines of documents on accounts of revenue and tax, where the connection has such.

    What no account is given for, or does not add up, stays on the counterpart account.
    """

    _inherit = "collections.mirror"

    def _counterparts(self, connection, entry):
        """Override: one item for each account, and one for the rest."""
        [whole] = super()._counterparts(connection, entry)
        amounts = self._amounts_by_account(connection, entry)
        if not amounts:
            return [whole]
        company_currency = connection.company_id.currency_id
        rows = []
        for account, amount in amounts.items():
            balance = company_currency.round(amount / entry.rate)
            rows.append(self._counterpart_part(whole, entry, account, amount, balance))
        rest = entry.currency.round(-entry.amount - sum(amounts.values()))
        balance = company_currency.round(-entry.balance - sum(row["balance"] for row in rows))
        if entry.currency.is_zero(rest):
            largest = max(rows, key=lambda row: abs(row["balance"]))
            largest["balance"] = company_currency.round(largest["balance"] + balance)
        else:
            own = self._counterpart_part(whole, entry, connection.account_id, rest, balance)
            rows.append(own)
        return rows

    def _amounts_by_account(self, connection, entry):
        """Amounts as they stand on the accounts given; nothing where all is one sum."""
        parts = getattr(entry.record, "parts", ())
        if not connection.books_lines or not parts:
            return {}
        if entry.currency.compare_amounts(abs(entry.amount), float(entry.record.total)):
            return {}
        accounts, amounts = connection._account_map(), defaultdict(float)
        sign = -1 if entry.amount > 0 else 1
        for part in parts:
            if account := accounts.get((part.kind, part.code)):
                amounts[account] += sign * float(part.amount)
        rounded = {account: entry.currency.round(amount) for account, amount in amounts.items()}
        return {account: amount for account, amount in rounded.items() if amount}

    def _counterpart_part(self, whole, entry, account, amount, balance):
        price = -amount if entry.amount > 0 else amount
        return whole | {
            "account_id": account.id,
            "amount_currency": amount,
            "balance": balance,
            "price_unit": price,
        }

    # === MAKING AND CHANGING === #

    def _create_after(self, connection, example, entries, names):
        """Override: documents with lines of their own are no copies of one."""
        if connection.books_lines and example.move_type != "entry":
            self._create_by_odoo(connection, entries, names)
            return
        super()._create_after(connection, example, entries, names)

    def _money_changes(self, entry):
        """Override: also when its lines stand on other accounts."""
        return super()._money_changes(entry) or self._lines_change(entry)

    def _lines_change(self, entry):
        connection = entry.ref.connection_id
        if not connection.books_lines or entry.move_type == "entry":
            return False
        move = entry.ref.move_id
        here = Counter(
            (line.account_id.id, entry.currency.round(line.amount_currency))
            for line in move.line_ids - self._items(move)
        )
        rows = self._counterparts(connection, entry)
        return here != Counter(
            (row["account_id"], entry.currency.round(row["amount_currency"])) for row in rows
        )

    def _write_counterparts(self, connection, entry, lines):
        """Override: where there are other lines than before they are made anew."""
        rows = self._counterparts(connection, entry)
        if len(rows) == len(lines) == 1:
            super()._write_counterparts(connection, entry, lines)
            return
        move = entry.ref.move_id
        commands = [Command.delete(line.id) for line in lines]
        move.write({"line_ids": commands + [Command.create(row) for row in rows]})
