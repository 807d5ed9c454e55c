"""Measures the module beside OCA's account_credit_control and beside bare SQL.

    make bench SIZES=10000,100000 OUT=figures.json

or, where an Odoo with the module is at hand, with the environment that `stand` names:

    python benchmarks/run.py --sizes=10000,100000 --out=figures.json

For each size a ledger is generated once per Odoo (one database with our module, one
with OCA's) and copied for each measurement. What is compared is measured in turns in one
process where it can be, and always within the same run of this program: times drift
with the machine, ratios hold.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

import oca
from generate import generate
from stand import HERE, PREFIX, addons_path, clone, connect, drop, query, result, spawn

GO = 20260630


def main():
    """Measure all sizes, writing the figures after each."""
    arguments = _arguments()
    figures = {"machine": machine(), "versions": versions(), "sizes": {}}
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(Path(folder)) if any(arguments.slices.values()) else None
        figures["versions"]["account_credit_control"] = peer and peer.version
        for size in arguments.sizes:
            figures["sizes"][str(size)] = measure(size, arguments, peer)
            _write(figures, arguments.out)
        if peer:
            drop(peer.template)
    print(json.dumps(figures["sizes"], indent=1))


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000", help="open lines, by commas")
    parser.add_argument("--out", help="a JSON file for the raw figures")
    parser.add_argument(
        "--oca-slice", default="10000,50000", help="lines given to OCA, of each size; 0: none"
    )
    parser.add_argument("--oca-emails", type=int, default=200, help="e-mails OCA creates")
    parser.add_argument("--emails-up-to", type=int, default=100_000, help="largest size mailed")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.sizes = [int(size) for size in arguments.sizes.split(",")]
    slices = [int(lines) for lines in arguments.oca_slice.split(",")]
    slices += slices[-1:] * len(arguments.sizes)  # the last one serves for the rest
    arguments.slices = dict(zip(arguments.sizes, slices, strict=False))
    return arguments


def measure(size, arguments, peer):
    """All figures of one size.

    :rtype: dict
    """
    ledger, work = f"{PREFIX}ledger", f"{PREFIX}work"
    say(f"{size}: generating")
    clone(os.environ["BENCH_TEMPLATE"], ledger)
    figures = {"ledger": generate(ledger, size, arguments.seed), "load_before": os.getloadavg()[0]}
    repeats = max(1, min(5, 300_000 // size))
    say(f"{size}: floor, reading and the worst day, {repeats} times")
    clone(ledger, work)
    drop(ledger)
    figures |= result(spawn("ours.py", "run", work, repeats))
    if size <= arguments.emails_up_to:
        for workers in (1, 2):
            say(f"{size}: e-mails, {workers} worker(s)")
            figures[f"emails_{workers}"] = mail(work, workers)
    say(f"{size}: a quiet day, {repeats} times")
    figures |= result(spawn("ours.py", "quiet", work, repeats))
    say(f"{size}: lists")
    figures["screens"] = result(spawn("screens.py", work))
    drop(work)
    if peer and arguments.slices[size]:
        say(f"{size}: account_credit_control on {min(size, arguments.slices[size])} lines")
        figures["oca"] = peer.measure(size, arguments)
    figures["load_after"] = os.getloadavg()[0]
    figures["ratios"] = ratios(figures)
    return figures


def mail(source, workers):
    """E-mails per second of some workers on a copy of a database that has queued contacts.

    The workers wait for each other before they begin.
    """
    database = f"{PREFIX}mail"
    clone(source, database)
    gate = connect(database)
    with gate.cursor() as cr:
        cr.execute("SELECT pg_advisory_lock(%s)", [GO])
        processes = [spawn("ours.py", "emails", database) for _worker in range(workers)]
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while query(database, waiting)[0][0] < workers:
            if any(process.poll() is not None for process in processes):
                raise SystemExit("a worker ended before it began")
            time.sleep(0.2)
        cr.execute("SELECT pg_advisory_unlock(%s)", [GO])
    figures = [result(process) for process in processes]
    gate.close()
    made = query(database, "SELECT count(*) FROM mail_mail WHERE dunning_action_id IS NOT NULL")
    drop(database)
    count = sum(one["count"] for one in figures)
    if made[0][0] != count:
        raise SystemExit(f"{count} contacts, but {made[0][0]} e-mails")
    seconds = max(one["ended"] for one in figures) - min(one["started"] for one in figures)
    return {
        "count": count,
        "seconds": round(seconds, 3),
        "per_second": round(count / seconds, 1),
        "each": [one["count"] for one in figures],
        "statements": sum(one["statements"] for one in figures),
    }


class Peer:
    """OCA's module from PyPI, in a database of its own without ours.

    :param Path folder: where the package is put
    """

    template = f"{PREFIX}oca"

    def __init__(self, folder):
        say(f"getting {oca.PACKAGE}")
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder)]
        subprocess.run([*pip, oca.PACKAGE], check=True)
        self.addons = f"{addons_path()},{folder / 'odoo' / 'addons'}"
        self.version = oca.PACKAGE.partition("==")[2]
        say("a database with it")
        drop(self.template)
        query("postgres", f'CREATE DATABASE "{self.template}" TEMPLATE template0 ENCODING "UTF8"')
        options = ["-c", os.environ["BENCH_CONFIG"], "-d", self.template, "--stop-after-init"]
        options += ["--no-http", "--log-level=error", f"--addons-path={self.addons}"]
        command = [sys.executable, "-m", "odoo", *options, "-i", oca.MODULE]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONWARNINGS": "ignore"})

    def measure(self, size, arguments):
        """Its day on the same ledger, or on a slice of it."""
        database = f"{PREFIX}peer"
        clone(self.template, database)
        generate(database, size, arguments.seed)
        lines = min(size, arguments.slices[size])
        process = spawn(
            "oca.py", "cycle", database, lines, arguments.oca_emails, addons=self.addons
        )
        figures = result(process)
        drop(database)
        return figures


def ratios(figures):
    """What the goals are about.

    :rtype: dict
    """
    lines = figures["lines"]
    day, quiet = figures["worst_day"]["seconds"], figures["quiet_day"]["seconds"]
    found = {
        "worst_day_to_floor": day / figures["floor"]["seconds"],
        "quiet_day_to_reading": quiet / figures["read_quiet"]["seconds"],
        "microseconds_per_line": day / lines * 1e6,
    }
    if "oca" in figures:
        theirs = figures["oca"]
        per_line = theirs["seconds"] / theirs["lines"]
        found["oca_times_per_line"] = per_line / (day / lines)
        if "emails_1" in figures:
            rate = theirs["emails"] / theirs["email_seconds"]
            found["emails_to_oca"] = figures["emails_1"]["per_second"] / rate
    if "emails_1" in figures:
        one, two = figures["emails_1"]["per_second"], figures["emails_2"]["per_second"]
        found["two_workers_to_one"] = two / one
    return {name: round(value, 3) for name, value in found.items()}


def machine():
    """What the figures were measured on.

    :rtype: dict
    """
    cpu = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": cpu[0] if cpu else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "system": platform.platform(),
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    }


def versions():
    """The versions of everything that takes part.

    :rtype: dict
    """
    import odoo.release

    settings = ("shared_buffers", "work_mem", "fsync", "synchronous_commit")
    commit = subprocess.run(
        ["git", "-C", HERE, "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "odoo": odoo.release.version,
        "python": platform.python_version(),
        "postgresql": query("postgres", "SHOW server_version")[0][0],
        "settings": {name: query("postgres", f"SHOW {name}")[0][0] for name in settings},
        "commit": commit.stdout.strip(),
    }


def say(text):
    """Tell what is being done."""
    print(f"{datetime.now():%H:%M:%S}  {text}", file=sys.stderr, flush=True)


def _write(figures, path):
    if path:
        Path(path).write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
