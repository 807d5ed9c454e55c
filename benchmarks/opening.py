"""How long a browser takes to open the screens of a large ledger, until they are drawn.

    python benchmarks/opening.py DATABASE [--rounds 7] [--furnish-only]

The database has the module and a ledger (`generate.py`). It is furnished first, once, and
that is kept: twenty collectors in four teams and a manager (their login is their password),
customers dealt out, a year of daily figures computed by the module itself, a row a day,
then predictions, groups, worklist, results of a year and forecasts, as the nightly jobs make
them. Then Odoo is served and a headless Chromium opens each screen

- *first*: in a browser without a cache, at the screen's address, web client included;
- *again*: the same address in the same browser;
- *click*: from the menu within the running web client,

as the users who get it. A list of four teams shows what the web client alone takes. A screen
is open when its pictures are drawn and its rows are there
and the browser has painted them. Prints medians and the slowest.
"""

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import requests
from stand import environment, query

from odoo import fields

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
from screenshot import Browser, log_in

COLLECTORS, TEAMS = 20, 4
MANAGER, COLLECTOR = "bench_manager", "bench_collector_1"
GROUP = "collections_addon.group_collections_"
#: Screen -> who opens it, its action, what is true once it is drawn.
SCREENS = {
    "Overview": (
        (MANAGER, COLLECTOR),
        "action_collections_overview",
        "(() => { const all = [...document.querySelectorAll('.o_collections_overview canvas')];"
        " return all.length > 3 && !document.querySelector('.o_collections_busy')"
        " && all.every((one) => window.Chart && Chart.getChart(one)); })()",
    ),
    "My Day": (
        (COLLECTOR,),
        "action_collections_my_day",
        "document.querySelectorAll('.o_collections_day_item').length > 1"
        " && !!document.querySelector('.o_collections_customer')",
    ),
    "four teams": (
        (MANAGER, COLLECTOR),
        "action_collections_team",
        "document.querySelectorAll('.o_list_view .o_data_row').length > 3",
    ),
    "Results": (
        (MANAGER,),
        "action_collections_performance",
        "document.querySelectorAll('.o_pivot td').length > 9",
    ),
}
#: Watches from the first moment of every page; the time is of the page's own clock.
WATCH = """
window.drawn = (ready, begun) => new Promise((resolve) => {
    const look = () => {
        if (ready()) {
            requestAnimationFrame(() => requestAnimationFrame(
                () => resolve(performance.now() - begun)));
        } else {
            setTimeout(look, 10);
        }
    };
    look();
});
"""
#: Seconds until a screen is given up.
PATIENCE = 120


# === FURNISHING === #


def furnish(env):
    """Make what a firm has after a year of use; what there is stays.

    :return: seconds of each part that had to be made
    :rtype: dict
    """
    company = env.company
    today = company._collections_today(fields.Datetime.now())
    steps = {
        "collectors": lambda: _people(env),
        "a year of daily figures": lambda: _year(env, company, today),
        "predictions, groups, worklist": lambda: _nightly(env, company, today),
        "results of a year": lambda: _results(env, company, today),
        "forecasts": lambda: _forecasts(env, company, today),
    }
    seconds = {}
    for name, step in steps.items():
        began = time.perf_counter()
        if step():
            seconds[name] = round(time.perf_counter() - began, 1)
            env.flush_all()
            env.invalidate_all()
            env.cr.commit()  # each part is kept, also when a later one fails
    return seconds


def _people(env):
    if env["res.users"].search_count([("login", "=", MANAGER)]):
        return False
    collectors = [_user(env, f"bench_collector_{n + 1}", "collector") for n in range(COLLECTORS)]
    _user(env, MANAGER, "manager")
    for n in range(TEAMS):
        members = [user.id for user in collectors[n::TEAMS]]
        env["collections.team"].create(
            {"name": f"Team {n + 1}", "company_id": env.company.id, "member_ids": members}
        )
    env.flush_all()
    env.cr.execute(
        "UPDATE collections_case SET collector_id = (%s)[partner_id %% %s + 1]"
        " WHERE company_id = %s",
        [[user.id for user in collectors], COLLECTORS, env.company.id],
    )
    env.cr.execute("ANALYZE collections_case")
    return True


def _user(env, login, group):
    return env["res.users"].create(
        {
            "name": login.replace("_", " ").title(),
            "login": login,
            "password": login,
            "company_id": env.company.id,
            "company_ids": [(6, 0, env.company.ids)],
            "group_ids": [(4, env.ref("base.group_user").id), (4, env.ref(GROUP + group).id)],
        }
    )


def _year(env, company, today):
    kpis = env["collections.kpi"]
    days = {today - timedelta(days=n) for n in range(1, 366)}
    known = kpis.search([("company_id", "=", company.id), ("date", "in", list(days))])
    missing = sorted(days - set(known.mapped("date")))
    if missing:
        kpis._replace(company, kpis._past_figures(company, missing), is_rebuilt=True)
    if not kpis.search_count([("date", "=", today), ("is_rebuilt", "=", False)]):
        kpis._take_snapshot(company, today)
        missing.append(today)
    return bool(missing)


def _nightly(env, company, today):
    predictions = env["collections.prediction"]
    if not predictions.search_count([], limit=1):
        env["collections.prediction.scorer"]._refresh(company, today)
    elif env["collections.worklist.item"].search_count([("company_id", "=", company.id)], limit=1):
        return False
    env["collections.worklist"]._make_day(company, today)
    return True


def _results(env, company, today):
    results = env["collections.performance"]
    known = results.search([("company_id", "=", company.id)]).mapped("month")
    missing = [month for month in results._months(company, today) if month not in known]
    for month in missing:
        results._count(company, month, today)
    return bool(missing)


def _forecasts(env, company, today):
    if env["collections.forecast"].search_count([("is_rebuilt", "=", False)]):
        return False
    env["collections.forecast"]._make(company, today)
    return True


# === MEASURING === #


@contextlib.contextmanager
def served(database):
    """Serve a database; gives the address, ends the server afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "odoo", "-c", os.environ["BENCH_CONFIG"], "-d", database]
    command += [f"--http-port={port}", "--http-interface=127.0.0.1", "--max-cron-threads=0"]
    server = subprocess.Popen([*command, f"--db-filter=^{database}$", "--log-level=warn"])
    try:
        _wait(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait(url):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(f"{url}/web/health", timeout=30).ok:
                return
        time.sleep(0.3)
    raise SystemExit("Odoo did not start.")


@contextlib.contextmanager
def browser_of(url, database, login):
    """A browser without a cache, logged in."""
    session = log_in(url, database, login, login)
    browser = Browser((1440, 900))
    try:
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        browser.call("Network.setCookie", name="session_id", value=session, url=url)
        yield browser
    finally:
        browser.close()


def drawn(browser, ready, begun="0"):
    """Milliseconds of the page's clock from a moment until a screen is drawn."""
    found = browser.call(
        "Runtime.evaluate",
        expression=f"window.drawn(() => {ready}, {begun})",
        awaitPromise=True,
        returnByValue=True,
    )["result"]
    if "value" not in found:
        raise SystemExit(f"{found} instead of a time; errors: {browser.errors}")
    return found["value"]


def at_address(browser, url, action, ready):
    """Seconds from asking for the address until the screen is drawn."""
    browser.call("Page.navigate", url="about:blank")
    browser.call("Page.navigate", url=f"{url}/odoo/action-collections_addon.{action}")
    return drawn(browser, ready) / 1000


def by_click(browser, action, ready):
    """Seconds from choosing a screen in the running web client until it is drawn."""
    browser.evaluate(
        "(() => { window.begun = performance.now();"
        " odoo.__WOWL_DEBUG__.root.env.services.action.doAction("
        f"'collections_addon.{action}', {{ clearBreadcrumbs: true }}); }})()"
    )
    return drawn(browser, ready, "window.begun") / 1000


def measure(url, database, rounds):
    """Seconds of every opening: (screen, login) -> how -> list.

    :rtype: dict
    """
    figures = {}
    for login in (MANAGER, COLLECTOR):
        screens = {n: rest for n, (logins, *rest) in SCREENS.items() if login in logins}
        for name, screen in screens.items():
            times = figures[name, login] = {"first": [], "again": [], "click": []}
            for _round in range(rounds):
                with browser_of(url, database, login) as browser:
                    times["first"].append(at_address(browser, url, *screen))
                    times["again"].append(at_address(browser, url, *screen))
        with browser_of(url, database, login) as browser:
            at_address(browser, url, *list(screens.values())[-1])
            for _round in range(rounds):
                for name, screen in screens.items():
                    figures[name, login]["click"].append(by_click(browser, *screen))
    return figures


def report(figures, items, days):
    """The figures as a table in Markdown.

    :rtype: str
    """
    lines = [
        f"{items:,} open items, {days} days of figures; load {os.getloadavg()[0]:.1f}",
        "",
        "| screen | who | first | again | click |",
        "|---|---|---:|---:|---:|",
    ]
    for (name, login), times in figures.items():
        cells = [f"{statistics.median(t):.2f} ({max(t):.2f})" for t in times.values()]
        who = "manager" if login == MANAGER else "collector"
        lines.append(f"| {name} | {who} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    """Furnish, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("database")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--furnish-only", action="store_true")
    arguments = parser.parse_args()
    with environment(arguments.database) as env:
        print(json.dumps({"seconds to furnish": furnish(env)}), flush=True)
    if arguments.furnish_only:
        return
    counts = query(
        arguments.database,
        "SELECT line_count, (SELECT count(*) FROM collections_kpi) FROM collections_kpi"
        " ORDER BY date DESC LIMIT 1",
    )[0]
    with served(arguments.database) as url:
        with browser_of(url, arguments.database, COLLECTOR) as browser:
            for name, (logins, *screen) in SCREENS.items():
                if COLLECTOR in logins:
                    seconds = at_address(browser, url, *screen)
                    print(f"server just started: {name} {seconds:.2f} s", flush=True)
        print(report(measure(url, arguments.database, arguments.rounds), *counts))


if __name__ == "__main__":
    main()
