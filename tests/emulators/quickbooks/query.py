"""QuickBooks' query language: one entity, AND-ed conditions, order, position, size."""

import re
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from . import wire
from .books import Fault

LARGEST = 1000
DEFAULT = 100
STATEMENT = re.compile(
    r"""\s*SELECT\s+(?P<columns>.+?)\s+FROM\s+(?P<kind>\w+)
    (?:\s+WHERE\s+(?P<where>.+?))?
    (?:\s+ORDER\s*BY\s+(?P<order>.+?))?
    (?:\s+STARTPOSITION\s+(?P<start>-?\d+))?
    (?:\s+MAXRESULTS\s+(?P<size>-?\d+))?\s*;?\s*$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
CONDITION = re.compile(
    r"""\s*(?P<name>[\w.]+)\s*(?P<sign>!=|>=|<=|=|>|<|\bLIKE\b|\bIN\b)\s*
    (?P<value>\((?:'(?:[^'\\]|\\.)*'|[^')])*\)|'(?:[^'\\]|\\.)*'|[\w.+-]+)
    (?P<rest>\s+AND\s+|\s*$)""",
    re.VERBOSE | re.IGNORECASE,
)
LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'|([\w.+-]+)")
QUICK = {
    "Id": lambda entity: int(entity.id),
    "SyncToken": lambda entity: entity.token,
    "MetaData.LastUpdatedTime": lambda entity: entity.updated.replace(microsecond=0),
    "MetaData.CreateTime": lambda entity: entity.created.replace(microsecond=0),
    "Balance": lambda entity: entity.open,
    "UnappliedAmt": lambda entity: entity.open,
    "TotalAmt": lambda entity: entity.total,
    "CustomerRef": lambda entity: entity.customer,
}


def run(books, text):
    """Answer a query.

    :return: what `QueryResponse` holds
    :rtype: dict
    :raise Fault: 4000 or 4001
    """
    match = STATEMENT.match(text or "")
    if not match:
        raise Fault("4000", "Error parsing query", f"QueryParserError: {text!r:.80}")
    kind = _kind(books, match["kind"])
    found = _select(books, kind, match["where"])
    if re.fullmatch(r"count\(\s*\*\s*\)", match["columns"].strip(), re.IGNORECASE):
        return {"totalCount": len(found)}
    _sort(books, found, match["order"])
    start, size = _window(match)
    page = found[start - 1 : start - 1 + size]
    if not page:
        return {}
    records = _columns(wire.write(books, page), match["columns"])
    return {kind: records, "startPosition": start, "maxResults": len(page)}


def _kind(books, name):
    for kind in books.entities:
        if kind.lower() == name.lower():
            return kind
    raise Fault(
        "4001", "Invalid query", f"QueryValidationError: invalid context declaration: {name}"
    )


def _window(match):
    start, size = int(match["start"] or 1), int(match["size"] or DEFAULT)
    for value in (start, size):
        if value < 1:
            raise _invalid(f"value {value} is too small. Min allowed value is 1")
    if size > LARGEST:
        raise _invalid(f"value {size} is too large. Max allowed value is {LARGEST}")
    return start, size


def _invalid(text):
    return Fault("4001", "Invalid query", f"QueryValidationError: {text}")


def _select(books, kind, where):
    conditions = list(_conditions(where or ""))
    asks_active = any(name == "Active" for name, _sign, _values in conditions)
    found = []
    for entity in books.entities[kind].values():
        hidden = not asks_active and entity.values.get("Active") is False
        if not hidden and all(_fits(books, entity, *each) for each in conditions):
            found.append(entity)
    return found


def _conditions(text):
    while text.strip():
        match = CONDITION.match(text)
        if not match:
            raise Fault("4000", "Error parsing query", f"QueryParserError: near {text!r:.60}")
        values = [
            re.sub(r"\\(.)", r"\1", quoted) if quoted or not bare else bare
            for quoted, bare in LITERAL.findall(match["value"])
        ]
        yield match["name"], match["sign"].upper(), values
        text = text[match.end() :]


def _fits(books, entity, name, sign, values):
    have = value_of(books, entity, name)
    wanted = [_like(have, value) for value in values]
    if sign == "IN":
        return have in wanted
    if sign == "LIKE":
        pattern = "".join(
            ".*" if part == "%" else re.escape(part) for part in re.split("(%)", values[0])
        )
        return bool(re.fullmatch(pattern, str(have or ""), re.IGNORECASE | re.DOTALL))
    if have is None:
        return sign == "!="
    return {
        "=": have == wanted[0],
        "!=": have != wanted[0],
        ">": have > wanted[0],
        "<": have < wanted[0],
        ">=": have >= wanted[0],
        "<=": have <= wanted[0],
    }[sign]


def value_of(books, entity, name):
    """Return the value of a field that conditions and order use.

    :raise Fault: 4001, there is no such field
    """
    if name in QUICK and not (name == "Balance" and entity.kind == "Customer"):
        return QUICK[name](entity)
    if name in entity.values:
        value = entity.values[name]
        return value.get("value") if isinstance(value, dict) else value
    record = wire.write(books, [entity])[0]
    for part in name.split("."):
        record = record.get(part) if isinstance(record, dict) else None
    if record is None and not re.fullmatch(r"[A-Z]\w+(\.\w+)*", name):
        raise _invalid(f"property '{name}' not found for entity {entity.kind}")
    return record


def _like(have, text):
    """Read a literal as the kind of value it is compared with."""
    try:
        if isinstance(have, bool):
            return text.lower() == "true"
        if isinstance(have, (int, Decimal)):
            return Decimal(text)
        if isinstance(have, datetime):
            return read_moment(text)
    except (ValueError, InvalidOperation) as error:
        raise _invalid(f"'{text}' cannot be compared") from error
    return text


def read_moment(text):
    """Read a moment; without an offset it is taken in the service's own zone.

    :raise ValueError: it is none
    """
    when = datetime.fromisoformat(text.strip().replace("Z", "+00:00").replace(" ", "+"))
    return (when if when.tzinfo else when.replace(tzinfo=wire.PACIFIC)).astimezone(timezone.utc)


def _sort(books, found, order):
    if not order:
        return  # in the order they were made
    for part in reversed(order.split(",")):
        name, _space, way = part.strip().partition(" ")
        found.sort(
            key=lambda entity: _sortable(value_of(books, entity, name)),
            reverse=way.strip().upper() == "DESC",
        )


def _sortable(value):
    return (value is not None, value if value is not None else 0)


def _columns(records, text):
    if text.strip() == "*":
        return records
    wanted = {name.strip().split(".")[0] for name in text.split(",")} | {"Id", "domain", "sparse"}
    return [
        {name: value for name, value in record.items() if name in wanted} | {"sparse": True}
        for record in records
    ]
