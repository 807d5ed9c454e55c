"""A process whose children read an emulated ledger for real, and are killed.

See dispatch_process.py. The emulator runs with the test and goes by the machine's clock.
"""

import sys

from odoo import fields

if __package__:
    from .autopay_process import die
    from .dispatch_process import environment, main
else:
    from autopay_process import die
    from dispatch_process import environment, main

CONNECTION, LOG, REF = (
    "collections.connection",
    "collections.sync.log",
    "collections.external.ref",
)
#: Records of a page, so that there are several pages.
PAGE_SIZE = 15
#: Where a child can be killed: before or after this method, the so many-th time.
STEPS = {
    "run begun": ("after", LOG, "_begin", 1),
    "second page came": ("after", "collections.connector.xero", "_pull", 3),
    "second page written": ("after", REF, "_take_in", 3),
    "page written, cursor too": ("after", LOG, "_keep_page", 4),
    "stream read": ("after", LOG, "_end_of_pass", 2),
    "before the mirror": ("before", CONNECTION, "_mirror", 1),
    "some mirrored": ("after", CONNECTION, "_mirror", 3),
    "before the comparison": ("before", CONNECTION, "_check_drift", 1),
    "before the end": ("before", LOG, "_end", 1),
    "ended": ("after", LOG, "_end", 1),
}


def prepare(registry, url, secret):
    """A connection that is about to be read for the first time; its id."""
    with environment(registry) as env:
        company = env.company
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        env["ir.cron"].search([]).active = False
        names = [("name", "in", ("EUR", "GBP", "USD"))]
        env["res.currency"].with_context(active_test=False).search(names).active = True
        connection = env[CONNECTION].create(
            {
                "name": "Books Elsewhere",
                "provider": "xero",
                "client_id": "our-app",
                "client_secret": secret,
                "custom_connection": True,
                "api_url": url,
                "identity_url": url,
            }
        )
    with environment(registry) as env:
        connection = env[CONNECTION].browse(connection.id)
        connection._connect_custom(fields.Datetime.now())
        connection.write({"is_import_started": True, "next_sync_at": fields.Datetime.now()})
        return connection.id


def read(registry, kill=None):
    """What the scheduler does.

    :param str|None kill: a key of STEPS
    """
    client = sys.modules["odoo.addons.collections_addon.connectors.xero.client"]
    client.PAGE_SIZE = PAGE_SIZE
    if kill:
        die(registry, *STEPS[kill])
    with environment(registry) as env:
        env[CONNECTION]._cron_sync()


def state(registry, connection):
    """What a connection has come to."""
    with environment(registry) as env:
        found = env[CONNECTION].browse(connection)
        refs = env[REF].search([("connection_id", "=", connection)])
        moves = env["account.move"].search([("collections_connection_id", "=", connection)])
        items = moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        documents = refs.filtered(lambda ref: ref.stream in ("invoices", "credit_notes"))
        return {
            "logs": found.sync_log_ids.mapped("state"),
            "refs": {s: len(group) for s, group in refs.grouped("stream").items()},
            "waiting": len(refs.filtered(lambda ref: ref.state in ("pending", "failed"))),
            "owed": round(sum(items.mapped("amount_residual")), 2),
            "doubles": len(moves.filtered(lambda move: move.is_invoice())) - len(documents.move_id),
            "drift": found.drift_open_count,
        }


COMMANDS = {"prepare": prepare, "read": read, "state": state}


if __name__ == "__main__":
    main(sys.argv[1:], COMMANDS)
