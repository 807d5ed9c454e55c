"""``make stop``: the private servers rest; their data stays."""

from devkit import postgres


def add_arguments(parser):
    """This command has none."""


def execute(arguments):
    """Stop every private server of this cache."""
    stopped = postgres.stop_all()
    print("stopped: " + ", ".join(stopped) if stopped else "nothing was running")
