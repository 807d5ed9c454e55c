from odoo import models

#: Fields of the document that change without touching what is owed.
LIGHT = ("name", "ref", "payment_reference", "collections_payment_link")


class CollectionsMirror(models.AbstractModel):
    """Documents that changed there: changed in place here, so that whatever hangs on them,
    such as the dunning level, disputes, promises and plans, stays."""

    _inherit = "collections.mirror"

    # === VOID AND DELETED === #

    def _cancel_documents(self, refs):
        """Cancel what no longer counts; what it paid is open again.

        :param refs: records of which nothing may be left here
        """
        self._undo(self._partials_of(refs), refs)
        moves = refs.filtered(lambda ref: not ref.is_met).move_id
        moves = moves.filtered(lambda move: move.state == "posted")
        refs.filtered("is_met").write({"move_id": False, "is_met": False})
        if moves:
            self._undo(self._partials_on(self._items(moves)), refs)
            self._reopen(moves)
            moves.write({"state": "cancel"})
            for move in moves:
                move._message_log(body=self.env._("Void or deleted in the ledger it comes from."))

    # === CHANGED === #

    def _change_documents(self, connection, entries):
        """Bring documents that are here to what they have to be."""
        entries = [entry for entry in entries if entry.ref.move_id]
        if not entries:
            return
        names, rewritten = self._free_names(connection, entries), []
        for entry in entries:
            if entry.ref.is_met:
                self._follow_met(connection, entry)
            elif not entry.amount:
                self._cancel_documents(entry.ref)
            elif self._money_changes(entry):
                rewritten.append(entry)
            else:
                self._retouch(connection, entry, names[entry.ref.id])
        self._rewrite(connection, rewritten, names)

    def _follow_met(self, connection, entry):
        """A payment of ours stays the ledger's as long as it is the same money."""
        if not self._still_met(entry):
            self._part(entry.ref)
            self._create_if_owed(connection, entry)

    def _create_if_owed(self, connection, entry):
        if entry.amount:
            self._create_documents(connection, [entry])

    def _money_changes(self, entry):
        """Whether anything that the books are about is not as it has to be."""
        move = entry.ref.move_id
        item = self._items(move)
        return (
            move.state != "posted"
            or move.partner_id != entry.partner
            or item.currency_id != entry.currency
            or bool(entry.currency.compare_amounts(item.amount_currency, entry.amount))
            or bool(item.company_currency_id.compare_amounts(item.balance, entry.balance))
            or (move.invoice_date or move.date) != entry.date
        )

    def _retouch(self, connection, entry, name):
        """Change what is said on a document and no figure."""
        move, item = entry.ref.move_id, self._items(entry.ref.move_id)
        head = self._head_values(connection, entry, name)
        values = {key: head[key] for key in LIGHT if key in head and move[key] != head[key]}
        if item.date_maturity != entry.due:
            if entry.move_type != "entry":
                values["invoice_date_due"] = entry.due
            item.write({"date_maturity": entry.due})
        if values:
            move.write(values)
            move._message_log(body=self.env._("Changed in the ledger it comes from."))

    def _rewrite(self, connection, entries, names):
        """Write documents anew in place; their matches are made again afterwards."""
        if not entries:
            return
        refs = self.env["collections.external.ref"].union(*[entry.ref for entry in entries])
        items = {entry.ref: self._items(entry.ref.move_id) for entry in entries}
        before = {ref: _said(item) for ref, item in items.items()}
        self._undo(self._partials_on(self._items(refs.move_id)), refs)
        self._reopen(refs.move_id)
        for entry in entries:
            self._write_anew(connection, entry, items[entry.ref], names[entry.ref.id])
            entry.move = entry.ref.move_id
        refs.move_id.with_context(check_move_validity=True).write({"state": "posted"})
        text = self.env._("Changed in the ledger it comes from: %(before)s, now %(after)s.")
        bodies = {
            ref.move_id.id: text % {"before": before[ref], "after": _said(item)}
            for ref, item in items.items()
        }
        refs.move_id._message_log_batch(bodies)

    def _write_anew(self, connection, entry, item, name):
        move = entry.ref.move_id
        move.write(self._head_values(connection, entry, name))
        own = self._receivable_values(connection, entry)
        item.write({key: own[key] for key in own if key not in ("display_type", "account_id")})
        self._write_counterparts(connection, entry, move.line_ids - item)

    def _write_counterparts(self, connection, entry, lines):
        """Bring the items against the receivable one to what they have to be."""
        other = self._counterpart_values(connection, entry)
        lines.write({key: other[key] for key in other if key != "display_type"})

    def _reopen(self, moves):
        """Make documents writable; core refuses where a period is closed."""
        moves.filtered(lambda move: move.state == "posted").write({"state": "draft"})

    # === MATCHES UNDONE === #

    def _items(self, moves):
        """The one receivable item of each document."""
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _partials_of(self, refs):
        """Matches that records tell of."""
        return self.env["account.partial.reconcile"].search(
            [("collections_ref_id", "in", refs.ids)]
        )

    def _partials_on(self, items):
        return items.matched_debit_ids | items.matched_credit_ids

    def _undo(self, partials, but):
        """Undo matches; records that tell of them, but for some, are to be mirrored again."""
        if partials:
            self._disturb(partials.collections_ref_id - but)
            partials.unlink()


def _said(item):
    """Amount, currency and due date of an item, for people."""
    return f"{item.amount_currency:.2f} {item.currency_id.name} ({item.date_maturity})"
