"""What a payment goes to: exact to the cent, whatever is chosen or typed."""

import unittest
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .domain_loader import domain_module

checkout = domain_module("checkout")
Payable, Share = checkout.Payable, checkout.Share
DUE = date(2026, 3, 1)
CENTS = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)


def payable(key, amount, disputed="0", under_way="0", discount="0"):
    values = (Decimal(value) for value in (amount, disputed, under_way, discount))
    return Payable(key, DUE, *values)


class TestChoose(unittest.TestCase):
    def test_whole_items(self):
        quote = checkout.choose([payable(1, "100"), payable(2, "50"), payable(3, "7")], {1, 3})
        self.assertEqual(quote.amount, Decimal(107))
        self.assertEqual(quote.shares, [Share(1, Decimal(100)), Share(3, Decimal(7))])

    def test_only_the_uncontested_part(self):
        quote = checkout.choose([payable(1, "100", disputed="40")], {1})
        self.assertEqual(quote.shares, [Share(1, Decimal(60))])

    def test_what_is_contested_wholly_is_paid_when_chosen(self):
        quote = checkout.choose([payable(1, "100", disputed="100")], {1})
        self.assertEqual(quote.amount, Decimal(100))

    def test_what_is_under_way_is_not_asked_twice(self):
        quote = checkout.choose([payable(1, "100", under_way="100"), payable(2, "50")], {1, 2})
        self.assertEqual(quote.shares, [Share(2, Decimal(50))])

    def test_credits_cover_the_first_items(self):
        quote = checkout.choose([payable(1, "100"), payable(2, "50")], {1, 2}, Decimal(120))
        self.assertEqual((quote.amount, quote.credit), (Decimal(30), Decimal(120)))
        covered = Share(1, Decimal(0), credit=Decimal(100))
        self.assertEqual(quote.shares, [covered, Share(2, Decimal(30), credit=Decimal(20))])

    def test_credits_beyond_the_choice_are_left(self):
        quote = checkout.choose([payable(1, "100"), payable(2, "50")], {2}, Decimal(120))
        self.assertEqual((quote.amount, quote.credit), (Decimal(0), Decimal(50)))

    def test_no_credit_is_used_where_a_discount_is_given(self):
        quote = checkout.choose([payable(1, "100", discount="2")], {1}, Decimal(30))
        self.assertEqual((quote.amount, quote.credit), (Decimal(98), Decimal(0)))

    def test_a_discount_is_deducted(self):
        quote = checkout.choose([payable(1, "100", discount="2")], {1})
        self.assertEqual(quote.shares, [Share(1, Decimal(98), Decimal(2))])
        self.assertEqual(quote.discount, Decimal(2))

    def test_no_discount_on_a_part(self):
        for item in (
            payable(1, "100", disputed="1", discount="2"),
            payable(1, "100", under_way="1", discount="2"),
            payable(1, "100", discount="100"),
        ):
            self.assertEqual(item.granted, Decimal(0))

    def test_unknown_keys_give_nothing(self):
        self.assertEqual(checkout.choose([payable(1, "100")], {7}).amount, Decimal(0))


class TestSpread(unittest.TestCase):
    def test_in_the_given_order(self):
        quote = checkout.spread([payable(1, "100"), payable(2, "50")], Decimal(120))
        self.assertEqual(quote.shares, [Share(1, Decimal(100)), Share(2, Decimal(20))])
        self.assertEqual(quote.rest, Decimal(0))

    def test_the_rest_is_the_customers(self):
        quote = checkout.spread([payable(1, "100")], Decimal(130))
        self.assertEqual((quote.shares, quote.rest), ([Share(1, Decimal(100))], Decimal(30)))

    def test_contested_amounts_come_last(self):
        items = [payable(1, "100", disputed="40"), payable(2, "50")]
        quote = checkout.spread(items, Decimal(120))
        self.assertEqual(quote.shares, [Share(1, Decimal(70)), Share(2, Decimal(50))])

    def test_a_discount_only_where_the_whole_is_covered(self):
        items = [payable(1, "100", discount="2"), payable(2, "100", discount="2")]
        quote = checkout.spread(items, Decimal(150))
        self.assertEqual(quote.shares, [Share(1, Decimal(98), Decimal(2)), Share(2, Decimal(52))])

    def test_wholly_contested(self):
        quote = checkout.spread([payable(1, "100", disputed="100")], Decimal(30))
        self.assertEqual(quote.shares, [Share(1, Decimal(30))])

    @given(st.lists(st.tuples(CENTS, CENTS, CENTS), max_size=6), CENTS)
    def test_nothing_is_lost_and_nothing_paid_twice(self, rows, amount):
        items = [
            Payable(n, DUE, open_, min(disputed, open_), min(under_way, open_))
            for n, (open_, disputed, under_way) in enumerate(rows)
        ]
        quote = checkout.spread(items, amount)
        self.assertEqual(sum(share.amount for share in quote.shares) + quote.rest, amount)
        by_key = {item.key: item for item in items}
        for share in quote.shares:
            self.assertLessEqual(share.amount, by_key[share.key].left)
        if quote.rest:
            self.assertEqual(amount - quote.rest, checkout.total(items))

    def test_total(self):
        items = [payable(1, "100", disputed="40", discount="2"), payable(2, "50", under_way="20")]
        self.assertEqual(checkout.total(items), Decimal(130))


if __name__ == "__main__":
    unittest.main()
