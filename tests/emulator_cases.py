"""What the emulators' own tests share: a clock that stands, a plain HTTP client, a catcher."""

import http.client
import json
import threading
import unittest
from datetime import datetime, timezone
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from .emulators.quickbooks import QuickBooksEmulator
from .emulators.web import Clock
from .emulators.xero import XeroEmulator

DATA = Path(__file__).resolve().parent / "data"
NOON = datetime(2026, 3, 5, 12, tzinfo=timezone.utc)


class Reply:
    """An answer as it came over the wire."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body, parse_float=Decimal)


def ask(base, method, path, *, query=None, headers=None, body=None):
    """Send one request on a connection of its own.

    :param body: a dict goes as JSON, text as it is
    """
    place = urlsplit(base)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=5)
    if isinstance(body, (dict, list)):
        body = json.dumps(body, default=float)
    target = path + ("?" + urlencode(query) if query else "")
    try:
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, dict(answer.headers), answer.read())
    finally:
        connection.close()


def form(base, path, fields, **headers):
    """Post an HTML form."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask(base, "POST", path, headers=kind | headers, body=urlencode(fields))


class XeroCase(unittest.TestCase):
    """A Xero of its own for each test, connected."""

    def setUp(self):
        super().setUp()
        self.clock = Clock(NOON)
        self.xero = XeroEmulator(self.clock, seed=7).start()
        self.addCleanup(self.xero.stop)
        self.tokens = self.xero.connect()
        self.contact = self.xero.add_contact("Cedar Bakery", email="pay@cedar.example")

    def later(self, **span):
        """Move the clock on and take a new token."""
        self.clock.advance(**span)
        self.tokens = self.xero.connect()

    def call(self, method, path, body=None, headers=None, **query):
        token = f"Bearer {self.tokens['access_token']}"
        every = {"Authorization": token, "xero-tenant-id": self.tokens["tenant_id"]}
        place = f"/api.xro/2.0/{path}"
        more = every | (headers or {})
        return ask(self.xero.url, method, place, query=query, headers=more, body=body)

    def get(self, path, **query):
        reply = self.call("GET", path, **query)
        self.assertEqual(reply.status, 200, reply.body)
        return reply.json()

    def invoice(self, key):
        return self.get(f"Invoices/{key}")["Invoices"][0]


class QuickBooksCase(unittest.TestCase):
    """A QuickBooks of its own for each test, connected."""

    def setUp(self):
        super().setUp()
        self.clock = Clock(NOON)
        self.service = QuickBooksEmulator(self.clock, seed=7).start()
        self.addCleanup(self.service.stop)
        self.tokens = self.service.connect()
        self.customer = self.service.add_customer("Cedar Bakery")

    def later(self, **span):
        """Move the clock on and take a new token."""
        self.clock.advance(**span)
        self.tokens = self.service.connect()

    def call(self, method, path, body=None, headers=None, **query):
        token = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        every = token | {"Accept": "application/json"} | (headers or {})
        place = f"/v3/company/{self.tokens['realm_id']}/{path}"
        return ask(self.service.url, method, place, query=query, headers=every, body=body)

    def get(self, path, **query):
        reply = self.call("GET", path, **query)
        self.assertEqual(reply.status, 200, reply.body)
        return reply.json()

    def query(self, text):
        return self.get("query", query=text)["QueryResponse"]

    def code(self, reply):
        return reply.json()["Fault"]["Error"][0]["code"]


class Catcher:
    """A subscriber to webhooks that answers as told and keeps what came.

    :ivar judge: function of headers and body that returns status, body and headers
    """

    def __init__(self):
        self.caught = []
        self.judge = lambda headers, body: (200, b"", {})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Catching)
        self._server.catcher = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class _Catching(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.catcher.caught.append((headers, body))
        status, content, more = self.server.catcher.judge(headers, body)
        self.send_response(status)
        for name, value in (more | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments):
        """Stay quiet."""
