"""What the emulators send holds to the services' own schemas and to recorded answers."""

import json
import unittest
import xml.etree.ElementTree as ElementTree
from functools import cache

from lxml import etree
from openapi_schema_validator import OAS30Validator, OAS31Validator

from .emulator_cases import DATA, QuickBooksCase, XeroCase, ask
from .emulators.xero.webhooks import Webhooks as XeroWebhooks

XS = "{http://www.w3.org/2001/XMLSchema}"
INTUIT = "http://schema.intuit.com/finance/v3"
# What real answers carry although the specification does not know it.
UNDOCUMENTED = {"InvoicePaymentServices", "DateString", "DueDateString", "DateUTCString", "ID"}
ENVELOPE = {"Id", "Status", "ProviderName", "DateTimeUTC"}
RECORDED = {
    "invoices": "Invoices",
    "credit_notes": "CreditNotes",
    "prepayments": "Prepayments",
    "payments": "Payments",
    "contact": "Contacts",
}
# Fields of recorded records that this ledger has nothing to say about.
UNSENT = {"BrandingThemeID", "SkypeUserName"}


@cache
def xero_schemas():
    """Return the specification's schemas.

    :rtype: dict
    """
    return json.loads((DATA / "xero/schemas.json").read_text())


def xero_errors(name, body):
    """Return what is wrong with a body, by the specification.

    The webhooks' specification is written in a later language than the other.
    """
    language = OAS31Validator if name.endswith("Event") else OAS30Validator
    validator = language(xero_schemas() | {"$ref": f"#/components/schemas/{name}"})
    plain = json.loads(json.dumps(body, default=float))
    wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(plain)]
    inner = {field: value for field, value in plain.items() if field not in ENVELOPE}
    return wrong + list(unknown(name, inner))


def unknown(name, value):
    """Yield the fields a schema does not know."""
    if str(name).endswith("/Element'}"):
        return  # the specification names the identifiers only; the whole element is echoed
    schema = name if isinstance(name, dict) else xero_schemas()["components"]["schemas"][name]
    while "$ref" in schema:
        schema = xero_schemas()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for each in value:
            yield from unknown(schema.get("items", {}), each)
    elif isinstance(value, dict) and "properties" in schema:
        for field, inner in value.items():
            if field in schema["properties"]:
                yield from unknown(schema["properties"][field], inner)
            elif field not in UNDOCUMENTED:
                yield f"unknown field {field}"


class XeroSchemaCase(XeroCase):
    def setUp(self):
        super().setUp()
        self.xero.fill(10, 120)

    def check(self, name, body):
        self.assertEqual(xero_errors(name, body)[:5], [])

    def test_lists_hold_to_the_specification(self):
        names = ("Contacts", "Invoices", "CreditNotes", "Payments", "Overpayments", "Prepayments")
        for name in names:
            body = self.get(name, page=1, pageSize=1000, includeArchived="true")
            self.assertTrue(body[name], name)
            self.check(name, body)
            self.check(name, self.get(name))

    def test_settings_hold_to_the_specification(self):
        self.xero.lock_period("2026-01-31")
        for path, name in (("Organisation", "Organisations"), ("Accounts", "Accounts"),
                           ("Currencies", "Currencies")):  # fmt: skip
            self.check(name, self.get(path))

    def test_what_hangs_on_an_invoice_holds_to_the_specification(self):
        key = self.xero.add_invoice(self.contact, 50)
        credit = self.xero.add_credit(self.contact, 30)
        body = {"Amount": 10, "Invoice": {"InvoiceID": key}}
        self.check(
            "Allocations", self.call("PUT", f"CreditNotes/{credit}/Allocations", body).json()
        )
        self.check("HistoryRecords", self.get(f"Invoices/{key}/History"))
        self.check("OnlineInvoices", self.get(f"Invoices/{key}/OnlineInvoice"))

    def test_refusals_hold_to_the_specification(self):
        key = self.xero.add_invoice(self.contact, 50)
        body = {"Invoice": {"InvoiceID": key}, "Account": {"Code": "090"}, "Amount": 60}
        self.check("Error", self.call("PUT", "Payments", body).json())

    def test_webhooks_hold_to_the_specification(self):
        hooks = XeroWebhooks(self.clock, 1, lambda: "https://api.xero.com")
        hooks.subscribe("http://127.0.0.1:9/", "key")
        for record in (self.xero.ledger.invoice("INV-0003"), *self.xero.ledger.contacts.values()):
            hooks.changed(self.xero.ledger, record, "UPDATE")
        self.check("WebhookEvent", json.loads(hooks.pack()))
        note = next(iter(self.xero.ledger.documents["CreditNotes"].values()))
        hooks.changed(self.xero.ledger, note, "CREATE")
        self.check("CreditNoteWebhookEvent", json.loads(hooks.pack()))

    def test_the_check_itself_finds_mistakes(self):
        body = self.get("Invoices", page=1)
        body["Invoices"][0]["Status"] = "PONDERING"
        body["Invoices"][1]["Contact"]["Nickname"] = "x"
        wrong = " ".join(xero_errors("Invoices", body))
        self.assertIn("PONDERING", wrong)
        self.assertIn("unknown field Nickname", wrong)

    def test_fields_of_recorded_records_are_there(self):
        for path, name in RECORDED.items():
            tree = ElementTree.parse(DATA / f"xero/{path}.xml")
            recorded = {child.tag for record in tree.find(f".//{name}") for child in record}
            sent = set().union(*self.get(name, page=1, pageSize=1000)[name])
            self.assertEqual(recorded - sent - UNSENT, set(), name)

    def test_connections_look_as_recorded(self):
        recorded = json.loads((DATA / "xero/connections.json").read_text())
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        [found] = ask(self.xero.url, "GET", "/connections", headers=headers).json()
        self.assertLessEqual(set(recorded[0]), set(found))


class Intuit:
    """Intuit's XSD: writes JSON records as XML in the schema's order, and validates them."""

    def __init__(self):
        folder = DATA / "quickbooks/xsd"
        self.schema = etree.XMLSchema(etree.parse(folder / "IntuitRestServiceDef.xsd"))
        trees = [etree.parse(path) for path in folder.glob("*.xsd")]
        self.types = {
            kind.get("name"): kind
            for tree in trees
            for kind in tree.getroot().iterchildren(XS + "complexType")
        }

    def fields(self, name):
        """Return the elements of a type and their types, in order.

        :rtype: dict[str, str]
        """
        kind = self.types.get(name)
        if kind is None:
            return {}
        found = {}
        for base in kind.iter(XS + "extension"):
            found |= self.fields(base.get("base").rpartition(":")[2])
        for element in kind.iter(XS + "element"):
            title = (element.get("name") or element.get("ref")).rpartition(":")[2]
            found[title] = (element.get("type") or title).rpartition(":")[2]
        return found

    def errors(self, kind, record):
        """Return what is wrong with a record."""
        root = etree.Element(f"{{{INTUIT}}}{kind}", nsmap={None: INTUIT})
        wrong = list(self._fill(root, kind, record))
        if not self.schema.validate(root):
            wrong += [error.message for error in self.schema.error_log]
        return wrong

    def _fill(self, node, kind, values):
        fields = self.fields(kind)
        for name in sorted(
            values, key=lambda name: list(fields).index(name) if name in fields else -1
        ):
            if name in ("domain", "sparse", "status", "name"):
                node.set(name, _text(values[name]))
            elif name == "value" and name not in fields:
                node.text = _text(values[name])
            elif name not in fields:
                yield f"unknown field {kind}.{name}"
            else:
                yield from self._add(node, name, fields[name], values[name])

    def _add(self, node, name, kind, value):
        for each in value if isinstance(value, list) else [value]:
            child = etree.SubElement(node, f"{{{INTUIT}}}{name}")
            if isinstance(each, dict):
                yield from self._fill(child, kind, each)
            else:
                child.text = _text(each)


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def intuit():
    """Return Intuit's schema, read once.

    :rtype: Intuit
    """
    return Intuit()


class QuickBooksSchemaCase(QuickBooksCase):
    def test_every_record_holds_to_the_schema(self):
        self.service.fill(12, 120)
        for kind in ("Customer", "Invoice", "CreditMemo", "Payment"):
            found = self.query(f"select * from {kind} maxresults 1000")[kind]
            self.assertGreater(len(found), 3)
            wrong = [text for record in found for text in intuit().errors(kind, record)]
            self.assertEqual(wrong[:3], [], kind)

    def test_other_answers_hold_to_the_schema(self):
        key = self.service.add_invoice(self.customer, 50)
        linked = self.get(f"invoice/{key}", include="invoiceLink")["Invoice"]
        self.assertEqual(intuit().errors("Invoice", linked), [])
        company = self.get("companyinfo/1")["CompanyInfo"]
        self.assertEqual(intuit().errors("CompanyInfo", company), [])
        chosen = self.get("preferences")["Preferences"]
        self.assertEqual(intuit().errors("Preferences", chosen), [])
        self.service.void(key)
        voided = self.get(f"invoice/{key}")["Invoice"]
        self.assertEqual(intuit().errors("Invoice", voided), [])

    def test_the_check_itself_finds_mistakes(self):
        key = self.service.add_invoice(self.customer, 50)
        record = self.get(f"invoice/{key}")["Invoice"]
        wrong = intuit().errors("Invoice", record | {"Nickname": "x", "EmailStatus": "Lost"})
        self.assertIn("unknown field Invoice.Nickname", wrong)
        self.assertTrue(any("Lost" in text for text in wrong), wrong)

    def test_fields_of_recorded_records_are_there(self):
        self.service.fill(12, 120)
        given = {"DepositToAccountRef", "PrivateNote", "CustomerMemo", "GlobalTaxCalculation"}
        given |= {"BillAddr", "ShipAddr", "SalesTermRef", "Deposit"}
        for kind, name in (("Payment", "payment_by_id"), ("CreditMemo", "fetch_credit_memo"),
                           ("Invoice", "invoice_void_success_response")):  # fmt: skip
            tree = ElementTree.parse(DATA / f"quickbooks/{name}.xml")
            recorded = {child.tag.rpartition("}")[2] for child in tree.find(f".//{{*}}{kind}")}
            sent = set().union(*self.query(f"select * from {kind}")[kind])
            self.assertEqual(recorded - sent - given, set(), kind)


class RecordedCase(unittest.TestCase):
    def test_recorded_answers_hold_to_the_schema_as_well(self):
        for name in ("payment_by_id", "fetch_credit_memo", "invoice_void_success_response"):
            tree = etree.parse(DATA / f"quickbooks/{name}.xml")
            intuit().schema.assertValid(tree)
