"""QuickBooks' records: what is read, what is set aside and why."""

from datetime import date, datetime, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from . import ledger_files
from .connector_loader import connector_module
from .mapper_cases import ZONES, MapperCase
from .zones import zone

base, mapper = connector_module("base"), connector_module("quickbooks.mapper")
State, Target = base.State, base.Target

META = {"LastUpdatedTime": "2026-01-01T00:10:00-08:00"}
USD = {"value": "USD", "name": "United States Dollar"}
INVOICE = {
    "Id": "7",
    "SyncToken": "2",
    "MetaData": META,
    "DocNumber": "1033",
    "TxnDate": "2026-01-01",
    "DueDate": "2026-01-31",
    "CurrencyRef": USD,
    "CustomerRef": {"value": "10", "name": "a name of last year"},
    "TotalAmt": Decimal("629.10"),
    "Balance": 100,
    "ExchangeRate": Decimal("1.25"),
    "TxnTaxDetail": {"TotalTax": Decimal("46.60")},
    "BillEmail": {"Address": "g@example.com, k@example.com"},
    "InvoiceLink": "https://pay.example.com/7",
    "PrivateNote": "",
}
MEMO = {
    "Id": "8",
    "MetaData": META,
    "TxnDate": "2026-01-01",
    "CurrencyRef": USD,
    "CustomerRef": {"value": "10"},
    "TotalAmt": Decimal("50.00"),
    "Balance": Decimal("20.00"),
    "RemainingCredit": Decimal("20.00"),
    "PrivateNote": "",
    "DocNumber": "",
}
PAYMENT = {
    "Id": "9",
    "MetaData": META,
    "TxnDate": "2026-01-02",
    "CurrencyRef": USD,
    "CustomerRef": {"value": "10"},
    "TotalAmt": Decimal("100.00"),
    "UnappliedAmt": Decimal("30.00"),
    "PaymentRefNum": "wire",
    "Line": [
        {"Amount": Decimal("70.00"), "LinkedTxn": [{"TxnId": "7", "TxnType": "Invoice"}]},
    ],
}
CUSTOMER = {
    "Id": "10",
    "MetaData": META,
    "DisplayName": "Geeta Kalapatapu",
    "Active": True,
    "Balance": Decimal("50.00"),
    "BalanceWithJobs": Decimal("90.00"),
    "PrimaryEmailAddr": {"Address": "geeta@example.com"},
    "PrimaryPhone": {"FreeFormNumber": "(650) 555"},
    "BillAddr": {"Line1": "1987 Main St.", "Line3": "Rear", "City": "Middlefield",
                 "Country": "USA"},
    "ParentRef": {"value": "3"},
    "BillWithParent": False,
    "CurrencyRef": USD,
}  # fmt: skip


def linked(kind, amount, key="7"):
    return {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": key, "TxnType": kind}]}


class QuickBooksCase(MapperCase):
    mapper = mapper
    arguments = ("USD",)
    good = {"customers": CUSTOMER, "invoices": INVOICE, "credit_notes": MEMO, "payments": PAYMENT}


class RecordsCase(QuickBooksCase):
    def test_an_invoice(self):
        found = self.taken("invoices", INVOICE)
        self.assertEqual((found.customer_id, found.number, found.version), ("10", "1033", "2"))
        self.assertEqual((found.date, found.due_date), (date(2026, 1, 1), date(2026, 1, 31)))
        self.assertEqual((found.total, found.balance, found.tax),
                         (Decimal("629.10"), 100, Decimal("46.60")))  # fmt: skip
        self.assertEqual((found.currency, found.rate, found.state),
                         ("USD", Decimal("0.8"), State.OPEN))  # fmt: skip
        self.assertEqual(found.emails, ("g@example.com", "k@example.com"))
        self.assertEqual(found.payment_link, "https://pay.example.com/7")
        moment = datetime(2026, 1, 1, 8, 10, tzinfo=timezone.utc)
        self.assertEqual(found.updated_at, moment)

    def test_a_link_that_is_none(self):
        item = {**INVOICE, "InvoiceLink": "javascript:alert(1)", "ExchangeRate": 0}
        found = self.taken("invoices", item)
        self.assertEqual((found.payment_link, found.rate), ("", None))

    def test_the_company_s_currency_where_records_name_none(self):
        item = {**INVOICE, "CurrencyRef": None}
        self.assertEqual(self.taken("invoices", item).currency, "USD")
        [problem] = mapper.read("invoices", [item]).problems
        self.assertIn("the currency is missing", problem.text)

    def test_paid(self):
        self.assertEqual(self.taken("invoices", {**INVOICE, "Balance": 0}).state, State.CLOSED)

    def test_a_credit_memo(self):
        self.assertEqual(self.taken("credit_notes", MEMO).remaining, 20)
        self.assertEqual(self.taken("credit_notes", {**MEMO, "Balance": None}).remaining, 20)
        gone = self.taken("credit_notes", {"Id": "8", "status": "Deleted"})
        self.assertEqual(gone.state, State.DELETED)

    def test_a_payment_that_waits_in_part(self):
        found = self.taken("payments", PAYMENT)
        self.assertEqual((found.amount, found.unapplied), (100, 30))
        [used] = found.applications
        self.assertEqual((used.target, used.target_id, used.amount), (Target.INVOICE, "7", 70))

    def test_pitfall_9_a_payment_of_zero_applies_a_credit(self):
        lines = [linked("Invoice", "20.00"), linked("CreditMemo", "20.00", "8")]
        item = {**PAYMENT, "TotalAmt": 0, "UnappliedAmt": 0, "Line": lines}
        found = self.taken("payments", item)
        self.assertEqual(found.state, State.CLOSED)
        self.assertEqual([used.target for used in found.applications],
                         [Target.INVOICE, Target.CREDIT_NOTE])  # fmt: skip

    def test_a_payment_with_a_journal_entry_cannot_be_checked_and_is_taken(self):
        item = {**PAYMENT, "Line": [linked("JournalEntry", "5.00")], "UnappliedAmt": None}
        found = self.taken("payments", item)
        self.assertEqual((found.applications[0].target, found.unapplied), (Target.OTHER, 0))

    def test_a_sub_customer_has_its_own_balance(self):
        found = self.taken("customers", CUSTOMER)
        self.assertEqual((found.parent_id, found.balance), ("3", 50))
        self.assertEqual((found.address.street, found.address.street2, found.address.country),
                         ("1987 Main St.", "Rear", "USA"))  # fmt: skip

    def test_a_sub_customer_is_called_after_its_parent(self):
        for parent, full, name in (
            ({"value": "3"}, "Foods Inc:Branch", "Foods Inc, Branch"),
            ({"value": "3"}, "A : B:Branch", "A, B, Branch"),
            ({"value": "3"}, "", "Branch"),
            (None, "Branch", "Branch"),
        ):
            values = {"DisplayName": "Branch", "FullyQualifiedName": full, "ParentRef": parent}
            self.assertEqual(self.taken("customers", CUSTOMER | values).name, name)

    def test_pitfall_8_deleted_voided_and_inactive_are_three_things(self):
        gone = self.taken("invoices", {"Id": "7", "status": "Deleted", "MetaData": META})
        self.assertEqual((gone.state, gone.external_id), (State.DELETED, "7"))
        for stream in ("invoices", "credit_notes", "payments"):
            item = {**self.good[stream], "TotalAmt": 0, "Balance": 0, "UnappliedAmt": 0,
                    "Line": [], "PrivateNote": "Voided - by mistake"}  # fmt: skip
            self.assertEqual(self.taken(stream, item).state, State.VOID)
        self.assertFalse(self.taken("customers", {**CUSTOMER, "Active": "false"}).active)
        self.assertTrue(self.taken("customers", {"Id": "1", "status": "Deleted"}).deleted)
        self.assertEqual(self.taken("payments", {"Id": "1", "status": "Deleted"}).state,
                         State.DELETED)  # fmt: skip

    def test_a_note_that_somebody_wrote_voids_nothing(self):
        item = {**INVOICE, "PrivateNote": "voided the first version, this one holds"}
        self.assertEqual(self.taken("invoices", item).state, State.OPEN)

    def test_pitfall_13_names_in_references_are_not_read(self):
        self.assertNotIn("last year", repr(self.taken("invoices", INVOICE)))


class ProblemsCase(QuickBooksCase):
    def test_each_has_its_reason(self):
        for stream, changes, code in (
            ("invoices", {"DueDate": None}, "missing"),
            ("invoices", {"Balance": Decimal(700)}, "does_not_add_up"),
            ("invoices", {"Balance": -1}, "negative"),
            ("invoices", {"TxnDate": "01/02/2026"}, "not_a_date"),
            ("invoices", {"CurrencyRef": {"value": "$"}}, "not_a_currency"),
            ("invoices", {"CustomerRef": "10"}, "not_an_object"),
            ("credit_notes", {"Balance": Decimal(60)}, "does_not_add_up"),
            ("payments", {"TotalAmt": Decimal(101)}, "does_not_add_up"),
            ("payments", {"UnappliedAmt": Decimal(-1)}, "negative"),
            ("payments", {"Line": [{"Amount": 1, "LinkedTxn": [{}]}]}, "missing"),
            ("customers", {"DisplayName": " "}, "missing"),
        ):
            with self.subTest(stream, changes=changes):
                item = {**self.good[stream], **changes}
                self.assertEqual(self.problem(stream, item).code, code)

    def test_a_moment_without_a_zone_is_not_guessed(self):
        item = {**INVOICE, "MetaData": {"LastUpdatedTime": "2026-01-01T00:10:00"}}
        self.assertIsNone(self.taken("invoices", item).updated_at)

    def test_pitfall_10_dates_are_the_same_in_every_time_zone(self):
        for name in ZONES:
            with self.subTest(name), zone(name):
                found = self.taken("invoices", INVOICE)
                self.assertEqual((found.date, found.due_date),
                                 (date(2026, 1, 1), date(2026, 1, 31)))  # fmt: skip
                self.assertEqual(found.updated_at.hour, 8)


class RecordedCase(QuickBooksCase):
    def recorded(self, stream, file, entity):
        page = self.page(stream, *ledger_files.quickbooks_records(file, entity))
        self.assertFalse(page.problems)
        return page.records

    def test_recorded_changes_with_one_deleted(self):
        file = "change_data_capture_response.xml"
        paid, deleted = self.recorded("invoices", file, "Invoice")
        self.assertEqual((paid.state, deleted.state), (State.CLOSED, State.DELETED))
        [payment] = self.recorded("payments", file, "Payment")
        self.assertEqual(payment.applications[0].amount, Decimal("629.10"))

    def test_recorded_void_deleted_and_unapplied_payments(self):
        [void] = self.recorded("payments", "payment_void_response_success.xml", "Payment")
        [gone] = self.recorded("payments", "payment_delete_success_response.xml", "Payment")
        [waits] = self.recorded("payments", "payments.xml", "Payment")
        self.assertEqual((void.state, gone.state), (State.VOID, State.DELETED))
        self.assertEqual((waits.unapplied, waits.applications), (40, ()))

    def test_recorded_customers_and_the_other_documents(self):
        self.assertEqual(len(self.recorded("customers", "customers.xml", "Customer")), 5)
        [inactive] = self.recorded("customers", "deleted_customer.xml", "Customer")
        self.assertFalse(inactive.active)
        [memo] = self.recorded("credit_notes", "fetch_credit_memo.xml", "CreditMemo")
        self.assertEqual((memo.remaining, memo.currency), (10, "BRL"))
        [invoice] = self.recorded("invoices", "invoices.xml", "Invoice")
        self.assertEqual(invoice.balance, 50)


class FuzzCase(QuickBooksCase):
    @given(st.data(), st.sampled_from(sorted(mapper.STREAMS)))
    def test_nothing_kills_a_page(self, data, stream):
        self.holds_out(stream, data.draw(st.lists(self.variants(stream), max_size=3)))


FEE = {
    "invoice": "", "customer": "10", "number": "INV/2026/00007", "date": "2026-01-02",
    "currency": "USD", "reference": "INV/2026/00007 0a1b2c3d", "account": "3", "tax": "",
    "lines": [{"text": "Second reminder", "amount": "5.00", "tax": "0.00"}],
}  # fmt: skip


class PartsCase(QuickBooksCase):
    def parts(self, **values):
        record = self.taken("invoices", {**INVOICE, **values})
        return {(part.kind, part.code): part.amount for part in record.parts}

    def test_lines_are_added_up_by_product_and_tax_rate(self):
        def sale(amount, key):
            detail = {"ItemRef": {"value": key}}
            kind = "SalesItemLineDetail"
            return {"Amount": Decimal(amount), "DetailType": kind, kind: detail}

        group = {"DetailType": "GroupLineDetail", "GroupLineDetail": {"Line": [sale(5, "4")]}}
        discount = {
            "Amount": 10, "DetailType": "DiscountLineDetail",
            "DiscountLineDetail": {"DiscountAccountRef": {"value": "86"}},
        }  # fmt: skip
        subtotal = {"Amount": 45, "DetailType": "SubTotalLineDetail"}
        tax = {"TotalTax": 3, "TaxLine": [
            {"Amount": 3, "TaxLineDetail": {"TaxRateRef": {"value": "7"}}}]}  # fmt: skip
        lines = [sale(40, "3"), group, discount, subtotal, {"Amount": 9}]
        found = self.parts(Line=lines, TxnTaxDetail=tax)
        self.assertEqual(found, {
            ("revenue", "3"): 40, ("revenue", "4"): 5, ("revenue", "86"): -10, ("tax", "7"): 3,
        })  # fmt: skip
        found = self.parts(Line=[sale(40, "3")], TxnTaxDetail={"TotalTax": 2})
        self.assertEqual(found, {("revenue", "3"): 40, ("tax", "-"): 2})

    def test_lines_that_cannot_be_read_set_nothing_aside(self):
        kind = "SalesItemLineDetail"
        for lines in ("x", [{"Amount": "much", "DetailType": kind}], [None]):
            self.assertEqual(self.parts(Line=lines), {})


class RelatedCase(QuickBooksCase):
    def test_what_a_record_is_linked_to(self):
        item = {
            "LinkedTxn": [{"TxnId": "4", "TxnType": "Payment"}, {"TxnId": 4, "TxnType": "Invoice"}],
            "Line": [None, {"LinkedTxn": [{"TxnId": "5", "TxnType": "Invoice"}]},
                     {"LinkedTxn": [{"TxnId": "6", "TxnType": ["Charge"]}]}],
        }  # fmt: skip
        self.assertEqual(mapper.related(item), [("payments", "4"), ("invoices", "5")])
        self.assertEqual(mapper.related(None), [])


class WritingCase(QuickBooksCase):
    def test_a_payment(self):
        known = {"invoice_id": "7", "customer_id": "10", "amount": Decimal("5.00"),
                 "date": date(2026, 1, 2), "reference": "r" * 30}  # fmt: skip
        body = mapper.payment_body(**known)
        self.assertEqual(len(body["PaymentRefNum"]), 21)
        self.assertNotIn("CurrencyRef", body)
        self.assertEqual(body["Line"], [linked("Invoice", "5.00")])
        body = mapper.payment_body(**known, account_id="35", currency="EUR")
        self.assertEqual((body["DepositToAccountRef"], body["CurrencyRef"]),
                         ({"value": "35"}, {"value": "EUR"}))  # fmt: skip
        self.assertEqual(self.taken("payments", {**body, "Id": "1"}).amount, 5)

    def test_a_fee_is_an_invoice_with_our_number(self):
        body = mapper.invoice_body(FEE)
        found = self.taken("invoices", {**body, "Id": "1", "TotalAmt": 5, "Balance": 5})
        self.assertEqual((found.number, found.customer_id), ("INV/2026/00007", "10"))
        self.assertEqual((found.date, found.due_date), (date(2026, 1, 2), date(2026, 1, 2)))
        [line] = body["Line"]
        self.assertEqual(line["Amount"], 5)
        self.assertEqual(line["SalesItemLineDetail"]["ItemRef"], {"value": "3"})
        self.assertNotIn("TxnTaxDetail", body)
        self.assertNotIn("TaxCodeRef", line["SalesItemLineDetail"])

    def test_a_fee_with_tax_and_a_number_too_long_for_quickbooks(self):
        [line] = FEE["lines"]
        values = {**FEE, "tax": "TAX", "lines": [{**line, "tax": "1.05"}], "number": "N" * 22}
        body = mapper.invoice_body(values)
        self.assertNotIn("DocNumber", body)
        self.assertEqual(body["TxnTaxDetail"], {"TotalTax": Decimal("1.05")})
        detail = body["Line"][0]["SalesItemLineDetail"]
        self.assertEqual(detail["TaxCodeRef"], {"value": "TAX"})

    def test_pitfall_14_a_change_is_sparse(self):
        body = mapper.sparse_body("7", "2", {"PrivateNote": "x", "Id": "other"})
        self.assertEqual(body, {"PrivateNote": "x", "Id": "7", "SyncToken": "2", "sparse": True})
