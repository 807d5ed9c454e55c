"""``make clean``: forget what this checkout made; the downloads stay in the cache."""

import shutil

from devkit import postgres
from devkit.shell import cache_dir, clone_key


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--all", action="store_true", help="the downloads too: the whole cache")


def execute(arguments):
    """Stop the servers and remove their data (rebuilt by the next command)."""
    postgres.stop_all()
    postgres.remove_data()
    names = ["data", "config", "logs", "mail", f"addons/{clone_key()}"]
    for folder in [cache_dir()] if arguments.all else [cache_dir(n) for n in names]:
        shutil.rmtree(folder)
    print("removed the databases" + (" and the whole cache" if arguments.all else ""))
