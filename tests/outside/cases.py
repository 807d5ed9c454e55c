"""What the checks against other people's Xero share."""

import os
import time
import unittest

from ..connector_loader import connector_module

http, limits = connector_module("http"), connector_module("limits")
client, mapper = connector_module("xero.client"), connector_module("xero.mapper")
base = connector_module("base")
TENANT = "00000000-0000-0000-0000-000000000001"


def make_client(variable, path="/api.xro/2.0", tenant=TENANT):
    """Return a client of the service whose address is in a variable of the environment."""
    address = os.environ[variable]
    session = http.HttpSession(limits.RateLimiter(time.time, 1000), time.monotonic)
    return client.XeroClient(session, "token", tenant, api=address + path, connections=address)


class OutsideCase(unittest.TestCase):
    """Our client against a service we did not write."""

    VARIABLE = ""

    def setUp(self):
        super().setUp()
        self.xero = self.client()

    def client(self, **options):
        return make_client(self.VARIABLE, **options)
