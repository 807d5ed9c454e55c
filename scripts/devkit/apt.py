"""Debian's Odoo package, downloaded through an apt directory of our own.

Nothing is installed and the machine's apt is left as it is. The mirror is the one the
machine already uses, with the suite replaced: no address is written here.
"""

import os
import shutil
from pathlib import Path

from .shell import StepError, capture, run

SUITE = "sid"
PACKAGE = "odoo-19"
# The package's relative links point into these.
LINKED = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
)


def unpack_odoo(work):
    """Download and unpack Odoo and what it links to.

    :param Path work: an empty folder
    :return: the package's version and the folder with everything unpacked
    :rtype: tuple[str, Path]
    :raises StepError: this is not Debian, or the mirror has no such package
    """
    if not all(map(shutil.which, ("apt-get", "dpkg"))):
        raise StepError("this machine has no apt-get and dpkg")
    options = _private_apt(work, source_for(SUITE))
    run(["apt-get", *options, "-q", "update"], log="apt-odoo-update.log")
    debs = work / "debs"
    debs.mkdir()
    run(
        ["apt-get", *options, "-q", "download", PACKAGE, *LINKED],
        log="apt-odoo-download.log",
        cwd=debs,
    )
    tree = work / "tree"
    for deb in sorted(debs.glob("*.deb")):
        run(["dpkg", "-x", deb, tree], log="dpkg-odoo.log")
    odoo_deb = next(debs.glob(f"{PACKAGE}_*.deb"))
    return capture(["dpkg-deb", "-f", odoo_deb, "Version"]).strip(), tree


def _private_apt(work, source):
    """Return apt-get options that keep lists, cache and sources in one folder."""
    for name in ("lists/partial", "cache/archives/partial", "parts"):
        (work / name).mkdir(parents=True)
    sources = work / ("odoo.sources" if "\n" in source else "odoo.list")
    sources.write_text(source + "\n")
    values = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": work / "parts",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        "Debug::NoLocking": "1",
    }
    return [part for key, value in values.items() for part in ("-o", f"{key}={value}")]


def source_for(suite, etc=Path("/etc"), release=None):
    """Return the machine's own Debian source with another suite.

    :param str suite: the suite wanted
    :param Path etc: where apt's configuration lies
    :param dict release: what ``/etc/os-release`` says, read when None
    :return: a deb822 paragraph (several lines) or a one-line source
    :rtype: str
    :raises StepError: this is not Debian, or no source has its main archive
    """
    release = release if release is not None else _os_release(etc)
    if release.get("ID") != "debian":
        raise StepError(f"{release.get('PRETTY_NAME', 'this system')} is not Debian")
    names = {release.get("VERSION_CODENAME"), "stable", "testing", "unstable", "sid"}
    for path in sorted((etc / "apt/sources.list.d").glob("*.sources")):
        for paragraph in path.read_text().split("\n\n"):
            found = _deb822(paragraph, names, suite)
            if found:
                return found
    lists = [etc / "apt/sources.list", *(etc / "apt/sources.list.d").glob("*.list")]
    for path in filter(Path.is_file, lists):
        for line in path.read_text().splitlines():
            found = _one_line(line, names, suite)
            if found:
                return found
    raise StepError("apt's configuration names no Debian archive")


def _os_release(etc):
    path = etc / "os-release"
    lines = path.read_text().splitlines() if path.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip("\"'") for key, value in pairs}


def _deb822(paragraph, names, suite):
    lines = [line for line in paragraph.splitlines() if not line.startswith("#")]
    fields = dict(line.split(":", 1) for line in lines if _is_field(line))
    fields = {key.strip().lower(): value.strip() for key, value in fields.items()}
    wanted = (
        "deb" in fields.get("types", "").split()
        and names & set(fields.get("suites", "").split())
        and "main" in fields.get("components", "").split()
        and fields.get("enabled", "yes").lower() != "no"
    )
    if not wanted:
        return None
    replaced = {"types": "deb", "suites": suite, "components": "main"}
    kept = [line for line in lines if _field_name(line) not in replaced]
    return "\n".join(
        [f"{key.title()}: {value}" for key, value in replaced.items()]
        + [line for line in kept if line.strip()]
    )


def _is_field(line):
    return ":" in line and not line[:1].isspace()


def _field_name(line):
    return line.split(":", 1)[0].strip().lower() if _is_field(line) else None


def _one_line(line, names, suite):
    text = line.split("#", 1)[0].strip()
    if not text.startswith("deb "):
        return None
    head, _, rest = text.rpartition("]") if "[" in text else ("deb", "", text[4:])
    parts = rest.split()
    if len(parts) < 3 or parts[1] not in names or "main" not in parts[2:]:
        return None
    options = f"{head}] " if "[" in text else "deb "
    return f"{options}{parts[0]} {suite} main"
