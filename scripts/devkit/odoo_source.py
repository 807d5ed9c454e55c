"""Finding or fetching Odoo 19.

In this order: ``ODOO_HOME``; an installed Odoo 19; a copy fetched before; Debian's
package ``odoo-19``, unpacked beside the system and not installed; a shallow clone of
the official repository.
"""

import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import apt
from .shell import StepError, cache_dir, capture, digest, locked, run

SERIES = "19.0"
REPOSITORY = "https://github.com/odoo/odoo"
# Left out of Debian's build for its license; its absence is a console error, and a
# browser test fails on any of those.
STAND_INS = ("addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js",)


@dataclass(frozen=True)
class Odoo:
    """An Odoo to run: what goes on PYTHONPATH, its addons, and a name for caches."""

    pythonpath: Path
    addons: tuple[Path, ...]
    key: str

    @property
    def addons_path(self):
        return ",".join(map(str, self.addons))


def ensure(note=None):
    """Return the Odoo to use, fetched into the cache when there is none.

    :param note: called with a few words saying which one it is
    :rtype: Odoo
    :raises StepError: ``ODOO_HOME`` is wrong, or no way to get Odoo worked
    """
    note = note or (lambda text: None)
    home = os.environ.get("ODOO_HOME")
    if home:
        note(f"ODOO_HOME={home}")
        return _from_home(Path(home).expanduser().resolve())
    with locked("odoo"):
        found = _installed() or _cached()
        if found:
            note(found.key)
            return found
        fetched = _fetch()
    note(f"fetched {fetched.key}")
    return fetched


def _from_home(home):
    if (home / "release.py").is_file():
        home = home.parent
    release = home / "odoo" / "release.py"
    if not release.is_file():
        raise StepError(f"ODOO_HOME={home} holds no Odoo: there is no {release}")
    if _series(release) != SERIES:
        raise StepError(f"ODOO_HOME={home} is Odoo {_series(release)}, not {SERIES}")
    revision = str(home)
    if (home / ".git").exists():
        revision += capture(["git", "-C", home, "rev-parse", "HEAD"])
    return _odoo(home, f"home-{digest(revision)[:10]}")


def _series(release):
    match = re.search(r"version_info\s*=\s*\((\d+),\s*(\d+)", release.read_text())
    return ".".join(match.groups()) if match else "unknown"


def _odoo(pythonpath, key):
    """A checkout parts its addons in two; a package has all of them inside ``odoo``
    (Debian's also leaves a fragmentary ``addons`` outside, which must not be seen)."""
    inner, outer = pythonpath / "odoo" / "addons", pythonpath / "addons"
    return Odoo(pythonpath, (inner,) if _complete(inner) else (outer, inner), key)


def _complete(addons):
    return (addons / "account" / "__manifest__.py").is_file()


def _cached():
    """Return the copy fetched last, if there is one."""
    trees = sorted(cache_dir().glob(f"odoo-{SERIES[:2]}*"), key=os.path.getmtime)
    for tree in reversed(trees):
        for inner in ("usr/lib/python3/dist-packages", "."):
            if (tree / inner / "odoo" / "release.py").is_file():
                return _odoo((tree / inner).resolve(), tree.name)
    return None


def _installed():
    """Return the machine's own Odoo 19, through a folder that holds nothing else.

    Its neighbours in ``dist-packages`` would shadow the pinned libraries.
    """
    for folder in [*map(Path, sys.path), Path("/usr/lib/python3/dist-packages")]:
        release = folder / "odoo" / "release.py"
        if release.is_file() and _series(release) == SERIES:
            link = cache_dir(f"system-{digest(str(folder))[:10]}") / "odoo"
            if not link.is_symlink():
                link.symlink_to(folder / "odoo")
            return _odoo(link.parent, link.parent.name)
    return None


def _fetch():
    problems = []
    for way in (_from_debian, _from_git):
        try:
            return way()
        except StepError as error:
            problems.append(str(error))
    raise StepError(
        "no Odoo 19 could be fetched; give one with ODOO_HOME=/path/to/odoo.\n- "
        + "\n- ".join(problems)
    )


def _from_debian():
    with tempfile.TemporaryDirectory(dir=cache_dir(), prefix="fetch-") as work:
        version, tree = apt.unpack_odoo(Path(work))
        package = tree / "usr/lib/python3/dist-packages/odoo"
        for name in STAND_INS:
            _stand_in(package / name)
        target = cache_dir() / f"odoo-{version}"
        tree.rename(target)
    return _cached()


def _stand_in(path):
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("// Not shipped in this build.\n")


def _from_git():
    if not shutil.which("git"):
        raise StepError("git is missing: apt-get install git")
    with tempfile.TemporaryDirectory(dir=cache_dir(), prefix="fetch-") as work:
        tree = Path(work) / "odoo"
        run(
            ["git", "clone", "-q", "--depth=1", "--branch", SERIES, REPOSITORY, tree],
            log="git-odoo.log",
            env={"GIT_TERMINAL_PROMPT": "0"},
        )
        revision = capture(["git", "-C", tree, "rev-parse", "--short", "HEAD"]).strip()
        tree.rename(cache_dir() / f"odoo-{SERIES}-git-{revision}")
    return _cached()
