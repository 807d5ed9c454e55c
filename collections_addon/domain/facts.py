"""The facts a dunning decision is made from, as plain values.

Amounts are floats already rounded by the ledger, in the currency of the line
unless a name says otherwise; a rounding step of the currency travels with the
rules, so that no amount is ever compared with ``==``. Days are whole days and
dates are ``datetime.date``.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class OpenLine(NamedTuple):
    """One open receivable journal item, as read from the ledger.

    ``residual`` is signed: positive when the customer owes, negative for a
    payment or credit note not yet allocated. ``days_overdue`` is the evaluated
    date minus the due date: zero on the due date, negative before it.
    """

    partner_id: int
    currency_id: int
    id: int
    move_id: int
    days_overdue: int
    residual: float
    residual_company: float
    level_id: int | None
    no_followup: bool


@dataclass(frozen=True)
class CustomerFacts:
    """What is known of one customer in one company on the evaluated date.

    :param policy_id: the policy of the customer (partner, segment or company)
    :param pause: a reason code that stops every line of the customer, or None
    :param last_contact: date of the last contact on any channel, or None
    :param contact_dates: dates of recent contacts, one per message sent
    :param pending: currency id -> reason code of a contact already under way
    :param withheld: levels the customer is not contacted at, being in a control group
    """

    policy_id: int
    pause: str | None = None
    last_contact: date | None = None
    contact_dates: tuple[date, ...] = ()
    pending: dict[int, str] = field(default_factory=dict)
    withheld: frozenset[int] = frozenset()


@dataclass(frozen=True)
class PolicyRules:
    """The rules of one policy. ``tolerances``: currency id -> amount."""

    id: int
    ladder: "Ladder"  # noqa: F821  (see ladder.py)
    min_gap_days: int = 0
    contact_cap: int = 0
    contact_cap_days: int = 0
    tolerances: dict[int, float] = field(default_factory=dict)
