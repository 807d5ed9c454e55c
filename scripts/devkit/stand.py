"""The first steps of every command that runs Odoo."""

from . import environment, odoo_source, postgres
from .database import Stand

STEPS = 3

#: Files of `requirements/`: Odoo, what the features import, what the tests need.
LIBRARIES = ("odoo", "connectors", "channels", "intelligence", "test")


def prepare(progress, kind):
    """Get Odoo, its Python environment and a server.

    :param Progress progress: shows :data:`STEPS` steps
    :param str kind: ``test`` or ``demo``
    :rtype: Stand
    """
    with progress.step("Getting Odoo 19") as note:
        odoo = odoo_source.ensure(note)
    with progress.step("Getting the Python libraries") as note:
        venv = environment.ensure(*LIBRARIES, note=note)
    with progress.step("Starting PostgreSQL") as note:
        server = postgres.ensure(kind, venv, note)
    return Stand(odoo, venv, server, kind)
