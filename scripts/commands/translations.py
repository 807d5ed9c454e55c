"""``make translations``: export the module's terms, merge them into the languages, report."""

from devkit import database, shell
from devkit.database import MODULE
from devkit.shell import REPO, Progress, cache_dir
from devkit.stand import STEPS, prepare

PROGRAM = REPO / "scripts" / "inside" / "translations.py"


def add_arguments(parser):
    """Add what this command accepts: nothing."""


def execute(arguments):
    """Write ``i18n/collections_addon.pot`` and ``i18n/*.po`` anew."""
    progress = Progress(STEPS + 2)
    stand = prepare(progress, "test")
    with progress.step("Preparing the database") as note:
        name = database.with_module(stand, note=note)
    exported = cache_dir("translations") / f"{MODULE}.pot"
    with progress.step("Exporting the terms"):
        command = [stand.python, "-m", "odoo", "i18n", "export", "-l", "pot"]
        command += ["-c", stand.config_file(name)]
        command += ["-o", exported, MODULE]
        shell.run(command, env=stand.env, log="translations.log")
    shell.run([stand.python, PROGRAM, exported, REPO / "i18n"], env=stand.env, cwd=REPO)
