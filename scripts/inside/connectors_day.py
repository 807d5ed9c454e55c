"""Two outside ledgers, emulated: connect, import, pay there, charge here; no difference."""

import argparse
from contextlib import ExitStack
from datetime import date

import ledgers
from day import Report, run_day
from demo_day import next_working_day
from session import catch_mail, environment

from odoo import fields

CUSTOMERS, INVOICES = 12, 60


def main():
    """Play the story of each ledger in a company of its own, then one day of both.

    :return: nothing; an error ends the program with its traceback
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--mail-port", type=int, required=True)
    arguments = parser.parse_args()
    with environment(arguments.config, arguments.database) as env, ExitStack() as stack:
        catch_mail(env, arguments.mail_port)
        for provider in ledgers.LEDGERS:
            service = ledgers.start(provider, CUSTOMERS, INVOICES)
            stack.callback(service.stop)
            story = Story(env, service)
            story.play()
            env.user.company_id = story.company  # whoever looks around begins in a firm
            env.cr.commit()


class Story:
    """One ledger, mirrored in a company of its own.

    :param env: an environment of the administrator
    :param service: a running emulator
    """

    def __init__(self, env, service):
        self.service = service
        self.company = make_company(env, ledgers.LEDGERS[service.name][1])
        companies = env.user.company_ids
        self.env = env(context=dict(env.context, allowed_company_ids=companies.ids))
        self.connection = None

    def play(self):
        """Connect, import, pay one invoice there, read it, run a day, compare."""
        self.connection = ledgers.connect(self.env, self.company, self.service)
        label = self.connection._adapter()._label
        print(f"\n=== {label}: {self.connection.tenant_name} ===")
        self._import()
        self._pay_there()
        self._day()
        self._charge()
        self._compare()

    def _import(self):
        self.connection._prepare_books()
        self.connection.is_import_started = True
        log = self._sync("first")
        print(f"First import: {log.fetched} records read in {log.requests} requests.")
        documents = self.env["account.move"].search(
            [("collections_connection_id", "=", self.connection.id)]
        )
        invoices = documents.filtered(lambda move: move.move_type == "out_invoice")
        customers = invoices.partner_id.commercial_partner_id
        print(f"Mirrored: {len(invoices)} invoices of {len(customers)} customers,", end=" ")
        print(f"{len(documents - invoices)} other documents; set aside: {log.failed}.")

    def _sync(self, kind="manual"):
        log = self.connection._sync(kind=kind)
        self.env.cr.commit()
        if log.state != "done":
            raise SystemExit(f"The ledger could not be read: {log.message}")
        return log

    def _late_invoice(self, today):
        """The mirrored invoice of which most is overdue."""
        return self.env["account.move"].search(
            [
                ("collections_connection_id", "=", self.connection.id),
                ("move_type", "=", "out_invoice"),
                ("amount_residual", ">", 0),
                ("invoice_date_due", "<", today),
            ],
            order="amount_residual desc",
            limit=1,
        )

    def _pay_there(self):
        """Pay, in the ledger, an invoice that a reminder would be written about."""
        invoice = self._late_invoice(fields.Date.today())
        ref = self.env["collections.external.ref"].search(
            [("move_id", "=", invoice.id), ("stream", "=", "invoices")]
        )
        amount = f"{invoice.amount_residual:,.2f} {invoice.currency_id.name}"
        customer = invoice.partner_id.name
        print(f"\n{customer} pays invoice {ref.label} ({amount}) there.")
        self.service.pay(ref.external_id)
        log = self._sync()
        print(f"Read again: {log.new} new, {log.changed} changed, {log.requests} requests.")
        self.env.invalidate_all()
        print(f"Here it is {invoice.payment_state}; open: {invoice.amount_residual:.2f}.")
        self.paid = invoice

    def _charge(self):
        """Charge a fee for a late invoice, write it to the ledger, read it back: one debt."""
        today = fields.Date.today()
        invoice = self._late_invoice(today)
        item = invoice.line_ids.filtered(lambda line: line.date_maturity)[:1]
        charge = self.env["collections.charge"].create(
            {
                "move_line_id": item.id,
                "company_id": self.company.id,
                "amount": 25,
                "date": today,
            }
        )
        note = charge._book(today)
        self.env.cr.commit()
        self.env["collections.outbox"]._cron_deliver()
        row = self.env["collections.outbox"].search([("move_id", "=", note.id)])
        if row.state != "done":
            raise SystemExit(f"The fee was not written: {row.problem}")
        self._sync()
        self.env.invalidate_all()
        ref = self.env["collections.external.ref"].search([("move_id", "=", note.id)])
        if ref.external_id != row.external_id:
            raise SystemExit("The fee came back as another debt.")
        print(
            f"\nA fee of 25.00 for {invoice.name}: debit note {note.name} is an invoice there, too."
        )

    def _day(self):
        day = next_working_day(date.today())
        run, _approved, actions = run_day(self.env, self.company, day)
        report = Report(self.env, self.company)
        report.contacts(actions, most=12)
        report.left_alone(run)
        if self.paid in actions.item_ids.move_id:
            raise SystemExit("An invoice that is paid was asked for.")
        print(f"Nobody was asked for {self.paid.name}: it is paid.")

    def _compare(self):
        differences = self.connection._check_drift()
        figures = self.env["collections.drift"].search_count(
            [("connection_id", "=", self.connection.id)]
        )
        print(f"\n{figures} figures held against the ledger's: {len(differences)} different.")
        if differences:
            raise SystemExit("\n".join(row["text"] for row in differences))


def make_company(env, name):
    """A company with accounts and an address to write from, in which the admin works."""
    company = env["res.company"].create({"name": name, "currency_id": env.ref("base.USD").id})
    # Afterwards: with an address from the start, Odoo would look the firm up outside.
    company.email = "accounts@firm.example"
    company.partner_id.tz = "UTC"
    env.user.company_ids |= company
    env["account.chart.template"].try_loading("generic_coa", company)
    currencies = env["res.currency"].with_context(active_test=False)
    currencies.search([("name", "in", ("EUR", "GBP", "USD"))]).active = True
    return company


if __name__ == "__main__":
    main()
