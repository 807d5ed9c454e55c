"""What one message to a customer in one currency lists and asks for."""

from typing import NamedTuple

from .summary import NOT_LISTED

#: Makes a named tuple without a call of Python code for each.
_new = tuple.__new__


class ListedItem(NamedTuple):
    """An open item in a message; amounts in the currency of the message.

    ``level_id`` is where the item stands once the message is sent, ``is_step``
    whether this message takes it there.
    """

    line: object
    level_id: int | None
    is_step: bool
    disputed: float
    credit: float

    @property
    def asked(self):
        """What is asked for of this item."""
        return self.line.residual - self.disputed - self.credit


class Listing(NamedTuple):
    """``level_id`` is the highest level among the items."""

    items: list
    level_id: int | None
    total: float
    overdue: float
    credit: float


def compose(decisions, days_of, level_limit=None):
    """List all open items of a customer in a currency, under the highest level.

    An item that a credit covers is shown, but does not set the tone.

    :param list[LineDecision] decisions: what was decided for each debt
    :param dict[int, int] days_of: level id -> days from the due date
    :param int|None level_limit: days of the level a person approved; a step
        beyond it is not taken by this message
    :rtype: Listing
    """
    items = []
    total = overdue = credits = 0.0
    top = level_id = None
    for decision in decisions:
        line, rung, reason = decision[0], decision[1], decision[2]
        if reason in NOT_LISTED:
            continue
        credit, disputed = decision[4], decision[5]
        is_step = rung is not None and (level_limit is None or rung.days <= level_limit)
        stands = rung.id if is_step else line[7]
        asked = line[5] - disputed - credit
        total += asked
        credits += credit
        if line[4] > 0:
            overdue += asked
        days = days_of.get(stands) if reason != "covered_by_credit" else None
        if days is not None and (top is None or days > top):
            top, level_id = days, stands
        items.append(_new(ListedItem, (line, stands, is_step, disputed, credit)))
    return Listing(items, level_id, total, overdue, credits)
