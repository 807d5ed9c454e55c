"""Databases: a template with the dependencies, one with the module, and copies."""

import ast
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .odoo_source import Odoo
from .postgres import Server
from .shell import MODULE, REPO, StepError, cache_dir, clone_key, digest, locked, run

# What an installed module is made of: a change elsewhere needs no new installation.
NOT_INSTALLED = ("tests/", "docs/", "scripts/", "benchmarks/", "requirements/", ".ci/")

# Installed beside what the module needs: a provider whose payments are not real.
PLAYGROUND = ["payment_demo"]


@dataclass(frozen=True)
class Stand:
    """Everything that runs Odoo here: its source, its environment, its server."""

    odoo: Odoo
    venv: Path
    server: Server
    kind: str

    @property
    def python(self):
        return str(self.venv / "bin" / "python")

    @property
    def data_dir(self):
        return cache_dir("data", self.kind)

    @property
    def env(self):
        """Variables for a process that imports Odoo."""
        path = f"{self.venv / 'bin'}{os.pathsep}{self.server.env['PATH']}"
        return self.server.env | {
            "PYTHONPATH": str(self.odoo.pythonpath),
            "PATH": path,
            "PYTHONWARNINGS": "ignore::DeprecationWarning",
        }

    def options(self, database):
        """Return Odoo's command-line options for a database."""
        return [
            f"--addons-path={self.odoo.addons_path},{mount()}",
            f"--database={database}",
            f"--data-dir={self.data_dir}",
            f"--db_host={self.env.get('PGHOST') or os.environ.get('PGHOST', '')}",
            f"--db_user={self.env.get('PGUSER') or os.environ.get('PGUSER', '')}",
            "--http-interface=127.0.0.1",
        ]

    def config_file(self, database):
        """Write the options as a configuration file and return its path."""
        pairs = [option[2:].split("=", 1) for option in self.options(database)]
        names = {"database": "db_name"}
        lines = [f"{names.get(k, k.replace('-', '_'))} = {v}\n" for k, v in pairs]
        path = cache_dir("config") / f"{database}.conf"
        path.write_text("[options]\n" + "".join(lines))
        return path

    def odoo_bin(self, database, *arguments, log=None):
        """Run Odoo's own command on a database to its end."""
        command = [self.python, "-m", "odoo", *self.options(database), *arguments]
        run(command, log=log, env=self.env)


def mount():
    """Return an addons folder that shows this checkout under the module's name."""
    folder = cache_dir("addons", clone_key())
    link = folder / MODULE
    if not link.is_symlink() or link.resolve() != REPO:
        link.unlink(missing_ok=True)
        link.symlink_to(REPO)
    return folder


def manifest():
    """Return the module's manifest.

    :rtype: dict
    """
    return ast.literal_eval((REPO / "__manifest__.py").read_text())


def module_digest():
    """Return a digest of the files an installation reads."""
    listed = subprocess.run(
        ["git", "-C", REPO, "ls-files", "-co", "--exclude-standard", "-z"],
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
    else:
        names = [str(p.relative_to(REPO)) for p in REPO.rglob("*") if p.is_file()]
    wanted = [n for n in sorted(names) if n and not n.startswith(NOT_INSTALLED)]
    files = [REPO / name for name in wanted if "__pycache__" not in name]
    parts = [part for f in files if f.is_file() for part in (str(f), f.read_bytes())]
    return digest(*parts)


def template(stand, demo=False, note=None):
    """Return a database that has the module's dependencies installed.

    :param Stand stand: where it runs
    :param bool demo: with demo data
    :rtype: str
    """
    depends = manifest()["depends"] + PLAYGROUND
    key = digest(stand.odoo.key, str(demo), *depends)[:10]
    name = f"collections_base_{'demo' if demo else 'bare'}_{key}"
    with locked(name):
        if name not in stand.server.databases():
            if note:
                note("made")
            _install_new(stand, name, None, depends, demo)
    return name


def with_module(stand, demo=False, note=None):
    """Return a database that has the module installed as it is now.

    Demo data are relative to the day they are made on: they last until midnight.

    :rtype: str
    """
    base = template(stand, demo, note)
    day = date.today().isoformat() if demo else ""
    prefix = f"collections_module_{'demo' if demo else 'bare'}_{clone_key()}_"
    name = prefix + digest(base, module_digest(), day)[:10]
    with locked(prefix):
        existing = stand.server.databases()
        if name not in existing:
            if note:
                note("module installed")
            for old in filter(lambda n: n.startswith(prefix), existing):
                drop(stand, old)
            _install_new(stand, name, base, [MODULE], demo)
    return name


def _install_new(stand, name, base, modules, demo):
    """Install modules under a passing name; only what is whole gets its own."""
    passing = f"{name}_new"
    copy(stand, base, passing)
    options = ["--init=" + ",".join(modules), "--stop-after-init", "--no-http"]
    options += ["--with-demo"] if demo else []
    stand.odoo_bin(passing, *options, "--log-level=warn", log=f"{name}.log")
    _check_installed(stand, passing, modules, name, demo)
    files = stand.data_dir / "filestore"
    if (files / passing).exists():
        shutil.rmtree(files / name, ignore_errors=True)
        (files / passing).rename(files / name)
    stand.server.sql(f'ALTER DATABASE "{passing}" RENAME TO "{name}"')


def _check_installed(stand, database, modules, name, demo):
    """Odoo ends with 0 though a module or its demo data failed: ask the database."""
    log = cache_dir("logs") / f"{name}.log"
    wanted = ", ".join(f"'{module}'" for module in modules)
    rows = stand.server.sql(
        f"SELECT name FROM ir_module_module WHERE state = 'installed' AND name IN ({wanted})",
        database,
    )
    if set(rows) != set(modules):
        raise StepError(f"not installed: {set(modules) - set(rows)}; see {log}")
    if demo and "demo data failed to install" in log.read_text(errors="replace"):
        raise StepError(f"demo data failed to install; see {log}")


def mark_current(name):
    """Remember that a database has the module as it is now."""
    (cache_dir("current") / name).write_text(module_digest())


def bring_up_to_date(stand, name, note=None):
    """Update the module of a database that was made by other files than these."""
    mark = cache_dir("current") / name
    if mark.exists() and mark.read_text() == module_digest():
        return
    if note:
        note("module updated")
    options = [f"--update={MODULE}", "--stop-after-init", "--no-http", "--log-level=warn"]
    stand.odoo_bin(name, *options, log=f"{name}-update.log")
    mark_current(name)


def install_warnings(name):
    """Return what Odoo warned of while it made a database, each line once.

    What it says before it opens the database (``?``) is about its own libraries.

    :rtype: list[str]
    """
    log = cache_dir("logs") / f"{name}.log"
    text = log.read_text(errors="replace") if log.exists() else ""
    found = re.findall(r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) [^?\s]+ (.*)$", text, re.M)
    return list(dict.fromkeys(found))


def copy(stand, source, target):
    """Make a database as a copy of another (an empty one when None)."""
    drop(stand, target)
    origin = ["-T", source] if source else ["-T", "template0", "-E", "UTF8"]
    run(["createdb", *origin, target], log="createdb.log", env=stand.server.env)
    files = stand.data_dir / "filestore"
    if source and (files / source).exists():
        shutil.copytree(files / source, files / target)


def drop(stand, name):
    """Remove a database and its files, if there."""
    command = ["dropdb", "--if-exists", "--force", name]
    run(command, log="dropdb.log", env=stand.server.env)
    shutil.rmtree(stand.data_dir / "filestore" / name, ignore_errors=True)
