"""Ledgers that the tests of prediction play with."""

import importlib.util
import random
import sys
from pathlib import Path

from hypothesis import strategies as st

from .domain_loader import domain_module

features, payers = domain_module("features"), domain_module("payers")
Item = payers.Item
#: Day number 0 of the stories.
START = 738_000


def learning_module(name):
    """A module of what needs numpy, as its own process imports it."""
    if "learning_alone" not in sys.modules:
        path = Path(__file__).resolve().parent.parent / "collections_addon" / "learning"
        spec = importlib.util.spec_from_file_location("learning_alone", path / "__main__.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["learning_alone"] = module
        spec.loader.exec_module(module)
    return sys.modules["learning_alone"].alone(name)


def item(number, issued, late, customer=1, terms=30, amount=100.0, partly=None):
    """An invoice issued on a day of the story; ``late`` None: never paid."""
    due = START + issued + terms
    settled = None if late is None else max(due + late, START + issued)
    return Item(
        number, customer, START + issued, due, amount, settled,
        None if partly is None else due + partly,
    )  # fmt: skip


def as_known(items, day):
    """The ledger as somebody would have found it at the beginning of a day."""
    return [
        one._replace(
            settled=one.settled if one.settled is not None and one.settled < day else None,
            first_paid=one.first_paid
            if one.first_paid is not None and one.first_paid < day
            else None,
        )
        for one in items
        if one.issued < day
    ]


def ledgers(least=0, most=25):
    """Items of a few customers over some months."""
    rows = st.tuples(
        st.integers(0, 200),
        st.none() | st.integers(-30, 120),
        st.integers(1, 3),
        st.sampled_from((0, 14, 30)),
        st.sampled_from((0.5, 80.0, 5000.0)),
        st.none() | st.integers(-10, 20),
    )
    return st.lists(rows, min_size=least, max_size=most).map(
        lambda rows: [item(number, *row) for number, row in enumerate(rows)]
    )


def firm(customers=40, days=720, seed=3, habit=True):
    """A ledger in which each customer has a habit, or nobody has one."""
    draw = random.Random(seed)
    items = []
    for customer in range(customers):
        usual = draw.choice((-8, -2, 4, 18, 35)) if habit else 5
        for issued in range(draw.randrange(20), days, 20):
            late = round(draw.gauss(usual, 6 if habit else 25))
            made = item(len(items), issued, late, customer, amount=draw.choice((90.0, 700.0)))
            known = made.settled is not None and made.settled < START + days
            items.append(made if known else made._replace(settled=None))
    return items
