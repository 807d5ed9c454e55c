"""Measures the import of a list of open items: XLSX and CSV, as a person brings it.

    python benchmarks/lists.py --rows=100000 --out=figures.json

where an Odoo with the module is at hand, with the environment that `stand` names. Each
kind of file is brought in a process of its own into a copy of the same database, by the
wizard's own buttons: read (columns and formats are found out), checked (every row, nothing
kept), taken in. Then a second list comes, on which a hundred items are paid in part and a
hundred are gone. Seconds and the most memory of the process after each step. With --mirror
also what the scheduler does in the background afterwards: documents are made of it.
"""

import argparse
import base64
import csv
import io
import json
import os
import resource
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

from stand import PREFIX, clone, drop, environment, result, spawn

NOW = datetime(2026, 6, 30, 12)
CUSTOMERS, CHANGED, BATCH = 10_000, 100, 250
HEADERS = (
    "Customer Number", "Customer", "Email", "Invoice", "Invoice Date", "Due Date",
    "Currency", "Amount", "Open Amount",
)  # fmt: skip


def main():
    """Measure each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--template", default=os.environ.get("BENCH_TEMPLATE"))
    parser.add_argument("--mirror", action="store_true", help="make documents too")
    parser.add_argument("--out", help="a JSON file for the figures")
    arguments = parser.parse_args()
    database, found = f"{PREFIX}lists", {"rows": arguments.rows}
    for kind in KINDS:
        clone(arguments.template, database)
        way = "documents" if arguments.mirror else "records"
        found[kind] = result(spawn("lists.py", "--kind", kind, database, arguments.rows, way))
        drop(database)
    if arguments.out:
        Path(arguments.out).write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


# === FILES === #


def rows(count, second=False):
    """The lines of a list; the second one has a hundred less, and a hundred paid in part."""
    for number in range(CHANGED if second else 0, count):
        due = date(2026, 1, 31) + timedelta(days=number % 120)
        amount = 100 + number % 900
        paid = 40 if second and number < 2 * CHANGED else 0
        customer = number % CUSTOMERS
        yield (
            f"C{customer}", f"Customer {customer}", f"c{customer}@example.com",
            f"INV-{number:07d}", due - timedelta(days=30), due, "USD", amount, amount - paid,
        )  # fmt: skip


def workbook(lines):
    """An XLSX file.

    :rtype: bytes
    """
    from openpyxl import Workbook

    book, stream = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("Open Items")
    sheet.append(HEADERS)
    for line in lines:
        sheet.append(line)
    book.save(stream)
    return stream.getvalue()


def text(lines):
    """A CSV file.

    :rtype: bytes
    """
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerows([HEADERS, *lines])
    return stream.getvalue().encode()


KINDS = {"xlsx": workbook, "csv": text}


# === MEASURING === #


class Watch:
    """Seconds and the most memory of each step."""

    def __init__(self):
        self.steps = {}

    def __call__(self, name, work):
        begun = time.perf_counter()
        answer = work()
        seconds = round(time.perf_counter() - begun, 2)
        peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        self.steps[name] = {"seconds": seconds, "peak_mb": peak}
        return answer


def measure(kind, database, count, way):
    """Bring two lists; prints one line of JSON."""
    first, second = (KINDS[kind](rows(count, again)) for again in (False, True))
    watch, mirrors = Watch(), way == "documents"
    with environment(database) as env:
        watch("odoo", lambda: None)
        connection = bring(env, watch, "first", first, date(2026, 6, 29))
        if mirrors:
            watch("first: documents", lambda: mirror(env, connection))
        bring(env, watch, "second", second, date(2026, 6, 30), connection)
        if mirrors:
            watch("second: documents", lambda: mirror(env, connection))
        left = owed(env, connection) if mirrors else kept(env, connection)
    wanted = sum(line[-1] for line in rows(count, True))
    if left != wanted:
        raise SystemExit(f"{left} is open here, {wanted} on the list")
    print(json.dumps({"mb": round(len(first) / 2**20, 1), "steps": watch.steps}))


def bring(env, watch, name, content, day, connection=None):
    """One list, by the wizard's buttons; its connection."""
    wizard = env["collections.file.import"].create(
        {
            "file": base64.b64encode(content),
            "file_name": "open-items",
            "connection_id": connection and connection.id,
            "ledger_name": "Old Program",
            "as_of": day,
        }
    )
    watch(f"{name}: read", wizard.action_read)
    watch(f"{name}: check", wizard.action_check)
    wizard.is_confirmed = True
    watch(f"{name}: take in", wizard.action_import)
    env.cr.commit()
    return wizard.connection_id


def mirror(env, connection):
    """Everything that waits, in committed steps."""
    while connection._mirror(limit=BATCH, now=NOW):
        env.cr.commit()
        env.invalidate_all()


def owed(env, connection):
    """What is open here of the ledger's documents."""
    [(total,)] = env["account.move"]._read_group(
        [("collections_connection_id", "=", connection.id), ("state", "=", "posted")],
        [],
        ["amount_residual:sum"],
    )
    return round(total)


def kept(env, connection):
    """What is open by the records kept of the lists."""
    env.cr.execute(
        "SELECT SUM((raw::jsonb->>'balance')::numeric) FROM collections_external_ref"
        " WHERE connection_id = %s AND stream = 'invoices'",
        [connection.id],
    )
    [[total]] = env.cr.fetchall()
    return total


if __name__ == "__main__":
    if sys.argv[1:2] == ["--kind"]:
        measure(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
    else:
        main()
