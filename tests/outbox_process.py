"""A process whose children write to an emulated ledger for real, and are killed.

See dispatch_process.py. The emulator runs with the test: what it was told stays told.
"""

from datetime import timedelta

from odoo import fields

if __package__:
    from .autopay_process import die
    from .dispatch_process import environment
else:
    from autopay_process import die
    from dispatch_process import environment

OUTBOX, CONNECTION = "collections.outbox", "collections.connection"
#: Where a child can be killed: before or after this method, the so many-th time. The
#: record being written is the second of three.
STEPS = {
    "claimed": ("after", OUTBOX, "_claim", 2),
    "claim committed": ("before", OUTBOX, "_deliver", 2),
    "about to be written": ("before", OUTBOX, "_write_there", 2),
    "the ledger took it": ("after", OUTBOX, "_write_there", 2),
    "answer noted": ("after", OUTBOX, "_deliver", 2),
    "answer committed": ("before", OUTBOX, "_claim", 3),
}
#: Where the ledger books what we write: QuickBooks' item "Services".
ACCOUNTS = {
    "xero": {"push_account": "090", "push_fee_account": "200"},
    "quickbooks": {"push_fee_account": "3"},
}


def prepare(registry, provider, groups, customer):
    """What waits to be written, in groups: payments, and fees where the name says so.

    :param dict groups: name -> keys of invoices of the ledger, else numbers of debit notes
    :param str customer: key of who owes it all
    """
    with environment(registry) as env:
        env["ir.cron"].search([]).active = False
        connection = env[CONNECTION].create(
            {
                "name": "Books Elsewhere",
                "provider": provider,
                "state": "connected",
                **ACCOUNTS[provider],
            }
        )
        env[OUTBOX].create(
            [
                {
                    "connection_id": connection.id,
                    "kind": "fee" if group.startswith("fee") else "payment",
                    "label": f"{provider} {group}",
                    "source": invoice,
                    "next_try_at": fields.Datetime.now() + timedelta(days=9),
                    "values": fee_values(invoice, customer)
                    if group.startswith("fee")
                    else values(invoice, customer),
                }
                for group, invoices in groups.items()
                for invoice in invoices
            ]
        )


def values(invoice, customer):
    return {
        "invoice": invoice,
        "customer": customer,
        "amount": "100.00",
        "currency": "USD",
        "date": "2026-03-05",
        "reference": f"ours {invoice[:8]}",
        "account": "",
    }


def fee_values(number, customer):
    return {
        "invoice": "",
        "customer": customer,
        "number": number,
        "currency": "USD",
        "date": "2026-03-05",
        "reference": f"{number} 0a1b2c3d",
        "lines": [{"text": "Reminder", "amount": "5.00", "tax": "0.00"}],
    }


def own(env, provider, group):
    return env[OUTBOX].search([("label", "=", f"{provider} {group}")], order="id")


def release(registry, provider, group):
    """Let the records of a group be written from now on."""
    with environment(registry) as env:
        own(env, provider, group).next_try_at = fields.Datetime.now()


def deliver(registry, provider, url, token, tenant, kill=None):
    """What the scheduler does.

    :param str|None kill: a key of STEPS
    """
    from odoo.addons.collections_addon.connectors import http, limits
    from odoo.addons.collections_addon.connectors.quickbooks.client import QuickBooksClient
    from odoo.addons.collections_addon.connectors.xero.client import XeroClient

    def client(connection, now):  # pylint: disable=unused-argument
        session = http.HttpSession(limits.RateLimiter(lambda: 0.0, 1000), lambda: 0.0)
        if provider == "quickbooks":
            return QuickBooksClient(session, token, tenant, api=url)
        return XeroClient(session, token, tenant, api=f"{url}/api.xro/2.0", connections=url)

    registry[CONNECTION]._client = client
    if kill:
        die(registry, *STEPS[kill])
    with environment(registry) as env:
        env[OUTBOX]._cron_deliver()


def recover(registry, minutes):
    """So much time goes by."""
    with environment(registry) as env:
        for row in env[OUTBOX].search([("state", "=", "sending")]):
            row.claimed_at -= timedelta(minutes=minutes)


def states(registry, provider, group):
    with environment(registry) as env:
        return own(env, provider, group).mapped("state")


COMMANDS = {
    "prepare": prepare,
    "release": release,
    "deliver": deliver,
    "recover": recover,
    "states": states,
}
