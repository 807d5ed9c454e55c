"""``make demo``: one collections day on the demonstration, or a ledger's days."""

from devkit import database

MAIL_SERVER = "Local mail catcher"


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--ledger", help="a CSV file of invoices instead of the demo")
    parser.add_argument("--date", help="the last day to run, YYYY-MM-DD")


def demo_name():
    """Return the name of this checkout's demonstration database."""
    return f"collections_demo_{database.clone_key()}"


def ensure_database(stand, note=None):
    """Return the demonstration's database, made when there is none."""
    name = demo_name()
    if name not in stand.server.databases():
        database.copy(stand, database.with_module(stand, demo=True, note=note), name)
    return name


def execute(arguments):
    """Run the demonstration."""
    raise NotImplementedError
