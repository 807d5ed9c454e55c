"""The books of one QuickBooks company, and the rules they are kept by."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

ZERO = Decimal("0.00")
KINDS = ("Customer", "Invoice", "CreditMemo", "Payment", "Account", "Item", "Term")
OPENABLE = ("Invoice", "CreditMemo")


class Fault(Exception):
    """A rule was broken.

    :param code: Intuit's number
    """

    def __init__(self, code, message, detail, *, status=400, type="ValidationFault", element=""):
        super().__init__(f"{code} {detail}")
        self.status = status
        error = {"Message": message, "Detail": detail, "code": code, "element": element}
        self.body = {"Error": [error], "type": type}


@dataclass(eq=False)
class Entity:
    """A record; `values` holds what may be written, the rest is worked out.

    :ivar applied: what payments took of an invoice or credit memo
    :ivar links: how much each payment took, by the payment's id
    """

    kind: str
    id: str
    values: dict
    created: datetime
    updated: datetime
    token: int = 0
    applied: Decimal = ZERO
    links: dict = field(default_factory=dict)
    voided: bool = False

    @property
    def total(self):
        """TotalAmt."""
        if self.voided:
            return ZERO
        if self.kind == "Payment":
            return self.values.get("TotalAmt", ZERO)
        lines = self.values.get("Line", ())
        sums = (line["Amount"] for line in lines if line["DetailType"] != "SubTotalLineDetail")
        tax = (self.values.get("TxnTaxDetail") or {}).get("TotalTax", ZERO)
        return sum(sums, ZERO) + tax

    @property
    def open(self):
        """Balance of an invoice or credit memo, UnappliedAmt of a payment."""
        if self.kind != "Payment":
            return self.total - self.applied
        used = credits = ZERO
        for kind, _key, amount in self.parts():
            used += amount if kind == "Invoice" else ZERO
            credits += amount if kind == "CreditMemo" else ZERO
        return self.total + credits - used

    @property
    def customer(self):
        """The customer's id."""
        return (self.values.get("CustomerRef") or {}).get("value")

    def parts(self):
        """Yield what a payment applies to: kind, id, amount."""
        for line in self.values.get("Line", ()):
            for link in line.get("LinkedTxn", ()):
                yield link["TxnType"], link["TxnId"], line["Amount"]


class Books:
    """One company.

    :param changed: function told of every change: books, entity, operation
    """

    def __init__(self, realm, name, base, clock, changed):
        self.realm = realm
        self.name = name
        self.base = base
        self.clock = clock
        self.changed = changed
        self.entities = {kind: {} for kind in KINDS}
        self.tombstones = []
        self._serial = 0
        self._names = {}
        self._numbers = {}
        self.add(
            "Account", {"Name": "Accounts Receivable (A/R)", "AccountType": "Accounts Receivable"}
        )
        self.add("Account", {"Name": "Undeposited Funds", "AccountType": "Other Current Asset"})
        self.add("Item", {"Name": "Services", "Type": "Service"})

    def get(self, kind, key):
        """Return an entity.

        :raise Fault: 610, there is none
        """
        found = self.entities[kind].get(str(key))
        if not found:
            raise Fault("610", "Object Not Found", f"Object Not Found : {kind} {key}")
        return found

    def touch(self, entity, operation="Update"):
        """Mark an entity as changed now, and tell."""
        entity.updated = self.clock.now()
        entity.token += operation != "Create"
        self.changed(self, entity, operation)

    # Making and changing

    def add(self, kind, values):
        """Create an entity.

        :rtype: Entity
        :raise Fault: what makes it unacceptable
        """
        values = self._checked(kind, dict(values), None)
        self._serial += 1
        now = self.clock.now()
        entity = Entity(kind, str(self._serial), values, now, now)
        self._apply(entity)
        self.entities[kind][entity.id] = entity
        self._index(entity)
        self.touch(entity, "Create")
        return entity

    def change(self, kind, key, token, values, sparse):
        """Change an entity; what a full update leaves out is emptied.

        :raise Fault: 5010 when `token` is not the present SyncToken
        """
        entity = self.current(kind, key, token)
        merged = (entity.values | values) if sparse else values
        merged = self._checked(kind, merged, entity)
        old = entity.values
        self._release(entity)
        self._unindex(entity)
        try:
            entity.values = merged
            self._apply(entity)
        except Fault:
            entity.values = old
            self._apply(entity)
            raise
        finally:
            self._index(entity)
        self.touch(entity)
        return entity

    def current(self, kind, key, token):
        """Return an entity if the caller has its present version.

        :raise Fault: 610, 5010
        """
        entity = self.get(kind, key)
        if str(token) != str(entity.token):
            raise Fault(
                "5010",
                "Stale Object Error",
                "Stale Object Error : You and root were working on this at the same time. "
                "root finished before you did, so your work was not saved.",
            )
        return entity

    def void(self, entity):
        """Void a transaction: its amounts become zero, it is unlinked."""
        if entity.kind not in ("Invoice", "Payment", "CreditMemo"):
            raise Fault("6000", "A business validation error", f"{entity.kind} cannot be voided")
        self._unlink(entity)
        lines = [line | {"Amount": ZERO} for line in entity.values.get("Line", ())]
        entity.values = entity.values | {
            "PrivateNote": "Voided",
            "Line": [] if entity.kind == "Payment" else lines,
        }
        entity.voided = True
        self.touch(entity, "Void")

    def delete(self, entity):
        """Delete a transaction for good; a tombstone remains for change data capture."""
        if entity.kind == "Customer":
            raise Fault("500", "Unsupported Operation", "Operation delete is not supported.")
        self._unlink(entity)
        self._unindex(entity)
        del self.entities[entity.kind][entity.id]
        self.touch(entity, "Delete")
        self.tombstones.append((entity.kind, entity.id, entity.updated))

    # Rules

    def _checked(self, kind, values, before):
        if kind == "Customer":
            self._check_customer(values, before)
        if kind in ("Invoice", "CreditMemo", "Payment"):
            self._check_transaction(kind, values)
            self._check_number(kind, values, before)
        return values

    def _check_customer(self, values, before):
        if not (values.get("DisplayName") or "").strip():
            raise _required("DisplayName")
        holder = self._names.get(self._full_name(values).lower())
        if holder and (before is None or holder != before.id):
            raise Fault(
                "6240",
                "Duplicate Name Exists Error",
                "The name supplied already exists. : Another customer is already using this "
                "name. Please use a different name.",
            )
        values.setdefault("Active", True)
        values.setdefault("CurrencyRef", {"value": self.base})

    def _check_transaction(self, kind, values):
        reference = values.get("CustomerRef") or {}
        if not reference.get("value"):
            raise _required("CustomerRef")
        customer = self.entities["Customer"].get(reference["value"])
        if not customer:
            raise Fault(
                "2500",
                "Invalid Reference Id",
                f"Invalid Reference Id : Names element id {reference['value']} not found",
                element="CustomerRef",
            )
        if kind != "Payment" and not values.get("Line"):
            raise _required("Line")
        reference.setdefault("name", self.full_name(customer))
        currency = customer.values["CurrencyRef"]
        if (values.setdefault("CurrencyRef", currency) or {}).get("value") != currency["value"]:
            raise Fault(
                "6000",
                "A business validation error has occurred while processing your request",
                "Business Validation Error: the currency is not the customer's",
            )
        values.setdefault("TxnDate", self.clock.now().date().isoformat())

    def _check_number(self, kind, values, before):
        number = values.get("DocNumber")
        if number and len(number) > 21:
            raise Fault(
                "2050",
                "String length is either shorter or longer than supported by specification",
                "Max. length: 21",
                element="DocNumber",
            )
        holder = self._numbers.get((kind, number))
        if number and kind != "Payment" and holder and (not before or holder != before.id):
            raise Fault(
                "6140",
                "Duplicate Document Number Error",
                "Duplicate Document Number "
                f"Error : You must specify a different number. {number} is taken.",
            )

    def full_name(self, customer):
        """Return `Parent:Child`."""
        return self._full_name(customer.values)

    def _full_name(self, values):
        names = [values["DisplayName"].strip()]
        while values.get("ParentRef"):
            values = self.get("Customer", values["ParentRef"]["value"]).values
            names.insert(0, values["DisplayName"].strip())
        return ":".join(names)

    def _index(self, entity):
        if entity.kind == "Customer":
            self._names[self.full_name(entity).lower()] = entity.id
        elif entity.values.get("DocNumber"):
            self._numbers[entity.kind, entity.values["DocNumber"]] = entity.id

    def _unindex(self, entity):
        if entity.kind == "Customer":
            self._names.pop(self.full_name(entity).lower(), None)
        else:
            self._numbers.pop((entity.kind, entity.values.get("DocNumber")), None)

    # Applying money

    def _apply(self, payment):
        """Let a payment take from what its lines name."""
        if payment.kind != "Payment":
            return
        parts = [part for part in payment.parts() if part[0] in OPENABLE]
        wanted = {}
        for kind, key, amount in parts:
            wanted[kind, key] = wanted.get((kind, key), ZERO) + amount
        for (kind, key), amount in wanted.items():
            self._check_part(payment, self.get(kind, key), amount)
        if payment.open < 0:
            raise _too_much("more is applied than was paid")
        for (kind, key), amount in wanted.items():
            document = self.get(kind, key)
            document.applied += amount
            document.links[payment.id] = amount
            self.touch(document)

    @staticmethod
    def _check_part(payment, document, amount):
        if document.customer != payment.customer:
            raise _too_much(f"{document.kind} {document.id} is another customer's")
        if amount > document.open:
            raise _too_much(f"{document.kind} {document.id} has only {document.open} open")

    def _release(self, payment):
        """Give back what a payment took."""
        if payment.kind != "Payment":
            return
        for kind, key, _amount in payment.parts():
            document = self.entities.get(kind, {}).get(key)
            if document and payment.id in document.links:
                document.applied -= document.links.pop(payment.id)
                self.touch(document)

    def _unlink(self, entity):
        """Cut all ties: a payment gives back, of a document the payments become unapplied."""
        self._release(entity)
        for key in entity.links:
            payment = self.entities["Payment"][key]
            lines = [line for line in payment.values["Line"] if not _names(line, entity)]
            payment.values = payment.values | {"Line": lines}
            self._rebalance(payment)
            self.touch(payment)
        entity.links, entity.applied = {}, ZERO

    def _rebalance(self, payment):
        """After a credit memo went away, its payment can no longer apply as much."""
        while payment.open < 0:
            kind, key, amount = next(payment.parts())
            document = self.entities[kind][key]
            document.applied -= document.links.pop(payment.id)
            self.touch(document)
            lines = [line for line in payment.values["Line"] if not _names(line, document)]
            payment.values = payment.values | {"Line": lines}

    # Truth

    def balances(self):
        """Return what each customer owes: invoices less credit memos less unapplied payments.

        :rtype: dict[str, Decimal]
        """
        found = {}
        for kind, sign in (("Invoice", 1), ("CreditMemo", -1), ("Payment", -1)):
            for entity in self.entities[kind].values():
                found[entity.customer] = found.get(entity.customer, ZERO) + sign * entity.open
        return found

    def family(self, customer, balances):
        """Return a customer's balance with that of the sub-customers."""
        total = balances.get(customer.id, ZERO)
        for other in self.entities["Customer"].values():
            if (other.values.get("ParentRef") or {}).get("value") == customer.id:
                total += self.family(other, balances)
        return total


def _names(line, entity):
    return any(
        link["TxnType"] == entity.kind and link["TxnId"] == entity.id
        for link in line.get("LinkedTxn", ())
    )


def _required(name):
    return Fault(
        "2020",
        "Required param missing, need to supply the required value for the API",
        f"Required parameter {name} is missing in the request",
        element=name,
    )


def _too_much(detail):
    return Fault(
        "6000",
        "A business validation error has occurred while processing your request",
        f"Business Validation Error: {detail}",
    )
