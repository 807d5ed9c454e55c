"""Measures the reading of outside ledgers, on the emulators: requests and our own time.

    python benchmarks/sync.py --invoices=10000 --out=figures.json

with the environment that `stand` names. Each ledger is read whole, then again with nothing
changed, then with 100 invoices paid there. *Own time* is the time of a run less the time
spent waiting for the emulator's answers: these run in the same process and on the same
cores, so what is left contains some of their work, too.
"""

import argparse
import json
import os
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest.mock import patch

from stand import PREFIX, clone, drop, environment

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts" / "inside")]
CUSTOMERS, CHANGED = 500, 100


def main():
    """Measure both ledgers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=10_000)
    parser.add_argument("--template", default=os.environ.get("BENCH_TEMPLATE"))
    parser.add_argument("--out", help="a JSON file for the figures")
    arguments = parser.parse_args()
    database, found = f"{PREFIX}sync", {}
    for provider in ("xero", "quickbooks"):
        clone(arguments.template, database)
        with environment(database) as env:
            found[provider] = measure(env, provider, arguments.invoices)
        drop(database)
    if arguments.out:
        Path(arguments.out).write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


def measure(env, provider, invoices):
    """Read one ledger three times.

    :rtype: dict
    """
    import ledgers
    from emulators.web import Clock

    kind, company = ledgers.LEDGERS[provider]
    clock = Clock(datetime.now(timezone.utc) - timedelta(hours=2))
    service = kind(clock, seed=3, company=company).start()
    service.fill(CUSTOMERS, invoices, ("USD",))
    clock.advance(hours=2)  # what overlaps is read again: here nothing does
    try:
        connection = ledgers.connect(env, env.company, service)
        connection._prepare_books()
        connection.is_import_started = True
        env.cr.commit()
        found = {"streams": len(connection._adapter()._streams())}
        found["first"] = run(env, connection, "first")
        found["calls_per_1000_invoices"] = round(found["first"]["requests"] / invoices * 1000, 1)
        found["nothing_changed"] = run(env, connection, "manual")
        _pay(env, connection, service)
        found["changed_100"] = run(env, connection, "manual")
        found["differences"] = len(connection._check_drift())
        return found
    finally:
        service.stop()


def _pay(env, connection, service):
    """Pay some open invoices there."""
    refs = env["collections.external.ref"].search(
        [
            ("connection_id", "=", connection.id),
            ("stream", "=", "invoices"),
            ("move_id.amount_residual", ">", 0),
        ],
        limit=CHANGED,
    )
    for ref in refs:
        service.pay(ref.external_id)


def run(env, connection, kind):
    """Read the ledger once, committing as the scheduled action does.

    :rtype: dict
    """
    with waiting() as clock:
        started = time.perf_counter()
        log = connection._sync(kind=kind, commit=True)
        seconds = time.perf_counter() - started
    if log.state != "done":
        raise SystemExit(f"the ledger could not be read: {log.message}")
    env.invalidate_all()
    return {
        "seconds": round(seconds, 2),
        "own_seconds": round(seconds - clock["seconds"], 2),
        "requests": log.requests,
        "fetched": log.fetched,
        "new": log.new,
        "changed": log.changed,
        "set_aside": log.failed,
    }


@contextmanager
def waiting():
    """Add up the seconds spent waiting for answers."""
    from odoo.addons.collections_addon.connectors.http import HttpSession

    clock, original = {"seconds": 0.0}, HttpSession.request

    def request(session, *arguments, **options):
        started = time.perf_counter()
        try:
            return original(session, *arguments, **options)
        finally:
            clock["seconds"] += time.perf_counter() - started

    with patch.object(HttpSession, "request", request):
        yield clock


if __name__ == "__main__":
    main()
