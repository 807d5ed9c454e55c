"""Programs of the machine that PyPI does not bring: browser, PDF printer, venv."""

import os
import shutil
import subprocess
import sys

from .shell import StepError, run

# program -> (what for, Debian package)
PROGRAMS = {
    "chromium": ("the browser tests", "chromium"),
    "wkhtmltopdf": ("PDF letters", "wkhtmltopdf"),
}
ALTERNATIVES = {"chromium": ("chromium-browser", "google-chrome")}


def can_install():
    """Tell whether we may call apt-get ourselves: as root on a Debian family."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def missing_programs(names=tuple(PROGRAMS)):
    """Return which of the programs are not there.

    :rtype: list[str]
    """
    return [
        name for name in names if not any(map(shutil.which, (name, *ALTERNATIVES.get(name, ()))))
    ]


def ensure_programs(names=tuple(PROGRAMS)):
    """Install the missing programs where that is allowed, else say how.

    :return: names installed now
    :rtype: list[str]
    :raises StepError: one is missing and we may not install it
    """
    missing = missing_programs(names)
    if not missing:
        return []
    if not can_install():
        raise StepError("\n".join(map(advice, missing)))
    apt_install([PROGRAMS[name][1] for name in missing])
    return missing


def advice(name):
    """Return the sentence about a missing program."""
    purpose, package = PROGRAMS[name]
    return f"{name} is missing ({purpose}): apt-get install {package}"


def apt_install(packages):
    """Install Debian packages; the package list is refreshed first."""
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "-q", "update"], log="apt-update.log", env=env)
    run(
        ["apt-get", "-qy", "install", "--no-install-recommends", *packages],
        log="apt-install.log",
        env=env,
    )


def python():
    """Return a Python between 3.10 and 3.13, ours when it fits.

    :return: the interpreter's path and its ``3.11``-like version
    :rtype: tuple[str, str]
    :raises StepError: there is none
    """
    candidates = [os.environ.get("PYTHON"), sys.executable]
    candidates += [f"python3.{minor}" for minor in (13, 12, 11, 10)]
    for candidate in filter(None, candidates):
        version = _version_of(candidate)
        if version and (3, 10) <= version <= (3, 13):
            return candidate, "{}.{}".format(*version)
    raise StepError(
        "Odoo 19 needs Python 3.10 to 3.13 and none is on PATH:"
        " apt-get install python3 python3-venv, or make PYTHON=/path/to/python3"
    )


def _version_of(program):
    if not shutil.which(program):
        return None
    code = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run([program, "-c", code], capture_output=True, text=True, check=False)
    return tuple(map(int, done.stdout.split())) if done.returncode == 0 else None
