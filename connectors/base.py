"""What passes between an outside ledger and this module: records and errors.

Records are plain data in the ledger's own terms, whichever ledger it is. Amounts are
`Decimal` in the currency of the document; dates are dates of the books and belong to no
time zone; moments are aware and in UTC. `raw` is the record as it was received.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

ZERO = Decimal(0)


class State(str, Enum):
    """Where a document stands in the books of the ledger."""

    DRAFT = "draft"  #: not approved: nothing is owed yet
    OPEN = "open"
    CLOSED = "closed"  #: nothing left to pay or to use
    VOID = "void"  #: kept in the books, owes nothing
    DELETED = "deleted"

    @property
    def counts(self) -> bool:
        """Whether the document is part of what is owed."""
        return self in (State.OPEN, State.CLOSED)


class Target(str, Enum):
    """What an amount is applied to."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PREPAYMENT = "prepayment"
    OVERPAYMENT = "overpayment"
    OTHER = "other"  #: a journal entry, a deposit: nothing this module mirrors


@dataclass(frozen=True, kw_only=True)
class Record:
    """What every record has.

    :param external_id: the ledger's key; names and numbers are not unique
    :param version: the ledger's own lock, to be sent back with a change
    """

    external_id: str
    updated_at: dt.datetime | None = None
    version: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Address:
    """A postal address; `country` is an ISO code or a name, as the ledger has it."""

    street: str = ""
    street2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person at a customer."""

    name: str
    email: str = ""
    gets_documents: bool = False


@dataclass(frozen=True, kw_only=True)
class Customer(Record):
    """Who owes.

    :param parent_id: of a sub-customer ("job"), whose balance is its own
    :param merged_into: the customer that lives on after a merge
    :param balance: what the ledger says is owed, for the tie-out; None where it says nothing
    """

    name: str
    active: bool = True
    deleted: bool = False
    parent_id: str | None = None
    bills_with_parent: bool = False
    merged_into: str | None = None
    emails: tuple[str, ...] = ()
    phone: str = ""
    mobile: str = ""
    vat: str = ""
    number: str = ""
    currency: str | None = None
    address: Address = Address()
    people: tuple[Person, ...] = ()
    balance: Decimal | None = None
    overdue: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Application:
    """An amount of a payment or credit that is used on a document."""

    target: Target
    target_id: str
    amount: Decimal
    date: dt.date | None = None
    external_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a document's total is made of.

    :param kind: `revenue` or `tax`
    :param code: of the ledger's account, product or tax, “-” where it names none
    :param amount: below zero where it is deducted
    """

    kind: str
    code: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Document(Record):
    """What invoices and credits share. Of a deleted one only the key is sure.

    :param rate: units of the document's currency for one of the ledger's own
    :param parts: nothing where the ledger gives no lines, or they cannot be read
    """

    state: State
    customer_id: str = ""
    parts: tuple[Part, ...] = ()
    number: str = ""
    reference: str = ""
    date: dt.date | None = None
    currency: str = ""
    rate: Decimal | None = None
    total: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class Invoice(Document):
    """What a customer owes; `balance` is what is left of `total`."""

    due_date: dt.date | None = None
    balance: Decimal = ZERO
    tax: Decimal | None = None
    payment_link: str = ""
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Credit(Document):
    """What a customer may deduct; `remaining` is what is left of `total`."""

    remaining: Decimal = ZERO
    applications: tuple[Application, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CreditNote(Credit):
    """A credit note."""


@dataclass(frozen=True, kw_only=True)
class Prepayment(Credit):
    """Money received before there was an invoice."""


@dataclass(frozen=True, kw_only=True)
class Overpayment(Credit):
    """Money received beyond what the invoice asked."""


@dataclass(frozen=True, kw_only=True)
class Payment(Record):
    """Money received, or a credit paid back; zero where it only applies a credit.

    :param customer_id: None where the ledger tells it by the document alone
    :param currency: None: the currency of what it is applied to
    :param unapplied: the part that waits for an invoice
    :param refund: the money goes to the customer
    """

    state: State
    customer_id: str | None = None
    date: dt.date | None = None
    currency: str | None = None
    rate: Decimal | None = None
    amount: Decimal = ZERO
    unapplied: Decimal = ZERO
    reference: str = ""
    refund: bool = False
    applications: tuple[Application, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Event:
    """A bell that a ledger rang: this changed, go and look.

    :param event_id: the same for the same event delivered twice
    :param tenant_id: the organisation or company it belongs to: one delivery may mix several
    :param stream: such as `invoices`; empty for what is not mirrored
    """

    event_id: str
    tenant_id: str
    stream: str
    external_id: str
    operation: str
    at: dt.datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


class ConnectorError(Exception):
    """Something an outside ledger, or the way to it, did not do.

    The text is for people and holds no secret.
    """


class Misconfigured(ConnectorError):
    """Nothing will work before a person changes the settings, or installs a library."""


class RateLimited(ConnectorError):
    """The service asks to come back later.

    :param retry_after: seconds from now
    :param kind: the limit that was met: `minute`, `day`, `concurrent`, `app`, `month`
    """

    def __init__(self, retry_after: float, kind: str, text: str = ""):
        self.retry_after = retry_after
        self.kind = kind
        super().__init__(text or f"The service asks to wait {retry_after:.0f} s ({kind} limit).")


class AuthExpired(ConnectorError):
    """The service did not accept the token.

    :param reconnect: no refresh will help: a person has to connect again
    """

    def __init__(self, text: str, *, reconnect: bool = False):
        self.reconnect = reconnect
        super().__init__(text)


class Transient(ConnectorError):
    """It may work later.

    :param maybe_done: a write may have arrived nevertheless: look before it is repeated
    :param retry_after: seconds, where the service says so
    """

    def __init__(self, text: str, *, maybe_done: bool = False, retry_after: float | None = None):
        self.maybe_done = maybe_done
        self.retry_after = retry_after
        super().__init__(text)


class Rejected(ConnectorError):
    """The service understood and refused; the same request will be refused again.

    :param code: the service's code for it
    :param messages: its reasons, one sentence each
    """

    def __init__(self, text: str, *, code: str = "", messages: tuple[str, ...] = ()):
        self.code = code
        self.messages = messages
        super().__init__(text)


class Stale(Rejected):
    """The record was changed by somebody else: read it again."""


class Absent(ConnectorError):
    """There is no such record."""
