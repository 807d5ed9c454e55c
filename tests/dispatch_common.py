"""A copy of the database in which processes may commit, crash and race."""

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

    PROCESS = "dispatch_process.py"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catcher = cls.enterClassContext(SmtpCatcher())
        cls.database = f"{get_db_name()}_{cls.__name__.lower()}"[:60]
        cls._copy_database()
        cls.addClassCleanup(cls._drop_database)
        cls._start_process()
        cls.addClassCleanup(cls._stop_process)

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
        shutil.rmtree(config.filestore(cls.database), ignore_errors=True)

    @classmethod
    def _admin(cls, query):
        with sql_db.db_connect("postgres").cursor() as cr:
            cr._cnx.autocommit = True
            cr.execute(query)
            return cr.fetchall() if cr.description else None

    # === PROCESS === #

    @classmethod
    def _start_process(cls):
        options = [f"--{name}={config[name]}" for name in PASSED_ON if config[name]]
        cls.process = subprocess.Popen(
            [
                sys.executable,
                "-Wignore",
                Path(__file__).with_name(cls.PROCESS),
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

    @classmethod
    def _stop_process(cls):
        cls.process.stdin.close()
        cls.process.wait(timeout=30)
        cls.process.stdout.close()

    def _order(self, name, **options):
        """Have a child (or `children` of them) carry out a command; their results."""
        self.process.stdin.write(json.dumps({"name": name, **options}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
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
