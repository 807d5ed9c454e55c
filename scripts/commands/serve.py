"""``make serve``: the web client on the demonstration's database."""

import socket

from devkit import database, shell
from devkit.shell import Progress, cache_dir
from devkit.stand import STEPS, prepare

from .demo import INSIDE, ensure_database, mail_catcher


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--database", help="another database than the demonstration's")


def execute(arguments):
    """Serve until interrupted; the catcher keeps whatever e-mail is sent."""
    progress = Progress(STEPS + 1)
    stand = prepare(progress, "demo")
    with progress.step("Preparing the database") as note:
        name = arguments.database or ensure_database(stand, note)
        database.bring_up_to_date(stand, name, note)
    folder = cache_dir("mail", name)
    with mail_catcher(stand, folder) as mail_port:
        program = [INSIDE / "use_catcher.py", "--config", stand.config_file(name)]
        program += ["--database", name, "--mail-port", mail_port]
        shell.run([stand.python, *program], env=stand.env)
        port = _free_port(arguments.port)
        print(
            f"\n  http://127.0.0.1:{port}\n  user: admin   password: admin\n"
            f"  database: {name}\n  e-mails are kept in {folder}\n  Ctrl-C stops it.\n",
            flush=True,
        )
        options = [f"--http-port={port}", f"--db-filter=^{name}$", "--log-level=warn"]
        stand.odoo_bin(name, *options)


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
    raise shell.StepError("no free port")
