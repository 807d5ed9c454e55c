"""``make serve``: the web client on the demonstration's database."""

import os
import socket
import subprocess
import sys

from devkit.database import REPO
from devkit.shell import Progress, cache_dir
from devkit.stand import STEPS, prepare

from .demo import MAIL_SERVER, ensure_database


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--database", help="another database than the demonstration's")


def execute(arguments):
    """Serve until interrupted; the catcher keeps whatever e-mail is sent."""
    progress = Progress(STEPS + 1)
    stand = prepare(progress, "demo")
    with progress.step("Preparing the database") as note:
        database = arguments.database or ensure_database(stand, note)
    folder = cache_dir("mail", database)
    catcher, mail_port = start_catcher(stand, folder)
    point_mail_server(stand, database, mail_port)
    port = _free_port(arguments.port)
    print(
        f"\n  http://127.0.0.1:{port}\n  user: admin   password: admin\n"
        f"  database: {database}\n  e-mails are kept in {folder}\n  Ctrl-C stops it.\n",
        flush=True,
    )
    options = [f"--http-port={port}", f"--db-filter=^{database}$", "--log-level=warn"]
    try:
        stand.odoo_bin(database, *options)
    finally:
        catcher.terminate()
        catcher.wait()
    return 0


def _free_port(wanted):
    """Return the wanted port, or another free one when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError("no free port")


def start_catcher(stand, folder):
    """Start the mail catcher.

    :return: its process and its port
    :rtype: tuple[subprocess.Popen, int]
    """
    script = REPO / "scripts" / "mail_catcher.py"
    catcher = subprocess.Popen(
        [stand.python, script, "--folder", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=sys.stderr,
        text=True,
        env=os.environ | stand.env,
    )
    return catcher, int(catcher.stdout.readline())


def point_mail_server(stand, database, port):
    """Make the catcher the database's only way to send e-mail."""
    stand.server.sql(
        f"UPDATE ir_mail_server SET active = (name = '{MAIL_SERVER}')", database
    )
    stand.server.sql(
        "UPDATE ir_mail_server SET smtp_host = '127.0.0.1',"
        f" smtp_port = {int(port)} WHERE name = '{MAIL_SERVER}'",
        database,
    )
