"""The addresses of the accounting API 2.0 and what they answer."""

from ..web import Answer, Refused
from . import reading, wire, writing
from .identity import problem
from .ledger import Invalid

# What a token's scope must hold to read; without `.read` it may write too.
SCOPES = {
    "contacts": ("accounting.contacts",),
    "invoices": ("accounting.invoices", "accounting.transactions"),
    "creditnotes": ("accounting.invoices", "accounting.transactions"),
    "payments": ("accounting.payments", "accounting.transactions"),
    "overpayments": ("accounting.payments", "accounting.transactions"),
    "prepayments": ("accounting.payments", "accounting.transactions"),
    "organisation": ("accounting.settings",),
    "accounts": ("accounting.settings",),
    "currencies": ("accounting.settings",),
}
LISTS = {name.lower(): name for name in wire.IDS}
#: Where customers see and pay invoices: no part of the API.
PAYMENT_PAGES = "https://in.xero.com/"
MISSING = "The resource you're looking for cannot be found"


class Api:
    """Answers for one organisation.

    :param app_name: the name of the calling application
    """

    def __init__(self, ledger, app_name, timezone_name):
        self.ledger = ledger
        self.app_name = app_name
        self.timezone_name = timezone_name

    def serve(self, request, grant):
        """Answer a request below `/api.xro/2.0`.

        :rtype: Answer
        :raise Refused: any error
        """
        parts = request.path.strip("/").split("/")[2:]
        name = parts[0].lower() if parts else ""
        if name not in SCOPES:
            raise Refused(404, MISSING, {"Content-Type": "text/html"})
        self._check_scope(request, grant, name)
        if name in ("organisation", "accounts", "currencies"):
            return self._settings(name)
        return self._records(request, LISTS[name], parts[1:])

    def _check_scope(self, request, grant, name):
        asked = set(grant.scope.split())
        allowed = set(SCOPES[name])
        if request.method == "GET":
            allowed |= {scope + ".read" for scope in SCOPES[name]}
        if not asked & allowed:
            body = problem(401, "AuthorizationUnsuccessful", self.ledger.new_id())
            raise Refused(401, body, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})

    def _settings(self, name):
        ledger = self.ledger
        if name == "organisation":
            found = [wire.organisation(ledger, self.timezone_name)]
            return self._answer("Organisations", found)
        if name == "currencies":
            found = [{"Code": code, "Description": code} for code in sorted(ledger.currencies)]
            return self._answer("Currencies", found)
        found = [
            {
                "AccountID": key,
                "Code": code,
                "Name": label,
                "Status": "ACTIVE",
                "Type": "BANK",
                "Class": "ASSET",
                "EnablePaymentsToAccount": True,
                "CurrencyCode": ledger.base,
            }
            for key, (code, label) in ledger.accounts.items()
        ]
        return self._answer("Accounts", found)

    def _records(self, request, endpoint, rest):
        reads = request.method == "GET"
        if not rest:
            return self._list(request, endpoint) if reads else self._write(request, endpoint)
        key, sub = rest[0], rest[1].lower() if len(rest) > 1 else ""
        if not sub:
            if reads:
                return self._one(endpoint, key)
            return self._write(request, endpoint, key)
        handler = {
            "history": self._history,
            "onlineinvoice": self._online,
            "allocations": self._allocations,
        }.get(sub)
        if not handler:
            raise Refused(404, MISSING, {"Content-Type": "text/html"})
        return handler(request, endpoint, key, rest[2:])

    def _list(self, request, endpoint):
        records, pagination = reading.listing(self.ledger, endpoint, request)
        return self._answer(endpoint, records, pagination)

    def _one(self, endpoint, key):
        record = self._find(endpoint, key)
        return self._answer(endpoint, reading.write(self.ledger, endpoint, [record]))

    def _find(self, endpoint, key):
        ledger = self.ledger
        if endpoint in ("Contacts", "Payments"):
            record = (ledger.contacts if endpoint == "Contacts" else ledger.payments).get(key)
        else:
            numbered = endpoint in ("Invoices", "CreditNotes")
            record = ledger.documents[endpoint].get(key)
            if record is None and numbered:
                record = self._by_number(endpoint, key)
        if record is None:
            raise Refused(404, MISSING, {"Content-Type": "text/html"})
        return record

    def _by_number(self, endpoint, key):
        try:
            return self.ledger.document(endpoint, key)
        except KeyError:
            return None

    def _write(self, request, endpoint, key=None):
        if request.method not in ("PUT", "POST"):
            raise Refused(405, {"Message": "The requested resource does not support this method"})
        summarize = request.query.get("summarizeErrors", "true").lower() != "false"
        done, failed = [], []
        for element in writing.elements(request.json(), endpoint):
            try:
                record = writing.save(self.ledger, endpoint, element, key)
                done.append(reading.write(self.ledger, endpoint, [record])[0])
            except Invalid as error:
                failed.append(_refused_element(endpoint, element, str(error)))
                done.append(failed[-1])
        if failed and (summarize or key):
            self._undo(endpoint, done, failed)
            raise validation(failed)
        return self._answer(endpoint, done)

    def _undo(self, endpoint, done, failed):
        """Take back what was made in a request that is refused as a whole."""
        ledger = self.ledger
        made = [each[wire.IDS[endpoint]] for each in done if each not in failed]
        for key in made:
            if endpoint == "Payments" and ledger.payments[key].status != "DELETED":
                ledger.delete_payment(ledger.payments[key])
                payment = ledger.payments.pop(key)
                payment.target.payments.remove(payment)
            elif endpoint == "Contacts":
                ledger.contacts.pop(key)
            elif endpoint in ledger.documents:
                ledger.documents[endpoint].pop(key)

    def _history(self, request, endpoint, key, _rest):
        record = self._find(endpoint, key)
        if not hasattr(record, "history"):
            record = record.target
        if request.method == "GET":
            notes = sorted(record.history, key=lambda note: note.at, reverse=True)
            return self._answer("HistoryRecords", [wire.note(note) for note in notes])
        made = []
        for element in writing.elements(request.json(), "HistoryRecords"):
            try:
                made.append(writing.add_note(self.ledger, record, element, self.app_name))
            except Invalid as error:
                raise validation([_refused_element("", element, str(error))]) from error
        return self._answer("HistoryRecords", [wire.note(note) for note in made])

    def _online(self, _request, endpoint, key, _rest):
        record = self._find(endpoint, key)
        if (
            endpoint != "Invoices"
            or record.type != "ACCREC"
            or record.status in ("DRAFT", "DELETED")
        ):
            raise Refused(404, MISSING, {"Content-Type": "text/html"})
        link = f"{PAYMENT_PAGES}{record.id.replace('-', '')}"
        return self._answer("OnlineInvoices", [{"OnlineInvoiceUrl": link}])

    def _allocations(self, request, endpoint, key, rest):
        credit = self._find(endpoint, key)
        if request.method == "DELETE":
            found = [part for part in credit.allocations if rest and part.id == rest[0]]
            if not found or found[0].deleted:
                raise Refused(404, MISSING, {"Content-Type": "text/html"})
            self.ledger.delete_allocation(found[0])
            return Answer(200, {"AllocationID": rest[0], "IsDeleted": True})
        made = []
        for element in writing.elements(request.json(), "Allocations"):
            try:
                made.append(writing.allocate(self.ledger, endpoint, key, element))
            except Invalid as error:
                raise validation([_refused_element("", element, str(error))]) from error
        return self._answer("Allocations", [wire.allocation(part) for part in made])

    def _answer(self, name, records, pagination=None):
        envelope = {
            "Id": self.ledger.new_id(),
            "Status": "OK",
            "ProviderName": self.app_name,
            "DateTimeUTC": wire.stamp(self.ledger.clock.now()),
        }
        if pagination:
            envelope["pagination"] = pagination
        return Answer(200, envelope | {name: records})


def _refused_element(endpoint, element, message):
    blank = "00000000-0000-0000-0000-000000000000"
    key = {wire.IDS[endpoint]: blank} if endpoint in wire.IDS else {}
    errors = {"HasValidationErrors": True, "ValidationErrors": [{"Message": message}]}
    if endpoint in ("Invoices", "CreditNotes"):
        errors = {"HasErrors": True, "ValidationErrors": errors["ValidationErrors"]}
    return key | element | errors | {"StatusAttributeString": "ERROR"}


def validation(elements):
    """Return the refusal that carries what was wrong with each element."""
    return Refused(
        400,
        {
            "ErrorNumber": 10,
            "Type": "ValidationException",
            "Message": "A validation exception occurred",
            "Elements": elements,
        },
    )
