"""``make test-core``: does the module break what Odoo itself promises?

Odoo's own tests run twice, by Odoo's own runner: on a database without the module and
on one with it. The run passes when no test fails that passed without the module. A test
that fails with the module only is run once more by itself, for browser tests give up on a
busy machine; both results are shown.
"""

import re
import shutil

from devkit import database
from devkit.shell import Progress, StepError, cache_dir, clone_key, digest, tail
from devkit.stand import STEPS, prepare

MODULES = "account,account_payment,portal,mail"
FAILURE = re.compile(r" ERROR \S+ (\S+): (?:FAIL|ERROR): (\S.*?)\s*$")
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--modules", default=MODULES, help="whose tests, comma parted")


def execute(arguments):
    """Run both and compare.

    :return: 0 when the module makes no test fail
    """
    modules = arguments.modules.split(",")
    progress = Progress(STEPS + 3)
    stand = prepare(progress, "test")
    with progress.step(f"Odoo's tests of {', '.join(modules)}, without us") as note:
        before, ran_before = _baseline(stand, modules, note)
    with progress.step("The same with the module") as note:
        installed = database.with_module(stand, note=note)
        after, ran_after = _run(stand, installed, modules, "core-with.log")
        note(f"{ran_after} tests")
    with progress.step("What failed with it alone, once more") as note:
        first = sorted(after - before)
        again = _run(stand, installed, modules, "core-again.log", first)[0] if first else set()
        note(f"{len(first)} tests")
    _show("Failing without the module", before, ran_before)
    _show("Failing with the module", after, ran_after)
    new = sorted(again - before)
    passed_later = sorted(set(first) - again)
    print("\nFailed with the module at first, then passed: " + (", ".join(passed_later) or "none"))
    print("New failures: " + (", ".join(new) or "none"))
    print(f"\n{ran_after - len(before & after) - len(new)} passed, {len(new)} failed")
    return 1 if new or not ran_after else 0


def _show(title, failures, ran):
    print(f"\n{title} ({len(failures)} of {ran}):")
    print("\n".join(f"  {name}" for name in sorted(failures)) or "  none")


def _baseline(stand, modules, note):
    """Run without the module, once per Odoo and list of modules; the log is kept."""
    base = database.template(stand, note=note)
    name = f"core-without-{digest(base, *modules)[:10]}.log"
    kept = cache_dir("core") / name
    if kept.exists():
        note("from the last run")
        return _read(kept)
    failures, ran = _run(stand, base, modules, name)
    shutil.copy(cache_dir("logs") / name, kept)
    note(f"{ran} tests")
    return failures, ran


def _run(stand, origin, modules, log, tests=()):
    """Run the tests of some modules, or only some tests, on a copy of a database."""
    name = f"collections_core_{clone_key()}"
    database.copy(stand, origin, name)
    tags = ",".join(tests or [f"/{module}" for module in modules])
    options = [f"--update={','.join(modules)}", "--test-enable", f"--test-tags={tags}"]
    options += ["--stop-after-init", "--http-port=0", "--log-level=info"]
    path = cache_dir("logs") / log
    try:
        stand.odoo_bin(name, *options, log=log)
    except StepError:  # Odoo ends with 1 when a test failed: the log says which
        if not SUMMARY.search(path.read_text(errors="replace")):
            raise
    database.drop(stand, name)
    return _read(path)


def _read(path):
    """Return the failed tests and how many ran, from Odoo's log.

    A test is named by its tag, as ``/portal:TestUi.test_01_portal_load_tour``.

    :rtype: tuple[set[str], int]
    """
    text = path.read_text(errors="replace")
    summaries = SUMMARY.findall(text)
    if not summaries:
        raise StepError(f"Odoo ran no tests:\n{tail(path)}")
    found = filter(None, map(FAILURE.search, text.splitlines()))
    failures = {_tag(match[1], match[2]) for match in found}
    failed = sum(int(n) for n in summaries[-1][:2])
    if failed and not failures:
        raise StepError(f"{failed} tests failed and the log does not name them: {path}")
    return failures, int(summaries[-1][2])


def _tag(logger, title):
    """Return the tag that picks one test, or a class whose preparation failed."""
    prepared = re.search(r"setUpClass \((?:odoo\.addons\.(\w+)\.)?.*?(\w+)\)", title)
    if prepared:
        return f"/{prepared[1]}:{prepared[2]}"
    module = re.search(r"odoo\.addons\.(\w+)", logger)
    return f"/{module[1] if module else ''}:{title.split(' ')[0]}"
