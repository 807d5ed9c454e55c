from odoo import models, tools

from ..base import Credit, Customer, Invoice
from ..posting import amount_owed, balance_told, move_type, waits_for
from .collections_mirror_customer import CustomerFinder
from .mirror_entry import Entry
from .mirror_guard import SetAside


class CollectionsMirror(models.AbstractModel):
    """What a record has to be here, or why it cannot be anything."""

    _inherit = "collections.mirror"

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
