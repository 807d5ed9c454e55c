"""Lists of the accounting API: filters, order, pages, changes since."""

from datetime import date, datetime, timezone
from email.utils import parsedate_to_datetime

from ..web import Refused
from . import wire
from .where import BadQuery, predicate

PAGE = 100
LARGEST_PAGE = 1000
STATUSES = {
    "Invoices": ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"),
}
# The Python attribute behind a field that can be asked for.
FIELDS = {
    "Status": "status",
    "Type": "type",
    "InvoiceNumber": "number",
    "CreditNoteNumber": "number",
    "Reference": "reference",
    "Date": "date",
    "DueDate": "due",
    "UpdatedDateUTC": "updated",
    "AmountDue": "open",
    "RemainingCredit": "open",
    "AmountPaid": "paid",
    "AmountCredited": "credited",
    "Total": "total",
    "CurrencyCode": "currency",
    "Amount": "amount",
    "Name": "name",
    "EmailAddress": "email",
    "ContactStatus": "status",
    "ContactNumber": "number",
    "ContactID": "id",
    "InvoiceID": "id",
    "CreditNoteID": "id",
    "PaymentID": "id",
    "OverpaymentID": "id",
    "PrepaymentID": "id",
    "Contact.ContactID": "contact.id",
    "Contact.Name": "contact.name",
    "Invoice.InvoiceID": "target.id",
    "Invoice.InvoiceNumber": "target.number",
}
DERIVED = {
    "PaymentType": lambda record: wire.PAYMENT_TYPES[record.target.type],
    "IsCustomer": lambda record: True,
    "IsSupplier": lambda record: False,
}


def listing(ledger, endpoint, request):
    """Return one answer's records and its pagination.

    :return: the records as written, and what `pagination` holds (None without paging)
    :raise Refused: 400 for a filter that cannot be read
    """
    records = _records(ledger, endpoint)
    for test in _tests(endpoint, request):
        records = [record for record in records if test(record)]
    records.sort(key=lambda record: (record.updated, record.id))
    _order(records, request.query.get("order"))
    records, pagination = _page(records, request)
    # Without a page the invoices come without their lines.
    lines = pagination is not None or endpoint != "Invoices"
    return write(ledger, endpoint, records, lines, request.flag("summaryOnly")), pagination


def _records(ledger, endpoint):
    if endpoint == "Contacts":
        return list(ledger.contacts.values())
    if endpoint == "Payments":
        return list(ledger.payments.values())
    return list(ledger.documents[endpoint].values())


def write(ledger, endpoint, records, lines=True, summary=False):
    """Write records for an answer.

    :rtype: list[dict]
    """
    if endpoint == "Contacts":
        balances = {} if summary else ledger.balances(ledger.clock.now().date())
        return [wire.contact(record, balances) for record in records]
    if endpoint == "Payments":
        return [wire.payment(record, ledger.accounts) for record in records]
    writer = wire.invoice if endpoint == "Invoices" else wire.credit
    return [writer(record, lines, summary) for record in records]


def _tests(endpoint, request):
    """Yield functions that a record must all pass."""
    query = request.query
    if endpoint == "Contacts" and not request.flag("includeArchived"):
        if not query.get("IDs"):
            yield lambda record: record.status == "ACTIVE"
    since = _since(request.headers.get("if-modified-since"))
    if since:
        yield lambda record: record.updated > since
    for name, attribute in (
        ("IDs", "id"),
        ("InvoiceNumbers", "number"),
        ("ContactIDs", "contact.id"),
        ("Statuses", "status"),
    ):
        if query.get(name):
            yield _among(
                attribute, query[name], STATUSES.get(endpoint) if name == "Statuses" else None
            )
    if query.get("where"):
        yield _where(query["where"])


def _among(attribute, text, known):
    wanted = {each.strip().lower() for each in text.split(",")}
    if known and not wanted <= {each.lower() for each in known}:
        raise _bad(f"Unknown status in '{text}'")
    return lambda record: str(_get(record, attribute)).lower() in wanted


def _where(text):
    try:
        test = predicate(text)
        return lambda record: test(lambda name: field(record, name))
    except BadQuery as error:
        raise _bad(str(error)) from error


def field(record, name):
    """Return the value of a field by the name Xero gives it.

    :raise Refused: 400, there is no such field
    """
    if name in DERIVED and name not in ("",):
        return DERIVED[name](record)
    if name not in FIELDS:
        raise _bad(f"No property or field '{name}' exists")
    value = _get(record, FIELDS[name])
    return value.date() if isinstance(value, datetime) else value


def _get(record, attribute):
    for part in attribute.split("."):
        record = getattr(record, part, None)
    return record


def _bad(text):
    return Refused(400, {"ErrorNumber": 16, "Type": "QueryParseException", "Message": text})


def _since(text):
    """Read If-Modified-Since; without an offset it is UTC. What cannot be read is ignored."""
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except ValueError:
            return None
    return when if when.tzinfo else when.replace(tzinfo=timezone.utc)


def _order(records, text):
    """Sort by such as `Date DESC, InvoiceNumber`, the least important first."""
    for part in reversed((text or "").split(",")):
        name, _space, way = part.strip().partition(" ")
        if name and name not in FIELDS:
            raise _bad(f"No property or field '{name}' exists")
        if name:
            key = FIELDS[name]
            records.sort(
                key=lambda record: _sortable(_get(record, key)), reverse=way.upper() == "DESC"
            )


def _sortable(value):
    if value is None:
        return (0, "")
    return (1, value.isoformat() if isinstance(value, (date, datetime)) else value)


def _page(records, request):
    if "page" not in request.query:
        return records, None
    size = min(max(_number(request, "pageSize", PAGE), 1), LARGEST_PAGE)
    page = max(_number(request, "page", 1), 1)
    pagination = {
        "page": page,
        "pageSize": size,
        "pageCount": -(-len(records) // size),
        "itemCount": len(records),
    }
    return records[(page - 1) * size : page * size], pagination


def _number(request, name, default):
    try:
        return int(request.query.get(name) or default)
    except ValueError as error:
        raise _bad(f"{name} is not a number") from error
