"""How the books' records look in QuickBooks' JSON."""

from datetime import timedelta, timezone

from .books import ZERO

PACIFIC = timezone(timedelta(hours=-8))
NAMES = {
    "USD": "United States Dollar",
    "EUR": "Euro",
    "GBP": "British Pound Sterling",
    "CAD": "Canadian Dollar",
    "AUD": "Australian Dollar",
    "JPY": "Japanese Yen",
}


def moment(when):
    """Write a moment as records carry it: to the second, with an offset."""
    return when.astimezone(PACIFIC).isoformat(timespec="seconds")


def stamp(when):
    """Write a moment as answers carry it."""
    return when.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def write(books, entities):
    """Write records of one kind.

    :rtype: list[dict]
    """
    entities = list(entities)
    customers = any(entity.kind == "Customer" for entity in entities)
    known = (books.balances(), _children(books)) if customers else None
    return [_one(books, entity, known) for entity in entities]


def _one(books, entity, known):
    writer = {
        "Customer": _customer,
        "Invoice": _invoice,
        "CreditMemo": _credit,
        "Payment": _payment,
    }.get(entity.kind, _plain)
    values = writer(books, entity, known)
    return values | {
        "domain": "QBO",
        "sparse": False,
        "Id": entity.id,
        "SyncToken": str(entity.token),
        "MetaData": {
            "CreateTime": moment(entity.created),
            "LastUpdatedTime": moment(entity.updated),
        },
    }


def _plain(_books, entity, _known):
    return entity.values | {"Active": True, "FullyQualifiedName": entity.values.get("Name")}


def _children(books):
    found = {}
    for customer in books.entities["Customer"].values():
        parent = (customer.values.get("ParentRef") or {}).get("value")
        if parent:
            found.setdefault(parent, []).append(customer.id)
    return found


def _with_jobs(key, balances, children):
    jobs = (_with_jobs(child, balances, children) for child in children.get(key, ()))
    return balances.get(key, ZERO) + sum(jobs, ZERO)


def _customer(books, entity, known):
    balances, children = known
    name = books.full_name(entity)
    values = entity.values
    parent = values.get("ParentRef")
    return {
        "Taxable": False,
        "Job": bool(parent),
        "BillWithParent": False,
        "PreferredDeliveryMethod": "Email",
        "PrintOnCheckName": values["DisplayName"],
        **values,
        **({"Level": name.count(":")} if parent else {}),
        "CurrencyRef": _currency(values["CurrencyRef"]["value"]),
        "FullyQualifiedName": name,
        "Balance": balances.get(entity.id, ZERO),
        "BalanceWithJobs": _with_jobs(entity.id, balances, children),
    }


def _currency(code):
    return {"value": code, "name": NAMES.get(code, code)}


def _transaction(books, entity):
    code = entity.values["CurrencyRef"]["value"]
    values = entity.values | {"CurrencyRef": _currency(code), "TotalAmt": entity.total}
    if code != books.base:
        values.setdefault("ExchangeRate", 1)
    return values


def _sale(books, entity):
    values = {
        "PrintStatus": "NotSet",
        "EmailStatus": "NotSet",
        "ApplyTaxAfterDiscount": False,
        "TxnTaxDetail": {"TotalTax": ZERO},
        **_transaction(books, entity),
        "Balance": entity.open,
    }
    lines = [line for line in values["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    amount = sum((line["Amount"] for line in lines), ZERO)
    subtotal = {"Amount": amount, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    values["Line"] = [
        line | {"Id": str(number), "LineNum": number} for number, line in enumerate(lines, 1)
    ] + [subtotal]
    return values


def _invoice(books, entity, _known):
    values = _sale(books, entity)
    values.setdefault("DueDate", values["TxnDate"])
    values["LinkedTxn"] = [{"TxnId": key, "TxnType": "Payment"} for key in entity.links]
    online = ("AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment")
    return {name: False for name in ("AllowIPNPayment", *online)} | values


def _credit(books, entity, _known):
    return _sale(books, entity) | {"RemainingCredit": entity.open}


def _payment(books, entity, _known):
    values = _transaction(books, entity)
    values.setdefault("Line", [])
    return {"ProcessPayment": False} | values | {"UnappliedAmt": entity.open}


def tombstone(key, when):
    """Write what is left of a deleted record."""
    return {
        "domain": "QBO",
        "status": "Deleted",
        "Id": key,
        "MetaData": {"LastUpdatedTime": moment(when)},
    }
