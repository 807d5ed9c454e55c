"""Lives many firms' years with known debtors, and counts how often experiments tell the truth.

    python benchmarks/experiment_year.py --seeds=200 --customers=120 --out=figures.json
    python benchmarks/experiment_year.py --report figures.json

the first with the environment that `stand` names. A seed is a firm with its own policy,
control group, invoices and debtors; of these the law is known by which they pay (see
`tests/experiment_year.py`). The evaluation, the check before sending, the ledger and the
effect are the product's. It ends with an error where the interval misses the truth more
often than an interval of 95 % would, once in a thousand such programs. The second writes
the figures into docs/benchmarks.md.
"""

import argparse
import json
import logging
import math
import os
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import document
from stand import PREFIX, clone, drop, environment

START = date(2025, 1, 8)
#: Invoices fall due in the first weeks; the last customers are then observed for theirs.
TRADE, WEEKS = 45, 52
#: How much rarer than promised the truth may be covered before it is said to be wrong.
ONE_IN_A_THOUSAND = 3.09
DEAF = ((0.030, 0.030), (0.030, 0.030), (0.010, 0.010), (0.004, 0.004))


def main():
    """Live the years, or write what was found."""
    arguments = _arguments()
    if arguments.report:
        report(json.loads(Path(arguments.report).read_text()))
        return
    books = f"{PREFIX}books"
    figures = {"customers": arguments.customers, "share": arguments.share, "began": time.time()}
    try:
        clone(arguments.template, books)
        _open(books, arguments)
        figures |= _live_all(books, arguments)
    finally:
        drop(books)
    figures["seconds"] = round(time.time() - figures.pop("began"))
    if arguments.out:
        Path(arguments.out).write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    sys.exit(wrong(figures))


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="firms' years with an effect")
    parser.add_argument("--deaf", type=int, default=0, help="years in which nobody listens")
    parser.add_argument("--customers", type=int, default=120, help="of each firm")
    parser.add_argument("--share", type=float, default=50, help="percent left alone")
    parser.add_argument("--at-once", type=int, default=20, help="firms lived together")
    parser.add_argument("--template", default=os.environ.get("BENCH_TEMPLATE"))
    parser.add_argument("--out", help="a JSON file for the figures")
    parser.add_argument("--report", help="write the figures of a JSON file into the document")
    return parser.parse_args()


def _open(database, arguments):
    from odoo.addons.collections_addon.tests.experiment_year import Books

    with environment(database, tracking_disable=True) as env:
        env.company.email = "accounts@example.com"
        env.company.partner_id.tz = "UTC"
        Books(env, START, TRADE).open(arguments.at_once, arguments.customers)
        env.cr.commit()
    _let_go(database)


def _let_go(database):
    """Close what Odoo keeps open of a database: it is copied, or dropped."""
    from odoo.sql_db import close_db

    close_db(database)


def _live_all(books, arguments):
    from odoo.addons.collections_addon.tests.experiment_year import KINDS, Law

    figures = {}
    for name, seeds, kinds in (
        ("known", arguments.seeds, KINDS),
        ("deaf", arguments.deaf, DEAF),
    ):
        counts = Counter()
        for batch in range(math.ceil(seeds / arguments.at_once)):
            counts.update(live(books, f"{name} {batch}", Law(kinds), arguments))
            print(name, dict(counts), file=sys.stderr, flush=True)
        if counts:
            figures[name] = told(counts)
    return figures


def live(books, seed, law, arguments):
    """A year of some firms in a database of its own.

    :return: what is counted, over the firms
    :rtype: Counter
    """
    from odoo.addons.collections_addon.tests.experiment_year import Year
    from odoo.addons.collections_addon.tests.smtp_catcher import SmtpCatcher

    logging.getLogger("odoo").setLevel(logging.CRITICAL)
    database = f"{PREFIX}year"
    clone(books, database)
    with environment(database, tracking_disable=True) as env, SmtpCatcher() as catcher:
        _send_to(env, catcher)
        year = Year(env, START, seed, law, env.cr.commit)
        year.begin(share=arguments.share, days=30, min_size=30)
        year.live(WEEKS)
        counts = Counter(mails=len(catcher.messages))
        for experiment in year.experiments:
            counts.update(judge(year, experiment))  # not +=, which forgets what is below zero
    _let_go(database)
    drop(database)
    return counts


def _send_to(env, catcher):
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create(
        {
            "name": "Catcher",
            "smtp_host": "127.0.0.1",
            "smtp_port": catcher.port,
            "smtp_encryption": "none",
        }
    )
    env.cr.commit()


def judge(year, experiment):
    """What an experiment says beside what is true.

    :rtype: Counter
    """
    truth, row = year.truth(experiment), experiment.result_ids[0]
    return Counter(
        seeds=1,
        drawn=experiment.drawn_count,
        control=experiment.control_drawn,
        disturbed=year.count_disturbed(experiment),
        covered=row.effect_low <= truth.customers <= row.effect_high,
        covered_money=row.money_low <= truth.money <= row.money_high,
        significant=row.verdict in ("better", "worse"),
        significant_money=row.money_verdict in ("better", "worse"),
        harmful=row.verdict == "worse",
        truth=truth.customers,
        error=row.effect - truth.customers,
        error_squared=(row.effect - truth.customers) ** 2,
        width=row.effect_high - row.effect_low,
        truth_money=truth.money,
        error_money=row.money_effect - truth.money,
        width_money=row.money_high - row.money_low,
    )


def told(counts):
    """Sums as shares and means of a seed.

    :rtype: dict
    """
    seeds = counts["seeds"]
    figures = {name: counts[name] for name in ("seeds", "drawn", "control", "disturbed", "mails")}
    names = ("covered", "covered_money", "significant", "significant_money", "harmful")
    names += ("truth", "error", "width", "truth_money", "error_money", "width_money")
    figures |= {name: round(counts[name] / seeds, 4) for name in names}
    variance = counts["error_squared"] / seeds - (counts["error"] / seeds) ** 2
    figures["error_of_mean"] = round(math.sqrt(max(variance, 0) / seeds), 4)
    return figures


def wrong(figures):
    """What is not as promised, or None.

    :rtype: str|None
    """
    found = []
    for name, one in figures.items():
        if not isinstance(one, dict):
            continue
        least = 0.95 - ONE_IN_A_THOUSAND * math.sqrt(0.95 * 0.05 / one["seeds"])
        for what in ("covered", "covered_money"):
            if one[what] < least:
                found.append(f"{name}: {what} {one[what]:.1%}, less than {least:.1%}")
        if one["disturbed"]:
            found.append(f"{name}: {one['disturbed']} of the control group were reminded")
    return "; ".join(found) or None


# === REPORT === #


def report(figures):
    """Write figures into the document."""
    document.write("experiments", f"\n{table(figures)}\n")


def table(figures):
    """The part of the document that changes.

    :rtype: str
    """
    columns = [(name, figures[name]) for name in ("known", "deaf") if name in figures]
    titles = {"known": "reminders help", "deaf": "they change nothing"}
    lines = [
        "| Years in which | " + " | ".join(titles[name] for name, _one in columns) + " |",
        "| --- |" + " ---: |" * len(columns),
    ]
    for title, tell in ROWS:
        lines.append(f"| {title} | " + " | ".join(tell(one) for _name, one in columns) + " |")
    sentence = (
        f"Firms of {figures['customers']} customers, {figures['share']:g} % left alone for 30 "
        f"days; {figures['seconds']} s in one process, with everything."
    )
    return "\n".join(lines) + f"\n\n{sentence}"


def _points(name):
    return lambda one: f"{100 * one[name]:.1f}"


ROWS = (
    ("years", lambda one: str(one["seeds"])),
    ("customers drawn, of them left alone", lambda one: f"{one['drawn']:,} / {one['control']:,}"),
    ("e-mails sent", lambda one: f"{one['mails']:,}"),
    ("reminded though left alone", lambda one: str(one["disturbed"])),
    ("true effect on customers, points", _points("truth")),
    (
        "measured less true, points",
        lambda one: f"{100 * one['error']:+.2f} ± {196 * one['error_of_mean']:.2f}",
    ),
    ("width of the interval, points", _points("width")),
    ("**interval covers the truth, % of years**", _points("covered")),
    ("effect called known, % of years", _points("significant")),
    ("called harmful, % of years", _points("harmful")),
    ("true effect on money, points", _points("truth_money")),
    ("width of the interval of money, points", _points("width_money")),
    ("**interval of money covers the truth, % of years**", _points("covered_money")),
    ("effect on money called known, % of years", _points("significant_money")),
)


if __name__ == "__main__":
    main()
