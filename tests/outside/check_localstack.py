"""Our client and mapper against `localstack-xero`, a stateful stand-in of somebody else.

It is no oracle for the books: it takes more than an invoice's amount, knows no
`If-Modified-Since`, and leaves an invoice open that is paid. What it does keep is held
against what we read: customers, invoices, their totals and dates, payments.
"""

import os
from datetime import date
from decimal import Decimal

import requests

from .cases import OutsideCase, mapper

LINES = [
    {
        "Description": "Work",
        "Quantity": 3,
        "UnitAmount": 33.35,
        "LineAmount": 100.05,
        "AccountCode": "200",
    },
    {
        "Description": "Travel",
        "Quantity": 1,
        "UnitAmount": 19.95,
        "LineAmount": 19.95,
        "AccountCode": "200",
    },
]


class CheckLocalstack(OutsideCase):
    VARIABLE = "XERO_LOCALSTACK"

    def setUp(self):
        super().setUp()
        self.xero = self.client(tenant=self.a_tenant())
        contact = self.post("Contacts", {"Name": "Cedar Bakery", "EmailAddress": "p@c.example"})
        self.contact = contact["ContactID"]
        self.invoice = self.post(
            "Invoices",
            {
                "Type": "ACCREC",
                "Status": "AUTHORISED",
                "Contact": {"ContactID": self.contact},
                "Date": "2026-01-31",
                "DueDate": "2026-02-28",
                "CurrencyCode": "USD",
                "LineAmountTypes": "NoTax",
                "LineItems": LINES,
            },
        )

    def a_tenant(self):
        return self.xero.organisations()[0]["id"]

    def post(self, name, record):
        url = f"{os.environ[self.VARIABLE]}/api.xro/2.0/{name}"
        headers = {
            "Authorization": "Bearer token",
            "xero-tenant-id": self.xero._tenant_id,
            "Accept": "application/json",
        }
        answer = requests.post(url, json={name: [record]}, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json()[name][0]

    def records_of(self, stream, page=1):
        return {
            record.external_id: record
            for record in mapper.read(stream, self.xero.page(stream, page).items).records
        }

    def test_a_customer_and_an_invoice_as_they_were_written(self):
        customer = self.records_of("customers")[self.contact]
        self.assertEqual((customer.name, customer.emails), ("Cedar Bakery", ("p@c.example",)))
        invoice = self.records_of("invoices")[self.invoice["InvoiceID"]]
        self.assertEqual((invoice.total, invoice.balance), (Decimal("120.00"),) * 2)
        self.assertEqual((invoice.date, invoice.due_date), (date(2026, 1, 31), date(2026, 2, 28)))
        self.assertEqual((invoice.customer_id, invoice.currency), (self.contact, "USD"))

    def test_a_payment_lowers_the_balance(self):
        key = self.invoice["InvoiceID"]
        payment = self.post(
            "Payments",
            {
                "Invoice": {"InvoiceID": key},
                "Account": {"Code": "090"},
                "Date": "2026-02-03",
                "Amount": 20.00,
            },
        )
        self.assertEqual(self.records_of("invoices")[key].balance, Decimal("100.00"))
        [applied] = self.records_of("payments")[payment["PaymentID"]].applications
        self.assertEqual((applied.target_id, applied.amount), (key, Decimal(20)))
