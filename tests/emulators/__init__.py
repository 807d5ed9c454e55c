"""Stateful emulators of the services the connectors talk to, for tests and demonstrations.

They are no part of the product, which never imports them; they never import the product.
They were written from the services' documentation, schemas and recorded answers, so that
they are a second opinion on what the connectors do. `xero.XeroEmulator` and
`quickbooks.QuickBooksEmulator` each serve one loopback port:

    with XeroEmulator(seed=1) as xero:
        xero.fill(customers=20, invoices=100)
        ... connect to xero.url ...
        xero.pay(invoice_id)

By hand, from the folder `tests`: `python -m emulators --help`. Everything a test can do to
the ledger behind a connector's back is also an HTTP request to `/_control/<verb>`.
"""
