from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, get_lang

from ..domain.aging import OpenItem, age
from .collections_aging_sql import flush_ledger, open_lines
from .collections_document import Document


class StatementRow(NamedTuple):
    """An open item of a statement; ``open`` is negative for a credit."""

    currency_id: int
    name: str
    reference: str
    date: object
    due: object
    original: float
    open: float
    days: int


class CollectionsStatement(models.AbstractModel):
    """The statement of account: everything open of a customer in a company on a date.

    Unlike a reminder it leaves nothing out: items on hold, in dispute or too small to
    ask for are open as well.
    """

    _name = "collections.statement"
    _description = "Statement of Account"

    @api.model
    def _document(self, partner, company, day):
        """The statement of a customer, in its language.

        :param partner: `res.partner`; a contact stands for its commercial partner
        :param company: `res.company`, one record
        :param datetime.date day: a past date shows what was open as of it
        :rtype: Document
        """
        customer = partner.commercial_partner_id
        recipient = customer._dunning_recipient()
        code = recipient.lang or customer.lang or company.partner_id.lang
        lang = get_lang(self.env, code).code
        sections = self.with_context(lang=lang)._sections(customer, company, day)
        first = sections[0]["currency"] if sections else company.currency_id
        bank = company._collections_bank(first)
        values = {
            **recipient._letter_address_values(customer, company),
            "date": day,
            "customer_code": customer.ref,
            "customer_vat": customer.vat,
            "sections": sections,
            "payment": {"reference": customer.ref, "bank": bank, "is_iban": bank._is_iban()},
        }
        return Document("collections_addon.print_statement", values, company, lang, True)

    # === CONTENT === #

    @api.model
    def _sections(self, customer, company, day):
        """What is open, one section per currency, in the order of their names."""
        rows = self._rows(customer, company, day)
        by_currency = {}
        for row in rows:
            by_currency.setdefault(row.currency_id, []).append(row)
        currencies = self.env["res.currency"].browse(by_currency).sorted("name")
        ages = self._ages(rows, day)
        return [
            self._section(currency, by_currency[currency.id], ages.get(currency.id, []))
            for currency in currencies
        ]

    def _section(self, currency, rows, ages):
        debts = [row for row in rows if row.open > 0]
        credits = [row for row in rows if row.open < 0]
        debt = sum(row.open for row in debts)
        credit = -sum(row.open for row in credits)
        return {
            "currency": currency,
            "debts": debts,
            "credits": credits,
            "ages": ages,
            "debt": debt,
            "credit": credit,
            "overdue": sum(row.open for row in debts if row.days > 0),
            "total": debt - credit,
        }

    def _ages(self, rows, day):
        """Currency id -> [(bucket name, amount)] of what is owed, credits left out."""
        buckets = self.env["collections.aging.bucket"]._all()
        if not buckets:
            return {}
        items = [
            OpenItem(row.currency_id, row.due, Decimal(str(row.open)))
            for row in rows
            if row.open > 0
        ]
        names = {bucket.code: bucket.name for bucket in buckets}
        return {
            currency_id: [(names[code], float(amount)) for code, amount in amounts.items()]
            for currency_id, amounts in age(items, day, buckets).items()
        }

    @api.model
    def _rows(self, customer, company, day):
        """Open items of a customer as of a date, the oldest first.

        :rtype: list[StatementRow]
        """
        flush_ledger(self.env)
        today = company._collections_today(self.env.cr.now())
        query = SQL(
            """
            SELECT line.currency_id, move.name, move.payment_reference, move.ref,
                   COALESCE(move.invoice_date, line.date),
                   COALESCE(line.date_maturity, line.date), line.amount_currency::float8,
                   item.residual_currency::float8
              FROM (%(items)s) item
              JOIN account_move_line line ON line.id = item.id
              JOIN account_move move ON move.id = line.move_id
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE partner.commercial_partner_id = %(customer)s
               AND line.company_id = %(company)s
          ORDER BY COALESCE(line.date_maturity, line.date), line.id
            """,
            items=open_lines(self.env, day if day < today else None),
            customer=customer.id,
            company=company.id,
        )
        rows = []
        for currency_id, name, reference, memo, date, due, original, rest in self.env.execute_query(
            query
        ):
            label = reference or memo or ""
            rows.append(
                StatementRow(
                    currency_id,
                    name,
                    label if label != name else "",
                    date,
                    due,
                    original,
                    rest,
                    (day - due).days,
                )
            )
        return rows
