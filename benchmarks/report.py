"""Turns the raw figures into the tables of docs/benchmarks.md.

    python benchmarks/report.py figures.json

Everything between the two marks in the document is replaced; the rest is left alone.
"""

import json
import sys
from pathlib import Path

import document

#: Heading, goal, how to tell whether it is reached; None where the size does not matter to it.
GOALS = {
    "oca_times_per_line": ("Run, times OCA's throughput", {10_000: 30, 100_000: 400}, max),
    "worst_day_to_floor": ("Run, times the floor's time", {1_000_000: 2.5}, min),
    "quiet_day_to_reading": ("Quiet day, times reading the lines", {0: 1.5}, min),
    "emails_to_oca": ("E-mails per worker, times OCA's rate", {0: 15}, max),
    "two_workers_to_one": ("Two workers, times one", {0: 1.7}, max),
    "peak_mb": ("Memory, MB", {0: 1024}, min),
}


def tables(figures):
    """The document's part that changes.

    :rtype: str
    """
    sizes = {int(size): one for size, one in figures["sizes"].items()}
    return "\n\n".join(
        [_conditions(figures), _steps(sizes), _peer(sizes), _goals(sizes), _lists(sizes)]
    )


def _table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _number(value):
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _conditions(figures):
    machine, versions = figures["machine"], figures["versions"]
    settings = ", ".join(f"{name} {value}" for name, value in versions["settings"].items())
    loads = [f"{one['load_before']:.1f}" for one in figures["sizes"].values()]
    return (
        f"Measured {machine['date']} on {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gb']} GB; Odoo {versions['odoo']}, Python {versions['python']}, "
        f"PostgreSQL {versions['postgresql']} ({settings}), account_credit_control "
        f"{versions['account_credit_control']}, this repository at {versions['commit']}. "
        f"Load average before each size: {', '.join(loads)}."
    )


def _row(sizes, text, find):
    cells = []
    for one in sizes.values():
        try:
            cells.append(_number(find(one)))
        except KeyError:
            cells.append("")
    return [text, *cells]


def _steps(sizes):
    rows = [
        _row(sizes, "customers", lambda f: f["ledger"]["customers"]),
        _row(sizes, "floor: levels picked and inserted, s", lambda f: f["floor"]["seconds"]),
        _row(sizes, "floor: levels picked, rows read, s", lambda f: f["floor_read"]["seconds"]),
        _row(sizes, "our query, rows read, s", lambda f: f["read"]["seconds"]),
        _row(sizes, "**worst day, s**", lambda f: f["worst_day"]["seconds"]),
        _row(sizes, "of it collecting", lambda f: f["worst_day"]["collect"]),
        _row(sizes, "of it deciding", lambda f: f["worst_day"]["decide"]),
        _row(sizes, "of it materializing", lambda f: f["worst_day"]["materialize"]),
        _row(sizes, "SQL statements", lambda f: f["worst_day"]["statements"]),
        _row(sizes, "contacts", lambda f: f["worst_day"]["contacts"]),
        _row(sizes, "microseconds per line", lambda f: f["ratios"]["microseconds_per_line"]),
        _row(sizes, "most memory of the process, MB", lambda f: f["peak_mb"]),
        _row(sizes, "**quiet day, s**", lambda f: f["quiet_day"]["seconds"]),
        _row(sizes, "rows read on that day, s", lambda f: f["read_quiet"]["seconds"]),
        _row(sizes, "e-mails per second, one worker", lambda f: f["emails_1"]["per_second"]),
        _row(sizes, "e-mails per second, two workers", lambda f: f["emails_2"]["per_second"]),
    ]
    head = ["open overdue lines", *(f"{size:,}" for size in sizes)]
    return "### This module and the floor\n\n" + _table(head, rows)


def _peer(sizes):
    rows = [
        _row(sizes, "lines looked at", lambda f: f["oca"]["lines"]),
        _row(sizes, "compute credit lines, s", lambda f: f["oca"]["compute_seconds"]),
        _row(sizes, "mark them to be sent, s", lambda f: f["oca"]["mark_seconds"]),
        _row(sizes, "group into communications, s", lambda f: f["oca"]["group_seconds"]),
        _row(
            sizes,
            "SQL statements",
            lambda f: sum(f["oca"][f"{step}_statements"] for step in ("compute", "mark", "group")),
        ),
        _row(sizes, "communications", lambda f: f["oca"]["contacts"]),
        _row(sizes, "most memory of the process, MB", lambda f: f["oca"]["peak_mb"]),
        _row(
            sizes,
            "e-mails per second, no PDF",
            lambda f: f["oca"]["emails"] / f["oca"]["email_seconds"],
        ),
    ]
    head = ["ledger", *(f"{size:,}" for size in sizes)]
    return "### account_credit_control\n\n" + _table(head, rows)


def _goals(sizes):
    rows = []
    for name, (text, wanted, better) in GOALS.items():
        cells = []
        for size, one in sizes.items():
            value = one.get(name, one["ratios"].get(name))
            goal = wanted.get(size, wanted.get(0))
            if value is None:
                cells.append("")
            elif goal is None:
                cells.append(_number(value))
            else:
                reached = better(value, goal) == value
                cells.append(f"{_number(value)} {'✓' if reached else f'(goal {goal})'}")
        rows.append([text, *cells])
    head = ["goal", *(f"{size:,}" for size in sizes)]
    return "### Goals\n\n" + _table(head, rows)


def _lists(sizes):
    last = next(reversed(sizes.values()))["screens"]
    rows = [
        [name.title(), last[f"{name}_80"]["queries"], last[f"{name}_800"]["queries"]]
        for name in ("cases", "invoices")
    ]
    return "### Queries to open a list\n\n" + _table(["list", "80 rows", "800 rows"], rows)


def main():
    """Rewrite the document."""
    figures = json.loads(Path(sys.argv[1]).read_text())
    document.write("figures", tables(figures))


if __name__ == "__main__":
    main()
