"""An outside ledger that runs, with a connection to it: what the connectors' tests share."""

from datetime import datetime, timezone
from decimal import Decimal

from freezegun import freeze_time

from .access_common import AccessMixin
from .common import CollectionsCommon
from .connector_loader import connector_module

START = datetime(2026, 3, 5, 9, tzinfo=timezone.utc)


class ConnectionCommon(AccessMixin, CollectionsCommon):
    """A company with a connection to an emulated ledger, whose clock stands.

    :cvar PROVIDER: `xero` or `quickbooks`
    """

    PROVIDER = "xero"
    START = START

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.env["res.currency"].with_context(active_test=False).search(
            [("name", "in", ("EUR", "GBP", "USD"))]
        ).active = True
        self.service = self._start(self.PROVIDER, self.START)
        self.clock = self.service.clock
        self.connection = self._connected(self.service)

    def _connected(self, service, **values):
        """A connection that went the whole way of consent, about to be read for the first time."""
        connection = self._connection(service, company_id=self.company.id, **values)
        self._connect(connection, service)
        self.assertEqual(connection.state, "connected")
        connection.is_import_started = True
        return connection

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

    def read_by_cron(self):
        """The cron's work, at the emulators' moment."""
        cron = self.env.ref("collections_addon.cron_collections_sync")
        with freeze_time(self.now):
            cron.method_direct_trigger()
        self.env.invalidate_all()

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
