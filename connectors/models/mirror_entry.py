"""A document as it has to be here."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(kw_only=True)
class Entry:
    """A document as it has to be here.

    :ivar float amount: of the receivable item, in the document's currency
    :ivar float balance: the same in the company's
    :ivar float rate: units of the document's currency for one of the company's
    """

    ref: Any
    record: Any
    move_type: str
    partner: Any
    currency: Any
    amount: float
    balance: float
    rate: float
    date: date
    due: date
    number: str
    reference: str = ""
    link: str = ""
    waits: list = field(default_factory=list)
    move: Any = None
