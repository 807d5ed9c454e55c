"""A connection on its way: an emulated ledger, an application of ours, a clock that stands."""

import unittest
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

from odoo.tests.common import _super_send

from .emulator_cases import ask
from .emulators.quickbooks import QuickBooksEmulator
from .emulators.web import Clock
from .emulators.xero import XeroEmulator

START = datetime(2026, 3, 5, 9, tzinfo=timezone.utc)
SECRET = "s3cr3t-of-the-application"
KINDS = {"xero": XeroEmulator, "quickbooks": QuickBooksEmulator}


class AccessMixin:
    """What tests of the way in share; the class beside it is Odoo's."""

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Loopback goes through; Odoo's own handler cannot read our pair of timeouts."""
        if urlsplit(request.url).hostname == "127.0.0.1":
            return _super_send(session, request, **options)
        return super()._request_handler(session, request, **options)

    def _start(self, provider="xero", start=START, **options):
        """An emulator that is stopped at the end."""
        service = KINDS[provider](Clock(start), **{"seed": 7, **options}).start()
        self.addCleanup(service.stop)
        return service

    def _connection(self, service, **values):
        """A connection with the credentials of an application that is registered there."""
        address = service.url
        connection = self.env["collections.connection"].create(
            {
                "name": "Books Elsewhere",
                "provider": service.name,
                "client_id": "our-app",
                "client_secret": SECRET,
                "api_url": address,
                "identity_url": address,
                **values,
            }
        )
        client_id = values.get("client_id", "our-app")
        if client_id not in service.identity.apps:
            service.add_app(client_id, SECRET, [connection.redirect_uri])
        return connection

    def _raises(self, kind, pattern=""):
        """As `assertRaisesRegex`, and what was done until then is kept: Odoo's would undo it."""
        return unittest.TestCase.assertRaisesRegex(self, kind, pattern)

    def _consent(self, service, url):
        """What a person's browser brings back from the ledger's page."""
        place = urlsplit(url)
        reply = ask(service.url, "GET", f"{place.path}?{place.query}")
        self.assertEqual(reply.status, 302, reply.body)
        back = urlsplit(reply.headers["Location"])
        return {name: values[0] for name, values in parse_qs(back.query).items()}

    def _connect(self, connection, service):
        """The whole way of consent, without the controllers."""
        now = naive(service)
        begun = connection._begin_consent(now)
        back = self._consent(service, begun.url)
        self.assertEqual(back["state"], begun.state)
        connection._finish_consent(back["code"], begun.verifier, back.get("realmId", ""), now)

    def _tokens_asked(self, service):
        """Requests for tokens that reached the service."""
        return service.calls("POST", "/connect/token") + service.calls("POST", "/tokens/bearer")


def naive(service):
    """The service's moment, as Odoo has it."""
    return service.clock.now().replace(tzinfo=None)
