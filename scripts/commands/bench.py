"""``make bench``: the measurements of ``benchmarks/run.py`` on a server of their own.

The program is given, in its environment, what it needs to make databases:
``PGHOST`` and ``PGUSER``, the client programs on ``PATH``, Odoo on ``PYTHONPATH``;
``BENCH_CONFIG`` (an Odoo configuration file) and ``BENCH_TEMPLATE`` (a database with
the module installed and no demo data, to be copied with ``createdb -T``).
"""

from devkit import database, shell
from devkit.shell import REPO, Progress, StepError
from devkit.stand import STEPS, prepare

PROGRAM = REPO / "benchmarks" / "run.py"


def add_arguments(parser):
    """Add what this command accepts."""
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--out", help="a JSON file for the raw figures")


def execute(arguments):
    """Run the measurements."""
    if not PROGRAM.exists():
        raise StepError("benchmarks/run.py is missing from this checkout")
    progress = Progress(STEPS + 1)
    stand = prepare(progress, "test")
    with progress.step("Preparing the database") as note:
        template = database.with_module(stand, note=note)
    env = stand.env | {
        "BENCH_CONFIG": str(stand.config_file(template)),
        "BENCH_TEMPLATE": template,
    }
    command = [stand.python, PROGRAM, f"--sizes={arguments.sizes}"]
    command += [f"--out={arguments.out}"] if arguments.out else []
    shell.run(command, env=env, cwd=REPO)
