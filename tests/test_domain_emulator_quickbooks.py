"""The emulated QuickBooks Online keeps its books and its manners."""

import http.client
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

from .emulator_cases import DATA, QuickBooksCase


def line(amount, **links):
    """Return a line of a payment, applied to such as `Invoice="5"`."""
    linked = [{"TxnType": kind, "TxnId": key} for kind, key in links.items()]
    return {"Amount": amount, "LinkedTxn": linked}


def recorded_code(name):
    """Return the number of the fault in a recorded answer."""
    tree = ElementTree.parse(DATA / "quickbooks" / name)
    return tree.find(".//{*}Error").get("code")


class QuickBooksBooksCase(QuickBooksCase):
    def pay(self, total, *lines):
        body = {"CustomerRef": {"value": self.customer}, "TotalAmt": total, "Line": list(lines)}
        return self.call("POST", "payment", body)

    def invoice(self, key):
        return self.get(f"invoice/{key}")["Invoice"]

    def balance(self, key=None):
        return self.get(f"customer/{key or self.customer}")["Customer"]["Balance"]

    def test_a_payment_lowers_the_balance_and_is_linked(self):
        key = self.service.add_invoice(self.customer, "100.10")
        paid = self.pay(60, line(40.1, Invoice=key)).json()["Payment"]
        self.assertEqual(paid["UnappliedAmt"], Decimal("19.9"))
        found = self.invoice(key)
        self.assertEqual((found["Balance"], found["SyncToken"]), (60, "1"))
        self.assertEqual(found["LinkedTxn"], [{"TxnId": paid["Id"], "TxnType": "Payment"}])
        self.assertEqual(self.balance(), Decimal("40.1"))

    def test_more_than_is_open_is_refused(self):
        key = self.service.add_invoice(self.customer, 50)
        for reply in (self.pay(60, line(60, Invoice=key)), self.pay(10, line(20, Invoice=key))):
            self.assertEqual((reply.status, self.code(reply)), (400, "6000"))
        self.assertEqual(self.invoice(key)["Balance"], 50)

    def test_a_payment_of_nothing_applies_a_credit(self):
        key = self.service.add_invoice(self.customer, 50)
        memo = self.service.add_credit(self.customer, 80)
        self.assertEqual(self.balance(), -30)
        paid = self.pay(0, line(50, Invoice=key), line(50, CreditMemo=memo)).json()["Payment"]
        self.assertEqual((paid["TotalAmt"], paid["UnappliedAmt"]), (0, 0))
        left = self.get(f"creditmemo/{memo}")["CreditMemo"]
        self.assertEqual((left["Balance"], self.invoice(key)["Balance"]), (30, 0))
        self.assertEqual(self.balance(), -30)

    def test_voiding_a_payment_gives_back_what_it_took(self):
        key = self.service.add_invoice(self.customer, 50)
        paid = self.service.pay(key)
        body = {"Id": paid, "SyncToken": "0", "sparse": True}
        reply = self.call("POST", "payment", body, operation="update", include="void")
        found = reply.json()["Payment"]
        self.assertEqual((found["TotalAmt"], found["PrivateNote"]), (0, "Voided"))
        self.assertEqual((self.invoice(key)["Balance"], self.balance()), (50, 50))

    def test_a_deleted_invoice_leaves_its_payment_unapplied(self):
        key = self.service.add_invoice(self.customer, 50)
        paid = self.service.pay(key)
        token = self.invoice(key)["SyncToken"]
        body = {"Id": key, "SyncToken": token}
        reply = self.call("POST", "invoice", body, operation="delete").json()["Invoice"]
        self.assertEqual(reply, {"domain": "QBO", "status": "Deleted", "Id": key})
        self.assertEqual(self.get(f"payment/{paid}")["Payment"]["UnappliedAmt"], 50)
        gone = self.call("GET", f"invoice/{key}")
        self.assertEqual((gone.status, self.code(gone), self.balance()), (400, "610", -50))

    def test_sub_customers_have_balances_of_their_own(self):
        child = self.service.add_customer("Branch", parent=self.customer)
        self.service.add_invoice(child, 70)
        found = self.get(f"customer/{self.customer}")["Customer"]
        self.assertEqual((found["Balance"], found["BalanceWithJobs"]), (0, 70))
        below = self.get(f"customer/{child}")["Customer"]
        wanted = ("Cedar Bakery:Branch", True, 1, 70)
        names = ("FullyQualifiedName", "Job", "Level", "Balance")
        self.assertEqual(tuple(below[name] for name in names), wanted)

    def test_every_balance_is_invoices_less_unapplied_less_credits(self):
        self.service.fill(15, 200)
        sums = {}
        for kind, field, sign in (("Invoice", "Balance", 1), ("Payment", "UnappliedAmt", -1),
                                  ("CreditMemo", "Balance", -1)):  # fmt: skip
            for each in self.query(f"select * from {kind} maxresults 1000")[kind]:
                key = each["CustomerRef"]["value"]
                sums[key] = sums.get(key, 0) + sign * Decimal(str(each[field]))
        customers = self.query("select * from Customer maxresults 1000")["Customer"]
        self.assertTrue(any(each["Job"] for each in customers))
        self.assertGreater(len({each["CurrencyRef"]["value"] for each in customers}), 2)
        for each in customers:
            self.assertEqual(each["Balance"], sums.get(each["Id"], 0), each["DisplayName"])

    def test_after_a_rename_references_say_the_old_name(self):
        key = self.service.add_invoice(self.customer, 50)
        self.service.rename(self.customer, "Test Customer Final")
        reference = self.invoice(key)["CustomerRef"]
        self.assertEqual(reference, {"value": self.customer, "name": "Cedar Bakery"})


class QuickBooksWritingCase(QuickBooksCase):
    def update(self, **values):
        return self.call("POST", "customer", {"Id": self.customer} | values)

    def test_a_sparse_update_keeps_the_rest_and_a_full_one_empties_it(self):
        self.update(SyncToken="0", sparse=True, PrimaryEmailAddr={"Address": "a@b.example"})
        reply = self.update(SyncToken="1", sparse=True, Notes="x").json()["Customer"]
        self.assertEqual((reply["SyncToken"], reply["DisplayName"]), ("2", "Cedar Bakery"))
        self.assertIn("PrimaryEmailAddr", reply)
        full = self.update(SyncToken="2", DisplayName="Cedar").json()["Customer"]
        self.assertNotIn("PrimaryEmailAddr", full)

    def test_an_old_version_is_refused(self):
        self.assertEqual(self.update(SyncToken="0", sparse=True, Notes="x").status, 200)
        reply = self.update(SyncToken="0", sparse=True, Notes="y")
        self.assertEqual((reply.status, self.code(reply)), (400, "5010"))

    def test_duplicate_names_and_numbers(self):
        reply = self.call("POST", "customer", {"DisplayName": "cedar bakery"})
        self.assertEqual(self.code(reply), recorded_code("customer_duplicate_error.xml"))
        body = {"CustomerRef": {"value": self.customer}, "DocNumber": "7", "Line": [line(5)]}
        self.assertEqual(self.call("POST", "invoice", body).status, 200)
        self.assertEqual(self.code(self.call("POST", "invoice", body)), "6140")

    def test_a_request_sent_twice_is_done_once(self):
        body = {"CustomerRef": {"value": self.customer}, "TotalAmt": 5}
        self.service.fault("lose", method="POST")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.call("POST", "payment", body, requestid="r1")
        first = self.call("POST", "payment", body, requestid="r1").json()["Payment"]["Id"]
        again = self.call("POST", "payment", body, requestid="r1").json()["Payment"]["Id"]
        self.assertEqual(first, again)
        self.assertEqual(self.query("select count(*) from Payment"), {"totalCount": 1})

    def test_missing_and_unknown_references(self):
        codes = [
            self.code(self.call("POST", "invoice", body))
            for body in ({"Line": [line(5)]}, {"CustomerRef": {"value": "99"}, "Line": [line(5)]},
                         {"CustomerRef": {"value": self.customer}})
        ]  # fmt: skip
        self.assertEqual(codes, ["2020", "2500", "2020"])

    def test_a_batch_answers_item_by_item(self):
        items = [
            {"bId": "1", "operation": "create", "Customer": {"DisplayName": "New"}},
            {"bId": "2", "operation": "create", "Customer": {"DisplayName": "New"}},
            {"bId": "3", "Query": "select count(*) from Customer"},
        ]
        reply = self.call("POST", "batch", {"BatchItemRequest": items}).json()
        made, failed, counted = reply["BatchItemResponse"]
        self.assertEqual(made["Customer"]["DisplayName"], "New")
        self.assertEqual(failed["Fault"]["Error"][0]["code"], "6240")
        self.assertEqual(counted["QueryResponse"]["totalCount"], 2)
        many = self.call("POST", "batch", {"BatchItemRequest": items * 11})
        self.assertEqual(many.status, 400)

    def test_the_pay_link_comes_when_asked_for_and_online_payment_is_on(self):
        key = self.service.add_invoice(self.customer, 50)
        self.assertNotIn("InvoiceLink", self.get(f"invoice/{key}")["Invoice"])
        found = self.get(f"invoice/{key}", include="invoiceLink")["Invoice"]
        self.assertTrue(found["InvoiceLink"].startswith("https://"))


class QuickBooksQueryCase(QuickBooksCase):
    def test_the_first_hundred_come_unless_asked_for_more(self):
        for _each in range(105):
            self.service.add_invoice(self.customer, 5)
        self.assertEqual(self.query("SELECT * FROM Invoice")["maxResults"], 100)
        rest = self.query("SELECT * FROM Invoice STARTPOSITION 101 MAXRESULTS 1000")
        self.assertEqual((rest["startPosition"], len(rest["Invoice"])), (101, 5))
        self.assertEqual(self.query("SELECT * FROM Invoice STARTPOSITION 999"), {})

    def test_conditions(self):
        key = self.service.add_invoice(self.customer, 5, day="2026-01-01")
        self.later(hours=2)
        later = self.service.add_invoice(self.customer, 7)
        since = "MetaData.LastUpdatedTime >= '2026-03-05T06:00:00-08:00'"
        cases = {
            "Balance > '5'": [later],
            "TxnDate < '2026-02-01' AND DocNumber = '1000'": [key],
            since: [later],
            f"CustomerRef = '{self.customer}' ORDERBY Balance DESC": [later, key],
            f"Id IN ('{key}', '{later}')": [key, later],
            "DocNumber LIKE '100%' ORDER BY Id": [key, later],
        }
        for clause, wanted in cases.items():
            found = self.query(f"select Id from Invoice where {clause}").get("Invoice", [])
            self.assertEqual([each["Id"] for each in found], wanted, clause)

    def test_quotes_are_escaped(self):
        key = self.service.add_customer("Amy's Birds")
        found = self.query(r"select * from Customer where DisplayName = 'Amy\'s Birds'")
        self.assertEqual([each["Id"] for each in found["Customer"]], [key])

    def test_inactive_customers_come_when_asked_for(self):
        self.service.deactivate(self.customer)
        self.assertEqual(self.query("select * from Customer"), {})
        [found] = self.query("select * from Customer where Active IN (true, false)")["Customer"]
        self.assertEqual((found["DisplayName"], found["Active"]), ("Cedar Bakery (deleted)", False))

    def test_what_cannot_be_read_is_refused(self):
        cases = {"select from": "4000", "select * from Nothing": "4001",
                 "select * from Invoice maxresults 1001": "4001",
                 "select * from Invoice startposition 0": "4001",
                 "select * from Invoice where Balance >": "4000"}  # fmt: skip
        for text, code in cases.items():
            self.assertEqual(self.code(self.call("GET", "query", query=text)), code, text)


class QuickBooksChangesCase(QuickBooksCase):
    def changes(self, since, entities="Invoice,Payment"):
        reply = self.get("cdc", entities=entities, changedSince=since)
        return reply["CDCResponse"][0]["QueryResponse"]

    def test_changes_and_tombstones(self):
        self.service.add_invoice(self.customer, 5)
        self.later(days=1)
        key = self.service.add_invoice(self.customer, 7)
        paid = self.service.pay(key, 2)
        self.service.delete(paid, "Payment")
        invoices, payments = self.changes("2026-03-06T00:00:00Z")
        self.assertEqual([each["Id"] for each in invoices["Invoice"]], [key])
        [gone] = payments["Payment"]
        tree = ElementTree.parse(DATA / "quickbooks/payment_changes.xml")
        recorded = tree.find(".//{*}Payment")
        names = {child.tag.rpartition("}")[2] for child in recorded} | set(recorded.attrib)
        self.assertEqual((gone["Id"], gone["status"], set(gone)), (paid, "Deleted", names))

    def test_a_thousand_at_most_and_nothing_says_so(self):
        for _each in range(1005):
            self.service.add_invoice(self.customer, 5)
        [invoices] = self.changes("2026-03-01T00:00:00Z", "Invoice")
        self.assertEqual(len(invoices["Invoice"]), 1000)

    def test_not_more_than_thirty_days_and_without_an_offset_not_utc(self):
        reply = self.call("GET", "cdc", entities="Invoice", changedSince="2026-02-01T00:00:00Z")
        self.assertEqual(reply.status, 400)
        self.service.add_invoice(self.customer, 5)
        self.assertEqual(self.changes("2026-03-05T06:00:00", "Invoice"), [{}])
        self.assertNotEqual(self.changes("2026-03-05T06:00:00Z", "Invoice"), [{}])


class QuickBooksTroubleCase(QuickBooksCase):
    def test_throttling_comes_in_all_its_shapes(self):
        for kind, status in (("throttled", 429), ("throttled_403", 403)):
            self.service.fault(kind)
            reply = self.call("GET", "companyinfo/1")
            self.assertEqual((reply.status, self.code(reply)), (status, "3001"))
        for name in ("too_many_requests_error.xml", "throttle_exceeded_error.xml"):
            self.assertEqual(recorded_code(name), "3001")
        self.service.fault("html_429")
        reply = self.call("GET", "companyinfo/1")
        self.assertEqual((reply.status, reply.headers["Content-Type"]), (429, "text/html"))
        self.service.fault("unavailable")
        reply = self.call("GET", "companyinfo/1")
        self.assertEqual((reply.status, reply.body), (503, b""))

    def test_calls_and_batches_of_a_minute_are_limited(self):
        self.service.limits.minute, self.service.limits.batch = 3, 1
        item = {"BatchItemRequest": [{"bId": "1", "Query": "select count(*) from Invoice"}]}
        seen = [self.call("POST", "batch", item).status for _each in range(2)]
        seen += [self.call("GET", "companyinfo/1").status for _each in range(3)]
        self.assertEqual(seen, [200, 429, 200, 200, 429])
        self.clock.advance(seconds=60)
        self.assertEqual(self.call("GET", "companyinfo/1").status, 200)

    def test_without_asking_for_json_the_answer_is_xml(self):
        reply = self.call("GET", "companyinfo/1", headers={"Accept": "*/*"})
        self.assertEqual(reply.headers["Content-Type"], "application/xml")
        self.assertTrue(ElementTree.fromstring(reply.body).tag.endswith("IntuitResponse"))

    def test_a_page_cut_short_and_nonsense(self):
        for _each in range(3):
            self.service.add_invoice(self.customer, 5)
        self.service.fault("short")
        found = self.query("select * from Invoice")
        self.assertEqual((len(found["Invoice"]), found["maxResults"]), (2, 3))
        key = found["Invoice"][0]["Id"]
        self.service.overlay("Invoice", key, Balance=None)
        self.assertIsNone(self.get(f"invoice/{key}")["Invoice"]["Balance"])
