from collections import Counter, defaultdict

from odoo import models
from odoo.tools import SQL

from ..posting import OWN, matches
from .account_move_line import Portions


class CollectionsMirror(models.AbstractModel):
    """Matches: what pays what here is what the ledger says, and who said it is kept."""

    _inherit = "collections.mirror"

    def _match(self, connection, book, entries):
        """Match as records say; a match that a record no longer tells of is undone."""
        refs = self.env["collections.external.ref"].union(*[entry.ref for entry in entries])
        wanted = {entry.ref: matches(entry.record, book.is_here) for entry in entries}
        items = self._items_of(book, entries)
        told = self._told(refs)
        portions = Portions()
        for ref, pairs in wanted.items():
            rows = [self._pair_items(items, ref, pair) for pair in pairs]
            if Counter(rows) == told[ref.id]["rows"]:
                continue
            told[ref.id]["partials"].unlink()
            for debit_id, credit_id, amount in rows:
                portions.add_ids(debit_id, credit_id, amount, ref.id)
        self._give_way(portions)
        self._match_open(portions)

    def _pair_items(self, items, ref, pair):
        """(debit item's id, credit item's id, amount) of a match."""
        debit = items[ref.id if pair.debit == OWN else pair.debit]
        credit = items[ref.id if pair.credit == OWN else pair.credit]
        return debit, credit, float(pair.amount)

    def _items_of(self, book, entries):
        """Receivable items: by key of what records refer to, by ref's id of their own."""
        moves = {key: row["move_id"] for key, row in book.targets.items()}
        moves |= {entry.ref.id: entry.ref.move_id.id for entry in entries if entry.ref.move_id}
        if not moves:
            return {}
        self.env["account.move.line"].flush_model(["move_id", "account_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.move_id, min(line.id) FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                 WHERE line.move_id = ANY(%s) AND account.account_type = 'asset_receivable'
              GROUP BY line.move_id
                """,
                list(set(moves.values())),
            )
        )
        by_move = dict(rows)
        return {key: by_move[move_id] for key, move_id in moves.items() if move_id in by_move}

    def _told(self, refs):
        """Matches there are, by the record that tells of them."""
        found = defaultdict(
            lambda: {"rows": Counter(), "partials": self.env["account.partial.reconcile"]}
        )
        for partial in self._partials_of(refs):
            own = found[partial.collections_ref_id.id]
            own["partials"] |= partial
            amount = partial.debit_amount_currency
            own["rows"][partial.debit_move_id.id, partial.credit_move_id.id, amount] += 1
        return found

    def _match_open(self, portions):
        """Match what is still open; the rest shows as a difference."""
        lines = self.env["account.move.line"].browse({i for pair in portions.wanted for i in pair})
        settled = set(lines.filtered("reconciled").ids)
        for pair in [pair for pair in portions.wanted if settled.intersection(pair)]:
            del portions.wanted[pair]
        if portions.wanted:
            lines._match_portions(portions)

    def _give_way(self, portions):
        """Payments taken here give way to what the ledger says of the same invoice.

        A payment of ours that a match of the ledger leaves no room for is unmatched from
        the invoice: it stays, as money of the customer that the ledger does not know of.
        """
        need = defaultdict(float)
        for (debit_id, _credit_id), parts in portions.wanted.items():
            need[debit_id] += sum(amount for amount, _ref_id in parts)
        for line in self.env["account.move.line"].browse(list(need)):
            short = need[line.id] - line.amount_residual_currency
            if line.currency_id.compare_amounts(short, 0) > 0:
                ours = line.matched_credit_ids.filtered(lambda part: not part.collections_ref_id)
                ours.filtered(lambda part: part.credit_move_id.payment_id).unlink()
