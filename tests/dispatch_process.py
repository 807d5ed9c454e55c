"""A process that loads Odoo once and has its children work, and dispatch, for real.

Started, once for all of them, by the tests that kill (test_dispatch_crash.py) or race
(test_dispatch_workers.py) such children. It reads one JSON command per line, with the copy
of the database it is for, and answers with one line of JSON. Every command runs in a fork
of its own, so that `kill -9` takes the child and nothing else. What the children do for
the other classes stands in the files `…_process.py`.
"""

import contextlib
import importlib
import json
import os
import signal
import smtplib
import sys
import threading
from datetime import timedelta

import psycopg2

import odoo
from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.sql_db import close_all, db_connect
from odoo.tools import config

DISPATCH = "odoo.addons.collections_addon.collections_addon.models.dunning_action_dispatch"
#: Where a child can be killed: right after this method has done its work, the so
#: many-th time; then so many of three messages have left.
STEPS = {
    "claim": ("dunning.action", "_claim", 1, 0),
    "gate": ("dunning.action", "_gate", 1, 0),
    "mail rows written": ("collections.channel.email", "_send", 1, 0),
    "batch committed": ("ir.cron", "_commit_progress", 2, 0),
    "journal started": ("dunning.attempt", "_start", 2, 1),
    "mail server accepted": (smtplib.SMTP, "send_message", 2, 2),
    "journal finished": ("dunning.attempt", "_finish", 2, 2),
    "contacts marked as sent": ("dunning.action", "_mark_sent", 1, 3),
    "results committed": ("ir.cron", "_commit_progress", 3, 3),
}


def main(arguments):
    """Serve commands until the input ends."""
    config.parse_config(arguments, setup_logging=True)
    registry = Registry(config["db_name"][0])
    for line in sys.stdin:
        close_all()  # no connection is shared with a child
        command = json.loads(line)
        sys.stdout.write(json.dumps(run(registry, **command)) + "\n")
        sys.stdout.flush()


def on_database(registry, name):
    """The registry, at work on a database; all are copies of the one it was loaded from."""
    Registry.registries[name] = registry
    registry.db_name = threading.current_thread().dbname = name
    registry._db = db_connect(name)
    config["db_name"] = [name]
    return registry


def run(registry, name, children=1, **options):
    """Run a command in as many children at once.

    :param options: of the command; `program` and `database` say what and where it is
    :return: per child its exit code (negative: the signal) and what it returned
    :rtype: list[dict]
    """
    ready, go = os.pipe()
    running = [start(registry, name, options, ready, go) for _child in range(children)]
    os.close(ready)
    os.close(go)  # the children wait for this: all begin at the same moment
    results = []
    for pid, output in running:
        with os.fdopen(output) as stream:
            text = stream.read()
        _pid, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        results.append({"pid": pid, "code": code, "result": json.loads(text or "null")})
    return results


def start(registry, name, options, ready, go):  # pylint: disable=inconsistent-return-statements
    output, sink = os.pipe()
    pid = os.fork()
    if pid:
        os.close(sink)
        return pid, output
    os.close(go)
    os.read(ready, 1)
    code = 1
    try:
        result = carry_out(registry, name, **options)
        os.write(sink, json.dumps(result).encode())
        code = 0
    except BaseException:
        odoo.tools.misc.traceback.print_exc()
    finally:
        os._exit(code)


def carry_out(registry, name, program, database, **options):
    """Run a command of a file, or the one of this file that all share."""
    commands = COMMANDS | importlib.import_module(program).COMMANDS
    return commands[name](on_database(registry, database), **options)


@contextlib.contextmanager
def environment(registry):
    """A superuser's environment, committed at the end."""
    with registry.cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})


# === COMMANDS === #


def prepare(registry, port, groups, size):
    """A ledger with so many groups of customers, each with a reminder queued."""
    with environment(registry) as env:
        company = env.company
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.email = "accounts@firm.example"
        env["ir.mail_server"].search([]).active = False
        env["ir.mail_server"].create(
            {
                "name": "Catcher",
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_encryption": "none",
            }
        )
        env["ir.cron"].search([]).active = False
        company.dunning_policy_id = env["dunning.policy"].create(
            {
                "name": "Always",
                "mode": "automatic",
                "send_from": 0,
                "send_to": 24,
                "min_gap_days": 0,
                "level_ids": [Command.create({"name": "First", "days": 5})],
            }
        )
        emails = [f"g{g}c{c}@example.com" for g in range(groups) for c in range(size)]
        owe(env, emails)
        today = company._collections_today(fields.Datetime.now())
        env["dunning.run"]._execute(company, today)
        later = fields.Datetime.now() + timedelta(days=1)
        env["dunning.action"].search([("state", "=", "queued")]).scheduled_at = later
    return emails


def owe(env, emails):
    """A customer with an overdue invoice behind each address."""
    due = fields.Date.today() - timedelta(days=10)
    partners = env["res.partner"].create([{"name": e, "email": e, "tz": "UTC"} for e in emails])
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": 100, "tax_ids": False})
                ],
            }
            for partner in partners
        ]
    )
    moves.action_post()


def release(registry, prefix):
    """Let the reminders of a group go out from now on."""
    with environment(registry) as env:
        actions = env["dunning.action"].search([("recipient_id.email", "=like", f"{prefix}c%")])
        actions.scheduled_at = False
        return len(actions)


def propose_plans(registry, number):
    """So many proposed payment plans over the same invoice; their ids."""
    with environment(registry) as env:
        move = env["account.move"].search([("move_type", "=", "out_invoice")], limit=1)
        case = env["collections.case"]._of(move.commercial_partner_id, move.company_id)
        offer = env.ref("collections_addon.plan_offer_standard")
        today = fields.Date.today()
        plans = [
            env["collections.plan"]._propose(case, move, offer, {"count": 2}, "collector", today)
            for _plan in range(number)
        ]
        return [plan.id for plan in plans]


def accept_plans(registry, plan_ids):
    """Accept these plans as the debtor would, each in its own transaction.

    :return: how many were accepted
    """
    accepted = 0
    for plan_id in plan_ids:
        try:
            with environment(registry) as env:
                plan = env["collections.plan"].browse(plan_id)
                plan._accept("Dora", fields.Datetime.now())
            accepted += 1
        except (UserError, psycopg2.Error):
            continue
    return accepted


def running_plans(registry):
    """Every payment plan with its state, and how many invoices name an active one."""
    with environment(registry) as env:
        states = env["collections.plan"].search([], order="id").mapped("state")
        moves = env["account.move"].search_count([("payment_plan_id.state", "=", "active")])
        return {"states": states, "moves": moves}


def dispatch(registry, kill_after=None, batch=100):
    """What the scheduler does; counts the messages this process handed over.

    :param str|None kill_after: a key of STEPS
    :param int batch: contacts taken up at once
    """
    done = []
    finish = registry["dunning.attempt"]._finish

    def count(self, *args, **kwargs):
        done.append(args)
        return finish(self, *args, **kwargs)

    registry["dunning.attempt"]._finish = count
    sys.modules[DISPATCH].BATCH_SIZE = batch
    if kill_after:
        die_after(registry, *STEPS[kill_after][:3])
    with environment(registry) as env:
        env["dunning.action"]._cron_dispatch()
    return len(done)


def die_after(registry, owner, method, times):
    owner = registry[owner] if isinstance(owner, str) else owner
    original = getattr(owner, method)
    calls = []

    def deadly(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        calls.append(method)
        if len(calls) == times:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, method, deadly)


def recover(registry, minutes):
    """What the next dispatch finds when it begins so much later."""
    with environment(registry) as env:
        env["dunning.action"]._recover(fields.Datetime.now() + timedelta(minutes=minutes))


def states(registry, prefix):
    """Address -> state, type and text of the failure."""
    with environment(registry) as env:
        actions = env["dunning.action"].search([("recipient_id.email", "=like", f"{prefix}c%")])
        return {
            action.recipient_id.email: [action.state, action.failure_type, action.failure_text]
            for action in actions
        }


COMMANDS = {
    "prepare": prepare,
    "release": release,
    "dispatch": dispatch,
    "recover": recover,
    "states": states,
    "propose_plans": propose_plans,
    "accept_plans": accept_plans,
    "running_plans": running_plans,
}


if __name__ == "__main__":
    main(sys.argv[1:])
