"""Times the figures on a large ledger: what runs at night, and what a screen waits for.

    python benchmarks/figures.py DATABASE

The database has the module and a ledger (`generate.py`). Predictions are made first, for
the forecast is made of them. Everything is rolled back.
"""

import json
import resource
import sys
import time

from dateutil.relativedelta import relativedelta
from stand import environment

from odoo import fields


def timed(function, *arguments):
    """Seconds that a call takes, and what it gives."""
    began = time.perf_counter()
    found = function(*arguments)
    return round(time.perf_counter() - began, 2), found


def measure(env):
    """Seconds of each part, in the order in which they depend on each other.

    :rtype: dict
    """
    company = env.company
    today = company._collections_today(fields.Datetime.now())
    figures = {}
    forecasts, results = env["collections.forecast"], env["collections.performance"]
    if not env["collections.prediction"].search_count([], limit=1):
        figures["predictions"], _none = timed(
            env["collections.prediction.scorer"]._refresh, company, today
        )
    figures["daily figures"], _kpi = timed(env["collections.kpi"]._take_snapshot, company, today)
    figures["forecasts of 40 past weeks"], _past = timed(
        env["collections.forecast.past"]._rebuild, company, today
    )
    figures["forecast of the day"], made = timed(forecasts._make, company, today)
    this = today.replace(day=1)
    figures["results of a month"], _rows = timed(results._count, company, this, today)
    before = this - relativedelta(months=1)
    figures["results of a past month"], _rows = timed(results._count, company, before, today)
    env.flush_all()
    env.invalidate_all()
    figures["overview, first"], data = timed(env["collections.overview"].get_overview)
    env.invalidate_all()
    figures["overview, again"], data = timed(env["collections.overview"].get_overview)
    figures["open items"] = data["figures"]["line_count"]
    figures["sample"] = made.search([("is_rebuilt", "=", True)], limit=1).sample_share
    figures["most memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


if __name__ == "__main__":
    with environment(sys.argv[1]) as env:
        print(json.dumps(measure(env), indent=2))
        env.cr.rollback()
