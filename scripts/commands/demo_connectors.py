"""``make demo-connectors``: two outside ledgers mirrored and chased, on emulators."""

from devkit import database, shell
from devkit.shell import Progress, cache_dir
from devkit.stand import STEPS, prepare

from .demo import INSIDE, mail_catcher


def add_arguments(parser):
    """Add what this command accepts: nothing."""


def execute(arguments):
    """Run the demonstration."""
    progress = Progress(STEPS + 1)
    stand = prepare(progress, "demo")
    name = f"collections_ledgers_{shell.clone_key()}"
    with progress.step("Preparing the database") as note:
        database.copy(stand, database.with_module(stand, note=note), name)
        database.mark_current(name)
    folder = cache_dir("mail", name)
    for old in folder.glob("*.eml"):
        old.unlink()
    program = [INSIDE / "connectors_day.py", "--database", name]
    program += ["--config", stand.config_file(name)]
    with mail_catcher(stand, folder) as port:
        shell.run([stand.python, *program, "--mail-port", port], env=stand.env)
    print(
        f"\n{len(list(folder.glob('*.eml')))} e-mails were caught in {folder}"
        f"\nmake serve DATABASE={name} opens the web client: Collections, Configuration,"
        "\nConnections; the other firm is chosen at the top right."
    )
