"""Serve an emulator until interrupted: `python -m emulators xero --port 5101`, from `tests`."""

import argparse
import json
import sys
import time

from .quickbooks import QuickBooksEmulator
from .xero import XeroEmulator

SERVICES = {"xero": XeroEmulator, "quickbooks": QuickBooksEmulator}


def main():
    """Read the command line, serve, deliver webhooks as they come up."""
    parser = argparse.ArgumentParser(prog="emulators", description=__doc__)
    parser.add_argument("service", choices=sorted(SERVICES))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=20)
    parser.add_argument("--invoices", type=int, default=100)
    parser.add_argument("--currencies", default="USD,EUR,GBP")
    parser.add_argument("--redirect", action="append", default=[], help="of the demo application")
    parser.add_argument("--ask", action="store_true", help="show a page that asks for consent")
    arguments = parser.parse_args()
    with SERVICES[arguments.service](seed=arguments.seed, port=arguments.port) as emulator:
        emulator.add_app("demo-client", "demo-secret", arguments.redirect)
        emulator.identity.consent = None if arguments.ask else True
        emulator.fill(arguments.customers, arguments.invoices, arguments.currencies)
        _announce(emulator)
        _deliver_forever(emulator)


def _announce(emulator):
    facts = {"url": emulator.url, "client_id": "demo-client", "client_secret": "demo-secret"}
    _say(json.dumps(facts))
    _say(f"{emulator.url}/_control lists what can be done to the books")


def _say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _deliver_forever(emulator):
    try:
        while True:
            time.sleep(0.5)
            if emulator.webhooks.postman.url:
                emulator.deliver()
    except KeyboardInterrupt:
        _say("stopped")


if __name__ == "__main__":
    main()
