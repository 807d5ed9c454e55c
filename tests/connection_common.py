"""An outside ledger that runs, with a connection to it: what the connectors' tests share."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from unittest.mock import patch

from odoo import fields

from .common import CollectionsCommon
from .connector_loader import connector_module
from .emulators.quickbooks import QuickBooksEmulator
from .emulators.web import Clock
from .emulators.xero import XeroEmulator

http, limits = connector_module("http"), connector_module("limits")
START = datetime(2026, 3, 5, 9, tzinfo=timezone.utc)


class ConnectionCommon(CollectionsCommon):
    """A company with a connection to an emulated ledger, whose clock stands.

    :cvar PROVIDER: `xero` or `quickbooks`
    """

    PROVIDER = "xero"
    START = START

    def setUp(self):
        super().setUp()
        self.clock = Clock(self.START)
        self.service = self._start_service(self.PROVIDER)
        self.connection = self._connect(self.PROVIDER, self.service)

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        """Core's guard against outside requests knows one number of seconds only."""
        return super()._request_handler(s, r, **(kw | {"timeout": 10}))

    # === FACTORIES === #

    def _start_service(self, provider, **options):
        kind = {"xero": XeroEmulator, "quickbooks": QuickBooksEmulator}[provider]
        service = kind(self.clock, **{"seed": 7, **options}).start()
        self.addCleanup(service.stop)
        return service

    def _connect(self, provider, service, **values):
        """A connection to a service; its clients bear a token made for each."""
        tenant = service.ledger.tenant if provider == "xero" else service.books.realm
        connection = self.env["collections.connection"].create(
            {
                "name": "Books Elsewhere",
                "provider": provider,
                "company_id": self.company.id,
                "state": "connected",
                "tenant_id": tenant,
                "currency_id": self.env.ref("base.USD").id,
                "is_import_started": True,
                **values,
            }
        )
        self._clients()[connection.id] = service
        return connection

    def _clients(self):
        """Connection -> service; the way to a token is another file's subject."""
        if not hasattr(self, "_services"):
            self._services = {}
            kind = self.env.registry["collections.connection"]
            ways = {"_client": self._make_client, "_address": self._service_address}
            for name, way in ways.items():
                method = lambda connection, *args, way=way: way(connection, *args)  # noqa: E731
                self.enterContext(patch.object(kind, name, method))
        return self._services

    def _make_client(self, connection, now):  # pylint: disable=unused-argument
        service, adapter = self._services[connection.id], connection._adapter()
        limiter = limits.RateLimiter(self.seconds, *adapter._allowance())
        session = http.HttpSession(limiter, self.seconds)
        self.addCleanup(session.close)
        token = service.connect()["access_token"]
        return adapter._make_client(connection, session, token)

    def _service_address(self, connection, name, default):  # pylint: disable=unused-argument
        return self._services[connection.id].url

    # === TIME === #

    def seconds(self):
        """The emulators' clock in seconds."""
        return self.clock.now().timestamp()

    @property
    def now(self):
        """The emulators' moment, as Odoo has it."""
        return self.clock.now().replace(tzinfo=None)

    def later(self, **span):
        self.clock.advance(**(span or {"minutes": 30}))

    def sync(self, connection=None, **options):
        """Read and mirror; the run."""
        return (connection or self.connection)._sync(now=self.now, **options)

    # === WHAT IS HERE === #

    def refs(self, stream=None, **values):
        domain = [("connection_id", "=", self.connection.id)]
        domain += [("stream", "=", stream)] if stream else []
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["collections.external.ref"].search(domain)

    def ref(self, stream, key):
        return self.refs(stream, external_id=key).ensure_one()

    def records(self, stream):
        """The records of a stream as they are understood."""
        items = [ref._record() for ref in self.refs(stream)]
        page = self.connection._adapter()._read(self.connection, stream, items)
        self.assertFalse(page.problems)
        return page.records

    def owed(self):
        """What the kept records say is owed, by customer and currency, as the service's truth."""
        balance = connector_module("balance")
        streams = self.connection._adapter()._streams()
        documents = [record for stream in streams[1:] for record in self.records(stream)]
        found = balance.outstanding(documents)
        return {key: amount for key, amount in found.items() if amount != Decimal(0)}

    def truth(self):
        """What the service itself says is owed, by customer and currency."""
        owed = self.service.summary()["open"]
        if self.PROVIDER == "xero":
            found = {tuple(key.split(" ")): amount for key, amount in owed.items()}
        else:
            found = {self._with_currency(key): amount for key, amount in owed.items()}
        return {key: amount for key, amount in found.items() if amount}

    def _with_currency(self, customer):
        entity = self.service.books.get("Customer", customer)
        return customer, entity.values.get("CurrencyRef", {}).get("value", self.service.books.base)

    def requests_of(self, log):
        return sum(log.line_ids.mapped("requests"))


def hours(number):
    return timedelta(hours=number)


def at(text):
    return fields.Datetime.to_datetime(text)
