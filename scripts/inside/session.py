"""An Odoo environment on a database, as ``odoo shell`` makes one."""

import contextlib
import logging

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config


@contextlib.contextmanager
def environment(config_file, database):
    """Give an environment; what was not committed is rolled back at the end.

    :param str config_file: path of an Odoo configuration file
    :param str database: its name
    """
    config.parse_config(["--config", config_file, "--log-level=warn"], setup_logging=True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    registry = Registry(database)
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        admin = env.ref("base.user_admin")
        companies = env["res.company"].search([])
        yield env(user=admin, context={"allowed_company_ids": companies.ids})
        cr.rollback()


def catch_mail(env, port):
    """Let every e-mail go to a catcher on this machine, and nowhere else."""
    servers = env["ir.mail_server"].with_context(active_test=False)
    servers.search([("name", "!=", MAIL_SERVER)]).active = False
    values = {"smtp_host": "127.0.0.1", "smtp_port": port, "active": True}
    catcher = servers.search([("name", "=", MAIL_SERVER)])
    if catcher:
        catcher.write(values)
    else:
        servers.create({"name": MAIL_SERVER, "smtp_encryption": "none", **values})


MAIL_SERVER = "Local mail catcher"
