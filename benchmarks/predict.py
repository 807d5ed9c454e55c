"""Times learning and scoring on a made-up ledger: seconds and the most memory used.

    python benchmarks/predict.py 1000000

A process of its own each, as the module does it. Needs numpy and scikit-learn.
"""

import argparse
import csv
import itertools
import json
import random
import resource
import runpy
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

LEARNING = Path(__file__).resolve().parent.parent / "collections_addon" / "learning"
FIRST, DAYS = date(2022, 1, 1).toordinal(), 4 * 365
OPEN = 100_000


def ledger(count, seed=7):
    """Rows of items: customers with habits that drift, some never pay."""
    draw = random.Random(seed)
    habits = [(draw.gauss(4, 12), 3 + 8 * draw.random()) for _ in range(max(count // 60, 20))]
    for number in range(count):
        customer = min(int(draw.paretovariate(1.2)) - 1 + draw.randrange(50), len(habits) - 1)
        issued = FIRST + number * DAYS // count
        due = issued + draw.choice((14, 30, 30, 60))
        mean, spread = habits[customer]
        late = round(draw.gauss(mean, spread)) + (draw.random() < 0.03) * draw.randrange(200)
        settled = max(due + late, issued)
        known = settled < FIRST + DAYS and draw.random() > 0.01
        amount = round(draw.lognormvariate(6.5, 1.2), 2)
        yield (number, customer, issued, due, amount, settled if known else "", "")


def score(source):
    """Score the open items of a file with the scorecard; called in a process of its own."""
    alone = runpy.run_path(str(LEARNING / "__main__.py"), run_name="learning_alone")["alone"]
    training, asking = alone("training"), alone("asking")
    items = training.read(source)
    begun, today = time.monotonic(), FIRST + DAYS
    chronicle = sys.modules["collections_learning.domain.features"].Chronicle(items)
    chronicle.move_to(today)
    still_open = [item for item in items if item.settled is None]
    asked = list(itertools.islice(itertools.cycle(still_open), OPEN))
    played = time.monotonic()
    card = sys.modules["collections_learning.domain.scoring"].scorecard
    for item in asked:
        card(chronicle, item, today)
    carded = time.monotonic()
    targets = json.loads(Path(source).with_name("result.json").read_text())["targets"]
    if targets:
        asking.scores(targets, chronicle, asked, today, {})
    print(
        f"played in {played - begun:.0f} s; {OPEN:,} scored by the scorecard in"
        f" {carded - played:.0f} s, by the learnt model in {time.monotonic() - carded:.0f} s"
    )


def main():
    """Make a ledger, learn from it, score its open invoices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--score", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.score:
        score(options.score)
        return
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder, "items.csv"), Path(folder, "result.json")
        with source.open("w", newline="") as target:
            csv.writer(target).writerows(ledger(options.count))
        begun = time.monotonic()
        command = [sys.executable, LEARNING, "train", source, result, str(FIRST + DAYS)]
        subprocess.run(command, check=True)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        found = json.loads(result.read_text())
        print(
            f"{options.count:,} invoices: learned from {found.get('cases', 0):,} cases in"
            f" {time.monotonic() - begun:.0f} s, {most:.1f} GB, verdict {found['verdict']}"
        )
        subprocess.run([sys.executable, __file__, "1", "--score", source], check=True)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        print(f"most memory of both: {most:.1f} GB")


if __name__ == "__main__":
    main()
