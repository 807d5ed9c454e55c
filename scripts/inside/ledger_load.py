"""Rows of a ledger as customers, posted invoices and payments, by the ORM."""

import re
from collections import Counter, defaultdict

from odoo.fields import Command

BATCH = 500
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class LedgerLoader:
    """Makes drafts of everything first; a day then posts and pays what is its own.

    :param env: an environment of an accountant
    :param ledger: what the domain read from the file
    :param datetime.date last: rows of later invoice dates are left for later
    """

    def __init__(self, env, ledger, last):
        self.rows = [row for row in ledger.rows if row.invoice_date <= last]
        if not self.rows:
            raise SystemExit(f"No invoice of the file is dated {last} or before.")
        self.later = len(ledger.rows) - len(self.rows)
        self.first = min(row.invoice_date for row in self.rows)
        self.env = env(context=dict(env.context, **QUIET))
        self.company = env.company
        self.partners = {}
        self.invoices = {}
        self.issued, self.paid = defaultdict(list), defaultdict(list)

    def load(self):
        """Prepare the company, its customers, and the invoices as drafts."""
        self._prepare_company()
        self._make_partners()
        for start in range(0, len(self.rows), BATCH):
            self._make_invoices(self.rows[start : start + BATCH])
        for row in self.rows:
            self.issued[row.invoice_date].append(row)
            if row.paid_on:
                self.paid[max(row.paid_on, row.invoice_date)].append(row)

    def book(self, day):
        """Post the invoices of a day and register its payments."""
        invoices = self._moves(self.issued[day])
        if invoices:
            invoices.action_post()
        for row in self.paid[day]:
            self._pay(self.invoices[row.line], row, day)

    def _moves(self, rows):
        return self.env["account.move"].union(*(self.invoices[row.line] for row in rows))

    def _prepare_company(self):
        """Give the company the ledger's currency, an address to write from, accounts and a
        bank to be paid on."""
        self.company.email = self.company.email or "receivables@company.example"
        used = Counter(row.currency for row in self.rows if row.currency)
        currencies = self.env["res.currency"].with_context(active_test=False)
        found = currencies.search([("name", "in", list(used))])
        unknown = set(used) - set(found.mapped("name"))
        if unknown:
            raise SystemExit(f"Unknown currencies: {', '.join(sorted(unknown))}.")
        found.active = True
        self.currencies = {currency.name: currency for currency in found}
        if used:
            self.company.currency_id = self.currencies[used.most_common(1)[0][0]]
        self.currencies[None] = self.company.currency_id
        if not self.company.chart_template:
            self.env["account.chart.template"].try_loading("generic_coa", self.company)
        self.bank = self._journal("bank")
        self.method = self.bank.inbound_payment_method_line_ids[:1]
        self.method.payment_account_id = self.bank.default_account_id

    def _journal(self, kind):
        domain = [("type", "=", kind), ("company_id", "=", self.company.id)]
        return self.env["account.journal"].search(domain, limit=1)

    def _make_partners(self):
        """Make the customers, each with an address of the reserved test domain."""
        names = sorted({row.customer for row in self.rows})
        partners = self.env["res.partner"].create(
            [{"name": name, "email": address(name), "is_company": True} for name in names]
        )
        self.partners = dict(zip(names, partners, strict=True))

    def _make_invoices(self, rows):
        moves = self.env["account.move"].create([self._invoice_values(row) for row in rows])
        self.invoices.update(zip((row.line for row in rows), moves, strict=True))

    def _invoice_values(self, row):
        line = {"name": row.number, "price_unit": abs(row.amount), "tax_ids": [Command.clear()]}
        return {
            "move_type": "out_invoice" if row.amount > 0 else "out_refund",
            "partner_id": self.partners[row.customer].id,
            "currency_id": self.currencies[row.currency].id,
            "invoice_date": row.invoice_date,
            "invoice_date_due": row.due_date,
            "invoice_payment_term_id": False,
            "ref": row.number,
            "payment_reference": row.number,
            "invoice_line_ids": [Command.create(line)],
        }

    def _pay(self, move, row, day):
        """Register a payment of what is open, and match it."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound" if row.amount > 0 else "outbound",
                "partner_type": "customer",
                "partner_id": move.commercial_partner_id.id,
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "date": day,
                "journal_id": self.bank.id,
                "payment_method_line_id": self.method.id,
                "memo": row.number,
            }
        )
        payment.action_post()
        lines = (payment.move_id + move).line_ids
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()


def address(name):
    """Return an e-mail address that can reach nobody.

    :rtype: str
    """
    local = re.sub(r"[^a-z0-9]+", ".", name.lower()).strip(".") or "customer"
    return f"{local}@customer.example"
