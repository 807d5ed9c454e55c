import json

from odoo import Command, models
from odoo.tools import SQL

from ..posting import balance_told, is_old
from .mirror_book import MirrorBook
from .mirror_guard import SetAside
from .mirror_press import WORTH_IT, Press


class CollectionsMirror(models.AbstractModel):
    """Documents: what a record has to be here, and what it is, brought together."""

    _inherit = "collections.mirror"

    def _apply_documents(self, connection, stream, pairs, now):
        book = MirrorBook(self.env, connection, pairs)
        entries, gone = self._sort_documents(connection, book, pairs, now)
        self._cancel_documents(gone)
        self._meet(connection, entries)
        fresh = [entry for entry in entries if not entry.ref.move_id and entry.amount]
        self._create_documents(connection, fresh)
        self._change_documents(connection, [entry for entry in entries if entry.move is None])
        self._match(connection, book, entries)
        self._note_documents(entries, book, now)
        came = [entry.record.external_id for entry in entries if entry.move]
        self._wake(connection, stream, came)

    def _sort_documents(self, connection, book, pairs, now):
        """Tell what has to be here from what has to go; what cannot be is set aside."""
        entries, gone = [], self.env["collections.external.ref"]
        for ref, record in pairs:
            try:
                if not record.state.counts:
                    gone |= ref
                elif not ref.move_id and is_old(record, connection.closed_since):
                    self._leave(ref, now)
                elif entry := self._plan_document(connection, book, ref, record):
                    entries.append(entry)
                else:
                    gone |= ref
            except SetAside as error:
                self._set_aside(ref, str(error), error.customer_key)
                self._note_told(book, ref, record)
        self._note_gone(gone, now)
        return entries, gone

    def _journal(self, connection, entry):
        is_entry = entry.move_type == "entry"
        return connection.payment_journal_id if is_entry else connection.journal_id

    # === MAKING === #

    def _create_documents(self, connection, entries):
        """Make documents, all of one kind together."""
        names = self._free_names(connection, entries)
        kinds = {}
        for entry in entries:
            kind = entry.move_type, entry.currency, entry.amount > 0
            kinds.setdefault(kind, []).append(entry)
        for alike in kinds.values():
            by_odoo = 1 if len(alike) >= WORTH_IT else len(alike)
            self._create_by_odoo(connection, alike[:by_odoo], names)
            if alike[by_odoo:]:
                self._create_after(connection, alike[0], alike[by_odoo:], names)

    def _create_by_odoo(self, connection, entries, names):
        rows = [self._document_values(connection, entry, names[entry.ref.id]) for entry in entries]
        moves = self.env["account.move"].create(rows)
        moves._post(soft=False)
        moves.made_sequence_gap = False  # the numbers are another ledger's
        self._keep_moves(entries, moves)

    def _create_after(self, connection, example, entries, names):
        """Make documents after the example of one that Odoo made.

        Where a closed period moved dates, or other modules made more of the example than
        two items, Odoo makes all of them.
        """
        move = example.move
        if move.date != example.date or len(move.line_ids) != 2 or self._moves_out(entries):
            self._create_by_odoo(connection, entries, names)
            return
        heads = [self._head_values(connection, entry, names[entry.ref.id]) for entry in entries]
        items = [self._receivable_values(connection, entry) for entry in entries]
        self._keep_moves(entries, Press(self.env, move, example).make(entries, heads, items))

    def _moves_out(self, entries):
        """Whether a closed period moves the date of any of them."""
        journal = entries[0].ref.connection_id.journal_id
        company = journal.company_id
        earliest = min(entry.date for entry in entries)
        return bool(company._get_violated_lock_dates(earliest, False, journal))

    def _keep_moves(self, entries, moves):
        for entry, move in zip(entries, moves, strict=True):
            entry.move = move
            entry.ref.move_id = move

    def _free_names(self, connection, entries):
        """Names of documents: the ledger's numbers, told apart where they repeat.

        :return: ref's id -> name
        """
        wanted = {entry.ref.id: self._wanted_name(connection, entry) for entry in entries}
        journals = connection.journal_id | connection.payment_journal_id
        self.env["account.move"].flush_model(["name", "journal_id"])
        taken = {
            name: move_id
            for name, move_id in self.env.execute_query(
                SQL(
                    "SELECT name, id FROM account_move"
                    " WHERE journal_id = ANY(%s) AND name = ANY(%s)",
                    journals.ids,
                    list(wanted.values()),
                )
            )
        }
        found, used = {}, set()
        for entry in entries:
            name = wanted[entry.ref.id]
            own = taken.get(name) in (None, entry.ref.move_id.id)
            if not own or name in used:
                name = f"{name} ({entry.ref.id})"
            used.add(name)
            found[entry.ref.id] = name
        return found

    def _wanted_name(self, connection, entry):
        journal = self._journal(connection, entry)
        if entry.move_type != "entry" and entry.number not in ("", "/"):
            return entry.number
        return f"{journal.code}/{entry.ref.id}"

    def _document_values(self, connection, entry, name):
        return {
            **self._head_values(connection, entry, name),
            "journal_id": self._journal(connection, entry).id,
            "move_type": entry.move_type,
            "collections_connection_id": connection.id,
            "invoice_payment_term_id": False,
            "fiscal_position_id": False,
            "partner_bank_id": False,
            "invoice_user_id": False,
            "line_ids": [
                *map(Command.create, self._counterparts(connection, entry)),
                Command.create(self._receivable_values(connection, entry)),
            ],
        }

    def _head_values(self, connection, entry, name):
        values = {
            "name": name,
            "partner_id": entry.partner.id,
            "currency_id": entry.currency.id,
            "date": entry.date,
            "ref": " ".join(filter(None, (entry.number, entry.reference))) or False,
        }
        if entry.move_type == "entry":
            return values
        return values | {
            "ref": entry.reference or False,
            "invoice_date": entry.date,
            "invoice_date_due": entry.due,
            "invoice_currency_rate": entry.rate,
            "payment_reference": entry.number or name,
            "partner_shipping_id": entry.partner.id,
            "collections_payment_link": entry.link or entry.ref.move_id.collections_payment_link,
        }

    def _receivable_values(self, connection, entry):
        is_entry = entry.move_type == "entry"
        return {
            "display_type": "product" if is_entry else "payment_term",
            "name": entry.number or entry.reference or False,
            "account_id": connection.receivable_account_id.id,
            "partner_id": entry.partner.commercial_partner_id.id,
            "currency_id": entry.currency.id,
            "amount_currency": entry.amount,
            "balance": entry.balance,
            "date_maturity": entry.due,
            "no_followup": False,
            "tax_ids": [Command.clear()],
        }

    def _counterparts(self, connection, entry):
        """Values of the items against the receivable one."""
        return [self._counterpart_values(connection, entry)]

    def _counterpart_values(self, connection, entry):
        return {
            "display_type": "product",
            "name": self.env._("As in %(ledger)s", ledger=connection.name),
            "account_id": connection.account_id.id,
            "partner_id": entry.partner.commercial_partner_id.id,
            "currency_id": entry.currency.id,
            "amount_currency": -entry.amount,
            "balance": -entry.balance,
            "quantity": 1.0,
            "price_unit": abs(entry.amount),
            "tax_ids": [Command.clear()],
        }

    # === NOTING === #

    def _note_documents(self, entries, book, now):
        """Write what the ledger says in figures, all at once."""
        rows = [self._note_row(entry, book) for entry in entries]
        if not rows:
            return
        refs = self.env["collections.external.ref"]
        refs.flush_model()
        self.env.cr.execute_values(
            """
            UPDATE collections_external_ref ref
               SET state = 'done', problem = NULL, applied_at = row.applied_at::timestamp,
                   partner_id = row.partner::int, customer_key = row.customer_key::varchar,
                   told_currency_id = row.currency::int, told_rate = row.rate::numeric,
                   told_balance = row.balance::numeric, told_due = row.due::date,
                   waits_for = row.waits::jsonb, tells_balance = TRUE
              FROM (VALUES %s) AS row(id, applied_at, partner, customer_key, currency, rate,
                                      balance, due, waits)
             WHERE ref.id = row.id
            """,
            [(row[0], now, *row[1:]) for row in rows],
        )
        refs.browse([row[0] for row in rows]).invalidate_recordset(flush=False)

    def _note_row(self, entry, book):
        return (
            entry.ref.id,
            entry.partner.id,
            book.customer_key(entry.record),
            entry.currency.id,
            float(book.rate(entry.record) or 0) or None,
            balance_told(entry.record),
            entry.due,
            json.dumps(entry.waits) if entry.waits else None,
        )

    def _note_told(self, book, ref, record):
        """Keep what the ledger says of a record that is set aside: it explains differences."""
        code = record.currency or ""
        currency = self.env["res.currency"].with_context(active_test=False)
        ref.write(
            {
                "customer_key": book.customer_key(record),
                "told_currency_id": currency.search([("name", "=", code)], limit=1).id,
                "told_rate": book.rate(record),
                "told_balance": float(balance_told(record)),
                "told_due": getattr(record, "due_date", None) or record.date,
                "tells_balance": True,
            }
        )

    def _note_gone(self, refs, now):
        for ref in refs:
            ref.write(
                {
                    "state": "done" if ref.move_id else "ignored",
                    "problem": False,
                    "applied_at": now,
                    "told_balance": 0.0,
                    "tells_balance": True,
                }
            )

    def _currencies(self):
        """Active currencies by code."""
        return {currency.name: currency for currency in self.env["res.currency"].search([])}
