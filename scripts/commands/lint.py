"""``make lint``: style and common mistakes; ``make format`` mends what it can."""

import subprocess
from xml.etree import ElementTree

from devkit import environment
from devkit.shell import REPO, Progress, StepError, capture

# pylint-odoo's advice we do without, and why.
TOLERATED = (
    "attribute-string-redundant",  # a label is clearer when written out
    "bad-builtin-groupby",  # right for rows that come sorted
    "missing-return",  # our hooks and core's return nothing
    "no-search-all",  # what is searched whole is small; the benchmarks watch the rest
    "prefer-env-translation",  # `_ = self.env._` is that, under a shorter name
    "super-method-mismatch",  # calling another method's super is said where it is done
    "translation-required",  # text put together from parts that are translated
)


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--fix", action="store_true", help="mend what can be mended")
    parser.add_argument("--linter", choices=["ruff", "format", "pylint", "xml", "javascript"])
    parser.add_argument("files", nargs="*", help="only these (as pre-commit gives them)")


def execute(arguments):
    """Run the linters.

    :return: 0 when none complains
    """
    chosen = [arguments.linter] if arguments.linter else list(LINTERS)
    progress = Progress(len(chosen) + 1)
    with progress.step("Getting the linters") as note:
        venv = environment.ensure("lint", note=note)
    complaints = []
    for name in chosen:
        text, linter = LINTERS[name]
        with progress.step(text) as note:
            found = linter(venv / "bin", arguments, note)
            note("complaints" if found else "clean")
        complaints += [found] if found else []
    print("\n".join(["", *complaints]) if complaints else "lint: clean")
    return 1 if complaints else 0


def _files(arguments, *endings):
    """Return the checkout's files with these endings, or those asked for."""
    listed = (
        arguments.files
        or capture(["git", "-C", REPO, "ls-files", "-co", "--exclude-standard"]).splitlines()
    )
    return [f for f in listed if f.endswith(endings) and (REPO / f).is_file()]


def _complaint(command):
    """Return what a linter prints when it is not content."""
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        cwd=REPO,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return (done.stdout.strip() or f"{command[0]} failed") if done.returncode else ""


def _ruff(programs, arguments, note):
    files = _files(arguments, ".py")
    fix = ["--fix"] if arguments.fix else []
    options = ["check", "-q", "--no-cache", "--output-format=concise", *fix]
    return _complaint([programs / "ruff", *options, *files]) if files else ""


def _ruff_format(programs, arguments, note):
    files = _files(arguments, ".py")
    check = [] if arguments.fix else ["--check"]
    options = ["format", "-q", "--no-cache", *check]
    return _complaint([programs / "ruff", *options, *files]) if files else ""


def _pylint(programs, arguments, note):
    """Run pylint-odoo on the module: it wants the whole, for what files share."""
    parts = ("collections_addon", "connectors", "tests", "migrations")
    targets = [
        "__init__.py",
        *(p for p in parts if (REPO / p / "__init__.py").exists()),
    ]
    options = ["--rcfile=.pylintrc", f"--disable={','.join(TOLERATED)}"]
    return _complaint([programs / "pylint", *options, *targets])


def _xml(programs, arguments, note):
    problems = []
    for name in _files(arguments, ".xml", ".svg"):
        try:
            ElementTree.parse(REPO / name)
        except ElementTree.ParseError as error:
            problems.append(f"{name}: {error}")
    return "\n".join(problems)


def _javascript(programs, arguments, note):
    files = _files(arguments, ".js", ".mjs")
    files = [f for f in files if f.startswith("static/")]
    styles = [f for f in _files(arguments, ".scss") if f.startswith("static/")]
    if not files + styles:
        return ""
    try:
        node = environment.ensure_node(note)
    except StepError as error:
        return str(error)
    if node is None:
        note("skipped: npm is missing (apt-get install npm)")
        return ""
    programs = node / "node_modules" / ".bin"
    fix = ["--fix"] if arguments.fix else []
    write = ["--write"] if arguments.fix else ["--check"]
    lint = [programs / "eslint", "--config", "eslint.config.mjs", *fix, *files]
    style = [programs / "prettier", "--log-level=warn", *write, *files, *styles]
    found = [_complaint(lint) if files else "", _complaint(style)]
    return "\n".join(filter(None, found))


LINTERS = {
    "format": ("Python: format", _ruff_format),
    "ruff": ("Python: ruff", _ruff),
    "pylint": ("Python and XML: pylint-odoo", _pylint),
    "xml": ("XML: well-formed", _xml),
    "javascript": ("JavaScript and SCSS: eslint, prettier", _javascript),
}
