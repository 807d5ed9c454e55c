"""A process whose children read an emulated ledger for real, and are killed.

See dispatch_process.py. The emulator runs with the test and goes by the machine's clock.
"""

import sys
from datetime import timedelta, timezone

from odoo import fields

if __package__:
    from .autopay_process import die
    from .dispatch_process import environment
else:
    from autopay_process import die
    from dispatch_process import environment

CONNECTION, LOG, REF = (
    "collections.connection",
    "collections.sync.log",
    "collections.external.ref",
)
#: Records of a page, so that there are several pages.
PAGE_SIZE = 12
ADAPTER = "collections.connector.{}"
#: Where a child can be killed: before or after this method, the so many-th time. In a first
#: import, and in one that brings what changed.
STEPS = {
    "run begun": ("after", LOG, "_begin", 1),
    "second page came": ("after", ADAPTER, "_pull", 3),
    "second page written": ("after", REF, "_take_in", 3),
    "page written, cursor too": ("after", LOG, "_keep_page", 4),
    "stream read": ("after", LOG, "_end_of_pass", 2),
    "before the mirror": ("before", CONNECTION, "_mirror", 1),
    "some mirrored": ("after", CONNECTION, "_mirror", 3),
    "before the comparison": ("before", CONNECTION, "_check_drift", 1),
    "before the end": ("before", LOG, "_end", 1),
    "ended": ("after", LOG, "_end", 1),
}
CHANGES = {
    "changes came": ("after", ADAPTER, "_pull", 2),
    "changes written": ("after", REF, "_take_in", 2),
    "changes and cursor written": ("after", LOG, "_keep_page", 2),
    "changes mirrored": ("after", CONNECTION, "_mirror", 1),
}


def prepare(registry, provider, url, secret, tokens=None):
    """A connection that is about to be read for the first time; its id.

    :param dict|None tokens: what the service gave; None: a custom connection
    """
    with environment(registry) as env:
        company = env.company
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        env["ir.cron"].search([]).active = False
        names = [("name", "in", ("EUR", "GBP", "USD"))]
        env["res.currency"].with_context(active_test=False).search(names).active = True
        env[CONNECTION].search([]).action_archive()
        connection = env[CONNECTION].create(
            {
                "name": "Books Elsewhere",
                "provider": provider,
                "client_id": "our-app",
                "client_secret": secret,
                "custom_connection": not tokens,
                "api_url": url,
                "identity_url": url,
            }
        )
    with environment(registry) as env:
        connection = env[CONNECTION].browse(connection.id)
        connect(connection, tokens)
        connection.write({"is_import_started": True, "next_sync_at": fields.Datetime.now()})
        return connection.id


def connect(connection, tokens):
    """Consented to, without a browser."""
    now = fields.Datetime.now()
    if not tokens:
        connection._connect_custom(now)
        return
    oauth = sys.modules["odoo.addons.collections_addon.connectors.oauth"]
    until = now.replace(tzinfo=timezone.utc) + timedelta(hours=1)
    connection._token_row()._save(
        oauth.Tokens(
            access=tokens["access_token"],
            refresh=tokens["refresh_token"],
            expires_at=until,
            refresh_expires_at=until + timedelta(days=60),
        )
    )
    connection.write(
        {
            "tenant_id": tokens["realm_id"],
            "currency_id": connection.env.ref("base.USD").id,
        }
    )
    connection._transition("connected")


def due(registry, connection):
    """It is time to read it again."""
    with environment(registry) as env:
        env[CONNECTION].browse(connection).next_sync_at = fields.Datetime.now()


def read(registry, provider, kill=None):
    """What the scheduler does.

    :param str|None kill: a key of STEPS or CHANGES
    """
    for place in ("client", "adapter"):  # the one has the number of the other
        module = sys.modules[f"odoo.addons.collections_addon.connectors.{provider}.{place}"]
        if hasattr(module, "PAGE_SIZE"):
            module.PAGE_SIZE = PAGE_SIZE
    registry[ADAPTER.format(provider)]._allowance = lambda _adapter: (10_000, 0)
    if kill:
        when, owner, method, times = (STEPS | CHANGES)[kill]
        die(registry, when, owner.format(provider), method, times)
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


COMMANDS = {"prepare": prepare, "due": due, "read": read, "state": state}
