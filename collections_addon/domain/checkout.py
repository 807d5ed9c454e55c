"""What a customer pays at once: which items, how much of each, with which discount.

Amounts are :class:`decimal.Decimal` in one currency, multiples of its smallest
unit. Nothing here is trusted from outside: a quote is computed from the ledger
when the page is shown and again when the payment begins, and the two must agree.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)


class Payable(NamedTuple):
    """One open item that can be paid.

    :param key: id of the item
    :param date due: its due date
    :param Decimal open_amount: what is open of it
    :param Decimal disputed: part of it that the customer contests
    :param Decimal under_way: part of it that a payment not yet confirmed covers
    :param Decimal discount: granted when the whole of it is paid now
    """

    key: int
    due: date
    open_amount: Decimal
    disputed: Decimal = ZERO
    under_way: Decimal = ZERO
    discount: Decimal = ZERO

    @property
    def asked(self):
        """What is asked of it: neither contested nor on its way, without discount."""
        return max(self.open_amount - self.disputed - self.under_way, ZERO)

    @property
    def left(self):
        """What may still be paid of it, were the customer to pay what he contests."""
        return max(self.open_amount - self.under_way, ZERO)

    @property
    def granted(self):
        """The discount, when nothing of the item is contested or on its way."""
        whole = self.asked == self.open_amount and self.discount < self.open_amount
        return self.discount if whole else ZERO


class Share(NamedTuple):
    """What of a payment goes to an item; discount and credit are given besides."""

    key: int
    amount: Decimal
    discount: Decimal = ZERO
    credit: Decimal = ZERO


class Quote(NamedTuple):
    """A payment as it would be made now.

    :param Decimal amount: to be paid
    :param list[Share] shares: in the order in which items are paid
    :param Decimal credit: credits of the customer used besides
    :param Decimal rest: part of the amount that no item takes up
    """

    amount: Decimal
    shares: list
    credit: Decimal = ZERO
    rest: Decimal = ZERO

    @property
    def discount(self):
        """All discounts together."""
        return sum((share.discount for share in self.shares), ZERO)


def choose(items, keys, credit=ZERO):
    """Pay the chosen items: each as far as it is not contested, less the credits.

    An item contested wholly is paid wholly when it is chosen: the dispute is the
    customer's to give up. Credits cover the first items that have no discount:
    a discount is for money that comes early.

    :param list[Payable] items: in the order in which they are to be paid
    :param keys: chosen keys
    :param Decimal credit: unallocated credits of the customer, positive
    :rtype: Quote
    """
    wanted = set(keys)
    shares, used = [], ZERO
    for item in items:
        if item.key not in wanted:
            continue
        price = (item.asked or item.left) - item.granted
        covered = ZERO if item.granted else min(credit - used, price)
        used += covered
        if price:
            shares.append(Share(item.key, price - covered, item.granted, covered))
    return Quote(sum((share.amount for share in shares), ZERO), shares, used)


def spread(items, amount):
    """Pay an amount: it goes to the items in their order, as far as it reaches.

    A discount is given where the amount covers the whole of an item. What is
    contested is paid last, when all the rest is.

    :param list[Payable] items: in the order in which they are to be paid
    :param Decimal amount: positive
    :rtype: Quote
    """
    shares, left = {}, amount
    for item in items:
        price = item.asked - item.granted
        if not item.asked or not left:
            continue
        if left >= price:
            shares[item.key] = Share(item.key, price, item.granted)
        else:
            shares[item.key] = Share(item.key, min(left, item.asked))
        left -= shares[item.key].amount
    for item in items:
        contested = min(left, item.left - item.asked)
        if contested > 0:
            before = shares.get(item.key, Share(item.key, ZERO))
            shares[item.key] = before._replace(amount=before.amount + contested)
            left -= contested
    return Quote(amount, [share for share in shares.values() if share.amount], ZERO, left)


def total(items):
    """What may be paid of these items at most, discounts deducted."""
    return sum((item.left - item.granted for item in items), ZERO)
