"""The books of one organisation, and the rules Xero keeps them by."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

ZERO = Decimal("0.00")
LIVE = ("AUTHORISED", "PAID")
GONE = ("VOIDED", "DELETED")


class Invalid(Exception):
    """A rule was broken; the text is what the service says."""


@dataclass(eq=False)
class Contact:
    """Somebody traded with."""

    id: str
    name: str
    status: str = "ACTIVE"
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    number: str = ""
    tax_number: str = ""
    currency: str = ""
    phone: str = ""
    address: dict = field(default_factory=dict)
    persons: list = field(default_factory=list)
    merged_into: str = ""
    updated: datetime | None = None
    history: list = field(default_factory=list)


@dataclass(eq=False)
class Line:
    """A line of a document; amounts without tax."""

    id: str
    description: str
    quantity: Decimal
    unit_amount: Decimal
    amount: Decimal
    tax: Decimal = ZERO
    tax_type: str = "NONE"
    account: str = "200"


@dataclass(eq=False)
class Document:
    """An invoice, credit note, overpayment or prepayment.

    :ivar kind: the endpoint, such as `Invoices`
    """

    id: str
    kind: str
    type: str
    contact: Contact
    date: date | None
    currency: str
    rate: Decimal
    status: str = "AUTHORISED"
    number: str = ""
    reference: str = ""
    due: date | None = None
    lines: list = field(default_factory=list)
    payments: list = field(default_factory=list)
    allocations: list = field(default_factory=list)
    history: list = field(default_factory=list)
    updated: datetime | None = None
    paid_on: date | None = None
    sent: bool = False

    @property
    def sub_total(self):
        """The sum without tax."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def tax(self):
        """The tax."""
        return sum((line.tax for line in self.lines), ZERO)

    @property
    def total(self):
        """The sum with tax; kept when voided."""
        return self.sub_total + self.tax

    @property
    def paid(self):
        """What payments paid, of a credit: what was refunded."""
        return sum((paid.amount for paid in self.payments if paid.status != "DELETED"), ZERO)

    @property
    def credited(self):
        """What was allocated between credits and invoices."""
        return sum((part.amount for part in self.allocations if not part.deleted), ZERO)

    @property
    def open(self):
        """What remains: due of an invoice, left of a credit."""
        return ZERO if self.status in GONE else self.total - self.paid - self.credited


@dataclass(eq=False)
class Payment:
    """Money for an invoice, or a refund of a credit."""

    id: str
    target: Document
    date: date
    amount: Decimal
    rate: Decimal
    account: str
    reference: str = ""
    status: str = "AUTHORISED"
    updated: datetime | None = None


@dataclass(eq=False)
class Allocation:
    """A credit used for an invoice."""

    id: str
    credit: Document
    invoice: Document
    amount: Decimal
    date: date
    deleted: bool = False


@dataclass
class Note:
    """An entry of a document's or contact's history."""

    at: datetime
    changes: str
    details: str
    user: str


class Ledger:
    """One organisation.

    :param new_id: function that gives identifiers
    :param changed: function told of every contact and document made or changed
    """

    def __init__(self, tenant, name, base, clock, new_id, changed):
        self.tenant = tenant
        self.name = name
        self.base = base
        self.clock = clock
        self.new_id = new_id
        self.changed = changed
        self.lock_date = None
        self.currencies = {base}
        self.accounts = {new_id(): ("090", "Business account"), new_id(): ("091", "Savings")}
        self.contacts = {}
        self.documents = {"Invoices": {}, "CreditNotes": {}, "Overpayments": {}, "Prepayments": {}}
        self.payments = {}

    @property
    def bank(self):
        """The id of the bank account money goes to if nothing else is said."""
        return next(iter(self.accounts))

    def invoice(self, key):
        """Return an invoice by id or number.

        :raise KeyError: there is none
        """
        return self.document("Invoices", key)

    def document(self, kind, key):
        """Return a document by id or number.

        :raise KeyError: there is none
        """
        if key in self.documents[kind]:
            return self.documents[kind][key]
        found = [each for each in self.documents[kind].values() if each.number == key]
        if not key or not found:
            raise KeyError(f"{kind} has no {key}")
        return found[0]

    def touch(self, record, event="UPDATE", changes="", details=""):
        """Mark a record as changed now, and tell."""
        record.updated = self.clock.now()
        if changes:
            record.history.append(Note(record.updated, changes, details, "System Generated"))
        self.changed(self, record, event)

    # Contacts

    def add_contact(self, name, **values):
        """Add a contact.

        :raise Invalid: another active contact has that name
        """
        self._check_name(name)
        contact = Contact(self.new_id(), name.strip(), **values)
        self.contacts[contact.id] = contact
        self.touch(contact, "CREATE", "Created")
        return contact

    def change_contact(self, contact, **values):
        """Change some fields of a contact.

        :raise Invalid: the name is taken, or it is archived for good by a merge
        """
        if contact.merged_into:
            raise Invalid("The contact has been merged and can no longer be modified")
        if "name" in values:
            self._check_name(values["name"], contact)
        for name, value in values.items():
            setattr(contact, name, value)
        self.touch(contact, changes="Edited")

    def _check_name(self, name, but=None):
        if not (name or "").strip():
            raise Invalid("Contact Name must be specified")
        wanted = name.strip().lower()
        for contact in self.contacts.values():
            same = contact.name.lower() == wanted and contact.status == "ACTIVE"
            if same and contact is not but:
                raise Invalid(
                    f"The contact name {name} is already assigned to another contact. "
                    "The contact name must be unique across all active contacts."
                )

    def merge(self, loser, winner):
        """Merge a contact into another: it is archived, its documents move."""
        for documents in self.documents.values():
            for document in documents.values():
                if document.contact is loser:
                    document.contact = winner
                    self.touch(document)
        loser.status, loser.merged_into = "ARCHIVED", winner.id
        self.touch(loser, changes="Merged")
        self.touch(winner)

    # Documents

    def add_document(self, kind, type_, contact, **values):
        """Add an invoice or credit in any status but paid.

        :raise Invalid: what makes it unacceptable
        """
        document = Document(self.new_id(), kind, type_, contact, **values)
        self._check_document(document)
        self.documents[kind][document.id] = document
        self.touch(document, "CREATE", "Created")
        return document

    def _check_document(self, document):
        if document.currency not in self.currencies:
            raise Invalid(f"Organisation is not subscribed to currency {document.currency}")
        if document.status in LIVE and document.contact.status != "ACTIVE":
            raise Invalid("The contact is archived")
        if document.status == "AUTHORISED" and document.kind == "Invoices" and not document.due:
            raise Invalid("Invoice not of valid status for creation: DueDate is required")
        self._check_period(document.date)

    def _check_period(self, day):
        if self.lock_date and day and day <= self.lock_date:
            raise Invalid(
                "The document date cannot be before the period lock date "
                f"{self.lock_date.isoformat()}"
            )

    def set_status(self, document, status):
        """Void, delete, approve.

        :raise Invalid: the document does not allow it
        """
        drafts = ("DRAFT", "SUBMITTED")
        allowed = {
            "VOIDED": ("AUTHORISED",),
            "DELETED": drafts,
            "AUTHORISED": (*drafts, "AUTHORISED"),
            "SUBMITTED": drafts,
            "DRAFT": drafts,
        }
        if document.status not in allowed.get(status, ()):
            raise Invalid(f"{document.kind[:-1]} not of valid status for modification")
        if status in GONE and (document.paid or document.credited):
            raise Invalid("This document cannot be voided as it has payments or credits")
        if status == document.status:
            return
        document.status = status
        if status == "AUTHORISED" and not document.due:
            document.due = document.date
        self.touch(document, changes=status.capitalize())

    # Money

    def pay(self, target, amount, day, account=None, reference=""):
        """Pay an invoice, or refund a credit.

        :rtype: Payment
        :raise Invalid: not authorised, too much, a locked period
        """
        self._check_amount(target, amount, "Payment")
        self._check_period(day)
        account = account or self.bank
        payment = Payment(self.new_id(), target, day, amount, target.rate, account, reference)
        self.payments[payment.id] = payment
        target.payments.append(payment)
        payment.updated = self.clock.now()
        self._settle(target, "Payment Received")
        return payment

    def _check_amount(self, document, amount, what):
        if amount <= 0:
            raise Invalid(f"{what} amount must be greater than zero")
        if document.status not in LIVE:
            raise Invalid(f"{what}s can only be made against Authorised documents")
        if amount > document.open:
            raise Invalid(f"{what} amount exceeds the amount outstanding on this document")

    def delete_payment(self, payment):
        """Take a payment back; what it paid is open again.

        :raise Invalid: it was deleted before
        """
        if payment.status == "DELETED":
            raise Invalid("Payment has already been deleted")
        self._check_period(payment.date)
        payment.status = "DELETED"
        payment.updated = self.clock.now()
        self._settle(payment.target, "Payment Deleted")

    def allocate(self, credit, invoice, amount, day):
        """Use a part of a credit for an invoice.

        :rtype: Allocation
        :raise Invalid: too much, or of another contact or currency
        """
        self._check_amount(credit, amount, "Allocation")
        self._check_amount(invoice, amount, "Allocation")
        if credit.contact is not invoice.contact:
            raise Invalid("Allocation must be for the same contact")
        if credit.currency != invoice.currency:
            raise Invalid("Allocation must be in the same currency")
        allocation = Allocation(self.new_id(), credit, invoice, amount, day)
        for document in (credit, invoice):
            document.allocations.append(allocation)
            self._settle(document, "Credit Applied")
        return allocation

    def delete_allocation(self, allocation):
        """Take an allocation back."""
        allocation.deleted = True
        for document in (allocation.credit, allocation.invoice):
            self._settle(document, "Credit Removed")

    def _settle(self, document, changes):
        document.status = "AUTHORISED" if document.open else "PAID"
        document.paid_on = None if document.open else self._last_day(document)
        self.touch(document, changes=changes)

    @staticmethod
    def _last_day(document):
        days = [paid.date for paid in document.payments if paid.status != "DELETED"]
        days += [part.date for part in document.allocations if not part.deleted]
        return max(days, default=document.date)

    # Truth

    def balances(self, today):
        """Return what contacts owe and what of it is late, in the base currency.

        Credits not yet used count against what is owed.

        :return: by contact id, of contacts with anything open
        :rtype: dict[str, list[Decimal]]
        """
        found = {}
        for document in self.receivables():
            sums = found.setdefault(document.contact.id, [ZERO, ZERO])
            sign = 1 if document.kind == "Invoices" else -1
            part = sign * (document.open / document.rate).quantize(ZERO)
            sums[0] += part
            if sign > 0 and document.due and document.due < today:
                sums[1] += part
        return found

    def receivables(self):
        """Yield the live documents customers owe or are owed by."""
        for documents in self.documents.values():
            for document in documents.values():
                if document.status == "AUTHORISED" and document.type in RECEIVABLE:
                    yield document


RECEIVABLE = ("ACCREC", "ACCRECCREDIT", "RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT")
