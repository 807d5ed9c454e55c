"""Books of an emulated ledger, mirrored: what the tests of the mirror share."""

from datetime import datetime, timezone
from decimal import Decimal

from ..connectors.http import parse_json, write_json
from .common import CollectionsCommon
from .emulators.quickbooks import QuickBooksEmulator
from .emulators.quickbooks import wire as quickbooks_wire
from .emulators.web import Clock
from .emulators.xero import XeroEmulator
from .emulators.xero import wire as xero_wire

NOON = datetime(2026, 3, 5, 12, tzinfo=timezone.utc)
NOW = NOON.replace(tzinfo=None)


class MirrorCase(CollectionsCommon):
    """A connection whose records are given by hand: nothing here asks for anything."""

    provider = "xero"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls._connection("Books")

    @classmethod
    def _connection(cls, name, provider=None, company=None, **values):
        company = company or cls.company
        return cls.env["collections.connection"].create(
            {
                "name": name,
                "provider": provider or cls.provider,
                "company_id": company.id,
                "state": "connected",
                "tenant_id": "T-1",
                "currency_id": company.currency_id.id,
                **values,
            }
        )

    def _give(self, stream, *items, connection=None):
        """Keep records as if they had been fetched."""
        connection = connection or self.connection
        refs = self.env["collections.external.ref"].sudo()
        for item in items:
            item = parse_json(write_json(item).encode())
            key = str(item.get(KEYS[connection.provider].get(stream, "Id")))
            found = refs.search(
                [
                    ("connection_id", "=", connection.id),
                    ("stream", "=", stream),
                    ("external_id", "=", key),
                ]
            )
            values = {"raw": write_json(item), "state": "pending", "problem": False}
            if not found:
                refs |= refs.create(
                    {"connection_id": connection.id, "stream": stream, "external_id": key} | values
                )
            elif found.raw != values["raw"]:
                found.write(values)
        return refs

    def _mirror(self, connection=None):
        """Mirror everything that waits."""
        while (connection or self.connection)._mirror(now=NOW):
            pass
        self.env.invalidate_all()

    def _ref(self, stream, key, connection=None):
        return self.env["collections.external.ref"].search(
            [
                ("connection_id", "=", (connection or self.connection).id),
                ("stream", "=", stream),
                ("external_id", "=", key),
            ]
        )

    def _doc(self, stream, key):
        return self._ref(stream, key).move_id

    def _owed(self):
        """What is open here: (customer's key, currency) -> amount."""
        found = {}
        refs = self.env["collections.external.ref"].search(
            [("connection_id", "=", self.connection.id), ("move_id", "!=", False)]
        )
        for ref in refs:
            move = ref.move_id
            if move.state != "posted":
                continue
            for line in move.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            ):
                key = ref.customer_key, line.currency_id.name
                amount = Decimal(str(round(line.amount_residual_currency, 6)))
                found[key] = found.get(key, Decimal(0)) + amount
        return {key: amount for key, amount in found.items() if amount}

    def _problems(self):
        refs = self.env["collections.external.ref"].search(
            [("connection_id", "=", self.connection.id), ("state", "=", "failed")]
        )
        return {(ref.stream, ref.external_id): ref.problem for ref in refs}


KEYS = {
    "xero": {
        "customers": "ContactID",
        "invoices": "InvoiceID",
        "credit_notes": "CreditNoteID",
        "prepayments": "PrepaymentID",
        "overpayments": "OverpaymentID",
        "payments": "PaymentID",
    },
    "quickbooks": {},
}


class XeroMirrorCase(MirrorCase):
    """The books of an emulated Xero."""

    def setUp(self):
        super().setUp()
        self.clock = Clock(NOON)
        self.service = XeroEmulator(self.clock, seed=7)
        self.ledger = self.service.ledger

    def _fetch(self):
        """Take over everything the ledger has now."""
        ledger = self.ledger
        balances = ledger.balances(NOON.date())
        give, all_of = self._give, ledger.documents
        give("customers", *[xero_wire.contact(c, balances) for c in ledger.contacts.values()])
        give("invoices", *[xero_wire.invoice(each) for each in all_of["Invoices"].values()])
        for kind, stream in (
            ("CreditNotes", "credit_notes"),
            ("Prepayments", "prepayments"),
            ("Overpayments", "overpayments"),
        ):
            give(stream, *[xero_wire.credit(each) for each in all_of[kind].values()])
        payments = ledger.payments.values()
        give("payments", *[xero_wire.payment(each, ledger.accounts) for each in payments])

    def _sync(self):
        self._fetch()
        self._mirror()

    def _owed_there(self):
        """What the ledger's own documents say is open."""
        found = {}
        for document in self.ledger.receivables():
            sign = 1 if document.kind == "Invoices" else -1
            key = document.contact.id, document.currency
            found[key] = found.get(key, Decimal(0)) + sign * document.open
        return {key: amount for key, amount in found.items() if amount}

    def assertTies(self):
        """To the cent, per customer and currency."""
        self.assertFalse(self._problems())
        self.assertEqual(self._owed(), self._owed_there())


class QuickBooksMirrorCase(MirrorCase):
    """The books of an emulated QuickBooks."""

    provider = "quickbooks"

    def setUp(self):
        super().setUp()
        self.clock = Clock(NOON)
        self.service = QuickBooksEmulator(self.clock, seed=7)
        self.books = self.service.books

    def _fetch(self):
        for kind, stream in QUICKBOOKS.items():
            records = quickbooks_wire.write(self.books, self.books.entities[kind].values())
            self._give(stream, *records)
        for kind, key, when in self.books.tombstones:
            self._give(QUICKBOOKS[kind], quickbooks_wire.tombstone(key, when))

    def _sync(self):
        self._fetch()
        self._mirror()

    def _owed_there(self):
        found = {}
        for key, amount in self.books.balances().items():
            if amount:
                currency = self.books.get("Customer", key).values["CurrencyRef"]["value"]
                found[key, currency] = amount
        return found

    def assertTies(self):
        self.assertFalse(self._problems())
        self.assertEqual(self._owed(), self._owed_there())


QUICKBOOKS = {
    "Customer": "customers",
    "Invoice": "invoices",
    "CreditMemo": "credit_notes",
    "Payment": "payments",
}
__all__ = ["MirrorCase", "QuickBooksMirrorCase", "XeroMirrorCase"]
