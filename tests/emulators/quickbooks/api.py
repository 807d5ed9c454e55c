"""The addresses of the accounting API v3 and what they answer."""

import re
from datetime import timedelta
from decimal import Decimal

from ..web import Answer
from . import query, wire
from .books import ZERO, Fault

SINGLE = re.compile(r"SELECT \* FROM (\w+)", re.IGNORECASE)
CDC_LIMIT = 1000
CDC_WINDOW = timedelta(days=30)
BATCH_LIMIT = 30
#: Where customers pay: no part of the API.
PAYMENT_PAGES = "https://connect.intuit.com/portal/app/pay/"
COMPUTED = (
    "Id", "SyncToken", "MetaData", "domain", "sparse", "status", "Balance", "BalanceWithJobs",
    "UnappliedAmt", "FullyQualifiedName", "Level", "RemainingCredit", "LinkedTxn", "InvoiceLink",
)  # fmt: skip


class Api:
    """Answers for one company."""

    def __init__(self, books, url):
        self.books = books
        self.url = url

    def serve(self, request, parts):
        """Answer a request below `/v3/company/<realm>`.

        :raise Fault: any error of the service's
        """
        name = parts[0].lower() if parts else ""
        if name == "query":
            return self._query(_query_text(request))
        if name == "cdc":
            return self._changes(request)
        if name == "batch":
            return self._batch(request)
        if name == "companyinfo":
            return self.answer(CompanyInfo=self._company())
        if name == "preferences":
            return self.answer(Preferences=self._preferences())
        return self._entity(request, self._kind(name), parts[1:])

    def answer(self, **values):
        """Return an answer with the time in it."""
        return Answer(200, values | {"time": wire.stamp(self.books.clock.now())})

    def _query(self, text):
        """Answer a query; the two records that are no entities can be asked for by it, too."""
        single = SINGLE.fullmatch(text.strip())
        if single and single[1] == "CompanyInfo":
            return self.answer(QueryResponse={"CompanyInfo": [self._company()]})
        if single and single[1] == "Preferences":
            return self.answer(QueryResponse={"Preferences": [self._preferences()]})
        return self.answer(QueryResponse=query.run(self.books, text))

    def _kind(self, name):
        for kind in self.books.entities:
            if kind.lower() == name:
                return kind
        raise Fault("4000", "Unsupported Operation", f"Operation {name} is not supported.")

    def _entity(self, request, kind, rest):
        if request.method == "GET" and rest:
            return self._read(kind, rest[0], request.query.get("include", ""))
        if request.method != "POST":
            raise Fault("500", "Unsupported Operation", "Unsupported Operation", status=405)
        operation = request.query.get("operation", "").lower()
        if operation == "update" and request.query.get("include") == "void":
            operation = "void"
        return self.answer(**{kind: self._write(kind, request.json(), operation)})

    def _read(self, kind, key, include):
        entity = self.books.get(kind, key)
        record = self._show(entity)
        online = record.get("AllowOnlineCreditCardPayment") or record.get("AllowOnlineACHPayment")
        if include.lower() == "invoicelink" and online and entity.open:
            record["InvoiceLink"] = f"{PAYMENT_PAGES}{self.books.realm}-{entity.id}"
        return self.answer(**{kind: record})

    def _show(self, entity):
        return wire.write(self.books, [entity])[0]

    def _write(self, kind, body, operation=""):
        body = body.get(kind, body)
        books = self.books
        if operation in ("delete", "void"):
            entity = books.current(kind, body.get("Id"), body.get("SyncToken"))
            getattr(books, operation)(entity)
            if operation == "delete":
                return {"domain": "QBO", "status": "Deleted", "Id": entity.id}
            return self._show(entity)
        values = read_values(kind, body)
        if not body.get("Id"):
            return self._show(books.add(kind, values))
        sparse = body.get("sparse") in (True, "true")
        return self._show(books.change(kind, body["Id"], body.get("SyncToken"), values, sparse))

    # Change data capture

    def _changes(self, request):
        kinds = [name for name in request.query.get("entities", "").split(",") if name]
        if not kinds:
            raise Fault("2020", "Required param missing", "entities is required")
        kinds = [self._kind(name.strip().lower()) for name in kinds]
        since = self._since(request.query.get("changedSince", ""))
        changes = sorted(self._changed(kinds, since), key=lambda change: change[0])
        found = {kind: [] for kind in kinds}
        for _when, kind, record in changes[:CDC_LIMIT]:
            found[kind].append(record)
        return self.answer(
            CDCResponse=[{"QueryResponse": [_part(*each) for each in found.items()]}]
        )

    def _since(self, text):
        try:
            since = query.read_moment(text)
        except ValueError as error:
            raise Fault(
                "2010",
                "Request has invalid or unsupported property",
                f"Invalid changedSince: {text}",
            ) from error
        if self.books.clock.now() - since > CDC_WINDOW:
            raise Fault(
                "2010",
                "Request has invalid or unsupported property",
                "changedSince must be within the last 30 days",
            )
        return since

    def _changed(self, kinds, since):
        since = since.replace(microsecond=0)
        for kind in kinds:
            changed = [
                entity
                for entity in self.books.entities[kind].values()
                if entity.updated.replace(microsecond=0) >= since
            ]
            for entity, record in zip(changed, wire.write(self.books, changed), strict=True):
                yield entity.updated, kind, record
        for kind, key, when in self.books.tombstones:
            if kind in kinds and when.replace(microsecond=0) >= since:
                yield when, kind, wire.tombstone(key, when)

    # Batch

    def _batch(self, request):
        items = request.json().get("BatchItemRequest") or []
        if not items or len(items) > BATCH_LIMIT:
            raise Fault("1040", "Batch size error", f"A batch holds 1 to {BATCH_LIMIT} items")
        return self.answer(BatchItemResponse=[self._item(item) for item in items])

    def _item(self, item):
        result = {"bId": item.get("bId")}
        try:
            if item.get("Query"):
                return result | {"QueryResponse": query.run(self.books, item["Query"])}
            kind = next((name for name in item if name in self.books.entities), None)
            if not kind:
                raise Fault("2020", "Required param missing", "the item holds no entity")
            operation = item.get("operation", "create").lower()
            return result | {kind: self._write(kind, item[kind], operation)}
        except Fault as fault:
            return result | {"Fault": fault.body}

    # The company

    def _company(self):
        books = self.books
        address = {
            "Id": "1",
            "Line1": "1 High Street",
            "City": "Springfield",
            "CountrySubDivisionCode": "IL",
            "PostalCode": "62701",
            "Country": "USA",
        }
        return {
            "CompanyName": books.name,
            "LegalName": books.name,
            "CompanyAddr": address,
            "Country": "US",
            "FiscalYearStartMonth": "January",
            "SupportedLanguages": "en",
            "NameValue": [{"Name": "NeoEnabled", "Value": "true"}],
            "domain": "QBO",
            "sparse": False,
            "Id": "1",
            "SyncToken": "0",
        }

    def _preferences(self):
        return {
            "CurrencyPrefs": {
                "MultiCurrencyEnabled": True,
                "HomeCurrency": {"value": self.books.base},
            },
            "domain": "QBO",
            "sparse": False,
            "Id": "1",
            "SyncToken": "0",
        }


def _query_text(request):
    return request.query.get("query") or request.body.decode()


def _part(kind, records):
    if not records:
        return {}
    count = len(records)
    return {kind: records, "startPosition": 1, "maxResults": count, "totalCount": count}


def read_values(kind, body):
    """Take what may be written of a body, amounts as `Decimal`.

    :raise Fault: an amount that is none
    """
    values = {name: value for name, value in body.items() if name not in COMPUTED}
    if "Line" in values:
        lines = [
            line for line in values["Line"] or [] if line.get("DetailType") != "SubTotalLineDetail"
        ]
        values["Line"] = [_line(kind, line) for line in lines]
    if kind == "Payment":
        if "TotalAmt" in values:
            values["TotalAmt"] = _amount(values["TotalAmt"])
    else:
        values.pop("TotalAmt", None)
    return values


def _line(kind, line):
    line = line | {"Amount": _amount(line.get("Amount"))}
    if kind != "Payment":
        line.setdefault("DetailType", "SalesItemLineDetail")
        line.setdefault("SalesItemLineDetail", {"ItemRef": {"value": "3", "name": "Services"}})
    return line


def _amount(value):
    try:
        return Decimal(str(value)).quantize(ZERO)
    except ArithmeticError as error:
        raise Fault("2090", "Invalid Number", f"Invalid Number : {value}") from error
