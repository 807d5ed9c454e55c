"""Delivery of webhooks: signed, retried by the service's timetable, twice if asked."""

import base64
import hashlib
import hmac
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime, timedelta


def signature(key, body):
    """Return the base64 HMAC-SHA256 of the raw body.

    :type key: str
    :type body: bytes
    :rtype: str
    """
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


@dataclass
class Receipt:
    """What the subscriber answered; status 0 when it did not."""

    status: int
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    seconds: float = 0.0


@dataclass
class Parcel:
    """A body on its way."""

    body: bytes
    headers: dict
    due: datetime
    first: datetime
    receipts: list = field(default_factory=list)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        """A redirection is an answer like any other."""


class Postman:
    """Delivers to one address.

    :param schedule: waits between the attempts, the last one repeated
    :param give_up: after so long the subscription is switched off
    :param accepts: function of a receipt, telling whether the delivery counts
    :param ordered: later parcels wait until the first is accepted
    """

    def __init__(self, clock, schedule, accepts, *, timeout, give_up=None, ordered=False):
        self.clock = clock
        self.schedule = schedule
        self.accepts = accepts
        self.timeout = timeout
        self.give_up = give_up
        self.ordered = ordered
        self.url = None
        self.enabled = True
        self.waiting = []
        self.delivered = []
        self._lock = threading.Lock()

    def post(self, body, headers, copies=1):
        """Take a body for delivery, `copies` times the same."""
        now = self.clock.now()
        for _copy in range(copies):
            self.waiting.append(Parcel(body, headers, now, now))

    def deliver(self):
        """Send what is due now.

        :return: the receipts of this round
        :rtype: list[Receipt]
        """
        with self._lock:
            return self._round()

    def _round(self):
        receipts = []
        for parcel in [parcel for parcel in self.waiting if parcel.due <= self.clock.now()]:
            receipts.append(self._attempt(parcel))
            if self.ordered and parcel in self.waiting:
                break
        return receipts

    def _attempt(self, parcel):
        receipt = self.send(parcel.body, parcel.headers)
        parcel.receipts.append(receipt)
        if self.accepts(receipt):
            self.waiting.remove(parcel)
            self.delivered.append(parcel)
        else:
            self._postpone(parcel)
        return receipt

    def _postpone(self, parcel):
        now = self.clock.now()
        wait = self.schedule[min(len(parcel.receipts), len(self.schedule)) - 1]
        parcel.due = now + wait
        if self.give_up and parcel.due > parcel.first + self.give_up:
            self.enabled = False
            self.waiting.remove(parcel)

    def send(self, body, headers):
        """Post once, whatever comes back.

        :rtype: Receipt
        """
        headers = {"Content-Type": "application/json"} | headers
        request = urllib.request.Request(self.url, body, headers, method="POST")
        opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
        begun = time.monotonic()
        try:
            with opener.open(request, timeout=self.timeout) as answer:
                receipt = Receipt(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            receipt = Receipt(error.code, error.read(), dict(error.headers))
        except OSError as error:
            receipt = Receipt(0, str(error).encode())
        receipt.seconds = time.monotonic() - begun
        return receipt


def minutes(*numbers):
    """Return spans of so many minutes.

    :rtype: list[timedelta]
    """
    return [timedelta(minutes=number) for number in numbers]
