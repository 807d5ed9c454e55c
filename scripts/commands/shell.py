"""``make shell``: Odoo's shell on the demonstration's database."""

import sys

from devkit.database import MODULE, manifest
from devkit.shell import Progress
from devkit.stand import STEPS, prepare

from .demo import ensure_database


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--database", help="another database than the demonstration's")


def execute(arguments):
    """Open the shell; a script may come on standard input."""
    stand = prepare(Progress(STEPS), "demo")
    database = arguments.database or ensure_database(stand)
    print(f"{MODULE} {manifest()['version']} on {database}", file=sys.stderr)
    import os

    command = [stand.python, "-m", "odoo", "shell", *stand.options(database)]
    os.execve(
        stand.python,
        [*command, "--no-http", "--log-level=warn"],
        os.environ | stand.env,
    )
