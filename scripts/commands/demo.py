"""``make demo``: one collections day on the demonstration, or a ledger's days."""

import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from devkit import database, shell
from devkit.shell import REPO, Progress, StepError, cache_dir
from devkit.stand import STEPS, prepare

INSIDE = REPO / "scripts" / "inside"


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--ledger", type=Path, help="a CSV file of invoices instead of the demo")
    parser.add_argument("--date", type=_date, help="the day, or a ledger's last, YYYY-MM-DD")


def _date(text):
    """Check a date early: Odoo takes a minute to start."""
    return date.fromisoformat(text)


def execute(arguments):
    """Run the demonstration."""
    if arguments.ledger and not arguments.ledger.is_file():
        raise StepError(f"there is no file {arguments.ledger}")
    progress = Progress(STEPS + 1)
    stand = prepare(progress, "demo")
    ledger = arguments.ledger
    with progress.step("Preparing the database") as note:
        name = ledger_name() if ledger else demo_name()
        database.copy(stand, database.with_module(stand, demo=not ledger, note=note), name)
        database.mark_current(name)
    program = [INSIDE / ("ledger_days.py" if ledger else "demo_day.py")]
    program += ["--config", stand.config_file(name), "--database", name]
    program += ["--ledger", ledger.resolve()] if ledger else []
    program += ["--date", arguments.date.isoformat()] if arguments.date else []
    folder = cache_dir("mail", name)
    for old in folder.glob("*.eml"):
        old.unlink()
    with mail_catcher(stand, folder) as port:
        shell.run([stand.python, *program, "--mail-port", port], env=stand.env)
    print(
        f"\n{len(list(folder.glob('*.eml')))} e-mails were caught in {folder}"
        f"\nmake serve{f' DATABASE={name}' if ledger else ''} opens this firm in the web client."
    )


def demo_name():
    """Return the name of this checkout's demonstration database."""
    return f"collections_demo_{shell.clone_key()}"


def ledger_name():
    """Return the name of the database a ledger is loaded into."""
    return f"collections_ledger_{shell.clone_key()}"


def ensure_database(stand, note=None):
    """Return the demonstration's database, made when there is none."""
    name = demo_name()
    if name not in stand.server.databases():
        database.copy(stand, database.with_module(stand, demo=True, note=note), name)
        database.mark_current(name)
    return name


@contextmanager
def mail_catcher(stand, folder):
    """Run the mail catcher, give its port, end it.

    :param folder: where it keeps the messages
    """
    script = REPO / "scripts" / "mail_catcher.py"
    catcher = subprocess.Popen(
        [stand.python, script, "--folder", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=sys.stderr,
        text=True,
    )
    try:
        port = catcher.stdout.readline().strip()
        if not port:
            raise StepError("the mail catcher did not start (see above)")
        yield int(port)
    finally:
        catcher.terminate()
        catcher.wait()
        catcher.stdout.close()
