"""Recorded answers of outside ledgers, as the JSON they would be today.

The recordings are XML of the same services: the names are the same, lists and references
are spelled another way.
"""

import json
import re
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
AMOUNT = re.compile(r"-?\d+\.\d+")
#: Xero: what holds a list of the same.
XERO_LISTS = {"Addresses", "Phones", "CreditNotes", "Payments", "ContactPersons", "Invoices"}
QUICKBOOKS_LISTS = {"Line", "LinkedTxn", "CustomField", "TaxLine"}
QUICKBOOKS_TEXTS = {"Id", "SyncToken", "DocNumber", "TxnId"}


def text(path):
    """Return a file of `tests/data`."""
    return (DATA / path).read_text()


def xero_records(file, element):
    """Return the records of a recorded answer of Xero, as JSON would give them."""
    root = ElementTree.fromstring(text(f"xero/{file}"))
    return [_xero(node) for node in root.iter(element) if len(node) > 3]


def _xero(node):
    if len(node):
        if node.tag in XERO_LISTS:
            return [_xero(child) for child in node]
        return {child.tag: _xero(child) for child in node}
    value = node.text or ""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00", value):
        moment = datetime.fromisoformat(value).replace(tzinfo=timezone.utc)
        return f"/Date({int(moment.timestamp()) * 1000}+0000)/"
    return Decimal(value) if AMOUNT.fullmatch(value) else value


def quickbooks_records(file, entity):
    """Return the records of a recorded answer of QuickBooks, as JSON would give them."""
    root = ElementTree.fromstring(text(f"quickbooks/{file}"))
    return [_quickbooks(node) for node in root.iter() if _local(node) == entity and len(node)]


def _local(node):
    return node.tag.rpartition("}")[2]


def _quickbooks(node):
    name, value = _local(node), (node.text or "").strip()
    if name.endswith("Ref") or name == "CustomerMemo":
        return {"value": value, **node.attrib}
    if not len(node):
        number = value.replace(".", "", 1).replace("-", "", 1).isdigit()
        return Decimal(value) if number and name not in QUICKBOOKS_TEXTS else _word(value)
    found = dict(node.attrib)
    for child in node:
        key = _local(child)
        if key in QUICKBOOKS_LISTS:
            found.setdefault(key, []).append(_quickbooks(child))
        else:
            found[key] = _quickbooks(child)
    return found


def _word(value):
    return {"true": True, "false": False}.get(value, value)


def recorded_json(path):
    """Return a JSON file of `tests/data`."""
    return json.loads(text(path))
