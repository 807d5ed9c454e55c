"""``make test``: everything, from nothing, with one figure at the end."""

import os
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from devkit import database, machine, shell
from devkit.shell import MODULE, REPO, Progress, StepError, cache_dir, clone_key
from devkit.stand import STEPS, prepare

# Branch coverage below these fails the run, in per cent.
GATES = {"collections_addon/domain/*": 100, "connectors/*/mapper.py": 100}
# The same where what runs inside Odoo is measured, too.
WHOLE = {"collections_addon/*,connectors/*": 90}
MEASURED = f"{REPO}/collections_addon/*,{REPO}/connectors/*"
NOTHING_CHOSEN = 5  # pytest's exit code
LONG = 65  # seconds, after which a test tells where each of its threads is
# How bad a JUnit entry is; the subtests of a test share its name and its fate.
KINDS = {"skipped": 1, "failure": 2, "error": 2}


@dataclass
class Tally:
    """How many tests ended how."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, path):
        """Count what a JUnit file reports; a missing file is one failure."""
        if not path.exists():
            self.failed += 1
            return
        worst = {}
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            key = case.get("classname"), case.get("name")
            kinds = [KINDS.get(child.tag, 0) for child in case]
            worst[key] = max([worst.get(key, 0), *kinds])
        self.passed += sum(kind == 0 for kind in worst.values())
        self.skipped += sum(kind == 1 for kind in worst.values())
        self.failed += sum(kind == 2 for kind in worst.values())

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--only", help="pytest's -k expression: no coverage gate then")
    parser.add_argument("--workers", default=str(min(os.cpu_count() or 1, 4)))
    parser.add_argument("--coverage", action="store_true", help="measure inside Odoo, too")


def execute(arguments):
    """Run the suite.

    :return: 0 when at least one test ran, none failed and the gates hold
    """
    progress = Progress(STEPS + 2)
    stand = prepare(progress, "test")
    with progress.step("Looking for a browser and a PDF printer") as note:
        added = machine.ensure_programs()
        if added:
            note("installed " + ", ".join(added))
    tally = Tally()
    with progress.step("Preparing the test database") as note:
        installed = database.with_module(stand, note=note)
        name = f"collections_test_{clone_key()}"
        database.copy(stand, installed, name)
        _make_company_ready(stand, name)
    _check_installation(installed, tally)
    _forget_coverage()
    _run_tools(stand, arguments.only, tally)
    _run_pure(stand, arguments, tally)
    _run_odoo(stand, name, arguments, tally)
    gates = True if arguments.only else _coverage(stand, whole=arguments.coverage)
    print(f"\n{tally}", flush=True)
    return 0 if tally.passed and not tally.failed and gates else 1


def _make_company_ready(stand, name):
    """Give the tests' classes the company they start from; see tests/quick_common.py."""
    program = [REPO / "scripts/inside/ready_company.py", "--database", name]
    program += ["--config", stand.config_file(name)]
    shell.run([stand.python, *program], env=stand.env, log="ready-company.log")


def _check_installation(installed, tally):
    """Count the installation as a test: it must go by without a warning."""
    complaints = database.install_warnings(installed)
    print("\n".join(f"installation: {text}" for text in complaints))
    tally.failed += bool(complaints)
    tally.passed += not complaints


def _run_pure(stand, arguments, tally):
    """Run the tests of the pure domain and connectors: no Odoo can be imported there."""
    tests = sorted((REPO / "tests").glob("test_domain_*.py"))
    if not tests:
        print("\nThere are no tests of the domain yet.")
        return
    print("\n— The domain and the connectors, outside Odoo —", flush=True)
    pytest = ["-p", "domain_loader", "-p", "no:odoo", "-n", arguments.workers, "--dist=worksteal"]
    pytest += [] if arguments.coverage else ["-p", "examples_measured"]
    folder = REPO / "tests"
    _pytest(stand, "pure", [*pytest, *tests], arguments.only, tally, cwd=folder, measured=True)


def _run_tools(stand, only, tally):
    """Run the tests of the commands themselves."""
    print("\n— The commands —", flush=True)
    folder = REPO / "scripts"
    pytest = ["-p", "no:odoo", "tests", f"--confcutdir={folder}", f"--rootdir={folder}"]
    _pytest(stand, "tools", pytest, only, tally, cwd=folder)


def _run_odoo(stand, name, arguments, tally):
    """Run the rest inside Odoo; each worker has its own copy of the database."""
    if not list((REPO / "tests").glob("test_*.py")):
        print("\nThere are no tests inside Odoo yet.")
        return
    print("\n— The module, inside Odoo —", flush=True)
    config = stand.config_file(name)
    pytest = [f"--odoo-config={config}", f"--odoo-database={name}", "--odoo-http"]
    pytest += ["-n", arguments.workers, "--dist=loadscope", "--no-loadscope-reorder"]
    pytest += ["-p", "longest_first", "-p", "files_kept"]
    pytest += [f"--ignore-glob={database.mount()}/*/test_domain_*"]
    pytest += ["-o", f"faulthandler_timeout={LONG}", "--pyargs", f"odoo.addons.{MODULE}"]
    options = {"cwd": REPO, "odoo": True, "measured": arguments.coverage}
    _pytest(stand, "odoo", pytest, arguments.only, tally, **options)


def _pytest(stand, part, options, only, tally, *, cwd, odoo=False, measured=False):
    junit = cache_dir("junit") / f"{clone_key()}-{part}.xml"
    junit.unlink(missing_ok=True)
    # Threads of a numeric library beside workers on the same cores make both slower.
    env = stand.env | _coverage_env(part) | {"OMP_NUM_THREADS": "1"}
    path = [env["PYTHONPATH"]] if odoo else []
    env["PYTHONPATH"] = os.pathsep.join([*path, str(REPO / "scripts/plugins")])
    command = [stand.python, "-m"]
    command += ["coverage", "run", f"--include={MEASURED}", "-m"] if measured else []
    command += ["pytest", f"--rootdir={REPO}", *options]
    command += ["-q", "-ra", "--durations=12", "--tb=short", "-p", "no:cacheprovider"]
    command += [f"--junitxml={junit}"]
    command += ["-k", only] if only else []
    try:
        shell.run(command, env=env, cwd=cwd)
    except StepError as error:
        if not junit.exists():
            print(f"\nThe tests of this part broke down: {error}", file=sys.stderr)
        before = tally.failed
        tally.add(junit)
        if tally.failed == before and not (only and error.code == NOTHING_CHOSEN):
            raise  # it broke down without a failed test
        return
    tally.add(junit)


def _coverage_dir():
    return cache_dir("coverage", clone_key())


def _coverage_env(part):
    return {
        "COVERAGE_FILE": str(_coverage_dir() / f".coverage.{part}"),
        "COVERAGE_RCFILE": str(REPO / "pyproject.toml"),
    }


def _forget_coverage():
    for path in _coverage_dir().glob(".coverage*"):
        path.unlink()


def _coverage(stand, *, whole):
    """Hold the branch coverage against the gates.

    :param bool whole: the part inside Odoo was measured as well: report every file
    :rtype: bool
    """
    print("\n— Branch coverage —", flush=True)
    tool = [stand.python, "-m", "coverage"]
    env = _coverage_env("all")
    data = sorted(_coverage_dir().glob(".coverage*"))
    if not data:
        print("nothing was measured")
        return False
    shell.run([*tool, "combine", "-q", *data], env=env, cwd=REPO)
    if whole:
        shell.run([*tool, "report", "--skip-covered"], env=env, cwd=REPO)
    gates = GATES | WHOLE if whole else GATES
    return all([_gate(tool, env, *gate) for gate in gates.items()])


def _gate(tool, env, include, least):
    command = [*tool, "report", f"--include={include}", f"--fail-under={least}"]
    try:
        shell.run(command, env=env, log="coverage-gate.log", cwd=REPO)
    except StepError as error:
        print(f"coverage of {include} is below {least} %:\n{error}", file=sys.stderr)
        return False
    print(f"coverage of {include}: at least {least} %, as required")
    return True
