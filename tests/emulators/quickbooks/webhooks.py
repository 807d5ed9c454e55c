"""Intuit's webhooks, in the old shape and as CloudEvents, signed and retried."""

import hashlib
import json
from datetime import timedelta

from ..postman import Postman, signature
from . import wire

SCHEDULE = [timedelta(seconds=seconds) for seconds in (10, 20, 30)] + [
    timedelta(minutes=minutes) for minutes in (5, 20, 120, 240, 360)
]
TYPES = {
    "Create": "created",
    "Update": "updated",
    "Delete": "deleted",
    "Void": "voided",
    "Merge": "merged",
}
TOLD = ("Customer", "Invoice", "CreditMemo", "Payment")


def accepts(receipt):
    """Tell whether an answer counts: 200 within three seconds."""
    return receipt.status == 200 and receipt.seconds < 3


class Webhooks:
    """The subscription of an application, for all its companies.

    :ivar cloud: CloudEvents (an array that may mix companies), else the shape used until
        July 2026
    """

    def __init__(self, clock, new_id):
        self.clock = clock
        self.new_id = new_id
        self.token = ""
        self.cloud = True
        self.pending = []
        self.postman = Postman(clock, SCHEDULE, accepts, timeout=4, ordered=True)

    def subscribe(self, url, token, cloud=True):
        """Deliver to an address from now on.

        :param token: the verifier token
        """
        self.postman.url, self.token, self.cloud = url, token, cloud

    def changed(self, books, entity, operation):
        """Note a change."""
        if self.postman.url and entity.kind in TOLD:
            self.pending.append((books.realm, entity.kind, entity.id, operation, entity.updated))

    def pack(self):
        """Put the pending events into one body.

        :return: the body, or None when there is nothing to tell
        """
        events, self.pending = self.pending, []
        if not events:
            return None
        return json.dumps(self._cloud(events) if self.cloud else self._old(events)).encode()

    def deliver(self, copies=1):
        """Send what is pending or due for a retry.

        :param copies: how often the new events arrive
        :return: the receipts of this round
        """
        body = self.pack()
        if body:
            self.postman.post(body, {"intuit-signature": signature(self.token, body)}, copies)
        return self.postman.deliver()

    def _cloud(self, events):
        return [
            {
                "specversion": "1.0",
                "id": self.new_id(),
                "source": "intuit."
                + signature(self.token, hashlib.sha256(realm.encode()).digest()),
                "type": f"qbo.{kind.lower()}.{TYPES[operation]}.v1",
                "datacontenttype": "application/json",
                "time": when.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z",
                "intuitentityid": key,
                "intuitaccountid": realm,
                "data": {},
            }
            for realm, kind, key, operation, when in events
        ]

    def _old(self, events):
        companies = {}
        for realm, kind, key, operation, when in events:
            companies.setdefault(realm, []).append(
                {"name": kind, "id": key, "operation": operation, "lastUpdated": wire.moment(when)}
            )
        notes = [
            {"realmId": realm, "dataChangeEvent": {"entities": entities}}
            for realm, entities in companies.items()
        ]
        return {"eventNotifications": notes}
