"""``make evaluate DATA=file.csv``: how well payments of a ledger can be predicted."""

import sys
from importlib.util import find_spec
from pathlib import Path

from devkit import environment, shell
from devkit.shell import REPO, StepError


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("data", type=Path, help="a CSV file of invoices and when they were paid")
    parser.add_argument("--columns", help="what=header,… where headers cannot be guessed")
    parser.add_argument("--terms", help="days to the due date, for a file that has none")
    parser.add_argument("--out", help="a JSON file for the figures")


def execute(arguments):
    """Measure the scorecard and the learnt model on later data than they have seen."""
    if not arguments.data.is_file():
        raise StepError(f"there is no file {arguments.data}")
    program = [REPO / "collections_addon" / "learning", "evaluate", arguments.data.resolve()]
    program += [f"--columns={arguments.columns}"] if arguments.columns else []
    program += [f"--terms={arguments.terms}"] if arguments.terms else []
    program += [f"--json={Path(arguments.out).resolve()}"] if arguments.out else []
    shell.run([python("sklearn"), *program])


def python(*names):
    """An interpreter that has what is learnt with.

    :param names: of the packages that are needed
    """
    if all(find_spec(name) for name in names):
        return sys.executable
    return environment.ensure("intelligence") / "bin" / "python"
