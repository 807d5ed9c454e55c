"""Measures the mirror of outside ledgers beside Odoo's own ways of creating the same.

    python benchmarks/connectors.py --invoices=10000 --out=figures.json

where an Odoo with the module is at hand, with the environment that `stand` names. Each
way books invoices, each paid by a payment that is reconciled with it, into a copy of the
same database, in a process of its own, one after the other:

one      as a program that knows nothing better: create, post, pay, reconcile, one by one
batched  the same by Odoo's batch methods, hundreds at a time, with everything said that
         spares Odoo work; `best` is the better of two such ways
ours     the first import: records as they are fetched become documents, in committed steps

Of ours the memory after a fifth and at the end tells whether it grows with the ledger.
"""

import argparse
import json
import resource
import sys
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from stand import PREFIX, clone, drop, environment, result, spawn

NOW = datetime(2026, 6, 30, 12)
BATCH = 250
CUSTOMERS = 500
LEAN = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_cash_basis": True,
}


def main():
    """Measure each way, then put the rates beside each other."""
    arguments = _arguments()
    counts = {"one": 200, "batched": 2000, "lean": 2000, "ours": arguments.invoices}
    found = {}
    for way in ("one", "batched", "lean", "ours"):
        database = f"{PREFIX}connectors"
        clone(arguments.template, database)
        found[way] = result(spawn("connectors.py", "--way", way, database, counts[way]))
        drop(database)
    best = max(found["batched"]["rate"], found["lean"]["rate"])
    found["best_batched_rate"] = best
    found["times_one_by_one"] = round(found["ours"]["rate"] / found["one"]["rate"], 1)
    found["share_of_best_batched"] = round(found["ours"]["rate"] / best, 2)
    if arguments.out:
        Path(arguments.out).write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=10_000)
    parser.add_argument("--template", help="a database with the module")
    parser.add_argument("--out", help="a JSON file for the figures")
    arguments = parser.parse_args()
    if not arguments.template:
        import os

        arguments.template = os.environ["BENCH_TEMPLATE"]
    return arguments


def measure(way, database, count):
    """Measure one way; prints one line of JSON."""
    with environment(database) as env:
        figures = WAYS[way](env, count)
    print(json.dumps(figures))


def _figures(count, seconds, **more):
    return {
        "invoices": count,
        "seconds": round(seconds, 2),
        "rate": round(count / seconds, 1),
        "peak_mb": _peak(),
        **more,
    }


def _peak():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _rss():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 2**20)


# === ODOO'S WAYS === #


class Books:
    """A connection's journals and accounts, customers, and values of documents."""

    def __init__(self, env):
        self.env = env
        self.connection = env["collections.connection"].create(
            {"name": "Bench", "provider": "xero", "state": "connected"}
        )
        self.connection._prepare_books()
        names = [{"name": f"Customer {number}"} for number in range(CUSTOMERS)]
        self.partners = env["res.partner"].create(names)
        env.flush_all()

    def invoice(self, number, said=False):
        """Values of an invoice; with everything that Odoo would work out."""
        partner = self.partners[number % CUSTOMERS]
        values = {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "journal_id": self.connection.journal_id.id,
            "invoice_date": date(2026, 1, 5),
            "date": date(2026, 1, 5),
            "invoice_date_due": date(2026, 2, 4),
            "invoice_payment_term_id": False,
        }
        line = {
            "name": "As there",
            "account_id": self.connection.account_id.id,
            "price_unit": 100.0 + number,
            "tax_ids": [],
        }
        if not said:
            return values | {"invoice_line_ids": [(0, 0, line)]}
        amount = 100.0 + number
        line |= {"display_type": "product", "balance": -amount, "amount_currency": -amount}
        term = self.item(number, amount) | {"display_type": "payment_term"}
        return values | {"name": f"B/{number:06d}", "line_ids": [(0, 0, line), (0, 0, term)]}

    def item(self, number, amount):
        """Values of a receivable item."""
        return {
            "account_id": self.connection.receivable_account_id.id,
            "partner_id": self.partners[number % CUSTOMERS].id,
            "balance": amount,
            "amount_currency": amount,
            "date_maturity": date(2026, 2, 4),
        }

    def payment(self, number, said=False):
        """Values of the payment of an invoice."""
        amount = 100.0 + number
        other = {"account_id": self.connection.account_id.id, "balance": amount}
        values = {
            "move_type": "entry",
            "journal_id": self.connection.payment_journal_id.id,
            "date": date(2026, 1, 20),
            "line_ids": [(0, 0, self.item(number, -amount)), (0, 0, other)],
        }
        return values | ({"name": f"BP/{number:06d}"} if said else {})

    @staticmethod
    def open(move):
        """The receivable item of a document."""
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )


def one(env, count):
    """One document after the other."""
    books, moves = Books(env), env["account.move"]
    start = time.perf_counter()
    for number in range(count):
        invoice = moves.create(books.invoice(number))
        invoice.action_post()
        payment = moves.create(books.payment(number))
        payment.action_post()
        (books.open(invoice) | books.open(payment)).reconcile()
        env.flush_all()
    return _figures(count, time.perf_counter() - start)


def batched(env, count, said=False, **context):
    """Odoo's batch methods."""
    books = Books(env)
    moves = env["account.move"].with_context(**LEAN, **context)
    start = time.perf_counter()
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        invoices = moves.create([books.invoice(number, said) for number in numbers])
        invoices._post(soft=False)
        payments = moves.create([books.payment(number, said) for number in numbers])
        payments._post(soft=False)
        pairs = zip(invoices, payments, strict=True)
        plan = [books.open(invoice) | books.open(payment) for invoice, payment in pairs]
        moves.env["account.move.line"]._reconcile_plan(plan)
        env.flush_all()
        env.cr.commit()
        env.invalidate_all()
    return _figures(count, time.perf_counter() - start)


def lean(env, count):
    """Odoo's batch methods, spared all work that the values make needless."""
    return batched(env, count, said=True, skip_invoice_sync=True)


# === OURS === #


def ours(env, count):
    """The first import, from records as they were fetched."""
    connection = Books(env).connection
    refs = env["collections.external.ref"]
    for stream, records in _records(count):
        refs._take_in(connection, stream, records, NOW)
    env.cr.commit()
    start, done, memory = time.perf_counter(), 0, []
    while taken := connection._mirror(now=NOW):
        done += taken
        env.cr.commit()
        env.invalidate_all()
        memory.append((done, _rss()))
    seconds = time.perf_counter() - start
    failed = refs.search_count([("connection_id", "=", connection.id), ("state", "=", "failed")])
    start = time.perf_counter()
    drifts = len(connection._check_drift(NOW))
    comparing = time.perf_counter() - start
    fifth = next(rss for number, rss in memory if number >= 2 * count // 5)
    return _figures(
        count,
        seconds,
        set_aside=failed,
        differences=drifts,
        seconds_to_compare=round(comparing, 2),
        mb_after_a_fifth=fifth,
        mb_at_the_end=memory[-1][1],
        changed_100_seconds=round(_change(env, connection, 100), 2),
    )


def _change(env, connection, count):
    """Seconds to follow as many invoices of which amount and due date changed."""
    refs = env["collections.external.ref"]
    changed = [_invoice(number, amount=Decimal(500 + number)) for number in range(count)]
    refs._take_in(connection, "invoices", changed, NOW)
    env.cr.commit()
    start = time.perf_counter()
    while connection._mirror(now=NOW):
        env.cr.commit()
        env.invalidate_all()
    return time.perf_counter() - start


def _records(count):
    """Customers, invoices and payments as Xero writes them."""
    yield "customers", [_customer(number) for number in range(CUSTOMERS)]
    yield "invoices", [_invoice(number) for number in range(count)]
    yield "payments", [_payment(number) for number in range(count)]


def _customer(number):
    return {
        "ContactID": f"c-{number}",
        "Name": f"Customer {number} Ltd",
        "ContactStatus": "ACTIVE",
        "EmailAddress": f"pay{number}@customer.example",
    }


def _moment(day):
    return f"/Date({(day - EPOCH).days * 86_400_000}+0000)/"


EPOCH = date(1970, 1, 1)


def _invoice(number, amount=None):
    total, paid = amount or Decimal(100 + number), Decimal(100 + number)
    due = date(2026, 2, 4) + timedelta(days=30 if amount else 0)
    paid = min(total, paid)
    return {
        "Type": "ACCREC",
        "InvoiceID": f"i-{number}",
        "InvoiceNumber": f"INV-{number:06d}",
        "Status": "PAID" if paid == total else "AUTHORISED",
        "Contact": {"ContactID": f"c-{number % CUSTOMERS}"},
        "Date": _moment(date(2026, 1, 5)),
        "DueDate": _moment(due),
        "CurrencyCode": "USD",
        "Total": total,
        "AmountDue": total - paid,
        "AmountPaid": paid,
        "AmountCredited": Decimal(0),
    }


def _payment(number):
    return {
        "PaymentID": f"p-{number}",
        "PaymentType": "ACCRECPAYMENT",
        "Status": "AUTHORISED",
        "Date": _moment(date(2026, 1, 20)),
        "Amount": Decimal(100 + number),
        "Reference": "transfer",
        "Invoice": {
            "InvoiceID": f"i-{number}",
            "CurrencyCode": "USD",
            "Contact": {"ContactID": f"c-{number % CUSTOMERS}"},
        },
    }


WAYS = {"one": one, "batched": batched, "lean": lean, "ours": ours}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        measure(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
