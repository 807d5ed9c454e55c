"""Times the worklist on a large ledger: ranked at night and after events, read, dealt out.

    python benchmarks/worklist.py DATABASE

The database has the module and a ledger (`generate.py`). Where nobody has evaluated it yet that
is done first, and predictions are made. Everything is rolled back.
"""

import json
import sys
import time

from stand import environment

from odoo import fields


def timed(function, *arguments):
    """Seconds that a call takes on a cold cache, and what it gives."""
    env = function.__self__.env
    env.flush_all()
    env.invalidate_all()
    began = time.perf_counter()
    found = function(*arguments)
    env.flush_all()
    return round(time.perf_counter() - began, 2), found


def measure(env):
    """Seconds of each step, in the order of a day.

    :rtype: dict
    """
    company = env.company
    today = company._collections_today(fields.Datetime.now())
    worklist, cases = env["collections.worklist"], env["collections.case"]
    if not cases.search_count([("company_id", "=", company.id)], limit=2):
        env["dunning.run"]._execute(company, today)
        env["collections.prediction.scorer"]._refresh(company, today)
    figures = {}
    figures["all customers ranked"], figures["customers"] = timed(worklist._rank, company, today)
    some = cases.search([("company_id", "=", company.id)], limit=500).partner_id.ids
    figures["one customer ranked"], _count = timed(worklist._rank, company, today, some[:1])
    figures["500 customers ranked"], _count = timed(worklist._rank, company, today, some)
    figures["My Day read"], day = timed(worklist.get_day, "all")
    figures["one customer read"], _one = timed(worklist.get_customer, day["items"][0]["id"])
    figures |= _deal_out(env, company)
    return figures


def _deal_out(env, company):
    """Everybody given to two collectors anew: looked at, then done."""
    group = env.ref("collections_addon.group_collections_collector")
    people = env["res.users"].create(
        [
            {
                "name": f"Collector {n}",
                "login": f"worklist_collector_{n}",
                "group_ids": [fields.Command.link(group.id)],
                "company_id": company.id,
                "company_ids": [fields.Command.set(company.ids)],
            }
            for n in range(2)
        ]
    )
    env["collections.assignment.rule"].search([]).active = False
    env["collections.assignment.rule"].create(
        {"name": "All", "company_id": company.id, "user_ids": people.ids}
    )
    wizard = env["collections.assignment"].create({"company_id": company.id, "keep": False})
    seen, _action = timed(wizard.action_simulate)
    done, _action = timed(wizard.action_apply)
    return {"who changes hands, shown": seen, "changed, with its history": done}


if __name__ == "__main__":
    with environment(sys.argv[1]) as env:
        print(json.dumps(measure(env), indent=2))
        env.cr.rollback()
