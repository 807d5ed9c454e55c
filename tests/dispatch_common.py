"""A copy of the database in which processes may commit, crash and race."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from odoo import sql_db
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import SQL, config

from .smtp_catcher import SmtpCatcher

PASSED_ON = ("db_host", "db_port", "db_user", "db_password")


class DispatchCase(BaseCase):
    """Everything here is committed, in a database of its own that is dropped at the end."""

    #: The file whose commands the children carry out.
    PROGRAM = "dispatch_process"
    #: One for all classes: to load Odoo takes longer than most of them.
    _process = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catcher = cls.enterClassContext(SmtpCatcher())
        cls.database = f"{get_db_name()}_{cls.__name__.lower()}"[:60]
        cls._copy_database()
        cls.addClassCleanup(cls._drop_database)

    # === DATABASE === #

    @classmethod
    def _copy_database(cls):
        sql_db.close_db(get_db_name())  # a template must not be in use
        cls._admin(SQL("DROP DATABASE IF EXISTS %s", SQL.identifier(cls.database)))
        cls._admin(
            SQL(
                "CREATE DATABASE %s TEMPLATE %s",
                SQL.identifier(cls.database),
                SQL.identifier(get_db_name()),
            )
        )

    @classmethod
    def _drop_database(cls):
        cls._admin(SQL("DROP DATABASE IF EXISTS %s WITH (FORCE)", SQL.identifier(cls.database)))
        # not `config.filestore`: of pytest's workers that is one folder for every database
        files = Path(config["data_dir"], "filestore", cls.database)
        shutil.rmtree(files, ignore_errors=True)

    @classmethod
    def _admin(cls, query):
        with sql_db.db_connect("postgres").cursor() as cr:
            cr._cnx.autocommit = True
            cr.execute(query)
            return cr.fetchall() if cr.description else None

    # === PROCESS === #

    @classmethod
    def _commands(cls):
        """The process that carries out commands, started when first asked for."""
        if not DispatchCase._process or DispatchCase._process.poll() is not None:
            DispatchCase._process = cls._start_process()
            atexit.register(cls._stop_process, DispatchCase._process)
        return DispatchCase._process

    @classmethod
    def _start_process(cls):
        options = [f"--{name}={config[name]}" for name in PASSED_ON if config[name]]
        return subprocess.Popen(
            [
                sys.executable,
                "-Wignore",
                Path(__file__).with_name("dispatch_process.py"),
                *options,
                f"--addons-path={','.join(config['addons_path'])}",
                f"--data-dir={config['data_dir']}",
                f"--database={cls.database}",
                "--log-level=error",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    @staticmethod
    def _stop_process(process):
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()

    def _order(self, name, **options):
        """Have a child (or `children` of them) carry out a command; their results."""
        place = {"program": self.PROGRAM, "database": self.database}
        process = self._commands()
        process.stdin.write(json.dumps({"name": name, **place, **options}) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        self.assertTrue(answer, "the process that carries out commands has ended")
        return json.loads(answer)

    def _do(self, name, **options):
        """The result of a command that must succeed."""
        [child] = self._order(name, **options)
        self.assertEqual(child["code"], 0, name)
        return child["result"]

    def _wait_until_gone(self, pid):
        """The server has noticed that a killed process is no longer there."""
        alive = SQL("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", f"odoo-{pid}")
        deadline = time.monotonic() + 30
        while self._admin(alive):
            self.assertLess(time.monotonic(), deadline)
