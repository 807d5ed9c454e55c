"""A process whose children collect automatic payments for real, and are killed or raced.

See dispatch_process.py. What reaches the provider is written to a file: that is the
money it takes, and no rollback brings it back.
"""

import os
import signal
from datetime import timedelta

from odoo import Command, fields

if __package__:
    from .dispatch_process import environment
else:
    from dispatch_process import environment

CHARGE, TRANSACTION = "collections.autopay.charge", "payment.transaction"
#: Where a child can be killed: before or after this method, the so many-th time. The
#: charge under way is the second of three.
STEPS = {
    "attempt written": ("after", CHARGE, "_begin", 2),
    "attempt committed": ("before", CHARGE, "_ask_provider", 2),
    "about to be sent": ("before", TRANSACTION, "_send_payment_request", 2),
    "provider took it": ("after", TRANSACTION, "_send_payment_request", 2),
    "answer noted": ("after", CHARGE, "_ask_provider", 2),
    # following a payment up calls itself once: the second charge begins with the third
    "answer committed": ("before", CHARGE, "_follow", 3),
    "payment booked": ("after", CHARGE, "_follow", 3),
}


def prepare(registry, groups, size):
    """Groups of customers who pay automatically, each with a charge announced for later."""
    with environment(registry) as env:
        company = env.company
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        env["ir.cron"].search([]).active = False
        company.dunning_policy_id = env["dunning.policy"].create(
            {"name": "Always", "level_ids": [Command.create({"name": "First", "days": 5})]}
        )
        provider = env["payment.provider"].search(
            [("code", "=", "demo"), ("company_id", "=", company.id)], limit=1
        )
        provider.write({"state": "test", "allow_tokenization": True})
        provider.journal_id.ensure_one()  # made when first read: not by two at once
        today = company._collections_today(fields.Datetime.now())
        for group in range(groups):
            for number in range(size):
                owe(env, provider, f"g{group}c{number}", today)
        early = today - timedelta(days=company.collections_autopay_notice_days)
        charges = env["collections.autopay"]._announce_due(company, early, fields.Datetime.now())
        charges.next_date = today + timedelta(days=99)
        return len(charges)


def owe(env, provider, name, today):
    partner = env["res.partner"].create({"name": name, "email": f"{name}@example.com"})
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": today - timedelta(days=30),
            "invoice_date_due": today,
            "invoice_line_ids": [
                Command.create({"name": "Work", "price_unit": 100, "tax_ids": False})
            ],
        }
    )
    move.action_post()
    case = env["collections.case"]._of(partner, env.company)
    token = env["payment.token"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": provider.payment_method_ids[:1].id,
            "partner_id": partner.id,
            "provider_ref": name,
            "demo_simulated_state": "done",
        }
    )
    agree = env["collections.autopay"]._agree
    agree(case, "all", name, "I agree.", None, fields.Datetime.now())._activate(token)


def own(env, prefix):
    return env[CHARGE].search([("partner_id.name", "=like", f"{prefix}c%")], order="id")


def release(registry, prefix):
    """Let the charges of a group be collected from now on."""
    with environment(registry) as env:
        charges = own(env, prefix)
        charges.next_date = env.company._collections_today(fields.Datetime.now())
        return len(charges)


def collect(registry, till, kill=None):
    """What the scheduler does.

    :param str till: file to which each request that reaches the provider is added
    :param str|None kill: a key of STEPS
    """
    send = registry[TRANSACTION]._send_payment_request

    def take(transaction):
        with open(till, "a") as stream:
            stream.write(f"{transaction.partner_id.name}\n")
        return send(transaction)

    registry[TRANSACTION]._send_payment_request = take
    if kill:
        die(registry, *STEPS[kill])
    with environment(registry) as env:
        env[CHARGE]._cron_autopay()


def die(registry, when, model, method, times):
    original = getattr(registry[model], method)
    calls = []

    def deadly(self, *args, **kwargs):
        calls.append(method)
        last = len(calls) == times
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(self, *args, **kwargs)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(registry[model], method, deadly)


def recover(registry, minutes):
    """What the next run finds when it begins so much later."""
    with environment(registry) as env:
        later = fields.Datetime.now() + timedelta(minutes=minutes)
        env[CHARGE]._recover(env.company, later)


def states(registry, prefix):
    """Customer -> state of its charge, what is open of its invoice, payments booked."""
    with environment(registry) as env:
        return {
            charge.partner_id.name: [
                charge.state,
                sum(charge.item_ids.move_id.mapped("amount_residual")),
                env["account.payment"].search_count([("partner_id", "=", charge.partner_id.id)]),
            ]
            for charge in own(env, prefix)
        }


COMMANDS = {
    "prepare": prepare,
    "release": release,
    "collect": collect,
    "recover": recover,
    "states": states,
}
