"""Xero's webhooks: events of contacts, invoices and credit notes, signed and retried."""

import json
import random
from datetime import timedelta

from ..postman import Postman, minutes, signature
from .ledger import Contact

GIVE_UP = timedelta(hours=24)
SCHEDULE = minutes(1, 2, 5, 15, 30, 60, 120, 240)
CATEGORIES = {"Invoices": "INVOICE", "CreditNotes": "CREDITNOTE"}


def accepts(receipt):
    """Tell whether an answer counts: 200, empty, without a cookie, within five seconds."""
    names = {name.lower() for name in receipt.headers}
    return (
        receipt.status == 200
        and not receipt.body
        and "set-cookie" not in names
        and receipt.seconds < 5
    )


class Webhooks:
    """One subscription.

    :param resource_url: where the changed records are to be read
    """

    def __init__(self, clock, seed, resource_url):
        self.clock = clock
        self.resource_url = resource_url
        self.key = ""
        self.sequence = 0
        self.pending = []
        self.postman = Postman(clock, SCHEDULE, accepts, timeout=6, give_up=GIVE_UP)
        self._dice = random.Random(f"webhooks {seed}")

    def subscribe(self, url, key):
        """Deliver to an address from now on.

        :param key: the webhook signing key
        """
        self.postman.url, self.key = url, key

    def changed(self, ledger, record, event):
        """Note a change; overpayments and prepayments have no events."""
        category = "CONTACT" if isinstance(record, Contact) else CATEGORIES.get(record.kind)
        if not self.postman.url or not category:
            return
        name = {"CONTACT": "Contacts", "INVOICE": "Invoices", "CREDITNOTE": "CreditNotes"}[category]
        moment = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        values = {
            "resourceUrl": f"{self.resource_url()}/api.xro/2.0/{name}/{record.id}",
            "resourceId": record.id,
            "tenantId": ledger.tenant,
            "tenantType": "ORGANISATION",
            "eventCategory": category,
            "eventType": event,
            "eventDateUtc": moment,
        }
        if category == "CREDITNOTE":
            values["data"] = {"Type": record.type, "Status": record.status}
        self.pending.append(values)

    def pack(self):
        """Put the pending events into one body.

        :return: the body, or None when there is nothing to tell
        """
        if not self.pending:
            return None
        first = self.sequence + 1
        self.sequence += len(self.pending)
        events, self.pending = self.pending, []
        return self._body(events, first, self.sequence)

    def deliver(self, copies=1):
        """Send what is pending or due for a retry.

        :param copies: how often the new events arrive
        :return: the receipts of this round
        """
        body = self.pack()
        if body and self.postman.enabled:
            self.postman.post(body, self._signed(body), copies)
        return self.postman.deliver()

    def intent_to_receive(self):
        """Check the subscriber as Xero does: right and wrong signatures.

        :return: whether it answered 200 to the right ones and 401 to the wrong ones
        """
        verdicts = []
        for right in (True, False, True, False):
            body = self._body([], 0, 0)
            headers = self._signed(body) if right else {"x-xero-signature": signature("no", body)}
            receipt = self.postman.send(body, headers)
            verdicts.append(accepts(receipt) if right else receipt.status == 401)
        return all(verdicts)

    def _body(self, events, first, last):
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        entropy = "".join(self._dice.choice(letters) for _each in range(20))
        values = {"events": events, "firstEventSequence": first}
        return json.dumps(values | {"lastEventSequence": last, "entropy": entropy}).encode()

    def _signed(self, body):
        return {"x-xero-signature": signature(self.key, body)}
