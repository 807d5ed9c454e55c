"""The command line: measure on a ledger, or train as the module's scheduled action does."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from ..domain.evaluation import LEAST_AUC
from . import ledger_csv, texts_command

NOT_PREDICTABLE = "not predictable: nobody can be told apart by how invoices were paid"


def main(arguments):
    """Run a command.

    :param list[str] arguments: of the command line
    :return: the process's exit code
    """
    parser = argparse.ArgumentParser(prog="learning", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    measure = commands.add_parser("evaluate", help="measure all models on a file of invoices")
    measure.add_argument("file", type=Path)
    measure.add_argument("--columns", help="what=header,…: customer, issued, due, amount, settled")
    measure.add_argument("--terms", type=int, help="days to the due date, where there is none")
    measure.add_argument("--most", type=int, default=60_000, help="cases looked at")
    measure.add_argument("--json", type=Path, help="write the figures to this file")
    measure.set_defaults(run=evaluate)
    train = commands.add_parser("train", help="what the module's own process runs")
    train.add_argument("source", type=Path)
    train.add_argument("target", type=Path)
    train.add_argument("today", type=int, help="day number; nothing from then on is known")
    train.set_defaults(run=_train)
    texts_command.add(commands)
    options = parser.parse_args(arguments)
    return options.run(options)


def _say(text):
    sys.stdout.write(text + "\n")


def evaluate(options):
    """Print how good each model is on the later half of a ledger."""
    from .rolling import evaluate as measure

    columns = dict(pair.split("=", 1) for pair in (options.columns or "").split(",") if pair)
    items = ledger_csv.read(options.file, columns, options.terms)
    begun = time.monotonic()
    results, days = measure(items, options.most)
    _say(f"{options.file.name}: {len(items)} invoices, {time.monotonic() - begun:.0f} s")
    for result in results:
        show(result)
    for one in days:
        show_days(one)
    if options.json:
        figures = [_plain(result) for result in results] + [one._asdict() for one in days]
        options.json.write_text(json.dumps(figures, indent=1))
    return 0


def show(result):
    """Print one task: a line per model, its calibration, and a verdict."""
    title = "late, seen at issue" if result.task == "late" else f"paid within {result.task} days"
    first = next(iter(result.models.values()))
    _say(f"\n{title}: {first.count} cases, {first.rate:.1%} of them")
    for name, figures in result.models.items():
        ranked = "  -  " if figures.auc is None else f"{figures.auc:.3f}"
        _say(f"  {name:10} AUC {ranked}  Brier {figures.brier:.4f}")
    said = "  ".join(f"{said:.2f}>{happened:.2f}" for said, happened, _ in figures.curve)
    _say(f"  learnt, said>happened: {said}")
    for name, wins in result.gains.items():
        _say("  learnt better than {} by {:.4f} ({:+.4f} to {:+.4f})".format(name, *wins))
    if (best := _best(result)) is not None and best < LEAST_AUC:
        _say(f"  {NOT_PREDICTABLE}")


def show_days(result):
    """Print how many days the forecasts of one kind of case are off."""
    title = {"issue": "on the day of issue", "open": "on every seventh day while open"}
    _say(f"\ndays until payment, {title[result.task]}: {result.count} paid later")
    for name, error in result.models.items():
        _say(f"  {name:10} off by {error:.2f} days in the mean")


def _best(result):
    ranks = [figures.auc for figures in result.models.values() if figures.auc is not None]
    return max(ranks, default=None)


def _plain(result):
    models = {name: figures._asdict() for name, figures in result.models.items()}
    return {"task": result.task, "models": models, "gains": result.gains}


def _train(options):
    from .training import read, train

    os.nice(10)
    result = train(read(options.source), options.today)
    part = options.target.with_suffix(".part")
    part.write_text(json.dumps(result))
    part.rename(options.target)  # whoever sees it sees all of it
    return 0
