import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from odoo import Command, models, tools
from odoo.tools import SQL

from ..base import Credit, Customer, Invoice
from ..posting import amount_owed, balance_told, is_old, move_type, waits_for
from .collections_mirror_customer import CustomerFinder
from .mirror_book import MirrorBook
from .mirror_guard import SetAside


@dataclass(kw_only=True)
class Entry:
    """A document as it has to be here.

    :ivar float amount: of the receivable item, in the document's currency
    :ivar float balance: the same in the company's
    :ivar float rate: units of the document's currency for one of the company's
    """

    ref: Any
    record: Any
    move_type: str
    partner: Any
    currency: Any
    amount: float
    balance: float
    rate: float
    date: date
    due: date
    number: str
    reference: str = ""
    link: str = ""
    waits: list = field(default_factory=list)
    move: Any = None


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

    # === PLANNING === #

    def _plan_document(self, connection, book, ref, record):
        """What a record has to be here.

        :return: an entry, None when nothing it is about is here
        :rtype: Entry|None
        :raises SetAside: with the reason
        """
        owed = amount_owed(record, book.is_here)
        waits = waits_for(record, book.is_here)
        here = len(getattr(record, "applications", ())) > len(waits)
        if not owed and not here and not isinstance(record, (Invoice, Credit)):
            ref.waits_for = waits or None
            return None
        currency = self._plan_currency(book, record)
        amount = self._plan_amount(currency, owed)
        rate = self._plan_rate(connection, book, record, currency)
        entry = Entry(
            ref=ref,
            record=record,
            move_type=move_type(record),
            partner=self._plan_partner(connection, book, record),
            currency=currency,
            amount=amount,
            balance=connection.company_id.currency_id.round(amount / rate),
            rate=rate,
            date=record.date,
            due=getattr(record, "due_date", None) or record.date,
            number=getattr(record, "number", "") or "",
            reference=record.reference,
            link=getattr(record, "payment_link", ""),
            waits=waits,
        )
        self._check_period(connection, entry)
        return entry

    def _plan_partner(self, connection, book, record):
        key = book.customer_key(record)
        ref = book.customers.get(key)
        if ref and not ref.partner_id and ref.state == "ignored":
            self._adopt_customer(connection, ref)
        if not ref or not ref.partner_id:
            text = self.env._("Its customer is not here yet; it follows once the customer is.")
            raise SetAside(text, customer_key=key)
        if not ref.partner_id.active and balance_told(record):
            ref.partner_id.active = True
        return ref.partner_id

    def _adopt_customer(self, connection, ref):
        """Make the customer of whom there was nothing to mirror until now."""
        page = connection._adapter()._read(connection, "customers", [ref._record()])
        for record in page.records:
            if isinstance(record, Customer) and not record.deleted:
                finder = CustomerFinder(self.env, connection, [(ref, record)])
                self._give_partner(connection, finder, ref, record)
                ref.state = "done"

    def _plan_currency(self, book, record):
        currency = self.env["res.currency"].browse(book.currency_id(record) or ())
        if not currency:
            raise SetAside(
                self.env._("The currency %(code)s is not active here.", code=record.currency or "?")
            )
        return currency

    def _plan_amount(self, currency, owed):
        amount = float(owed)
        if currency.compare_amounts(amount, 0) and abs(currency.round(amount) - amount) > 1e-9:
            raise SetAside(
                self.env._(
                    "The amount %(amount)s has more decimals than %(currency)s.",
                    amount=owed,
                    currency=currency.name,
                )
            )
        return currency.round(amount)

    def _plan_rate(self, connection, book, record, currency):
        """Units of the document's currency for one of the company's, as the ledger has it."""
        company = connection.company_id
        home = company.currency_id
        if currency == home:
            return 1.0
        told = book.rate(record)
        if told and (connection.currency_id or home) == home:
            return told
        known = self.env["res.currency.rate"].search_count(
            [("currency_id", "=", currency.id), ("company_id", "in", (False, company.root_id.id))],
            limit=1,
        )
        if not known:
            raise SetAside(
                self.env._("There is no exchange rate of %(currency)s.", currency=currency.name)
            )
        return self.env["res.currency"]._get_conversion_rate(home, currency, company, record.date)

    def _check_period(self, connection, entry):
        """Nothing is written into a closed period, unless it may move to the first open day."""
        if connection.after_closed_period or not entry.amount:
            return
        if entry.ref.move_id and not self._money_changes(entry):
            return
        journal = self._journal(connection, entry)
        company = connection.company_id
        days = {entry.date} | ({entry.ref.move_id.date} if entry.ref.move_id else set())
        for day in days:
            if locks := company._get_violated_lock_dates(day, False, journal):
                raise SetAside(
                    self.env._(
                        "It belongs to %(day)s, and the period until %(lock)s is closed.",
                        day=tools.format_date(self.env, day),
                        lock=tools.format_date(self.env, max(lock for lock, _name in locks)),
                    )
                )

    def _journal(self, connection, entry):
        is_entry = entry.move_type == "entry"
        return connection.payment_journal_id if is_entry else connection.journal_id

    # === MAKING === #

    def _create_documents(self, connection, entries):
        if not entries:
            return
        names = self._free_names(connection, entries)
        rows = [self._document_values(connection, entry, names[entry.ref.id]) for entry in entries]
        moves = self.env["account.move"].create(rows)
        moves._post(soft=False)
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
                Command.create(self._counterpart_values(connection, entry)),
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
            "collections_payment_link": entry.link or False,
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
            "tax_ids": [Command.clear()],
        }

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
