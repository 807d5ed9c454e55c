"""The vendors' own libraries read the emulators: a second opinion on every field."""

import os
import unittest
from decimal import Decimal
from unittest.mock import patch

from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.cdc import change_data_capture
from quickbooks.objects import CreditMemo, Customer, Invoice, Payment
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.identity import IdentityApi

from .emulator_cases import Clock
from .emulators.quickbooks import QuickBooksEmulator
from .emulators.xero import XeroEmulator


class XeroReaderCase(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.xero = XeroEmulator(Clock(), seed=3).start()
        self.addCleanup(self.xero.stop)
        self.xero.fill(8, 60)
        tokens = self.xero.connect()
        self.tenant = tokens.pop("tenant_id")
        configuration = Configuration()
        token = OAuth2Token(client_id="demo-client", client_secret="demo-secret")
        configuration.oauth2_token = token
        client = ApiClient(configuration)
        client.oauth2_token_getter(lambda: tokens)
        client.oauth2_token_saver(tokens.update)
        self.api = AccountingApi(client, base_url=self.xero.url + "/api.xro/2.0")
        self.identity = IdentityApi(client, base_url=self.xero.url)
        token.update_token(**tokens)

    def test_every_record_is_read_and_adds_up(self):
        invoices = self.api.get_invoices(self.tenant, page=1, page_size=1000).invoices
        self.assertEqual(len(invoices), 60)
        ledger = self.xero.ledger
        for found in invoices:
            mine = ledger.invoice(found.invoice_id)
            self.assertEqual(Decimal(str(found.amount_due)), mine.open)
            self.assertEqual((found.date, found.due_date), (mine.date, mine.due))
        payments = self.api.get_payments(self.tenant).payments
        self.assertEqual(len(payments), len(ledger.payments))
        contacts = self.api.get_contacts(self.tenant, include_archived="true").contacts
        self.assertEqual({each.contact_id for each in contacts}, set(ledger.contacts))
        notes = self.api.get_credit_notes(self.tenant).credit_notes
        self.assertEqual(len(notes), len(ledger.documents["CreditNotes"]))
        self.api.get_overpayments(self.tenant)
        self.api.get_prepayments(self.tenant)

    def test_organisation_and_connections_are_read(self):
        [organisation] = self.api.get_organisations(self.tenant).organisations
        self.assertEqual(organisation.base_currency.name, "USD")
        [connection] = self.identity.get_connections()
        self.assertEqual(connection.tenant_id, self.tenant)


class QuickBooksReaderCase(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.service = QuickBooksEmulator(Clock(), seed=3).start()
        self.addCleanup(self.service.stop)
        self.service.fill(8, 60)
        tokens = self.service.connect()
        self.auth = AuthClient(
            "demo-client",
            "demo-secret",
            redirect_uri="http://127.0.0.1/back",
            environment=self.service.url + "/openid",
            access_token=tokens["access_token"],
        )
        self.first = tokens["refresh_token"]
        base = self.service.url + "/v3"
        for change in (
            patch.dict(os.environ, OAUTHLIB_INSECURE_TRANSPORT="1"),
            patch.object(QuickBooks, "sandbox_api_url_v3", base),
            patch.object(QuickBooks, "api_url_v3", base),
        ):
            change.start()
            self.addCleanup(change.stop)
        company = tokens["realm_id"]
        self.client = QuickBooks(auth_client=self.auth, company_id=company, minorversion=75)

    def test_every_balance_is_what_the_library_reads(self):
        owed = {}
        for kind, field, sign in ((Invoice, "Balance", 1), (CreditMemo, "Balance", -1),
                                  (Payment, "UnappliedAmt", -1)):  # fmt: skip
            for each in kind.all(max_results=1000, qb=self.client):
                key = each.CustomerRef.value
                part = sign * Decimal(str(getattr(each, field)))
                owed[key] = owed.get(key, 0) + part
        customers = Customer.all(max_results=1000, qb=self.client)
        self.assertGreater(len(customers), 8)
        for each in customers:
            self.assertEqual(Decimal(str(each.Balance)), owed.get(each.Id, 0), each.DisplayName)

    def test_changes_are_read(self):
        key = next(iter(self.service.books.entities["CreditMemo"]))
        self.service.delete(key, "CreditMemo")
        since = self.service.clock.now().strftime("%Y-%m-%dT00:00:00+00:00")
        found = change_data_capture([CreditMemo], since, qb=self.client)
        gone = [each.Id for each in found.CreditMemo if getattr(each, "status", "") == "Deleted"]
        self.assertEqual(gone, [key])

    def test_a_customer_is_written(self):
        customer = Customer()
        customer.DisplayName = "Written by the library"
        customer.save(qb=self.client)
        stored = self.service.books.get("Customer", customer.Id)
        self.assertEqual(stored.values["DisplayName"], "Written by the library")

    def test_tokens_are_refreshed(self):
        self.auth.refresh(self.first)
        self.assertIn(self.auth.access_token, self.service.identity.access)
