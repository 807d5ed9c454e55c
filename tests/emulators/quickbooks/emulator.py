"""The whole of QuickBooks Online on one port, with a hand on the books."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

from .. import names
from ..web import Answer, Emulator, Refused
from . import filling, wire
from .api import Api
from .books import KINDS, Books, Fault
from .identity import App, Identity
from .limits import Limits
from .webhooks import Webhooks

HTML_429 = "<html><head><title>429 Too Many Requests</title></head><body></body></html>"


class QuickBooksEmulator(Emulator):
    """appcenter.intuit.com, oauth.platform.intuit.com and quickbooks.api.intuit.com.

    Addresses: `/openid` (discovery), `/connect/oauth2`, `/oauth2/v1/tokens/bearer`,
    `/v3/company/<realm>/…`. The first company exists from the start.

    :ivar identity: applications and tokens
    :ivar limits: the rate limits, which a test may change
    :ivar overlays: values put over records as they leave, by kind and id, to send nonsense
    """

    name = "quickbooks"
    verbs = Emulator.verbs + (
        "connect", "disconnect", "pay", "apply_credit", "void", "delete", "rename", "deactivate",
        "add_customer", "add_invoice", "add_credit", "overlay", "subscribe", "deliver",
    )  # fmt: skip

    def __init__(self, clock=None, seed=1, port=0, base="USD", company="Demo Company"):
        super().__init__(clock, seed, port)
        self.companies = {}
        self.identity = Identity(self.clock, self.new_id, self.companies, lambda: self.url)
        self.limits = Limits(self.clock)
        self.webhooks = Webhooks(self.clock, self.new_id)
        self.overlays = {}
        self._answered = {}
        self.add_app("demo-client", "demo-secret")
        self.add_company(company, base)

    # Setting up

    def add_app(self, client_id, secret, redirects=()):
        """Register an application.

        :rtype: App
        """
        app = App(client_id, secret, tuple(redirects))
        self.identity.apps[client_id] = app
        return app

    def add_company(self, name, base="USD"):
        """Add a company.

        :rtype: Books
        """
        realm = str(9_130_350_000_000_000 + 7919 * self.seed + len(self.companies))
        self.companies[realm] = Books(realm, name, base, self.clock, self.webhooks.changed)
        return self.companies[realm]

    @property
    def books(self):
        """The first company's books."""
        return next(iter(self.companies.values()))

    def connect(self, client_id="demo-client", realm=None):
        """Consent without a browser.

        :return: the token answer, with `realm_id` added
        :rtype: dict
        """
        identity = self.identity
        realm = realm or self.books.realm
        grant = identity.connect(identity.apps[client_id], realm)
        return identity.issue(grant) | {"realm_id": realm}

    def disconnect(self, realm=None):
        """Take the company away from the applications, as its owner can."""
        self.identity.disconnect(realm or self.books.realm)

    def fill(self, customers=10, invoices=50, currencies=("USD", "EUR", "GBP"), realm=None):
        """Add made-up customers and invoices, the same for the same seed."""
        if isinstance(currencies, str):
            currencies = currencies.split(",")
        books = self.companies[realm or self.books.realm]
        filling.fill(books, self.seed, int(customers), int(invoices), tuple(currencies))

    # What happens at the source

    def pay(self, invoice, amount=None, day=None):
        """Pay an invoice; what is too much stays unapplied.

        :param invoice: its id
        :param amount: all that is open by default
        :return: the payment's id
        """
        document = self.books.get("Invoice", invoice)
        amount = document.open if amount is None else Decimal(str(amount))
        parts = [(document, min(amount, document.open))]
        customer = self.books.get("Customer", document.customer)
        return filling.pay(self.books, customer, amount, parts, self._day(day)).id

    def apply_credit(self, credit, invoice, amount, day=None):
        """Use a credit memo for an invoice, by a payment of nothing.

        :return: the payment's id
        """
        books, amount = self.books, Decimal(str(amount))
        document = books.get("Invoice", invoice)
        parts = [(document, amount), (books.get("CreditMemo", credit), amount)]
        customer = books.get("Customer", document.customer)
        return filling.pay(books, customer, Decimal("0.00"), parts, self._day(day)).id

    def void(self, key, kind="Invoice"):
        """Void a transaction."""
        self.books.void(self.books.get(kind, key))

    def delete(self, key, kind="Invoice"):
        """Delete a transaction for good."""
        self.books.delete(self.books.get(kind, key))

    def rename(self, customer, name):
        """Give a customer another name; transactions keep saying the old one."""
        self._change_customer(customer, DisplayName=name)

    def deactivate(self, customer):
        """Make a customer inactive, which QuickBooks calls deleting it."""
        name = self.books.get("Customer", customer).values["DisplayName"]
        self._change_customer(customer, Active=False, DisplayName=f"{name} (deleted)")

    def _change_customer(self, key, **values):
        token = self.books.get("Customer", key).token
        self.books.change("Customer", key, token, values, sparse=True)

    def add_customer(self, name, parent=None, currency=None, **values):
        """Add a customer, with `parent` a sub-customer.

        :return: its id
        """
        values |= {"DisplayName": name}
        if parent:
            values["ParentRef"] = {"value": parent}
        if currency:
            values["CurrencyRef"] = {"value": currency}
        return self.books.add("Customer", values).id

    def add_invoice(self, customer, amount, due=None, day=None):
        """Add an invoice with one line.

        :return: its id
        """
        day = self._day(day)
        due = self._day(due) if due else day + timedelta(days=30)
        bill = names.Bill(0, day, due, [Decimal(str(amount))], "open", Decimal(0))
        return filling.invoice(self.books, self.books.get("Customer", customer), bill).id

    def add_credit(self, customer, amount, day=None):
        """Add a credit memo.

        :return: its id
        """
        owner = self.books.get("Customer", customer)
        return filling.credit(self.books, owner, Decimal(str(amount)), self._day(day)).id

    def overlay(self, kind, key, **values):
        """Put values over a record whenever it leaves; None writes a null."""
        self.overlays.setdefault((kind, key), {}).update(values)

    # Webhooks

    def subscribe(self, url, key, cloud=True):
        """Deliver webhooks to an address, signed with a verifier token."""
        self.webhooks.subscribe(url, key, cloud)

    def deliver(self, copies=1):
        """Deliver what is pending or due.

        :return: the statuses the subscriber answered
        """
        return [receipt.status for receipt in self.webhooks.deliver(int(copies))]

    # Truth

    def summary(self):
        """Return what customers owe by their id, and how many records there are."""
        counts = {kind: len(found) for kind, found in self.books.entities.items()}
        return {"open": self.books.balances(), "counts": counts}

    # Serving

    def _serve(self, request):
        answer = self.identity.serve(request)
        if answer:
            return answer
        parts = request.path.strip("/").split("/")
        if parts[:2] != ["v3", "company"] or len(parts) < 4:
            raise Refused(404, {"message": f"no such address: {request.path}"})
        answer = self._company(request, parts[2], parts[3:])
        answer.headers.setdefault("intuit_tid", self.new_id())
        return answer if _wants_json(request) else _as_xml(answer)

    def _company(self, request, realm, parts):
        grant = self.identity.grant(request)
        if not grant:
            return self.refusal("expired")
        if grant.realm != realm:
            return self.refusal("forbidden")
        if self.limits.exceeded(grant.app.client_id, realm, request, self.in_flight):
            return self.refusal("throttled")
        return self._once(request, realm, parts)

    def _once(self, request, realm, parts):
        """Answer a write with a known `requestid` as before."""
        key = realm, request.query.get("requestid")
        if request.method != "POST" or not key[1]:
            return self._call(request, realm, parts)
        if key not in self._answered:
            self._answered[key] = self._call(request, realm, parts)
        return replace(self._answered[key], headers={})

    def _call(self, request, realm, parts):
        try:
            return self._overlaid(Api(self.companies[realm], self.url).serve(request, parts))
        except Fault as fault:
            return self._fault(fault)

    def _fault(self, fault):
        body = {"Fault": fault.body, "time": wire.stamp(self.clock.now())}
        return Answer(fault.status, body)

    def _overlaid(self, answer):
        if self.overlays:
            for kind, records in _records(answer.body):
                for record in records:
                    record.update(self.overlays.get((kind, record.get("Id")), {}))
        return answer

    def shorten(self, answer):
        """Take the last record off a page, saying nothing of it."""
        for _kind, records in _records(answer.body):
            records.pop()
            break
        return answer

    def refusal(self, kind, **details):
        """Return one of QuickBooks' errors: `throttled`, `throttled_403`, `html_429`,
        `expired`, `forbidden`, `unavailable` (an empty 503), `error`, `invalid_grant`.
        """
        if kind in ("throttled", "throttled_403"):
            return self._throttled(403 if kind.endswith("403") else 429, details)
        if kind == "expired":
            return self._fault(_gate("3200", "AuthenticationFailed", 401, "Token expired"))
        if kind == "forbidden":
            return self._fault(_gate("3100", "ApplicationAuthorizationFailed", 403, "realm"))
        if kind == "error":
            text = "An application error has occurred while processing your request"
            return self._fault(
                Fault("10000", text, "System Failure Error", status=500, type="SystemFault")
            )
        if kind == "invalid_grant":
            return Answer(400, {"error": "invalid_grant"})
        if kind == "answer":
            return Answer(details["status"])
        return {
            "html_429": Answer(429, HTML_429, {"Content-Type": "text/html"}),
            "unavailable": Answer(503, None, {"Content-Type": "text/plain"}),
        }[kind]

    def _throttled(self, status, details):
        text = f"message=ThrottleExceeded; errorCode=003001; statusCode={status}"
        detail = "The request limit was reached.  Try again later"
        answer = self._fault(Fault("3001", text, detail, status=status, type="SERVICE"))
        if "retry_after" in details:
            answer.headers["Retry-After"] = details["retry_after"]
        return answer

    def _day(self, value):
        if value is None:
            return self.clock.now().date()
        return value if isinstance(value, date) else date.fromisoformat(value)


def _gate(code, name, status, detail):
    text = f"message={name}; errorCode=00{code}; statusCode={status}"
    return Fault(code, text, detail, status=status, type="AUTHENTICATION")


def _records(body):
    """Yield the lists of records in an answer, by kind."""
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if name in KINDS:
            yield name, value if isinstance(value, list) else [value]
        elif name in ("QueryResponse", "CDCResponse", "BatchItemResponse"):
            for part in value if isinstance(value, list) else [value]:
                yield from _records(part)


def _wants_json(request):
    return "json" in request.headers.get("accept", "")


def _as_xml(answer):
    """Answer in XML, as QuickBooks does unless asked for JSON."""
    if not isinstance(answer.body, dict):
        return answer
    namespace = "http://schema.intuit.com/finance/v3"
    text = f'<IntuitResponse xmlns="{namespace}">{_xml(answer.body)}</IntuitResponse>'
    return replace(answer, body=text, headers=answer.headers | {"Content-Type": "application/xml"})


def _xml(value):
    if isinstance(value, dict):
        return "".join(
            f"<{name}>{_xml(each)}</{name}>"
            for name, part in value.items()
            for each in (part if isinstance(part, list) else [part])
        )
    return escape(str(value))
