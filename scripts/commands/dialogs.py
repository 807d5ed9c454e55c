"""``make dialogs``: write docs/dialogs.md, the conversations as customers hear them."""

import sys

from devkit import shell
from devkit.shell import REPO


def add_arguments(parser):
    """Nothing to choose."""


def execute(arguments):
    """Write the page anew."""
    shell.run([sys.executable, REPO / "scripts" / "dialogs.py"])
