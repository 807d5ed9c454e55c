"""Amounts between the database's floats and the domain's decimals."""

from decimal import Decimal


def decimal(value):
    """A float that the ledger has rounded, or a rate, as exact decimal.

    :rtype: decimal.Decimal
    """
    return Decimal(str(value or 0))
