"""``make test-queue``: the module beside OCA's ``queue_job``, which turns readings into jobs."""

import os

from devkit import database, shell
from devkit.shell import MODULE, Progress, cache_dir, clone_key
from devkit.stand import STEPS, prepare

PACKAGES = ("odoo-addon-queue-job==19.0.2.4.0.1", "openupgradelib==3.13.7")
TESTS = f"/{MODULE}:TestQueueJob"


def add_arguments(parser):
    """Add what this command accepts: nothing."""


def execute(arguments):
    """Install the queue in a copy of the database, and run what it is for.

    :raises StepError: a test failed, or the package cannot be had
    """
    progress = Progress(STEPS + 3)
    stand = prepare(progress, "test")
    with progress.step("Getting queue_job"):
        folder = cache_dir("queue", shell.digest(*PACKAGES)[:10])
        if not (folder / "odoo").exists():
            pip = [stand.python, "-m", "pip", "install", "-q", "--no-deps", "--target", folder]
            shell.run([*pip, *PACKAGES], log="pip-queue.log")
    name = f"collections_queue_{clone_key()}"
    with progress.step("Preparing the database") as note:
        database.copy(stand, database.with_module(stand, note=note), name)
    with progress.step("Installing it, and the tests"):
        addons = f"{stand.odoo.addons_path},{database.mount()},{folder / 'odoo' / 'addons'}"
        options = [f"--addons-path={addons}", "--init=queue_job", f"--update={MODULE}"]
        options += ["--test-enable", "--http-port=0", f"--test-tags={TESTS}", "--stop-after-init"]
        libraries = f"{stand.env['PYTHONPATH']}{os.pathsep}{folder}"
        command = [stand.python, "-m", "odoo", *stand.options(name), *options]
        shell.run(command, log="queue.log", env=stand.env | {"PYTHONPATH": libraries})
    database.drop(stand, name)
    lines = (cache_dir("logs") / "queue.log").read_text().splitlines()
    print([line.split(": ", 1)[-1] for line in lines if "odoo.tests.result" in line][-1])
