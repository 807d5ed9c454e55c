"""What records are in books of ours, for any record there may be. Pure."""

import unittest
from collections import Counter
from datetime import date
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from .connector_loader import connector_module

base, posting = connector_module("base"), connector_module("posting")
MONEY = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)
KEYS = st.sampled_from(["a", "b", "c"])


def application(kinds):
    return st.builds(
        lambda target, key, amount: base.Application(target=target, target_id=key, amount=amount),
        st.sampled_from(kinds),
        KEYS,
        MONEY,
    )


def payments():
    """Payments that add up, as the mapper lets them through."""
    return st.builds(
        _payment, st.lists(application(list(posting.STREAMS)), max_size=5), MONEY
    ).filter(lambda record: record.amount >= 0)


def _payment(parts, unapplied):
    took = sum((p.amount for p in parts if p.target == base.Target.INVOICE), Decimal(0))
    gave = sum((p.amount for p in parts if p.target != base.Target.INVOICE), Decimal(0))
    return base.Payment(
        external_id="p",
        state=base.State.CLOSED,
        amount=took + unapplied - gave,
        unapplied=unapplied,
        applications=tuple(parts),
    )


def credits():
    return st.builds(
        lambda parts, rest: base.CreditNote(
            external_id="c",
            state=base.State.OPEN,
            total=rest + sum((part.amount for part in parts), Decimal(0)),
            remaining=rest,
            applications=tuple(parts),
        ),
        st.lists(application([base.Target.INVOICE]), max_size=5),
        MONEY,
    )


def one_sided(record, here):
    """Whether one item can stand for the record: a payment that both leaves money waiting
    and uses up more credit than it pays invoices would need two."""
    used = Counter()
    for part in record.applications:
        if part.target_id in here:
            used[part.target == base.Target.INVOICE] += part.amount
    return not getattr(record, "unapplied", 0) or used[False] <= used[True]


class TestPosting(unittest.TestCase):
    @given(payments() | credits(), st.sets(KEYS))
    def test_what_is_left_is_what_the_ledger_says(self, record, here):
        """Whatever of the documents is here: own amount less matches is the ledger's rest."""

        assume(one_sided(record, here))

        def is_here(key):
            return key[1] in here

        owed = posting.amount_owed(record, is_here)
        rest = owed
        for match in posting.matches(record, is_here):
            self.assertGreater(match.amount, 0)
            rest -= match.amount if match.debit == posting.OWN else 0
            rest += match.amount if match.credit == posting.OWN else 0
        self.assertEqual(rest, posting.balance_told(record))

    @given(payments() | credits(), st.sets(KEYS))
    def test_each_document_gets_what_is_applied_to_it(self, record, here):
        assume(one_sided(record, here))
        found = Counter()
        for match in posting.matches(record, lambda key: key[1] in here):
            found[match.debit] += match.amount
            found[match.credit] += match.amount
        found.pop(posting.OWN, None)
        told = Counter()
        for part in record.applications:
            if part.target_id in here:
                told[posting.target_key(part)] += part.amount
        self.assertEqual(found, +told)

    @given(payments() | credits(), st.sets(KEYS))
    def test_the_customer_owes_what_the_ledger_says(self, record, here):
        """Own amount and all that it settles, together: without any condition."""

        def is_here(key):
            return key[1] in here

        settled = Counter()
        for part in record.applications:
            if part.target_id in here:
                sign = -1 if part.target == base.Target.INVOICE else 1
                settled[sign] += part.amount
        rest = posting.balance_told(record) + settled[1] - settled[-1]
        self.assertEqual(posting.amount_owed(record, is_here), rest)

    def test_a_void_record_settles_nothing(self):
        record = base.Payment(external_id="p", state=base.State.DELETED)
        self.assertEqual(posting.matches(record, lambda _key: True), [])

    def test_old_is_what_is_closed_before_the_day(self):
        paid = base.Invoice(external_id="i", state=base.State.CLOSED, date=date(2020, 1, 1))
        due = base.Invoice(
            external_id="i", state=base.State.OPEN, date=date(2020, 1, 1), balance=Decimal(1)
        )
        day = date(2024, 1, 1)
        self.assertTrue(posting.is_old(paid, day))
        self.assertFalse(posting.is_old(due, day))
        self.assertFalse(posting.is_old(paid, None))
