"""Databases, connections and Odoo environments of the benchmarks.

Nothing of a machine is written here: the server is the one libpq's ``PG*``
variables name, Odoo the one on ``PYTHONPATH``, and ``BENCH_CONFIG`` and
``BENCH_TEMPLATE`` (an Odoo configuration file, a database with the module) are
given by ``make bench``.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg2

HERE = Path(__file__).resolve().parent
#: Databases whose name begins so are the benchmarks' own, to be dropped at will.
PREFIX = "bench_"


def connect(database):
    """Open a connection that commits each statement."""
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection


def query(database, statement, parameters=None):
    """Return the rows of one statement, an empty list when it gives none.

    :rtype: list[tuple]
    """
    with contextlib.closing(connect(database)) as connection, connection.cursor() as cr:
        cr.execute(statement, parameters)
        return cr.fetchall() if cr.description else []


def clone(source, target):
    """Make a database, and its files, as a copy of another.

    A file copy, not a log of every block: seconds instead of minutes when large.
    """
    drop(target)
    version = int(query("postgres", "SHOW server_version_num")[0][0])
    strategy = "STRATEGY file_copy" if version >= 150000 else ""
    query("postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}" {strategy}')
    files = filestore()
    if (files / source).exists():
        shutil.copytree(files / source, files / target, dirs_exist_ok=True)


def drop(database):
    """Remove a database of the benchmarks, and its files."""
    if not database.startswith(PREFIX):
        raise ValueError(f"{database} is not a database of the benchmarks")
    # Not WITH (FORCE): that fails on an autovacuum worker, which a plain DROP sends away.
    query(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND usename = current_user",
        [database],
    )
    query("postgres", f'DROP DATABASE IF EXISTS "{database}"')
    shutil.rmtree(filestore() / database, ignore_errors=True)


def filestore():
    """Return the folder of the databases' files, from Odoo's configuration.

    :rtype: Path
    """
    return Path(_config().filestore("x")).parent


def addons_path():
    """Return the addons path of Odoo's configuration.

    :rtype: str
    """
    return ",".join(map(str, _config()["addons_path"]))


def _config():
    import odoo.tools

    if not _config.ready:
        options = ["-c", os.environ["BENCH_CONFIG"], "--log-level=error", "--no-http"]
        if os.environ.get("BENCH_ADDONS"):
            options.append("--addons-path=" + os.environ["BENCH_ADDONS"])
        odoo.tools.config.parse_config(options, setup_logging=True)
        _config.ready = True
    return odoo.tools.config


_config.ready = False


@contextlib.contextmanager
def environment(database, **context):
    """Give an environment of the administrator, without access checks.

    Nothing is committed at the end; what is measured says itself what it keeps.

    :param context: keys of the context beside the language
    """
    import odoo
    from odoo.modules.registry import Registry

    _config()
    with contextlib.closing(Registry(database).cursor()) as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {"lang": "en_US", **context})
        yield env(user=env.ref("base.user_admin"), su=True)


def spawn(program, *arguments, addons=None):
    """Start a program of this folder in a process of its own.

    :param str addons: another addons path than the configuration's
    :rtype: subprocess.Popen
    """
    env = os.environ | {"PYTHONWARNINGS": "ignore"} | ({"BENCH_ADDONS": addons} if addons else {})
    command = [sys.executable, str(HERE / program), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)


def result(process):
    """Wait for a program started by :func:`spawn` and return what it printed last, as JSON.

    :raises SystemExit: when the program failed; what it complained of is on the terminal
    """
    output, _nothing = process.communicate()
    if process.returncode:
        raise SystemExit(f"{process.args[1]} failed with {process.returncode}")
    return json.loads(output.splitlines()[-1])
