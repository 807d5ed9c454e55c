"""The whole of Xero on one port, with a hand on the books behind the client's back."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from ..web import Answer, Emulator, Refused
from . import filling, wire
from .api import Api
from .identity import App, Identity, problem
from .ledger import Ledger, Line
from .limits import Limits
from .webhooks import Webhooks
from .writing import next_number

SCOPE = (
    "openid profile email offline_access accounting.settings.read accounting.contacts "
    "accounting.invoices accounting.payments"
)


class XeroEmulator(Emulator):
    """login.xero.com, identity.xero.com and api.xero.com.

    Addresses: `/identity/connect/authorize`, `/connect/token`, `/connections`,
    `/api.xro/2.0`. The first organisation exists from the start.

    :ivar identity: applications, tokens, connections
    :ivar limits: the rate limits, which a test may change
    :ivar idempotency: how long the answer to an Idempotency-Key is kept; the service's own
        time is not documented
    :ivar overlays: values put over records as they leave, by record id, to send nonsense
    """

    name = "xero"
    verbs = Emulator.verbs + (
        "connect", "disconnect", "pay", "void", "rename", "archive", "merge", "delete_payment",
        "add_contact", "add_invoice", "add_credit", "allocate", "overlay", "lock_period",
        "subscribe", "deliver", "intent_to_receive",
    )  # fmt: skip

    def __init__(self, clock=None, seed=1, port=0, base="USD", company="Demo Company"):
        super().__init__(clock, seed, port)
        self.tenants = {}
        self.identity = Identity(self.clock, self.new_id, self.tenants)
        self.limits = Limits(self.clock)
        self.webhooks = Webhooks(self.clock, seed, lambda: self.url)
        self.idempotency = timedelta(hours=24)
        self.overlays = {}
        self._answered = {}
        self.add_app("demo-client", "demo-secret")
        self.add_organisation(company, base)

    # Setting up

    def add_app(self, client_id, secret="", redirects=(), **values):
        """Register an application; with `tenant` a custom connection.

        :rtype: App
        """
        app = App(client_id, secret, tuple(redirects), **values)
        self.identity.apps[client_id] = app
        return app

    def add_organisation(self, name, base="USD"):
        """Add an organisation.

        :rtype: Ledger
        """
        told = self.webhooks.changed
        ledger = Ledger(self.new_id(), name, base, self.clock, self.new_id, told)
        self.tenants[ledger.tenant] = ledger
        return ledger

    @property
    def ledger(self):
        """The first organisation's books."""
        return next(iter(self.tenants.values()))

    def connect(self, client_id="demo-client", scope=SCOPE):
        """Consent without a browser.

        :return: the token answer, with `tenant_id` added
        :rtype: dict
        """
        identity = self.identity
        grant = identity.connect(identity.apps[client_id], scope)
        return identity._issue(grant) | {"tenant_id": self.ledger.tenant}

    def disconnect(self, tenant=None):
        """Take the organisation away from the applications, as its owner can."""
        self.identity.disconnect(tenant or self.ledger.tenant)

    def fill(self, customers=10, invoices=50, currencies=("USD", "EUR", "GBP"), tenant=None):
        """Add made-up customers and invoices, the same for the same seed."""
        if isinstance(currencies, str):
            currencies = currencies.split(",")
        ledger = self.tenants[tenant or self.ledger.tenant]
        filling.fill(ledger, self.seed, int(customers), int(invoices), tuple(currencies))

    # What happens at the source

    def pay(self, invoice, amount=None, day=None):
        """Pay an invoice; what is too much becomes an overpayment, as in Xero's own screens.

        :param invoice: id or number
        :param amount: all that is due by default
        :return: the payment's id
        """
        found = self._invoice(invoice)
        ledger = self._ledger_of(found)
        amount = found.open if amount is None else Decimal(str(amount))
        day = self._day(day)
        payment = ledger.pay(found, min(amount, found.open), day)
        if amount > payment.amount:
            filling.credit(ledger, "Overpayments", found.contact, amount - payment.amount, day)
        return payment.id

    def delete_payment(self, payment):
        """Take a payment back."""
        ledger = next(each for each in self.tenants.values() if payment in each.payments)
        ledger.delete_payment(ledger.payments[payment])

    def void(self, invoice):
        """Void an approved invoice, delete a draft."""
        found = self._invoice(invoice)
        draft = found.status in ("DRAFT", "SUBMITTED")
        self._ledger_of(found).set_status(found, "DELETED" if draft else "VOIDED")

    def rename(self, contact, name):
        """Give a contact another name."""
        ledger, found = self._contact(contact)
        ledger.change_contact(found, name=name)

    def archive(self, contact):
        """Archive a contact."""
        ledger, found = self._contact(contact)
        ledger.change_contact(found, status="ARCHIVED")

    def merge(self, contact, into):
        """Merge a contact into another."""
        ledger, found = self._contact(contact)
        ledger.merge(found, ledger.contacts[into])

    def add_contact(self, name, tenant=None, **values):
        """Add a customer.

        :return: its id
        """
        return self.tenants[tenant or self.ledger.tenant].add_contact(name, **values).id

    def add_invoice(self, contact, amount, due=None, day=None, currency=None, type="ACCREC"):
        """Add an approved invoice with one line.

        :return: its id
        """
        ledger, found = self._contact(contact)
        amount, day = Decimal(str(amount)), self._day(day)
        currency = currency or found.currency or ledger.base
        ledger.currencies.add(currency)
        document = ledger.add_document(
            "Invoices",
            type,
            found,
            date=day,
            due=self._day(due) if due else day + timedelta(days=30),
            currency=currency,
            rate=filling.names.rate(currency, ledger.base),
            number=next_number(ledger, "Invoices"),
            lines=[Line(self.new_id(), "Work", Decimal(1), amount, amount)],
        )
        return document.id

    def add_credit(self, contact, amount, kind="CreditNotes", day=None):
        """Add a credit note, an overpayment or a prepayment.

        :return: its id
        """
        ledger, found = self._contact(contact)
        amount = Decimal(str(amount))
        return filling.credit(ledger, kind, found, amount, self._day(day)).id

    def allocate(self, credit, invoice, amount, day=None):
        """Use a credit for an invoice.

        :return: the allocation's id
        """
        found = self._invoice(invoice)
        ledger = self._ledger_of(found)
        kinds = [kind for kind, known in ledger.documents.items() if credit in known]
        source = ledger.documents[kinds[0]][credit]
        return ledger.allocate(source, found, Decimal(str(amount)), self._day(day)).id

    def lock_period(self, day):
        """Close the books up to a day."""
        self.ledger.lock_date = self._day(day)

    def overlay(self, record, **values):
        """Put values over a record whenever it leaves; None writes a null."""
        self.overlays.setdefault(record, {}).update(values)

    # Webhooks

    def subscribe(self, url, key):
        """Deliver webhooks to an address, signed with a key."""
        self.webhooks.subscribe(url, key)

    def deliver(self, copies=1):
        """Deliver what is pending or due.

        :return: the statuses the subscriber answered
        """
        return [receipt.status for receipt in self.webhooks.deliver(int(copies))]

    def intent_to_receive(self):
        """Check the subscriber as Xero does."""
        return self.webhooks.intent_to_receive()

    # Truth

    def summary(self):
        """Return what is open by contact name and currency, and how many records there are."""
        owed = {}
        for ledger in self.tenants.values():
            for document in ledger.receivables():
                sign = 1 if document.kind == "Invoices" else -1
                key = f"{document.contact.id} {document.currency}"
                owed[key] = owed.get(key, Decimal(0)) + sign * document.open
        ledger = self.ledger
        counts = {kind: len(found) for kind, found in ledger.documents.items()}
        counts |= {"Contacts": len(ledger.contacts), "Payments": len(ledger.payments)}
        return {"open": owed, "counts": counts}

    # Serving

    def _serve(self, request):
        answer = self.identity.serve(request)
        if answer:
            return answer
        if not request.path.lower().startswith("/api.xro/2.0/"):
            raise Refused(404, problem(404, "NotFound", self.new_id()))
        grant = self.identity.check(request)
        tenant = self.identity.tenant(request, grant)
        app = grant.app.client_id
        refusal = self.limits.count(app, tenant, self.in_flight)
        answer = refusal or self._once(request, grant, tenant)
        answer.headers |= self.limits.headers(app, tenant)
        return answer

    def _once(self, request, grant, tenant):
        """Answer a write with a known Idempotency-Key as before."""
        key = request.headers.get("idempotency-key")
        if not key or request.method == "GET":
            return self._call(request, grant, tenant)
        if len(key) > 128:
            raise Refused(400, _idempotency("Idempotency-Key is longer than 128 characters"))
        place = grant.app.client_id, tenant, key
        print_ = hashlib.sha256(
            f"{request.method} {request.target} ".encode() + request.body
        ).digest()
        known, answer, when = self._answered.get(place, (None, None, None))
        if known is not None and self.clock.now() - when < self.idempotency:
            if known != print_:
                raise Refused(400, _idempotency("The key was used for another request"))
            return replace(answer, headers=dict(answer.headers))
        answer = self._call(request, grant, tenant)
        self._answered[place] = (print_, answer, self.clock.now())
        return answer

    def _call(self, request, grant, tenant):
        ledger = self.tenants[tenant]
        api = Api(ledger, grant.app.client_id, "UTC")
        try:
            return self._overlaid(api.serve(request, grant))
        except Refused as refusal:
            return refusal.answer

    def _overlaid(self, answer):
        if self.overlays and isinstance(answer.body, dict):
            for name, key in wire.IDS.items():
                for record in answer.body.get(name, ()):
                    record.update(self.overlays.get(record.get(key), {}))
        return answer

    def shorten(self, answer):
        """Take the last record off a page, saying nothing of it."""
        for name in wire.IDS:
            if isinstance(answer.body, dict) and name in answer.body:
                return replace(answer, body=answer.body | {name: answer.body[name][:-1]})
        return answer

    def refusal(self, kind, **details):
        """Return one of Xero's errors: `minute`, `day`, `concurrent`, `appminute`, `expired`,
        `unauthorized`, `forbidden`, `unavailable`, `error`, `invalid_grant`.
        """
        if kind in ("minute", "day", "appminute", "concurrent"):
            seconds = details.get("retry_after", {"minute": 30, "day": 66975}.get(kind))
            return self.limits.refuse(kind, seconds)
        if kind == "answer":
            return Answer(details["status"])
        details = {
            "expired": (401, "TokenExpired: token expired at 01/23/2020 18:21:16"),
            "unauthorized": (401, "AuthenticationUnsuccessful"),
            "forbidden": (403, "AuthenticationUnsuccessful"),
        }.get(kind)
        if details:
            return Answer(details[0], problem(*details, self.new_id()))
        if kind == "invalid_grant":
            return Answer(400, {"error": "invalid_grant"})
        status = {"unavailable": 503, "error": 500}[kind]
        html = "<html><body>The Xero API is currently unavailable</body></html>"
        return Answer(status, html, {"Content-Type": "text/html"})

    # Helpers

    def _invoice(self, key):
        for ledger in self.tenants.values():
            try:
                return ledger.invoice(key)
            except KeyError:
                continue
        raise LookupError(f"there is no invoice {key}")

    def _ledger_of(self, document):
        return next(
            ledger
            for ledger in self.tenants.values()
            if document.id in ledger.documents[document.kind]
        )

    def _contact(self, key):
        for ledger in self.tenants.values():
            if key in ledger.contacts:
                return ledger, ledger.contacts[key]
        raise LookupError(f"there is no contact {key}")

    def _day(self, value):
        if value is None:
            return self.clock.now().date()
        return value if isinstance(value, date) else date.fromisoformat(value)


def _idempotency(message):
    return {"ErrorNumber": 10, "Type": "IdempotencyException", "Message": message}
