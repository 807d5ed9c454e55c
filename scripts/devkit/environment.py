"""Virtual environments, kept in the cache and named after what is in them."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from . import machine
from .shell import REPO, StepError, cache_dir, digest, locked, run


def ensure(*names, note=None):
    """Return the folder of an environment that has the pinned requirements.

    :param str names: files of ``requirements/``, without their ending
    :param note: called with a few words when it had to be made
    :rtype: Path
    """
    files = [REPO / "requirements" / f"{name}.txt" for name in names]
    python, version = machine.python()
    key = digest(*[path.read_bytes() for path in files])[:10]
    target = cache_dir("venv") / f"{names[0]}-py{version}-{key}"
    with locked(f"venv-{names[0]}"):
        if not (target / ".complete").exists():
            _build(target, python, files)
            if note:
                note(f"made with Python {version}")
    return target


def _build(target, python, files):
    """Make the environment where it stays: scripts inside carry its path."""
    shutil.rmtree(target, ignore_errors=True)
    _create(target, python)
    options = ["--prefer-binary", "--disable-pip-version-check", "-qq"]
    for path in files:
        options += ["-r", str(path)]
    run(
        [target / "bin/python", "-m", "pip", "install", *options],
        log=f"pip-{target.name}.log",
    )
    (target / ".complete").touch()


def _create(target, python):
    if _has_ensurepip(python):
        run([python, "-m", "venv", target], log="venv.log")
        return
    if not machine.can_install():
        raise StepError("Python's venv is missing: apt-get install python3-venv")
    machine.apt_install(["python3-venv"])
    run([python, "-m", "venv", target], log="venv.log")


def _has_ensurepip(python):
    done = subprocess.run(
        [python, "-c", "import ensurepip, venv"], capture_output=True, check=False
    )
    return done.returncode == 0


def ensure_node(note=None, wanted="node"):
    """Return the folder of pinned JavaScript programs, None without Node.

    :param str wanted: folder below `scripts/` with their `package.json`: the linters

    :rtype: Path | None
    """
    if not shutil.which("npm"):
        return None
    source = REPO / "scripts" / wanted
    files = [source / "package.json", source / "package-lock.json"]
    target = cache_dir("node") / digest(*[path.read_bytes() for path in files])[:10]
    with locked("node"):
        if not target.exists():
            _install_node(target, files)
            if note:
                note("installed from npm")
    return target


def _install_node(target, files):
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        folder = Path(work) / "new"
        folder.mkdir()
        for path in files:
            shutil.copy(path, folder)
        run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            log="npm.log",
            cwd=folder,
        )
        folder.rename(target)
