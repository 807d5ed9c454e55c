"""``make test-outside``: our connectors against stand-ins for Xero that others wrote.

Prism holds every request against Xero's own specification; `localstack-xero` keeps some
books. Both are fetched when first asked for, and neither takes part in ``make test``.
"""

import contextlib
import os
import socket
import subprocess
import time

from devkit import environment
from devkit.shell import REPO, Progress, StepError, cache_dir, run

SPECIFICATION = REPO / "tests" / "data" / "xero" / "accounting_slim.yaml"
#: Seconds until a server that does not answer is given up on.
PATIENCE = 120


def add_arguments(parser):
    """Add what this command accepts: nothing."""


def execute(arguments):
    """Run the checks.

    :raises StepError: one failed, or a stand-in cannot be had
    """
    progress = Progress(3)
    with progress.step("Getting the Python libraries") as note:
        python = environment.ensure("odoo", "connectors", "test", note=note) / "bin" / "python"
        theirs = environment.ensure("outside", note=note) / "bin" / "xero-local"
    with progress.step("Getting Prism") as note:
        node = environment.ensure_node(note, "prism")
        if node is None:
            raise StepError("npm is missing: apt-get install npm")
    with contextlib.ExitStack() as running:
        with progress.step("Starting both"):
            prism = running.enter_context(_prism(node / "node_modules" / ".bin" / "prism"))
            books = running.enter_context(_localstack(theirs))
        _check(python, {"XERO_PRISM": prism, "XERO_LOCALSTACK": books})


def _check(python, addresses):
    folder = REPO / "tests"
    files = sorted((folder / "outside").glob("check_*.py"))
    pytest = [python, "-m", "pytest", "-q", "-p", "no:odoo", "-p", "no:cacheprovider"]
    run([*pytest, "-p", "domain_loader", *files], env=addresses | {"PYTHONPATH": ""}, cwd=folder)


def _prism(program):
    port = _free_port()
    options = ["mock", "-h", "127.0.0.1", "-p", port, "--errors", SPECIFICATION]
    return _server([program, *options], port, "prism.log")


def _localstack(program):
    port = _free_port()
    return _server([program], port, "localstack.log", XERO_HOST="127.0.0.1", XERO_PORT=str(port))


@contextlib.contextmanager
def _server(command, port, log, **env):
    """Run a server while the block lasts.

    :return: its address
    """
    path = cache_dir("logs") / log
    with open(path, "w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=os.environ | env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, port, path)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _wait(process, port, path):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise StepError(f"It did not start; see {path}")


def _free_port():
    with contextlib.closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
