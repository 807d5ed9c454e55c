"""The emulated Xero keeps its books and its manners."""

import http.client
import json
from datetime import date
from decimal import Decimal

from .emulator_cases import DATA, XeroCase, ask


class XeroLedgerCase(XeroCase):
    def test_a_payment_lowers_what_is_due_and_pays_the_invoice_in_full(self):
        key = self.xero.add_invoice(self.contact, "100.10", due="2026-03-01", day="2026-02-01")
        body = {"Invoice": {"InvoiceID": key}, "Account": {"Code": "090"}, "Amount": 40.1}
        paid = self.call("PUT", "Payments", {"Payments": [body | {"Date": "2026-03-02"}]})
        self.assertEqual(paid.json()["Payments"][0]["PaymentType"], "ACCRECPAYMENT")
        found = self.invoice(key)
        self.assertEqual((found["Status"], found["AmountDue"]), ("AUTHORISED", 60))
        self.xero.pay(key, day="2026-03-04")
        found = self.invoice(key)
        self.assertEqual((found["Status"], found["AmountDue"]), ("PAID", 0))
        self.assertEqual(found["FullyPaidOnDate"], "/Date(1772582400000+0000)/")
        self.assertEqual(len(found["Payments"]), 2)

    def test_more_than_is_due_is_refused_and_nothing_of_the_request_stays(self):
        key = self.xero.add_invoice(self.contact, 50)
        one = {"Invoice": {"InvoiceID": key}, "Account": {"Code": "090"}, "Amount": 50}
        reply = self.call("PUT", "Payments", {"Payments": [one, one | {"Amount": 1}]})
        self.assertEqual((reply.status, reply.json()["Type"]), (400, "ValidationException"))
        [element] = reply.json()["Elements"]
        message = "Payment amount exceeds the amount outstanding on this document"
        self.assertEqual(element["ValidationErrors"], [{"Message": message}])
        self.assertEqual(self.invoice(key)["AmountDue"], 50)
        self.assertEqual(self.get("Payments")["Payments"], [])

    def test_each_element_has_its_own_result_when_errors_are_not_summarized(self):
        key = self.xero.add_invoice(self.contact, 50)
        one = {"Invoice": {"InvoiceID": key}, "Account": {"Code": "090"}, "Amount": 30}
        reply = self.call("PUT", "Payments", {"Payments": [one, one]}, summarizeErrors="false")
        good, bad = reply.json()["Payments"]
        self.assertFalse(good["HasValidationErrors"])
        message = "Payment amount exceeds the amount outstanding on this document"
        self.assertEqual(bad["ValidationErrors"], [{"Message": message}])
        self.assertEqual(self.invoice(key)["AmountDue"], 20)

    def test_a_deleted_payment_opens_the_invoice_again(self):
        key = self.xero.add_invoice(self.contact, 50)
        payment = self.xero.pay(key)
        self.call("POST", f"Payments/{payment}", {"Status": "DELETED"})
        self.assertEqual((self.invoice(key)["Status"], self.invoice(key)["AmountDue"]),
                         ("AUTHORISED", 50))  # fmt: skip
        self.assertEqual(self.get("Payments")["Payments"][0]["Status"], "DELETED")
        again = self.call("POST", f"Payments/{payment}", {"Status": "DELETED"})
        self.assertEqual(again.status, 400)

    def test_a_voided_invoice_keeps_its_total_and_cannot_be_paid(self):
        key = self.xero.add_invoice(self.contact, 50)
        self.xero.void(key)
        found = self.invoice(key)
        self.assertEqual([found[n] for n in ("Status", "Total", "AmountDue")], ["VOIDED", 50, 0])
        one = {"Invoice": {"InvoiceID": key}, "Account": {"Code": "090"}, "Amount": 1}
        self.assertEqual(self.call("PUT", "Payments", one).status, 400)

    def test_a_paid_invoice_cannot_be_voided(self):
        key = self.xero.add_invoice(self.contact, 50)
        self.xero.pay(key, 10)
        reply = self.call("POST", f"Invoices/{key}", {"Status": "VOIDED"})
        self.assertEqual(reply.status, 400)
        self.assertEqual(self.invoice(key)["Status"], "AUTHORISED")

    def test_credits_are_allocated_and_taken_back(self):
        key = self.xero.add_invoice(self.contact, 50)
        note = self.xero.add_credit(self.contact, 80)
        body = {"Allocations": [{"Amount": 50, "Invoice": {"InvoiceID": key}}]}
        made = self.call("PUT", f"CreditNotes/{note}/Allocations", body).json()["Allocations"][0]
        found = self.invoice(key)
        self.assertEqual((found["Status"], found["AmountCredited"]), ("PAID", 50))
        self.assertEqual(found["CreditNotes"][0]["AppliedAmount"], 50)
        left = self.get(f"CreditNotes/{note}")["CreditNotes"][0]
        self.assertEqual(left["RemainingCredit"], 30)
        path = f"CreditNotes/{note}/Allocations/{made['AllocationID']}"
        self.assertEqual(self.call("DELETE", path).status, 200)
        self.assertEqual(self.invoice(key)["AmountDue"], 50)

    def test_money_too_much_becomes_an_overpayment_at_the_source(self):
        key = self.xero.add_invoice(self.contact, 50)
        self.xero.pay(key, 70)
        [over] = self.get("Overpayments")["Overpayments"]
        self.assertEqual((over["Type"], over["RemainingCredit"]), ("RECEIVE-OVERPAYMENT", 20))

    def test_a_filled_ledger_adds_up_in_every_record(self):
        self.xero.fill(12, 150)
        contacts = self.get("Contacts", page=1, pageSize=1000)["Contacts"]
        invoices = self.get("Invoices", page=1, pageSize=1000)["Invoices"]
        self.assertGreater(len({each["CurrencyCode"] for each in invoices}), 2)
        for found in invoices:
            lines = sum(line["LineAmount"] + line["TaxAmount"] for line in found["LineItems"])
            self.assertEqual(found["Total"], lines)
            paid = sum(each["Amount"] for each in found["Payments"])
            self.assertEqual(found["AmountPaid"], paid)
            live = found["Status"] not in ("VOIDED", "DELETED")
            due = found["Total"] - paid - found["AmountCredited"] if live else 0
            self.assertEqual(found["AmountDue"], due)
            self.assertEqual(found["Status"] == "PAID", live and not due)
        self._check_balances(contacts, invoices)

    def _check_balances(self, contacts, invoices):
        owed = {}
        for each in invoices:
            part = Decimal(str(each["AmountDue"])) / Decimal(str(each["CurrencyRate"]))
            key = each["Contact"]["ContactID"]
            if each["Status"] != "DRAFT":
                owed[key] = owed.get(key, 0) + part.quantize(Decimal("0.01"))
        for kind in ("CreditNotes", "Overpayments", "Prepayments"):
            for each in self.get(kind)[kind]:
                key = each["Contact"]["ContactID"]
                part = Decimal(str(each["RemainingCredit"])) / Decimal(str(each["CurrencyRate"]))
                owed[key] = owed.get(key, 0) - part.quantize(Decimal("0.01"))
        for contact in contacts:
            said = contact.get("Balances", {}).get("AccountsReceivable", {}).get("Outstanding", 0)
            self.assertEqual(said, owed.get(contact["ContactID"], 0), contact["Name"])

    def test_the_same_seed_gives_the_same_books(self):
        self.xero.fill(5, 20)
        first = self.get("Invoices", page=1)["Invoices"]
        other = type(self)("setUp")
        other.setUp()
        self.addCleanup(other.doCleanups)
        other.xero.fill(5, 20)
        self.assertEqual(first, other.get("Invoices", page=1)["Invoices"])


class XeroReadingCase(XeroCase):
    def test_pages_are_counted_and_one_past_the_end_is_empty(self):
        for _each in range(5):
            self.xero.add_invoice(self.contact, 10)
        page = self.get("Invoices", page=2, pageSize=2)
        wanted = {"page": 2, "pageSize": 2, "pageCount": 3, "itemCount": 5}
        self.assertEqual((page["pagination"], len(page["Invoices"])), (wanted, 2))
        beyond = self.get("Invoices", page=9, pageSize=2)
        self.assertEqual((beyond["Invoices"], beyond["pagination"]["pageCount"]), ([], 3))

    def test_without_a_page_there_are_no_lines_and_no_pagination(self):
        self.xero.add_invoice(self.contact, 10)
        answer = self.get("Invoices")
        self.assertNotIn("pagination", answer)
        self.assertEqual(answer["Invoices"][0]["LineItems"], [])
        self.assertEqual(len(self.get("Invoices", page=1)["Invoices"][0]["LineItems"]), 1)

    def test_changes_since_whatever_the_offset_is_written(self):
        self.xero.add_invoice(self.contact, 10)
        self.later(hours=1)
        key = self.xero.add_invoice(self.contact, 20)
        for since in ("2026-03-05T12:30:00", "2026-03-05T14:30:00+02:00",
                      "Thu, 05 Mar 2026 12:30:00 GMT"):  # fmt: skip
            reply = self.call("GET", "Invoices", headers={"If-Modified-Since": since})
            self.assertEqual([each["InvoiceID"] for each in reply.json()["Invoices"]], [key])

    def test_filters(self):
        key = self.xero.add_invoice(self.contact, 10, day="2026-02-01")
        other = self.xero.add_invoice(self.contact, 20, type="ACCPAY")
        self.xero.pay(other)
        clause = 'Type=="ACCREC" AND Date<DateTime(2026,02,02) AND (AmountDue>5 OR Total==0)'
        for query in ({"where": clause}, {"Statuses": "AUTHORISED"}, {"IDs": key},
                      {"where": f'Contact.ContactID==guid("{self.contact}") && AmountDue!=0'},
                      {"InvoiceNumbers": "INV-0001"}):  # fmt: skip
            found = [each["InvoiceID"] for each in self.get("Invoices", **query)["Invoices"]]
            self.assertEqual(found, [key], query)
        numbers = [e["Total"] for e in self.get("Invoices", order="Total DESC")["Invoices"]]
        self.assertEqual(numbers, [20, 10])

    def test_a_filter_that_cannot_be_read_is_refused(self):
        self.xero.add_invoice(self.contact, 10)
        for clause in ("Status=", 'Wrong=="x"', "AmountDue>5 AND", "(AmountDue>5"):
            reply = self.call("GET", "Invoices", where=clause)
            self.assertEqual((reply.status, reply.json()["Type"]), (400, "QueryParseException"))

    def test_archived_and_merged_contacts_come_when_asked_for(self):
        winner = self.xero.add_contact("Cedar Group")
        key = self.xero.add_invoice(self.contact, 10)
        self.xero.merge(self.contact, winner)
        self.assertEqual([c["Name"] for c in self.get("Contacts")["Contacts"]], ["Cedar Group"])
        everyone = self.get("Contacts", includeArchived="True")["Contacts"]
        merged = {each["ContactID"]: each.get("MergedToContactID") for each in everyone}
        self.assertEqual(merged, {self.contact: winner, winner: None})
        self.assertEqual(self.invoice(key)["Contact"]["ContactID"], winner)

    def test_dates_are_midnight_utc(self):
        key = self.xero.add_invoice(self.contact, 10, day="2026-01-31", due=date(2026, 3, 2))
        found = self.invoice(key)
        self.assertEqual(found["Date"], "/Date(1769817600000+0000)/")
        self.assertEqual(found["DueDateString"], "2026-03-02T00:00:00")

    def test_history_and_pay_link(self):
        key = self.xero.add_invoice(self.contact, 10)
        body = {"HistoryRecords": [{"Details": "Reminder sent"}]}
        self.clock.advance(seconds=1)
        self.assertEqual(self.call("PUT", f"Invoices/{key}/History", body).status, 200)
        notes = self.get(f"Invoices/{key}/History")["HistoryRecords"]
        self.assertEqual([note["Details"] for note in notes], ["Reminder sent", ""])
        link = self.get(f"Invoices/{key}/OnlineInvoice")["OnlineInvoices"][0]
        self.assertTrue(link["OnlineInvoiceUrl"].startswith("https://"))
        self.assertEqual(self.call("GET", "Invoices/none").status, 404)

    def test_names_of_active_contacts_are_unique(self):
        reply = self.call("PUT", "Contacts", {"Contacts": [{"Name": "cedar bakery"}]})
        self.assertEqual(reply.status, 400)
        self.xero.archive(self.contact)
        reply = self.call("PUT", "Contacts", {"Contacts": [{"Name": "cedar bakery"}]})
        self.assertEqual(reply.status, 200)


class XeroTroubleCase(XeroCase):
    def test_the_minute_is_limited_and_comes_back(self):
        self.xero.limits.minute = 2
        left = [self.call("GET", "Organisation").headers["X-MinLimit-Remaining"] for _n in "12"]
        self.assertEqual(left, ["1", "0"])
        reply = self.call("GET", "Organisation")
        problem = [reply.headers.get(n) for n in ("X-Rate-Limit-Problem", "Retry-After")]
        self.assertEqual((reply.status, problem), (429, ["minute", "61"]))
        self.clock.advance(seconds=61)
        self.assertEqual(self.call("GET", "Organisation").status, 200)

    def test_the_day_is_limited_until_midnight(self):
        self.xero.limits.day = 1
        self.call("GET", "Organisation")
        reply = self.call("GET", "Organisation")
        self.assertEqual(reply.headers["X-Rate-Limit-Problem"], "day")
        self.clock.advance(seconds=int(reply.headers["Retry-After"]))
        self.tokens |= self.xero.connect()
        self.assertEqual(self.call("GET", "Organisation").status, 200)

    def test_without_right_tenant_or_token(self):
        wrong = {"xero-tenant-id": "00000000-0000-0000-0000-000000000000"}
        reply = self.call("GET", "Organisation", headers=wrong)
        recorded = json.loads((DATA / "xero/invalid_tenant_header.json").read_text())
        said = {name.lower(): value for name, value in reply.json().items()}
        self.assertEqual(reply.status, recorded["status"])
        self.assertEqual(said | {"instance": 0}, recorded | {"instance": 0})
        self.clock.advance(minutes=31)
        reply = self.call("GET", "Organisation")
        self.assertEqual((reply.status, reply.json()["Detail"][:12]), (401, "TokenExpired"))

    def test_a_token_may_only_what_its_scope_says(self):
        self.tokens |= self.xero.connect(scope="accounting.contacts.read")
        self.assertEqual(self.call("GET", "Contacts").status, 200)
        self.assertEqual(self.call("PUT", "Contacts", {"Name": "New"}).status, 401)
        self.assertEqual(self.call("GET", "Invoices").status, 401)

    def test_a_write_whose_answer_was_lost_is_done_once(self):
        key = self.xero.add_invoice(self.contact, 50)
        body = {"Invoice": {"InvoiceID": key}, "Account": {"Code": "090"}, "Amount": 20}
        self.xero.fault("lose", method="PUT")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.call("PUT", "Payments", body, headers={"Idempotency-Key": "k1"})
        again = self.call("PUT", "Payments", body, headers={"Idempotency-Key": "k1"})
        self.assertEqual((again.status, self.invoice(key)["AmountDue"]), (200, 30))
        other = self.call("PUT", "Payments", body | {"Amount": 1}, {"Idempotency-Key": "k1"})
        self.assertEqual(other.status, 400)
        self.call("PUT", "Payments", body, headers={"Idempotency-Key": "k2"})
        self.assertEqual(self.invoice(key)["AmountDue"], 10)

    def test_a_dropped_request_never_arrived(self):
        self.xero.fault("drop", method="PUT")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.call("PUT", "Contacts", {"Name": "New"})
        self.assertEqual(len(self.get("Contacts")["Contacts"]), 1)

    def test_cut_short_and_stale_answers(self):
        for _each in range(3):
            self.xero.add_invoice(self.contact, 10)
        self.xero.fault("short", path="Invoices")
        page = self.get("Invoices", page=1)
        self.assertEqual((len(page["Invoices"]), page["pagination"]["itemCount"]), (2, 3))
        self.assertEqual(len(self.get("Invoices", page=1)["Invoices"]), 3)
        self.xero.fault("cut")
        with self.assertRaises(http.client.IncompleteRead):
            self.get("Invoices", page=1)
        self.xero.add_invoice(self.contact, 10)
        self.xero.fault("stale")
        self.assertEqual(len(self.get("Invoices", page=1)["Invoices"]), 3)
        self.assertEqual(len(self.get("Invoices", page=1)["Invoices"]), 4)

    def test_named_faults_hit_as_often_as_planned(self):
        self.xero.fault("day", skip=1, times=2)
        seen = [self.call("GET", "Organisation").status for _each in range(4)]
        self.assertEqual(seen, [200, 429, 429, 200])
        self.xero.fault("unavailable", times=None)
        self.assertEqual({self.call("GET", "Organisation").status for _n in "123"}, {503})
        self.xero.clear_faults()
        self.assertEqual(self.call("GET", "Organisation").status, 200)

    def test_nonsense_can_be_put_over_a_record(self):
        key = self.xero.add_invoice(self.contact, 10)
        self.xero.overlay(key, Status="PONDERING", DueDate=None, LineItems=None)
        found = self.invoice(key)
        self.assertEqual((found["Status"], found["DueDate"]), ("PONDERING", None))

    def test_the_books_can_be_changed_over_http(self):
        key = self.xero.add_invoice(self.contact, 10)
        url = self.xero.url
        verbs = ask(url, "GET", "/_control").json()["verbs"]
        self.assertLessEqual({"pay", "void", "rename", "fault"}, set(verbs))
        ask(url, "POST", "/_control/pay", body={"invoice": key, "amount": "4.50"})
        self.assertEqual(self.invoice(key)["AmountDue"], Decimal("5.5"))
        reply = ask(url, "POST", "/_control/void", body={"invoice": "none"})
        self.assertEqual(reply.status, 400)
        self.assertEqual(ask(url, "POST", "/_control/_serve").status, 404)
