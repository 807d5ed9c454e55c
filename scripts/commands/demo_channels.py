"""``make demo-channels``: phone menu and text messages in the terminal, chat in the browser."""

import sys

from devkit import database, shell
from devkit.shell import Progress, cache_dir
from devkit.stand import STEPS, prepare

from .demo import INSIDE, mail_catcher
from .serve import _free_port


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--language", default="en_US", help="of the customer, such as tr_TR")


def execute(arguments):
    """Let a person be the customer; without a terminal, play what one might say."""
    progress = Progress(STEPS + 1)
    stand = prepare(progress, "demo")
    name = f"collections_channels_{shell.clone_key()}"
    with progress.step("Preparing the database") as note:
        database.copy(stand, database.with_module(stand, demo=True, note=note), name)
        database.mark_current(name)
    folder = cache_dir("mail", name)
    with mail_catcher(stand, folder) as mail_port:
        port = _free_port(8069)
        program = [stand.python, INSIDE / "channels_talk.py", "--database", name]
        program += ["--config", stand.config_file(name), "--mail-port", mail_port]
        program += ["--language", arguments.language, "--port", port]
        shell.run(program, env=stand.env)
        if sys.stdin.isatty():
            print("\nThe web server runs for the chat; Ctrl-C stops it.\n", flush=True)
            options = [f"--http-port={port}", f"--db-filter=^{name}$", "--log-level=warn"]
            stand.odoo_bin(name, *options)
