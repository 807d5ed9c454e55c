"""Emulated ledgers for the demonstration, and a connection to each as a person makes it."""

import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import requests

from odoo import fields

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
from emulators.quickbooks import QuickBooksEmulator  # noqa: E402
from emulators.xero import XeroEmulator  # noqa: E402

SECRET = "demo-secret"
#: Code of the connector -> its emulator, what the organisation is called there.
LEDGERS = {
    "xero": (XeroEmulator, "Harbor & Sons"),
    "quickbooks": (QuickBooksEmulator, "Prairie Supplies"),
}
#: Where fees go there: an account of revenue, a product.
FEES = {"xero": "200", "quickbooks": "3"}


def start(provider, customers, invoices):
    """Start an emulator with made-up books.

    :return: the running emulator; `stop()` ends it
    """
    kind, company = LEDGERS[provider]
    service = kind(seed=11, company=company).start()
    service.fill(customers, invoices)
    return service


def connect(env, company, service):
    """Enter credentials, consent in the ledger's page, come back: a connection that works.

    :param company: `res.company` that mirrors the books
    """
    connection = env["collections.connection"].create(
        {
            "name": LEDGERS[service.name][1],
            "provider": service.name,
            "company_id": company.id,
            "client_id": "demo",
            "client_secret": SECRET,
            "api_url": service.url,
            "identity_url": service.url,
            "push_fees": True,
            "push_fee_account": FEES[service.name],
        }
    )
    env.cr.commit()  # tokens are kept in a transaction of their own
    service.add_app("demo", SECRET, [connection.redirect_uri])
    begun = connection._begin_consent(fields.Datetime.now())
    page = requests.get(begun.url, allow_redirects=False, timeout=10)
    given = dict(parse_qsl(urlsplit(page.headers["Location"]).query))
    if given.get("state") != begun.state:
        raise SystemExit("The ledger's page gave another state back.")
    connection._finish_consent(
        given["code"], begun.verifier, given.get("realmId", ""), fields.Datetime.now()
    )
    return connection
