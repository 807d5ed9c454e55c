"""The emulators sign, retry and repeat their webhooks as the services do."""

import json

from .emulator_cases import DATA, Catcher, QuickBooksCase, XeroCase, ask
from .emulators.postman import signature

KEY = "a webhook key"


class SignatureCase(XeroCase):
    def test_the_signature_is_the_one_intuit_publishes(self):
        vector = json.loads((DATA / "quickbooks/intuit_webhook_hmac.json").read_text())
        made = signature(vector["verifier_token"], vector["payload"].encode())
        self.assertEqual(made, vector["intuit_signature"])


class XeroWebhookCase(XeroCase):
    def setUp(self):
        super().setUp()
        self.catcher = Catcher()
        self.addCleanup(self.catcher.stop)
        self.xero.subscribe(self.catcher.url, KEY)

    def honest(self, headers, body):
        right = headers["x-xero-signature"] == signature(KEY, body)
        return (200 if right else 401), b"", {}

    def test_the_intent_to_receive_wants_right_and_wrong_told_apart(self):
        self.assertFalse(self.xero.intent_to_receive())
        self.catcher.judge = self.honest
        self.assertTrue(self.xero.intent_to_receive())
        body = json.loads(self.catcher.caught[-1][1])
        self.assertEqual((body["events"], body["lastEventSequence"]), ([], 0))

    def test_a_body_or_a_cookie_in_the_answer_is_not_accepted(self):
        for wrong in ((200, b"ok", {}), (200, b"", {"Set-Cookie": "session=1"})):
            self.catcher.judge = lambda headers, body, wrong=wrong: wrong
            self.xero.rename(self.contact, f"Cedar {len(self.catcher.caught)}")
            self.xero.deliver()
            self.assertTrue(self.xero.webhooks.postman.waiting)
            self.xero.webhooks.postman.waiting.clear()

    def test_a_payment_tells_of_its_invoice_only(self):
        self.catcher.judge = self.honest
        key = self.xero.add_invoice(self.contact, 10)
        self.xero.deliver()
        self.xero.pay(key)
        self.assertEqual(self.xero.deliver(), [200])
        first, second = (json.loads(body) for _headers, body in self.catcher.caught)
        [event] = second["events"]
        told = event["eventCategory"], event["eventType"], event["resourceId"]
        self.assertEqual(told, ("INVOICE", "UPDATE", key))
        self.assertEqual(second["firstEventSequence"], first["lastEventSequence"] + 1)

    def test_what_is_not_accepted_comes_again_and_in_the_end_no_more(self):
        self.catcher.judge = lambda headers, body: (500, b"", {})
        self.xero.rename(self.contact, "Cedar")
        self.assertEqual(self.xero.deliver(), [500])
        self.assertEqual(self.xero.deliver(), [])
        self.clock.advance(minutes=1)
        self.assertEqual(self.xero.deliver(), [500])
        for _each in range(30):
            self.clock.advance(hours=4)
            self.xero.deliver()
        self.assertFalse(self.xero.webhooks.postman.enabled)
        before = len(self.catcher.caught)
        self.xero.rename(self.contact, "Birch")
        self.assertEqual((self.xero.deliver(), len(self.catcher.caught)), ([], before))

    def test_a_subscriber_may_ask_back_while_it_is_told(self):
        asked = []

        def judge(_headers, _body):
            asked.append(self.call("GET", "Organisation").status)
            return 200, b"", {}

        self.catcher.judge = judge
        self.xero.rename(self.contact, "Cedar")
        reply = ask(self.xero.url, "POST", "/_control/deliver")
        self.assertEqual((reply.json()["result"], asked), ([200], [200]))

    def test_the_same_delivery_twice(self):
        self.catcher.judge = self.honest
        self.xero.rename(self.contact, "Cedar")
        self.assertEqual(self.xero.deliver(copies=2), [200, 200])
        (_one, first), (_two, second) = self.catcher.caught
        self.assertEqual(first, second)


class QuickBooksWebhookCase(QuickBooksCase):
    def setUp(self):
        super().setUp()
        self.catcher = Catcher()
        self.addCleanup(self.catcher.stop)

    def test_cloud_events_of_several_companies_in_one_array(self):
        self.service.subscribe(self.catcher.url, KEY)
        other = self.service.add_company("Other")
        other.add("Customer", {"DisplayName": "There"})
        key = self.service.add_invoice(self.customer, 10)
        self.service.void(key)
        self.assertEqual(self.service.deliver(), [200])
        [(headers, body)] = self.catcher.caught
        self.assertEqual(headers["intuit-signature"], signature(KEY, body))
        events = json.loads(body)
        types = [(event["type"], event["intuitaccountid"]) for event in events]
        mine = self.service.books.realm
        wanted = [("qbo.customer.created.v1", other.realm), ("qbo.invoice.created.v1", mine),
                  ("qbo.invoice.voided.v1", mine)]  # fmt: skip
        self.assertEqual(types, wanted)
        self.assertEqual(len({event["id"] for event in events}), 3)

    def test_the_old_shape(self):
        self.service.subscribe(self.catcher.url, KEY, cloud=False)
        self.service.rename(self.customer, "Birch")
        self.service.deliver()
        [note] = json.loads(self.catcher.caught[0][1])["eventNotifications"]
        [entity] = note["dataChangeEvent"]["entities"]
        self.assertEqual(
            (note["realmId"], entity["operation"]), (self.service.books.realm, "Update")
        )

    def test_later_events_wait_for_the_first_to_be_acknowledged(self):
        self.service.subscribe(self.catcher.url, KEY)
        self.catcher.judge = lambda headers, body: (500, b"", {})
        self.service.rename(self.customer, "One")
        self.assertEqual(self.service.deliver(), [500])
        self.service.rename(self.customer, "Two")
        self.clock.advance(seconds=10)
        self.assertEqual(self.service.deliver(), [500])
        self.catcher.judge = lambda headers, body: (200, b"", {})
        self.clock.advance(seconds=20)
        self.assertEqual(self.service.deliver(), [200, 200])
