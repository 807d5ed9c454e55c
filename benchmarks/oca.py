"""The peer: OCA's account_credit_control, doing the same job on the same ledger.

    python benchmarks/oca.py cycle DATABASE LINES EMAILS

The job is the day of our run: find the level of every overdue line, mark the lines to
be sent, group them into one message per customer, level and currency, and create the
e-mails. Everything is done by the module's own public methods, as its screens do it,
with tracking as shipped, as the superuser (no access checks), and committed after each
step. E-mails are made without their PDF.

On a large ledger only a slice is looked at: the first customers that have LINES lines
together. The module's own precedence does it: they have the policy, the company none.
"""

import json
import resource
import sys
import time

from generate import TODAY
from stand import environment

PACKAGE = "odoo-addon-account-credit-control==19.0.1.0.0.13"
MODULE = "account_credit_control"


def prepare(env, lines):
    """Give the policy the module ships with to the customers of the slice.

    :return: the policy and the number of lines in the slice
    """
    env.company.email = "accounts@example.com"
    policy = env.ref(f"{MODULE}.credit_control_3_time")
    policy.account_ids = env["account.account"].search([("account_type", "=", "asset_receivable")])
    env.company.credit_policy_id = False
    env.cr.execute(
        """
        SELECT partner_id, count(*), sum(count(*)) OVER (ORDER BY partner_id)
          FROM account_move_line
         WHERE account_id IN %s AND reconciled IS NOT TRUE AND parent_state = 'posted'
      GROUP BY partner_id ORDER BY partner_id
        """,
        [tuple(policy.account_ids.ids)],
    )
    chosen = [row for row in env.cr.fetchall() if row[2] <= lines]
    customers = env["res.partner"].browse([row[0] for row in chosen])
    customers.with_context(tracking_disable=True).credit_policy_id = policy
    template = policy.level_ids.email_template_id
    template.report_template_ids = False
    env.cr.commit()
    return policy, sum(row[1] for row in chosen)


class Steps:
    """Seconds and statements of each step, with its commit."""

    def __init__(self, env):
        self.env = env
        self.figures = {}

    def take(self, name, function):
        """Do a step and write down what it took."""
        before, started = self.env.cr.sql_log_count, time.perf_counter()
        value = function()
        self.env.flush_all()
        self.env.cr.commit()
        self.figures[f"{name}_seconds"] = round(time.perf_counter() - started, 3)
        self.figures[f"{name}_statements"] = self.env.cr.sql_log_count - before
        return value


def measure_cycle(database, lines, emails):
    """One day on a slice of the ledger."""
    # E-mails are written and left in the outbox, as ours are.
    with environment(database, mail_notify_force_send=False) as env:
        policy, sliced = prepare(env, lines)
        steps = Steps(env)
        run = env["credit.control.run"].create(
            {"date": TODAY, "policy_ids": [(6, 0, policy.ids)], "company_id": env.company.id}
        )
        steps.take("compute", run.generate_credit_lines)
        steps.take("mark", run.set_to_ready_lines)
        communication = env["credit.control.communication"]
        found = run.line_ids.filtered(lambda line: line.channel == "email")
        grouped = steps.take("group", lambda: communication._generate_comm_from_credit_lines(found))
        some = grouped[:emails]
        before = env["mail.mail"].search_count([])
        steps.take("email", some._generate_emails)
        figures = steps.figures | {
            "slice_lines": sliced,
            "lines": len(run.line_ids),
            "contacts": len(grouped),
            "emails": env["mail.mail"].search_count([]) - before,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    figures["seconds"] = sum(figures[f"{step}_seconds"] for step in ("compute", "mark", "group"))
    return figures


def main():
    """Do what the command line says and print it as JSON."""
    _task, database, lines, emails = sys.argv[1:]
    print(json.dumps(measure_cycle(database, int(lines), int(emails))))


if __name__ == "__main__":
    main()
