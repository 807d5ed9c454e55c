"""A ledger from a file: its invoices and payments in the order of their days."""

import argparse
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from day import Report, run_day
from ledger_load import LedgerLoader
from session import catch_mail, environment


def main():
    """Load the ledger, run its days and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--mail-port", type=int, required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--date", type=date.fromisoformat)
    arguments = parser.parse_args()
    text = read_text(arguments.ledger)
    with environment(arguments.config, arguments.database) as env:
        from odoo.addons.collections_addon.collections_addon.domain import ledger_file

        try:
            ledger = ledger_file.parse_ledger(text)
        except ledger_file.LedgerError as error:
            raise SystemExit(f"{arguments.ledger.name}: {error}") from None
        describe(ledger)
        if not ledger.rows:
            raise SystemExit("No row could be read.")
        catch_mail(env, arguments.mail_port)
        last = arguments.date or max(row.invoice_date for row in ledger.rows)
        play(env, ledger, last)


def read_text(path):
    """Return the file's text, whichever of the usual encodings it has."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def describe(ledger):
    """Print how the file was understood, and every row that was not."""
    print("\nHow the file was read:")
    for note in ledger.notes():
        print(f"  {note}")
    print(f"{len(ledger.rows)} rows read, {len(ledger.errors)} left out.")
    for error in ledger.errors:
        print(f"  line {error.line}: {error.text}")


def play(env, ledger, last):
    """Load the rows up to a day and run every day until then."""
    loader = LedgerLoader(env, ledger, last)
    begin = time.monotonic()
    loader.load()
    env.cr.commit()
    print(
        f"{len(loader.invoices)} invoices of {len(loader.partners)} customers were made in"
        f" {time.monotonic() - begin:.0f} s; {loader.later} are of later than {last}."
    )
    print(f"\nDay by day, {loader.first} to {last}:")
    totals, day = Counter(), loader.first
    while day <= last:
        loader.book(day)
        run, _approved, actions = run_day(env, loader.company, day, hours=(9, 15))
        tell(env, day, actions, totals)
        day += timedelta(days=1)
    env.cr.commit()
    summarize(env, loader, run, totals, last)


def tell(env, day, actions, totals):
    """Print a day on which somebody was contacted, on one line."""
    made = actions.filtered(
        lambda a: a.contact_date == day or (a.is_manual and a.run_id.date == day)
    )
    if not made:
        totals["quiet days"] += 1
        return
    counts = Counter((a.level_id.name, a.channel_code) for a in made)
    totals.update(counts)
    totals["days with contacts"] += 1
    text = ", ".join(
        f"{n} × {level} by {channel}" for (level, channel), n in sorted(counts.items())
    )
    names = ", ".join(made.partner_id.mapped("name")[:4])
    more = f" and {len(made.partner_id) - 4} more" if len(made.partner_id) > 4 else ""
    print(f"  {day:%a %Y-%m-%d}  {text}  — {names}{more}", flush=True)


def summarize(env, loader, run, totals, last):
    """Print the last day in full and the sums."""
    print(f"\n=== The last day, {last} ===")
    report = Report(env, loader.company)
    report.contacts(run.action_ids)
    report.left_alone(run)
    report.coming(last)
    quiet, busy = totals.pop("quiet days", 0), totals.pop("days with contacts", 0)
    print(f"\n{busy} days with contacts, {quiet} without.")
    for (level, channel), count in sorted(totals.items()):
        print(f"  {count:6}  {level} by {channel}")
    paid = sum(move.payment_state == "paid" for move in loader.invoices.values())
    print(f"{len(loader.invoices)} invoices, {paid} of them paid by {last}.")


if __name__ == "__main__":
    main()
